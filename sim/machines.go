package sim

import (
	"fmt"
	"slices"
	"time"

	"github.com/esimsim/esimsim/internal/control"
	"github.com/esimsim/esimsim/internal/esim"
)

// Machines are the state machines of a provider, and what runs through them: for those who
// draw them and offer what can happen next. No call of the API needs them.
type Machines[S any] struct {
	List []Machine[S]
	// Orders are the newest n, the newest last, and how many there are in all.
	Orders func(tx *Tx[S], n int) (newest []Order, all int)
	// ESIM is what a profile stands for, the eSIM, and then the newest of what is on it, n
	// things together, and how many there are in all.
	ESIM func(tx *Tx[S], p *esim.Profile, n int) (things []Thing, all int)
	// Others are the newest n that belong to no order and to no profile, the newest last,
	// and how many there are in all. It may be nil.
	Others func(tx *Tx[S], n int) (newest []Thing, all int)
}

// A Machine is what things of one kind can be, in the provider's words, and what leads
// from one to another.
type Machine[S any] struct {
	Entity string // as edges begin: "order"
	Title  string
	States []string // the one they begin in is first
	Arrows []Arrow[S]
}

// An Arrow is what passing an edge makes of a state. An edge whose outcome depends on more
// than that has several.
type Arrow[S any] struct {
	Edge string // without the provider's name
	From []string
	To   string // "" where the word stays
	// Only says whether further facts about the thing of that id, which is in one of the
	// states of From, let the edge be passed; nil stands for yes. Arrows that share an edge
	// and a state have one each, and it is true of one at a time.
	Only func(tx *Tx[S], id string) bool
	// Follows says that another thing passes the edge and takes this one along.
	Follows bool
}

// A Thing is something that has a machine.
type Thing struct {
	Entity string
	ID     string // that edges take
	Label  string // its name for people; "" where the id is it
	State  string
}

// An Order is a thing that was bought.
type Order struct {
	Thing
	Reference string // the client's own, where it is not the id
	At        time.Time
	ICCIDs    []string // of its eSIMs that have a profile
	Things    []Thing  // that came with it and are on no profile
}

// machines is a Machines whose state type is put away.
type machines struct {
	list   []machine
	orders func(*Turn, int) ([]Order, int)
	esim   func(*Turn, *esim.Profile, int) ([]Thing, int)
	others func(*Turn, int) ([]Thing, int)
}

type machine struct {
	entity, title string
	states        []string
	arrows        []arrow
}

type arrow struct {
	edge    *edge
	from    []string
	to      string
	follows bool
	decided bool                     // whether there is an Only
	only    func(*Turn, string) bool // never nil
}

// eraseMachines panics where a machine speaks of what there is not.
func eraseMachines[S any](m *Machines[S], p *Provider, tx func(*Turn) *Tx[S]) machines {
	if m == nil {
		return machines{
			orders: func(*Turn, int) ([]Order, int) { return nil, 0 },
			esim:   func(*Turn, *esim.Profile, int) ([]Thing, int) { return nil, 0 },
			others: func(*Turn, int) ([]Thing, int) { return nil, 0 },
		}
	}
	if m.Orders == nil || m.ESIM == nil {
		panic(p.name + ": machines need Orders and ESIM")
	}
	out := machines{
		orders: func(t *Turn, n int) ([]Order, int) { return m.Orders(tx(t), n) },
		esim:   func(t *Turn, e *esim.Profile, n int) ([]Thing, int) { return m.ESIM(tx(t), e, n) },
		others: func(t *Turn, n int) ([]Thing, int) {
			if m.Others == nil {
				return nil, 0
			}
			return m.Others(tx(t), n)
		},
	}
	for _, each := range m.List {
		if len(each.States) == 0 {
			panic(fmt.Sprintf("%s: %s has no states", p.name, each.Entity))
		}
		one := machine{entity: each.Entity, title: each.Title, states: each.States}
		for _, a := range each.Arrows {
			for _, word := range append(a.From[:len(a.From):len(a.From)], a.To) {
				if word != "" && !slices.Contains(each.States, word) {
					panic(fmt.Sprintf("%s: no %s is %q, which %s speaks of", p.name, each.Entity, word, a.Edge))
				}
			}
			only := func(*Turn, string) bool { return true }
			if a.Only != nil {
				only = func(t *Turn, id string) bool { return a.Only(tx(t), id) }
			}
			one.undecided(p, a.Edge, a.From, a.Only == nil, a.Follows)
			one.arrows = append(one.arrows, arrow{edge: p.edge(a.Edge), from: a.From, to: a.To, follows: a.Follows, decided: a.Only != nil, only: only})
		}
		out.list = append(out.list, one)
	}
	return out
}

// undecided panics where an arrow to come leads from a state by the same edge as one before,
// and nothing says which of the two holds.
func (m machine) undecided(p *Provider, edge string, from []string, always, follows bool) {
	for _, other := range m.arrows {
		if follows || other.follows || other.edge != p.edge(edge) || other.decided && !always {
			continue
		}
		for _, word := range from {
			if slices.Contains(other.from, word) {
				panic(fmt.Sprintf("%s: what decides where %s leads from %s of %s?", p.name, edge, word, m.entity))
			}
		}
	}
}

// moves are the edges that a thing can pass now and where they lead, in the order of its
// machine.
func (m machines) moves(t *Turn, of Thing) []control.Move {
	out := []control.Move{}
	for _, each := range m.list {
		if each.entity != of.Entity {
			continue
		}
		for _, a := range each.arrows {
			if !a.follows && slices.Contains(a.from, of.State) && a.only(t, of.ID) {
				out = append(out, control.Move{Edge: a.edge.name, To: a.to})
			}
		}
	}
	return out
}
