package roamify

import "github.com/esimsim/esimsim/sim"

// The transitions of orders.

// orderThat is the order by that id if it is as wanted.
func orderThat(tx *sim.Tx[state], id string, is func(*order) bool, wanted string) (*order, error) {
	o := tx.State.order(id)
	switch {
	case o == nil:
		return nil, &sim.EdgeError{ID: id, Wanted: wanted}
	case !is(o):
		return nil, &sim.EdgeError{ID: id, State: o.status(), Wanted: wanted}
	}
	return o, nil
}

func completeOrder(tx *sim.Tx[state], id string) error {
	o, err := orderThat(tx, id, (*order).open, pending)
	if err != nil {
		return err
	}
	tx.State.alterOrder(o, tx.Now, func() { o.CompletedAt = tx.Now })
	for _, i := range o.Items {
		e := tx.State.esim(i.ESIM)
		e.UpdatedAt = tx.Now
		switch {
		case e.life() == revoked:
		case o.TopUp:
			extend(tx, e, findPackage(i.Package))
		case o.Instant && e.life() == fresh:
			tx.Await(esimReady, e.ID)
		}
	}
	tx.Await(orderRefunded, id)
	tx.Await(orderArchived, id)
	return nil
}

// holdOrder lets an order wait for somebody.
func holdOrder(tx *sim.Tx[state], id string) error {
	o, err := orderThat(tx, id, func(o *order) bool { return o.status() == pending }, pending)
	if err != nil {
		return err
	}
	tx.State.alterOrder(o, tx.Now, func() { o.ActionAt = tx.Now })
	return nil
}

// cancelOrder gives the money back; what was ordered never comes.
func cancelOrder(tx *sim.Tx[state], id string) error {
	o, err := orderThat(tx, id, (*order).open, pending)
	if err != nil {
		return err
	}
	tx.State.alterOrder(o, tx.Now, func() { o.CancelledAt = tx.Now })
	for i := range o.Items {
		if o.Items[i].RefundedAt.IsZero() {
			tx.State.giveBack(tx, o, &o.Items[i])
		}
	}
	tx.Await(orderArchived, id)
	return nil
}

// refundOrder gives back what was not given back before, and revokes the eSIMs. Assumed:
// what a top-up brought to an eSIM stays there.
func refundOrder(tx *sim.Tx[state], id string) error {
	o, err := orderThat(tx, id, func(o *order) bool { return o.status() == completed }, completed)
	if err != nil {
		return err
	}
	for i := range o.Items {
		if o.Items[i].RefundedAt.IsZero() {
			refundItem(tx, o, &o.Items[i])
		}
	}
	return nil
}

// refundItem pays one item back, as part of an order that is refunded or by itself.
func refundItem(tx *sim.Tx[state], o *order, i *item) {
	tx.State.alterOrder(o, tx.Now, func() { i.RefundedAt = tx.Now })
	tx.State.giveBack(tx, o, i)
}

// giveBack credits an item and takes its eSIM away, unless that was only topped up.
func (s *state) giveBack(tx *sim.Tx[state], o *order, i *item) {
	s.Balance += i.Price
	if e := s.esim(i.ESIM); !o.TopUp && e.life() != revoked {
		tx.Await(esimRevoked, e.ID)
	}
}

func archiveOrder(tx *sim.Tx[state], id string) error {
	done := func(o *order) bool { return o.ArchivedAt.IsZero() && !o.open() }
	o, err := orderThat(tx, id, done, completed)
	if err != nil {
		return err
	}
	tx.State.alterOrder(o, tx.Now, func() { o.ArchivedAt = tx.Now })
	return nil
}
