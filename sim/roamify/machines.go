package roamify

import (
	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// machines are those of orders, eSIMs, vouchers, gift cards and requests for a refund.
func machines() *sim.Machines[state] {
	return &sim.Machines[state]{
		List: []sim.Machine[state]{
			{
				Entity: "order", Title: "Order", States: []string{pending, requireAction, completed, cancelled, refunded, archived},
				Arrows: []sim.Arrow[state]{
					{Edge: orderCompleted, From: []string{pending, requireAction}, To: completed},
					{Edge: orderRequireAction, From: []string{pending}, To: requireAction},
					{Edge: orderCancelled, From: []string{pending, requireAction}, To: cancelled},
					{Edge: orderRefunded, From: []string{completed}, To: refunded},
					{Edge: orderArchived, From: []string{completed, cancelled, refunded}, To: archived},
					// With the last of its items.
					{Edge: refundRefunded, From: []string{pending, requireAction, completed}, To: refunded, Follows: true},
				},
			},
			{Entity: "esim", Title: "eSIM", States: esimStatuses, Arrows: esimArrows()},
			{
				Entity: "voucher", Title: "Voucher", States: []string{voucherActive, voucherTaken, cancelled},
				Arrows: []sim.Arrow[state]{
					{Edge: voucherRedeemed, From: []string{voucherActive}, To: voucherTaken, Only: func(tx *sim.Tx[state], id string) bool {
						return at(tx.State.Vouchers, tx.State.VoucherByID, id).redeemable(tx)
					}},
					{Edge: voucherCancelled, From: []string{voucherActive}, To: cancelled},
				},
			},
			{
				Entity: "gift", Title: "Gift card", States: []string{fresh, "REDEEMED", expired, "VOIDED", refunded},
				Arrows: []sim.Arrow[state]{
					{Edge: giftRedeemed, From: []string{fresh}, To: "REDEEMED"},
					{Edge: giftExpired, From: []string{fresh}, To: expired},
					{Edge: giftVoided, From: []string{fresh}, To: "VOIDED"},
					{Edge: giftRefunded, From: []string{fresh}, To: refunded},
				},
			},
			{
				Entity: "refund", Title: "Refund request", States: []string{pending, processing, refunded, rejected, cancelled},
				Arrows: []sim.Arrow[state]{
					{Edge: refundProcessing, From: []string{pending}, To: processing},
					{Edge: refundRefunded, From: []string{processing}, To: refunded, Only: func(tx *sim.Tx[state], id string) bool {
						return at(tx.State.Refunds, tx.State.RefundByID, id).payable(tx)
					}},
					{Edge: refundRejected, From: []string{processing}, To: rejected},
					{Edge: refundCancelled, From: []string{pending}, To: cancelled},
				},
			},
		},
		Orders: machineOrders,
		ESIM: func(tx *sim.Tx[state], p *esim.Profile, n int) ([]sim.Thing, int) {
			return tx.State.thingsOf(tx.State.esim(p.ID), n)
		},
		Others: otherThings,
	}
}

// is asks something of the eSIM of that id.
func is(f func(*sim.Tx[state], *eSIM) bool) func(*sim.Tx[state], string) bool {
	return func(tx *sim.Tx[state], id string) bool { return f(tx, tx.State.esim(id)) }
}

// esimArrows have an eSIM that is UNKNOWN live on behind that word.
func esimArrows() (list []sim.Arrow[state]) {
	arrow := func(edge, to string, only func(*sim.Tx[state], *eSIM) bool, from ...string) {
		a := sim.Arrow[state]{Edge: edge, From: from, To: to}
		if only != nil {
			a.Only = is(only)
		}
		list = append(list, a)
	}
	// each is an edge that an eSIM passes from those states, seen or not.
	each := func(edge, to string, only func(*sim.Tx[state], *eSIM) bool, from ...string) {
		arrow(edge, to, only, from...)
		arrow(edge, "", func(tx *sim.Tx[state], e *eSIM) bool {
			for _, life := range from {
				if e.life() == life {
					return only == nil || only(tx, e)
				}
			}
			return false
		}, unknown)
	}

	again := func(_ *sim.Tx[state], e *eSIM) bool { return e.life() == installed && !e.DeletedAt.IsZero() }
	each(esimReady, ready, func(tx *sim.Tx[state], e *eSIM) bool { return !tx.State.order(e.Order).CompletedAt.IsZero() }, fresh)
	arrow(esimInstalled, installed, nil, ready)
	arrow(esimInstalled, "", again, installed)
	arrow(esimInstalled, "", func(tx *sim.Tx[state], e *eSIM) bool { return e.life() == ready || again(tx, e) }, unknown)
	each(esimActive, "", func(_ *sim.Tx[state], e *eSIM) bool { return !e.active() }, installed)
	each(esimInactive, "", func(_ *sim.Tx[state], e *eSIM) bool { return e.active() }, installed)
	each(esimDepleted, "", func(_ *sim.Tx[state], e *eSIM) bool { return e.usedUp() && e.DepletedAt.IsZero() }, installed)
	each(esimExpired, expired, nil, ready, installed)
	each(esimDeleted, "", func(_ *sim.Tx[state], e *eSIM) bool {
		return !e.InstalledAt.IsZero() && e.DeletedAt.IsZero()
	}, installed, expired, revoked)
	arrow(esimRevoked, revoked, nil, fresh, ready, installed, expired, unknown)
	arrow(esimUnknown, unknown, nil, fresh, ready, installed, expired)
	for _, life := range []string{fresh, ready, installed, expired} {
		arrow(esimRecovered, life, func(_ *sim.Tx[state], e *eSIM) bool { return e.life() == life }, unknown)
	}
	arrow(esimReported, "", func(_ *sim.Tx[state], e *eSIM) bool { return e.word() == activated && e.metered() }, installed)
	// A top-up gives an expired one another life.
	for _, life := range []string{ready, installed} {
		list = append(list, sim.Arrow[state]{Edge: orderCompleted, From: []string{expired}, To: life, Follows: true})
	}
	return list
}

func machineOrders(tx *sim.Tx[state], n int) (list []sim.Order, all int) {
	s := tx.State
	all = len(s.Orders)
	for _, o := range s.Orders[max(0, all-n):] {
		out := sim.Order{
			Thing: sim.Thing{Entity: "order", ID: o.ID, State: o.status()}, Reference: o.Reference, At: o.CreatedAt,
		}
		if v := at(s.Vouchers, s.VoucherByID, o.Voucher); v != nil {
			out.Things = append(out.Things, sim.Thing{Entity: "voucher", ID: v.ID, Label: v.Code, State: v.status()})
		}
		for _, i := range o.Items {
			e := s.esim(i.ESIM)
			if e.ICCID != "" {
				out.ICCIDs = append(out.ICCIDs, e.ICCID)
				continue
			}
			things, _ := s.thingsOf(e, 1+len(e.Refunds))
			out.Things = append(out.Things, things...)
		}
		list = append(list, out)
	}
	return list, all
}

// thingsOf are an eSIM and what was asked back for it.
func (s *state) thingsOf(e *eSIM, n int) (list []sim.Thing, all int) {
	list = []sim.Thing{{Entity: "esim", ID: e.ID, Label: findPackage(e.Package).Name, State: e.status()}}
	for _, i := range e.Refunds[max(0, len(e.Refunds)-(n-1)):] {
		f := s.Refunds[i]
		list = append(list, sim.Thing{Entity: "refund", ID: f.ID, State: f.status()})
	}
	return list, 1 + len(e.Refunds)
}

// otherThings are gift cards.
func otherThings(tx *sim.Tx[state], n int) (list []sim.Thing, all int) {
	all = len(tx.State.Gifts)
	for _, g := range tx.State.Gifts[max(0, all-n):] {
		list = append(list, sim.Thing{Entity: "gift", ID: g.OrderID, Label: g.Code, State: g.status()})
	}
	return list, all
}
