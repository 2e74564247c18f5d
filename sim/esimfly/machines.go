package esimfly

import (
	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// machines are those of orders, of top-ups, which are orders too, and of eSIMs.
func machines() *sim.Machines[state] {
	return &sim.Machines[state]{
		List: []sim.Machine[state]{
			{
				Entity: "order", Title: "Order", States: []string{orderPending, orderCompleted, orderFailed, orderCancelled},
				Arrows: []sim.Arrow[state]{
					{Edge: edgeAccepted, From: []string{orderPending}, Only: underWay},
					{Edge: edgeProvisioned, From: []string{orderPending}, To: orderCompleted},
					{Edge: edgeFailed, From: []string{orderPending}, To: orderFailed},
					{Edge: edgeCancelled, From: []string{orderCompleted}, To: orderCancelled, Follows: true},
				},
			},
			{
				Entity: "topup", Title: "Top-up", States: []string{orderPending, orderCompleted, orderFailed, orderCancelled},
				Arrows: []sim.Arrow[state]{
					{Edge: edgeToppedUp, From: []string{orderPending}, To: orderCompleted, Only: bringable},
					{Edge: edgeCancelled, From: []string{orderPending}, To: orderFailed, Follows: true},
					{Edge: edgeCancelled, From: []string{orderCompleted}, To: orderCancelled, Follows: true},
				},
			},
			{
				Entity: "esim", Title: "eSIM",
				States: []string{statusNew, statusActive, statusDepleted, statusExpired, statusCancelled, statusDeleted},
				Arrows: esimArrows(),
			},
		},
		Orders: machineOrders,
		ESIM:   thingsOf,
	}
}

func esimArrows() []sim.Arrow[state] {
	living := []string{statusNew, statusActive, statusDepleted}
	changed := []string{statusActive, statusDepleted, statusExpired, statusCancelled, statusDeleted}
	is := func(f func(tx *sim.Tx[state], e *soldESIM) bool) func(*sim.Tx[state], string) bool {
		return func(tx *sim.Tx[state], iccid string) bool { return f(tx, esimOf(tx, iccid)) }
	}
	return []sim.Arrow[state]{
		{Edge: edgeInstalled, From: living, Only: is(func(_ *sim.Tx[state], e *soldESIM) bool { return e.InstalledAt.IsZero() })},
		{Edge: edgeActive, From: []string{statusNew}, To: statusActive},
		{Edge: edgeDepleted, From: []string{statusActive}, To: statusDepleted, Only: is(func(_ *sim.Tx[state], e *soldESIM) bool { return !e.unlimited() })},
		{Edge: edgeExpired, From: living, To: statusExpired},
		{Edge: edgeSuspended, From: living, Only: is(func(_ *sim.Tx[state], e *soldESIM) bool { return e.SuspendedAt.IsZero() })},
		{Edge: edgeReactivated, From: living, Only: is(func(_ *sim.Tx[state], e *soldESIM) bool { return !e.SuspendedAt.IsZero() })},
		{
			Edge: edgeCancelled, From: []string{statusNew}, To: statusCancelled,
			Only: is(func(tx *sim.Tx[state], e *soldESIM) bool { return e.ineligible(tx) == "" }),
		},
		{Edge: edgeRefunded, From: []string{statusCancelled}, Only: is(func(tx *sim.Tx[state], e *soldESIM) bool { return e.refundable(tx) })},
		{Edge: edgeDeleted, From: living, To: statusDeleted, Only: is(func(_ *sim.Tx[state], e *soldESIM) bool { return e.removable() })},
		{Edge: edgeSynced, From: changed, Only: is(func(_ *sim.Tx[state], e *soldESIM) bool { return e.status() != e.told() })},
		// Data is added, and days; what is used stays used.
		{Edge: edgeToppedUp, From: []string{statusDepleted, statusExpired}, To: statusActive, Follows: true},
	}
}

func underWay(tx *sim.Tx[state], reference string) bool {
	return tx.State.order(reference).AcceptedAt.IsZero()
}

// bringable says whether the eSIM of a top-up can still take it.
func bringable(tx *sim.Tx[state], reference string) bool {
	s := tx.State
	e := esimOf(tx, s.order(reference).TopUp)
	return e.toppable(s.orderOf(e).class())
}

// thingsOf is the eSIM itself: what topped it up are orders.
func thingsOf(tx *sim.Tx[state], p *esim.Profile, _ int) (list []sim.Thing, all int) {
	e := esimOf(tx, string(p.ICCID))
	return []sim.Thing{{Entity: "esim", ID: e.ICCID, Label: tx.State.orderOf(e).PackageName, State: e.status()}}, 1
}

func machineOrders(tx *sim.Tx[state], n int) (list []sim.Order, all int) {
	s := tx.State
	all = len(s.Orders)
	for _, o := range s.Orders[max(0, all-n):] {
		out := sim.Order{Thing: sim.Thing{Entity: "order", ID: o.Reference, State: o.status()}, At: o.PlacedAt}
		if o.TopUp != "" {
			out.Entity = "topup"
		}
		for _, e := range esimsOf(tx, o) {
			if !e.pending() {
				out.ICCIDs = append(out.ICCIDs, e.ICCID)
			}
		}
		list = append(list, out)
	}
	return list, all
}
