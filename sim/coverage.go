package sim

import (
	"maps"
	"slices"
	"strconv"

	"github.com/esimsim/esimsim/internal/coverage"
)

// universe is all that the providers' tables and documents have to be met.
func (s *Server) universe() (u coverage.Universe) {
	for _, p := range s.cfg.Providers {
		out := coverage.Provider{Name: p.name, Title: p.title}
		doc := s.docs[p.name]()
		for _, op := range p.operations {
			o := coverage.Operation{Name: op.id, Method: op.method, Path: op.path}
			if described := doc.Operation(op.id); described != nil {
				for _, text := range described.Statuses() {
					if status, err := strconv.Atoi(text); err == nil { // "default" is none that could be met
						o.Statuses = append(o.Statuses, coverage.Status{Status: status})
					}
				}
			}
			out.Operations = append(out.Operations, o)
		}
		for _, e := range p.errors { // a name may have a row for each operation; it is one thing to meet
			out.Errors = append(out.Errors, coverage.Item{Name: e.Name})
		}
		for name := range p.edges {
			out.Edges = append(out.Edges, coverage.Item{Name: name})
		}
		for _, e := range p.webhooks.events {
			out.Webhooks = append(out.Webhooks, coverage.Item{Name: e.name})
		}
		u.Providers = append(u.Providers, out)
	}
	return u
}

// cover counts edges, whoever passed them: a request, a lever or time. It is called in
// the world's turn.
func (w *World) cover(passed []Happening) {
	w.met.Pass(passed)
	w.srv.met.Pass(passed)
}

// Coverage says what all worlds met, also those that have left or were reset.
func (s *Server) Coverage() coverage.Report {
	s.mu.RLock()
	worlds := slices.Collect(maps.Values(s.worlds))
	s.mu.RUnlock()
	for _, w := range worlds {
		w.turn(nil, func(*Turn) {}) // what fell due meanwhile has happened
	}
	return s.universe().Report(&s.met)
}

// Coverage says what this world met since its start.
func (w *World) Coverage() (r coverage.Report) {
	w.turn(nil, func(*Turn) {})
	r = w.srv.universe().Report(&w.met)
	r.World = w.name
	return r
}

func (p plane) Coverage() coverage.Report { return p.s.Coverage() }
