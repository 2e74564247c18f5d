package esimgo

import (
	"strconv"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// The words for a stock; the API has none.
const (
	inInventory  = "in the inventory"
	stockExpired = "expired"
)

// machines are those of orders, of bundles on eSIMs, of eSIMs by the state of the profile
// and by that of service (since v2.5), and of what is bought in stock. The balance has edges
// but no states.
func machines() *sim.Machines[state] {
	return &sim.Machines[state]{
		List: []sim.Machine[state]{
			{
				Entity: "order", Title: "Order", States: []string{"processing", "completed", "failed"},
				Arrows: []sim.Arrow[state]{
					{Edge: "order.dispatched", From: []string{"processing"}},
					{Edge: "order.completed", From: []string{"processing"}, To: "completed"},
					{Edge: "order.failed", From: []string{"processing"}, To: "failed"},
				},
			},
			{
				Entity: "esim", Title: "eSIM profile", States: []string{released, downloaded, installed, unavailableStatus, deactivated},
				Arrows: profileArrows(),
			},
			{
				Entity: "service", Title: "eSIM service", States: []string{inService, suspended, deactivated},
				Arrows: serviceArrows(),
			},
			{
				Entity: "bundle", Title: "Bundle on an eSIM", States: []string{processing, queued, active, depleted, expired, lapsed, revoked},
				Arrows: []sim.Arrow[state]{
					{Edge: "bundle.queued", From: []string{processing}, To: queued},
					{Edge: "bundle.active", From: []string{queued}, To: active},
					{Edge: "bundle.depleted", From: []string{active}, To: depleted, Only: func(tx *sim.Tx[state], id string) bool {
						return !tx.State.assignment(id).Unlimited
					}},
					{Edge: "bundle.expired", From: []string{active, depleted}, To: expired},
					{Edge: "bundle.lapsed", From: []string{queued}, To: lapsed},
					{Edge: "bundle.revoked", From: revocable, To: revoked},
				},
			},
			{
				Entity: "inventory", Title: "Bundles in the inventory", States: []string{inInventory, stockExpired},
				Arrows: []sim.Arrow[state]{{Edge: "inventory.expired", From: []string{inInventory}, To: stockExpired}},
			},
		},
		Orders: machineOrders,
		ESIM:   thingsOf,
		Others: otherThings,
	}
}

// is asks something of the eSIM of that ICCID.
func is(f func(*sim.Tx[state], *heldESIM) bool) func(*sim.Tx[state], string) bool {
	return func(tx *sim.Tx[state], iccid string) bool { return f(tx, held(tx, iccid)) }
}

// profileArrows has also what concerns the eSIM and changes no word.
func profileArrows() []sim.Arrow[state] {
	there := []string{released, downloaded, installed}
	living := append(there[:3:3], unavailableStatus)
	every := append(living[:4:4], deactivated)
	return []sim.Arrow[state]{
		{Edge: "esim.downloaded", From: []string{released}, To: downloaded},
		{Edge: "esim.installed", From: []string{released, downloaded}, To: installed},
		{Edge: "esim.released", From: []string{downloaded, installed}, To: released},
		{Edge: "esim.attached", From: every, Only: is(func(_ *sim.Tx[state], e *heldESIM) bool { return e.AttachedAt.IsZero() })},
		{Edge: "esim.located", From: there, Only: is(func(_ *sim.Tx[state], e *heldESIM) bool {
			return e.Country != "" && e.suspension() == ""
		})},
		{Edge: "esim.unavailable", From: there, To: unavailableStatus},
		{Edge: "esim.returned", From: []string{released, downloaded, unavailableStatus, deactivated}, Only: is(func(tx *sim.Tx[state], e *heldESIM) bool { return leaves(tx, e, nil) })},
		{Edge: "esim.restored", From: []string{installed, unavailableStatus, deactivated}, Only: is(func(_ *sim.Tx[state], e *heldESIM) bool {
			return !e.ReturnedAt.IsZero() && e.Installed
		})},
		{Edge: "esim.scheduled", From: living, Only: is(func(_ *sim.Tx[state], e *heldESIM) bool { return e.ScheduledAt.IsZero() })},
		{Edge: "esim.deactivated", From: living, To: deactivated},
	}
}

// serviceArrows know two who suspend: an eSIM that the vendor barred stays suspended when the
// organisation resumes it.
func serviceArrows() []sim.Arrow[state] {
	resumable := func(barred bool) func(*sim.Tx[state], string) bool {
		return is(func(_ *sim.Tx[state], e *heldESIM) bool {
			return !e.SuspendedAt.IsZero() && e.BarredAt.IsZero() != barred
		})
	}
	return []sim.Arrow[state]{
		{Edge: "esim.suspended", From: []string{inService}, To: suspended},
		{Edge: "esim.suspended", From: []string{suspended}, Only: is(func(_ *sim.Tx[state], e *heldESIM) bool { return e.SuspendedAt.IsZero() })},
		{Edge: "esim.resumed", From: []string{suspended}, To: inService, Only: resumable(false)},
		{Edge: "esim.resumed", From: []string{suspended}, Only: resumable(true)},
		{Edge: "esim.barred", From: []string{inService}, To: suspended},
		{Edge: "esim.barred", From: []string{suspended}, Only: is(func(_ *sim.Tx[state], e *heldESIM) bool { return e.BarredAt.IsZero() })},
		{Edge: "esim.deactivated", From: []string{inService, suspended}, To: deactivated},
	}
}

func machineOrders(tx *sim.Tx[state], n int) (list []sim.Order, all int) {
	s := tx.State
	all = len(s.Orders)
	for _, o := range s.Orders[max(0, all-n):] {
		out := sim.Order{Thing: sim.Thing{Entity: "order", ID: o.Reference, State: o.status()}, At: o.CreatedAt}
		for _, l := range o.Lines {
			out.ICCIDs = append(out.ICCIDs, l.ICCIDs...)
		}
		list = append(list, out)
	}
	return list, all
}

// thingsOf are an eSIM by profile and by service, and its bundles.
func thingsOf(tx *sim.Tx[state], p *esim.Profile, n int) (list []sim.Thing, all int) {
	e := held(tx, string(p.ICCID))
	list = []sim.Thing{
		{Entity: "esim", ID: e.ICCID, State: e.status()},
		{Entity: "service", ID: e.ICCID, State: e.state()},
	}
	all = len(list) + len(e.Assigned)
	for _, i := range e.Assigned[max(0, all-n):] {
		a := tx.State.Assigned[i]
		list = append(list, sim.Thing{Entity: "bundle", ID: a.id(), Label: a.Bundle, State: a.state()})
	}
	return list, all
}

// otherThings are bundles in the inventory.
func otherThings(tx *sim.Tx[state], n int) (list []sim.Thing, all int) {
	all = len(tx.State.Stock)
	for _, s := range tx.State.Stock[max(0, all-n):] {
		t := sim.Thing{Entity: "inventory", ID: strconv.Itoa(s.ID), Label: s.Bundle, State: inInventory}
		if !s.usable() {
			t.State = stockExpired
		}
		list = append(list, t)
	}
	return list, all
}
