package sim

import (
	"slices"

	"github.com/esimsim/esimsim/internal/control"
	"github.com/esimsim/esimsim/internal/esim"
)

// How many of the newest a View has.
const (
	viewOrders = 200
	viewESIMs  = 500
	viewThings = 200
	viewWaits  = 200
	viewOwn    = 50 // things of one order or eSIM
)

// showThings adds to a view what has a state machine, with the edges it can pass now.
func (w *World) showThings(t *Turn, v *control.View) {
	v.Orders, v.Things, v.ESIMs = []control.Order{}, []control.Thing{}, []control.ESIM{}
	at := map[string]*Turn{}
	for _, p := range w.srv.cfg.Providers {
		own := t.at(p)
		at[p.name] = own
		orders, all := p.machines.orders(own, viewOrders)
		v.OrdersTotal += all
		for _, o := range orders {
			v.Orders = append(v.Orders, p.showOrder(own, o))
		}
		things, all := p.machines.others(own, viewThings)
		v.ThingsTotal += all
		v.Things = append(v.Things, p.showAll(own, things)...)
	}
	slices.SortStableFunc(v.Orders, func(a, b control.Order) int { return a.At.Compare(b.At) })
	v.Orders = newest(v.Orders, viewOrders)
	v.ESIMsTotal = len(w.esims.all)
	for _, e := range newest(w.esims.all, viewESIMs) {
		v.ESIMs = append(v.ESIMs, at[e.Seller].showESIM(e))
	}
}

// newest are the last n of a list.
func newest[T any](list []T, n int) []T { return list[max(0, len(list)-n):] }

func (p *Provider) showOrder(t *Turn, o Order) control.Order {
	return control.Order{
		Provider: p.name, Entity: o.Entity, ID: o.ID, Reference: o.Reference, State: o.State, At: o.At,
		ESIMs: append([]string{}, o.ICCIDs...), Moves: p.machines.moves(t, o.Thing),
		Things: p.showAll(t, newest(o.Things, viewOwn)), ThingsTotal: len(o.Things),
	}
}

func (p *Provider) showAll(t *Turn, things []Thing) []control.Thing {
	out := make([]control.Thing, len(things))
	for i, each := range things {
		out[i] = control.Thing{
			Provider: p.name, Entity: each.Entity, ID: each.ID, Label: each.Label, State: each.State, Moves: p.machines.moves(t, each),
		}
	}
	return out
}

// showESIM is an eSIM that this account's provider sold.
func (t *Turn) showESIM(e *esim.Profile) control.ESIM {
	p := t.a.provider
	things, all := p.machines.esim(t, e, viewOwn)
	return control.ESIM{
		ICCID: string(e.ICCID), Provider: e.Seller, ID: e.ID, Status: p.status(t, e),
		LPA: e.Code.LPA(), OnDevice: e.OnDevice, Country: e.LastCountry, IssuedAt: e.IssuedAt,
		Things: p.showAll(t, things), ThingsTotal: all,
	}
}

// Machines lists the state machines of all providers.
func (p plane) Machines() []control.Machine {
	out := []control.Machine{}
	for _, pr := range p.s.cfg.Providers {
		for _, m := range pr.machines.list {
			shown := control.Machine{
				Provider: pr.name, Entity: m.entity, Title: m.title, States: m.states, Initial: m.states[0], Edges: []control.Arrow{},
			}
			for _, a := range m.arrows {
				shown.Edges = append(shown.Edges, control.Arrow{
					Edge: a.edge.name, From: a.from, To: a.to, Follows: a.follows,
					Basis: string(a.edge.basis), Source: a.edge.source, Policy: a.edge.def.String(),
				})
			}
			out = append(out, shown)
		}
	}
	return out
}
