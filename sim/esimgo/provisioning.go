package esimgo

import (
	"slices"

	"github.com/esimsim/esimsim/sim"
)

// largeOrder is how many bundles an order may have without leaving the fast lane: those of
// more are processed asynchronously since v2.2 (vendor's release notes).
const largeOrder = 5

// place puts an order that is paid for on its way. A large one is dispatched first.
func place(tx *sim.Tx[state], o *order) {
	if own := tx.UUID(); o.Reference == "" {
		o.Reference = own // else a fixture has chosen
	}
	tx.State.addOrder(o)
	tx.State.UnderWay = append(tx.State.UnderWay, o.Reference)
	if o.units() > largeOrder {
		tx.Await("order.dispatched", o.Reference)
		return
	}
	provision(tx, o)
}

func provision(tx *sim.Tx[state], o *order) {
	tx.Await("order.failed", o.Reference)
	if o.pending() {
		tx.Await("order.completed", o.Reference)
	}
}

// dispatchOrder passes order.dispatched.
func dispatchOrder(tx *sim.Tx[state], reference string) error {
	o, err := pendingOrder(tx, reference)
	if err != nil {
		return err
	}
	provision(tx, o)
	return nil
}

// completeOrder passes order.completed: the bundles go onto eSIMs or into the inventory.
func completeOrder(tx *sim.Tx[state], reference string) error {
	o, err := pendingOrder(tx, reference)
	if err != nil {
		return err
	}
	o.CompletedAt = tx.Now
	arrived(tx, o)
	for _, l := range o.Lines {
		if !o.Assign {
			putInStock(tx, &stock{Bundle: l.Bundle, Price: l.Price, BoughtAt: tx.Now, Total: l.Quantity})
			continue
		}
		b := catalogue().byName[l.Bundle]
		for unit, iccid := range l.Targets {
			e := held(tx, iccid)
			if e == nil {
				e = issue(tx, b)
			} else {
				cover(tx, iccid, b.Area.Countries)
			}
			assign(tx, o, l, unit, e)
			l.ICCIDs = append(l.ICCIDs, e.ICCID)
		}
	}
	return nil
}

// failOrder passes order.failed: what it cost comes back, in money or to the inventory, and
// the new eSIMs of an apply go, unless they were installed or got another bundle (assumed).
func failOrder(tx *sim.Tx[state], reference string) error {
	o, err := pendingOrder(tx, reference)
	if err != nil {
		return err
	}
	o.FailedAt = tx.Now
	arrived(tx, o)
	for _, l := range o.Lines {
		for _, id := range l.Usages {
			tx.State.stock(id).Remaining++
		}
		for _, iccid := range l.Issued {
			if leaves(tx, held(tx, iccid), nil) {
				tx.Await("esim.returned", iccid)
			}
		}
	}
	if o.Total > 0 {
		credit(tx, o.Total)
	}
	return nil
}

func pendingOrder(tx *sim.Tx[state], reference string) (*order, error) {
	o := tx.State.order(reference)
	switch {
	case o == nil:
		return nil, &sim.EdgeError{ID: reference}
	case !o.pending():
		return nil, &sim.EdgeError{ID: reference, State: o.status(), Wanted: "processing"}
	}
	return o, nil
}

// arrived ends the waiting for an order.
func arrived(tx *sim.Tx[state], o *order) {
	for _, edge := range []string{"order.dispatched", "order.completed", "order.failed"} {
		tx.Cancel(edge, o.Reference)
	}
	tx.State.UnderWay = slices.DeleteFunc(tx.State.UnderWay, func(reference string) bool { return reference == o.Reference })
}

// status is the order's word on the wire. A client knows the first and the last; in no
// page is any but completed.
func (o *order) status() string {
	switch {
	case !o.FailedAt.IsZero():
		return "failed"
	case !o.CompletedAt.IsZero():
		return "completed"
	}
	return "processing"
}

// underWay says whether an order brings that bundle, or any for "", to an eSIM.
func underWay(tx *sim.Tx[state], iccid, bundle string) bool {
	for _, reference := range tx.State.UnderWay {
		for _, l := range tx.State.order(reference).Lines {
			if (bundle == "" || l.Bundle == bundle) && slices.Contains(l.Targets, iccid) {
				return true
			}
		}
	}
	return false
}
