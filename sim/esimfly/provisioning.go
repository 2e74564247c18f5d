package esimfly

import (
	"slices"
	"strconv"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// Where and under what numbers the invented profiles wait.
const (
	iccidPrefix    = "8932042" // as on the page
	smdpAddress    = "rsp.esimfly.test"
	matchingLetter = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
)

// asyncDelay is how long the providers of class async take; api-docs say one to five
// minutes.
const asyncDelay = 3 * time.Minute

// accept ends the time in which the same request is told that it is being processed.
func accept(tx *sim.Tx[state], reference string) error {
	o, err := findPending(tx, reference)
	if err != nil {
		return err
	}
	if !o.AcceptedAt.IsZero() {
		return &sim.EdgeError{ID: reference, State: "accepted", Wanted: "under way"}
	}
	tx.State.settle(tx, o)
	proceed(tx, o)
	return nil
}

// settle notes that an order is no longer under way.
func (s *state) settle(tx *sim.Tx[state], o *order) {
	if !o.AcceptedAt.IsZero() {
		return
	}
	o.AcceptedAt = tx.Now
	tx.Cancel(edgeAccepted, o.Reference)
	s.Unaccepted = slices.DeleteFunc(s.Unaccepted, func(i int) bool { return s.Orders[i] == o })
}

// proceed brings an order to its edges. By default it never comes to fail, and is
// provisioned at once, or when its provider is done.
func proceed(tx *sim.Tx[state], o *order) {
	if tx.Await(edgeFailed, o.Reference); o.status() == orderFailed {
		return
	}
	due := tx.Now
	if o.class() == classAsync {
		due = due.Add(asyncDelay)
	}
	tx.At(edgeProvisioned, o.Reference, due)
}

// provision gives an order its eSIMs.
func provision(tx *sim.Tx[state], reference string) error {
	o, err := findPending(tx, reference)
	if err != nil {
		return err
	}
	s := tx.State
	s.settle(tx, o)
	tx.Cancel(edgeFailed, reference)
	o.ProvisionedAt = tx.Now
	s.count(o, tally{Completed: 1, Revenue: o.Amount})
	p := o.pack()
	for i, e := range esimsOf(tx, o) {
		profile := tx.Issue(sim.Issue{
			Prefix: iccidPrefix, ID: strconv.Itoa(e.ID),
			SMDPAddress: smdpAddress, MatchingID: newMatchingID(tx),
			MSISDN: hasNumber(p.class), Countries: p.countries,
		})
		e.ICCID, profile.Place = string(profile.ICCID), o.First+i
		tx.At(edgeExpired, e.ICCID, e.InstallBy)
		tellProvisioned(tx, o, e, profile)
	}
	return nil
}

// hasNumber says whether eSIMs of that class come with a telephone number.
func hasNumber(class string) bool { return watched(class) || class == classCarrier }

// newMatchingID reads K7Q2-9XTD-41PA.
func newMatchingID(tx *sim.Tx[state]) string {
	s := tx.Text(12, matchingLetter)
	return s[:4] + "-" + s[4:8] + "-" + s[8:]
}

// fail gives the money back.
func fail(tx *sim.Tx[state], reference string) error {
	o, err := findPending(tx, reference)
	if err != nil {
		return err
	}
	s := tx.State
	s.settle(tx, o)
	tx.Cancel(edgeProvisioned, reference)
	o.FailedAt = tx.Now
	s.FailedESIMs += o.Quantity
	s.Balance += purse(tx).of(o.Amount, o.currency())
	return nil
}

// findPending gives an order that brings eSIMs which are still to come.
func findPending(tx *sim.Tx[state], reference string) (*order, error) {
	o := tx.State.order(reference)
	if o == nil || o.TopUp != "" {
		return nil, &sim.EdgeError{ID: reference}
	}
	if st := o.status(); st != orderPending {
		return nil, &sim.EdgeError{ID: reference, State: st, Wanted: orderPending}
	}
	return o, nil
}

// profile is that of an eSIM, or nil while it is pending.
func profile(tx *sim.Tx[state], e *soldESIM) *esim.Profile {
	if e.pending() {
		return nil
	}
	return tx.ESIM(e.ICCID)
}
