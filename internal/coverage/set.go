package coverage

import (
	"maps"
	"strings"
	"sync"

	"github.com/esimsim/esimsim/internal/journal"
)

// A Set counts what was met. Its zero value is empty and ready; it is safe for use from
// any goroutine. It costs what was met and not what there is, since there may be
// thousands; what it knows already it counts without allocating. Its lock is innermost,
// like that of a journal.
type Set struct {
	mu         sync.Mutex
	operations map[string]*calls // by their names with the provider's, as entries have them
	edges      map[string]uint64 // likewise
	others     map[key]uint64    // errors and webhooks
}

// calls are those of one operation, and what it answered.
type calls struct {
	count    uint64
	statuses []answers
}

type answers struct {
	status int
	count  uint64
}

func (c *calls) answered(status int) {
	for i := range c.statuses {
		if a := &c.statuses[i]; a.status == status {
			a.count++
			return
		}
	}
	c.statuses = append(c.statuses, answers{status, 1})
}

// Add counts the operation, status and error of a finished exchange. A spoilt answer is
// none: where the wire had a fault, the caller has not met the status. Edges are counted
// by Pass, since most of them pass without a request.
func (s *Set) Add(e *journal.Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.Operation != "" {
		op := s.operations[e.Operation]
		if op == nil {
			op = &calls{}
			if s.operations == nil {
				s.operations = map[string]*calls{}
			}
			s.operations[e.Operation] = op
		}
		op.count++
		if e.Fault == "" {
			op.answered(e.Status)
		}
	}
	if e.Error != "" && e.Fault == "" {
		s.count(key{e.Provider, Errors, e.Error, 0})
	}
}

// Pass counts edges that were passed, by a request or by time.
func (s *Set) Pass(edges []journal.Edge) {
	if len(edges) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.edges == nil {
		s.edges = map[string]uint64{}
	}
	for i := range edges {
		if name := edges[i].Edge; name != "" { // attempts are counted by Send
			s.edges[name]++
		}
	}
}

// Send counts a webhook that was sent: its provider's name and its event.
func (s *Set) Send(provider, event string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count(key{provider, Webhooks, event, 0})
}

func (s *Set) count(k key) {
	if s.others == nil {
		s.others = map[key]uint64{}
	}
	s.others[k]++
}

// Clear forgets everything.
func (s *Set) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.operations, s.edges, s.others = nil, nil, nil
}

func (s *Set) all() map[key]uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[key]uint64{}
	maps.Copy(all, s.others)
	for full, op := range s.operations {
		provider, name, _ := strings.Cut(full, ".")
		all[key{provider, Operations, name, 0}] = op.count
		for _, a := range op.statuses {
			all[key{provider, Statuses, name, a.status}] = a.count
		}
	}
	for full, n := range s.edges {
		provider, name, _ := strings.Cut(full, ".")
		all[key{provider, Edges, name, 0}] = n
	}
	return all
}
