package esimfly

import (
	"fmt"

	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// How money comes back.
const (
	refundBalance  = "balance"
	refundRequest  = "refund_request" // later: the policy of esim.refunded holds it
	refundSeparate = "separate"       // carriers': never through the balance; assumed
)

// cancelESIM cancels what was never used, with all that was never used of the same order.
func cancelESIM(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	body, err := identified(r)
	if err != nil {
		return sim.Reply{}, err
	}
	e, err := named(tx, body)
	if err != nil {
		return sim.Reply{}, err
	}
	if e.status() == statusCancelled {
		return sim.Reply{}, errAlreadyCancelled
	}
	o := tx.State.orderOf(e)
	var all, good []*soldESIM
	for _, e := range esimsOf(tx, o) {
		if e.status() == statusCancelled {
			continue
		}
		all = append(all, e)
		if e.ineligible(tx) == "" {
			good = append(good, e)
		}
	}
	if len(good) == 0 {
		return sim.Reply{}, notEligible(tx, o, all)
	}

	for _, e := range good {
		tx.Await(edgeCancelled, e.ICCID)
	}
	return sim.Reply{Body: tx.State.cancellation(o, all, good)}, nil
}

// reasonActivated is documented; the other reasons are assumed in its manner.
const (
	reasonActivated = "This eSIM has already been activated and cannot be cancelled or refunded"
	reasonPending   = "eSIM is still being provisioned"
)

// ineligible is why an eSIM cannot be cancelled; "" says that it can.
func (e *soldESIM) ineligible(tx *sim.Tx[state]) string {
	p := profile(tx, e)
	switch {
	case p == nil:
		return reasonPending
	case !e.ActivatedAt.IsZero(), e.Used > 0, !p.AttachedAt.IsZero():
		return reasonActivated
	case !e.InstalledAt.IsZero(), !p.InstalledAt.IsZero():
		return "This eSIM has already been installed and cannot be cancelled or refunded"
	case e.over():
		return "This eSIM has expired and cannot be cancelled or refunded"
	}
	return ""
}

func notEligible(tx *sim.Tx[state], o *order, all []*soldESIM) *apiError {
	e := *errNotEligible
	e.Details = &ineligibleDetails{TotalESIMs: len(all)}
	for _, each := range all {
		e.Details.IneligibleESIMs = append(e.Details.IneligibleESIMs,
			ineligibleESIM{each.ID, o.iccid(each), each.ineligible(tx)})
	}
	return &e
}

// cancellation is the outcome as it is now. The texts for several eSIMs are assumed.
func (s *state) cancellation(o *order, all, good []*soldESIM) dataAnswer[cancelled] {
	n, total := len(good), len(all)
	message := fmt.Sprintf("%d of %d eSIMs cancelled successfully.", n, total)
	if n == total {
		message = fmt.Sprintf("All %d eSIMs cancelled successfully.", n)
	}
	if n == 1 && total == 1 {
		message = "All 1 eSIM cancelled successfully."
	}
	out := cancelled{
		OrderReference: o.Reference, TotalESIMs: total, CancelledESIMs: n, FailedESIMs: total - n,
		Currency: o.currency().code, RefundMethod: refundBalance, BalanceCredited: true, PartialCancellation: n < total,
	}
	var refunded money.Amount
	i := 0
	for _, e := range all {
		result := cancelResult{ESIMID: e.ID, ICCID: o.iccid(e)}
		if i < n && good[i] == e {
			i++
			result.Success = true
			if e.RefundedAt.IsZero() {
				out.RefundMethod, out.BalanceCredited = refundRequest, false
			} else {
				back := s.paid(e, o.currency())
				refunded += back
				result.RefundAmount = back.Float()
			}
		}
		out.CancelResults = append(out.CancelResults, result)
	}
	if o.class() == classCarrier {
		out.RefundMethod = refundSeparate
	}
	out.RefundedAmount = refunded.Float()
	return dataAnswer[cancelled]{Success: true, Message: message, Data: out}
}

// paid is what an eSIM cost with all its top-ups, which come back with it; that they do is
// assumed.
func (s *state) paid(e *soldESIM, in currency) money.Amount {
	o := s.orderOf(e)
	sum := in.of(o.unit(), o.currency())
	for _, t := range s.topUpsOf(e) {
		sum += in.of(t.Amount, t.currency())
	}
	return sum
}

// topUpsOf are the top-ups that an eSIM had. There are none after it was cancelled.
func (s *state) topUpsOf(e *soldESIM) (list []*order) {
	for _, o := range s.Orders {
		if o.TopUp == e.ICCID && !e.pending() {
			list = append(list, o)
		}
	}
	return list
}

// unit is what one eSIM of the order cost.
func (o *order) unit() money.Amount { return o.Amount / money.Amount(o.Quantity) }

// cancel releases an eSIM with its top-ups, and brings its money to the edge of coming
// back.
func cancel(tx *sim.Tx[state], iccid string) error {
	e, err := find(tx, iccid)
	if err != nil {
		return err
	}
	if e.ineligible(tx) != "" {
		return e.refuse(statusNew + " and never installed")
	}
	was := e.status()
	e.CancelledAt = tx.Now
	tx.Cancel(edgeExpired, iccid)
	e.changed(tx, was)
	s := tx.State
	s.cancelTopUps(tx, e)
	o := s.orderOf(e)
	if o.class() != classCarrier {
		tx.Await(edgeRefunded, iccid)
	}
	for _, other := range esimsOf(tx, o) {
		if other.CancelledAt.IsZero() {
			return nil
		}
	}
	o.CancelledAt = tx.Now
	s.count(o, tally{Completed: -1, Revenue: -o.Amount})
	return nil
}

// cancelTopUps goes before the money comes back. A top-up that was not yet applied fails.
func (s *state) cancelTopUps(tx *sim.Tx[state], e *soldESIM) {
	for _, t := range s.topUpsOf(e) {
		if t.status() == orderPending {
			tx.Cancel(edgeToppedUp, t.Reference)
			t.FailedAt = tx.Now
			continue
		}
		t.CancelledAt = tx.Now
		s.count(t, tally{Completed: -1, Revenue: -t.Amount})
	}
}

// refundable says whether the money of an eSIM that is cancelled is still to come back.
func (e *soldESIM) refundable(tx *sim.Tx[state]) bool {
	return e.RefundedAt.IsZero() && tx.State.orderOf(e).class() != classCarrier
}

func refund(tx *sim.Tx[state], iccid string) error {
	e, err := find(tx, iccid)
	if err != nil {
		return err
	}
	if e.CancelledAt.IsZero() || !e.refundable(tx) {
		return e.refuse(statusCancelled + " and not refunded")
	}
	e.RefundedAt = tx.Now
	c := purse(tx)
	tx.State.Balance += tx.State.paid(e, c)
	return nil
}
