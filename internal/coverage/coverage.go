// Package coverage tells what of the APIs was met and what never was: operations, the
// statuses they answer with, errors by name, edges and webhooks. A Universe is what there
// is to meet, a Set counts what was, and a Report holds one against the other. Reports of
// several runs add up, and their JSON is the file that carries them from one to the next.
package coverage

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
)

// A Kind is one sort of thing that can be met.
type Kind string

// The kinds.
const (
	Operations Kind = "operations"
	Statuses   Kind = "statuses" // of the answers, for each operation
	Errors     Kind = "errors"   // by the names that scenarios use
	Edges      Kind = "edges"
	Webhooks   Kind = "webhooks" // by event
)

// Kinds lists them in the order in which they are reported.
func Kinds() []Kind { return []Kind{Operations, Statuses, Errors, Edges, Webhooks} }

// A Universe is all that there is to meet. Its counts and totals are zero.
type Universe struct{ Providers []Provider }

// A Report says how often each thing of a universe was met. Everything in it is sorted
// by name, so that equal reports are equal bytes.
type Report struct {
	World     string         `json:"world,omitempty"` // "" stands for all worlds of a server
	Runs      int            `json:"runs"`            // how many were merged; 1 of a running simulator
	Totals    map[Kind]Total `json:"totals"`
	Providers []Provider     `json:"providers"`
}

// A Provider is what one API has. Names in it are without the provider's.
type Provider struct {
	Name       string         `json:"name"`
	Title      string         `json:"title"`
	Totals     map[Kind]Total `json:"totals"`
	Operations []Operation    `json:"operations"`
	Errors     []Item         `json:"errors"`
	Edges      []Item         `json:"edges"`
	Webhooks   []Item         `json:"webhooks"`
}

// An Operation is met by being called, whatever it answers.
type Operation struct {
	Name       string   `json:"name"`
	Method     string   `json:"method"`
	Path       string   `json:"path"`
	Count      uint64   `json:"count"`
	Undeclared bool     `json:"undeclared,omitempty"`
	Statuses   []Status `json:"statuses"`
}

// A Status is one that an operation's document declares, or that it was seen to answer
// with all the same; the latter is no part of the totals.
type Status struct {
	Status     int    `json:"status"`
	Count      uint64 `json:"count"`
	Undeclared bool   `json:"undeclared,omitempty"`
}

// An Item is a named error, an edge or a webhook's event. One that was met though no
// table has it is undeclared, and no part of the totals.
type Item struct {
	Name       string `json:"name"`
	Count      uint64 `json:"count"`
	Undeclared bool   `json:"undeclared,omitempty"`
}

// A Total says how many things of a kind were met.
type Total struct {
	Met int `json:"met"`
	Of  int `json:"of"`
}

// Percent is rounded down, so that only all is 100.
func (t Total) Percent() int {
	if t.Of == 0 {
		return 0
	}
	return t.Met * 100 / t.Of
}

// Items are the things of a kind that have but a name and a count.
func (p Provider) Items(k Kind) []Item {
	switch k {
	case Errors:
		return p.Errors
	case Edges:
		return p.Edges
	case Webhooks:
		return p.Webhooks
	}
	return nil
}

// Report holds what was met against what there is.
func (u Universe) Report(s *Set) Report {
	l := newLedger()
	l.take(u.Providers)
	for k, n := range s.all() {
		l.add(k, cell{count: n})
	}
	return l.report("", 1)
}

// Merge adds reports up. What any of them knows is there to meet; the order does not
// matter.
func Merge(reports ...Report) Report {
	l, runs, worlds := newLedger(), 0, map[string]bool{}
	for _, r := range reports {
		l.take(r.Providers)
		runs = min(runs+r.Runs, math.MaxInt32)
		worlds[r.World] = true
	}
	world := ""
	if len(worlds) == 1 && len(reports) > 0 {
		world = reports[0].World
	}
	return l.report(world, runs)
}

// A key names one thing that can be met.
type key struct {
	provider string
	kind     Kind
	name     string
	status   int
}

type cell struct {
	count    uint64
	declared bool
}

// A ledger is a report taken apart, so that adding is the same for all parts of it.
type ledger struct {
	cells  map[key]cell
	titles map[string]string
	routes map[key][2]string // method and path of an operation
}

func newLedger() ledger {
	return ledger{map[key]cell{}, map[string]string{}, map[key][2]string{}}
}

func (l ledger) take(providers []Provider) {
	for _, p := range providers {
		l.titles[p.Name] = max(l.titles[p.Name], p.Title)
		for _, o := range p.Operations {
			at := key{p.Name, Operations, o.Name, 0}
			l.add(at, cell{o.Count, !o.Undeclared})
			// Of two editions of a table either route will do, but always the same one.
			l.routes[at] = slices.MaxFunc([][2]string{l.routes[at], {o.Method, o.Path}}, func(a, b [2]string) int {
				return cmp.Or(strings.Compare(a[0], b[0]), strings.Compare(a[1], b[1]))
			})
			for _, s := range o.Statuses {
				l.add(key{p.Name, Statuses, o.Name, s.Status}, cell{s.Count, !s.Undeclared})
			}
		}
		for _, kind := range Kinds() {
			for _, i := range p.Items(kind) {
				l.add(key{p.Name, kind, i.Name, 0}, cell{i.Count, !i.Undeclared})
			}
		}
	}
}

// add counts on; a count stops at the greatest there is.
func (l ledger) add(k key, c cell) {
	if _, ok := l.titles[k.provider]; !ok {
		l.titles[k.provider] = ""
	}
	had := l.cells[k]
	sum := had.count + c.count
	if sum < had.count {
		sum = math.MaxUint64
	}
	l.cells[k] = cell{sum, had.declared || c.declared}
}

// report puts the parts together again, sorted and with their totals.
func (l ledger) report(world string, runs int) Report {
	r := Report{World: world, Runs: runs, Totals: totals(), Providers: []Provider{}}
	at := map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(l.titles)) {
		at[name] = len(r.Providers)
		r.Providers = append(r.Providers, Provider{
			Name: name, Title: cmp.Or(l.titles[name], name), Totals: totals(),
			Operations: []Operation{}, Errors: []Item{}, Edges: []Item{}, Webhooks: []Item{},
		})
	}
	operations := map[key]int{}
	for _, k := range slices.SortedStableFunc(maps.Keys(l.cells), byKey) {
		p, c := &r.Providers[at[k.provider]], l.cells[k]
		if c.declared {
			tally(p.Totals, k.kind, c.count)
			tally(r.Totals, k.kind, c.count)
		}
		item := Item{k.name, c.count, !c.declared}
		switch k.kind {
		case Operations:
			operations[k] = len(p.Operations)
			p.Operations = append(p.Operations, Operation{
				k.name, l.routes[k][0], l.routes[k][1], c.count, !c.declared, []Status{},
			})
		case Statuses:
			o := &p.Operations[operations[key{k.provider, Operations, k.name, 0}]]
			o.Statuses = append(o.Statuses, Status{k.status, c.count, !c.declared})
		case Errors:
			p.Errors = append(p.Errors, item)
		case Edges:
			p.Edges = append(p.Edges, item)
		case Webhooks:
			p.Webhooks = append(p.Webhooks, item)
		}
	}
	return r
}

// byKey sorts operations before their statuses, as their kinds are named.
func byKey(a, b key) int {
	return cmp.Or(
		strings.Compare(a.provider, b.provider), strings.Compare(string(a.kind), string(b.kind)),
		strings.Compare(a.name, b.name), cmp.Compare(a.status, b.status),
	)
}

func totals() map[Kind]Total {
	out := map[Kind]Total{}
	for _, k := range Kinds() {
		out[k] = Total{}
	}
	return out
}

func tally(t map[Kind]Total, k Kind, count uint64) {
	sum := t[k]
	sum.Of++
	if count > 0 {
		sum.Met++
	}
	t[k] = sum
}
