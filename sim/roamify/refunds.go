package roamify

import (
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// A refund is a request that people decide about (refunds page, 2026-11). To ask moves no
// money and revokes nothing. Of the calls only GET /api/refund is known; the others, and
// all fields that the webhook does not have, are assumed.
type refund struct {
	ID     string
	ESIM   string // its id
	Reason string
	Amount money.Amount

	CreatedAt    time.Time
	ProcessingAt time.Time
	RefundedAt   time.Time
	RejectedAt   time.Time
	CancelledAt  time.Time
	UpdatedAt    time.Time
	Rejection    string // why; "" while it is not rejected
}

const (
	processing = "PROCESSING"
	rejected   = "REJECTED"
)

func (f *refund) status() string {
	switch {
	case !f.CancelledAt.IsZero():
		return cancelled
	case !f.RefundedAt.IsZero():
		return refunded
	case !f.RejectedAt.IsZero():
		return rejected
	case !f.ProcessingAt.IsZero():
		return processing
	}
	return pending
}

var (
	refundKeys = schema{
		keys:       []key{{name: "esimId"}, {name: "iccid"}, {name: "reason", required: true}, {name: "notes", empty: true}},
		exactlyOne: []string{"esimId", "iccid"},
	}
	refundsBody = schema{keys: []key{{name: "refunds", kind: list, required: true, min: 1, of: &refundKeys}}}
)

func createRefund(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	if err := feature(tx, "refunds", errForbidden); err != nil {
		return sim.Reply{}, err
	}
	body, err := refundKeys.body(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	f, err := newRefund(tx, body)
	if err != nil {
		return sim.Reply{}, err
	}
	addRefund(tx, f)
	return answer(f.wire(tx)), nil
}

// createRefunds makes all requests or none.
func createRefunds(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	if err := feature(tx, "refunds", errForbidden); err != nil {
		return sim.Reply{}, err
	}
	body, err := refundsBody.body(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	items, _ := body.get("refunds")
	var all []*refund
	asked := map[string]bool{}
	items.ForEach(func(_, v gjson.Result) bool {
		var f *refund
		if f, err = newRefund(tx, objectOf(v)); err != nil {
			return false
		}
		if asked[f.ESIM] {
			// Assumed: no request is open yet whose id could be told.
			err = invalid(quote("refunds["+strconv.Itoa(len(all))+"]") + " contains a duplicate value")
			return false
		}
		asked[f.ESIM] = true
		all = append(all, f)
		return true
	})
	if err != nil {
		return sim.Reply{}, err
	}
	w := wireRefunds{Refunds: make([]wireRefund, len(all))}
	for i, f := range all {
		addRefund(tx, f)
		w.Refunds[i] = f.wire(tx)
	}
	return answer(w), nil
}

// newRefund is what a body asks for, when it can be asked.
func newRefund(tx *sim.Tx[state], body object) (*refund, error) {
	e, err := named(tx, body)
	if err != nil {
		return nil, errRefundNoESIM
	}
	o := tx.State.order(e.Order)
	bought := o.item(e.ID)
	switch open := at(tx.State.Refunds, tx.State.OpenRefundByESIM, e.ID); {
	case !bought.RefundedAt.IsZero(), !o.CancelledAt.IsZero():
		return nil, errRefunded
	case open != nil:
		return nil, errRefundOpen.about(open.ID)
	}
	return &refund{ESIM: e.ID, Reason: body.text("reason"), Amount: bought.Price, CreatedAt: tx.Now, UpdatedAt: tx.Now}, nil
}

func addRefund(tx *sim.Tx[state], f *refund) {
	f.ID = tx.UUID()
	n := len(tx.State.Refunds)
	tx.State.Refunds = append(tx.State.Refunds, f)
	tx.State.RefundByID[f.ID], tx.State.OpenRefundByESIM[f.ESIM] = n, n
	e := tx.State.esim(f.ESIM)
	e.Refunds = append(e.Refunds, n)
	tx.Await(refundProcessing, f.ID)
}

var refundQuery = schema{keys: []key{{name: "refundId", required: true}}}

func getRefund(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	if err := feature(tx, "refunds", errForbidden); err != nil {
		return sim.Reply{}, err
	}
	q, err := refundQuery.query(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	f := at(tx.State.Refunds, tx.State.RefundByID, q.text("refundId"))
	if f == nil {
		return sim.Reply{}, errRefundNotFound
	}
	tx.Look(f.ID)
	return answer(f.wire(tx)), nil
}

var refundsQuery = schema{keys: []key{
	{name: "status", oneOf: []string{pending, processing, refunded, rejected, cancelled}},
	{name: "limit", kind: number, whole: true, min: 1},
}}

func listRefunds(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	if err := feature(tx, "refunds", errForbidden); err != nil {
		return sim.Reply{}, err
	}
	q, err := refundsQuery.query(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	status, limit := q.text("status"), q.integer("limit", defaultLimit)
	w := wireRefunds{Refunds: []wireRefund{}}
	for i := len(tx.State.Refunds) - 1; i >= 0 && len(w.Refunds) < limit; i-- {
		if f := tx.State.Refunds[i]; status == "" || status == f.status() {
			w.Refunds = append(w.Refunds, f.wire(tx))
		}
	}
	return answer(w), nil
}

// cancelRefund takes a request back before anybody looks at it.
func cancelRefund(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	if err := feature(tx, "refunds", errForbidden); err != nil {
		return sim.Reply{}, err
	}
	if _, err := noKeys.query(tx, r); err != nil {
		return sim.Reply{}, err
	}
	f := at(tx.State.Refunds, tx.State.RefundByID, r.Param("refundId"))
	switch {
	case f == nil:
		return sim.Reply{}, errRefundNotFound
	case f.status() != pending:
		return sim.Reply{}, errRefundNotPending
	}
	tx.Await(refundCancelled, f.ID)
	return answer(f.wire(tx)), nil
}

// refundThat is the request by that id if its status is the one wanted.
func refundThat(tx *sim.Tx[state], id, wanted string) (*refund, error) {
	f := at(tx.State.Refunds, tx.State.RefundByID, id)
	switch {
	case f == nil:
		return nil, &sim.EdgeError{ID: id, Wanted: wanted}
	case f.status() != wanted:
		return nil, &sim.EdgeError{ID: id, State: f.status(), Wanted: wanted}
	}
	return f, nil
}

func processRefund(tx *sim.Tx[state], id string) error {
	f, err := refundThat(tx, id, pending)
	if err != nil {
		return err
	}
	f.ProcessingAt, f.UpdatedAt = tx.Now, tx.Now
	tx.Await(refundRefunded, id)
	tx.Await(refundRejected, id)
	return nil
}

// payable says that the eSIM was not paid back in another way.
func (f *refund) payable(tx *sim.Tx[state]) bool {
	o := tx.State.order(tx.State.esim(f.ESIM).Order)
	return o.item(f.ESIM).RefundedAt.IsZero() && o.CancelledAt.IsZero()
}

// grantRefund pays the eSIM back to the balance and revokes it.
func grantRefund(tx *sim.Tx[state], id string) error {
	f, err := refundThat(tx, id, processing)
	if err != nil {
		return err
	}
	if !f.payable(tx) {
		return &sim.EdgeError{ID: id, State: "about an eSIM that is paid back", Wanted: processing}
	}
	o := tx.State.order(tx.State.esim(f.ESIM).Order)
	f.RefundedAt = tx.Now
	f.close(tx, refundRejected)
	f.tellDecision(tx, refundedHook)
	refundItem(tx, o, o.item(f.ESIM))
	return nil
}

func rejectRefund(tx *sim.Tx[state], id string) error {
	f, err := refundThat(tx, id, processing)
	if err != nil {
		return err
	}
	f.RejectedAt, f.Rejection = tx.Now, "Rejected after review"
	if tx.State.esim(f.ESIM).Used > 0 {
		f.Rejection = "Data already used"
	}
	f.close(tx, refundRefunded)
	f.tellDecision(tx, rejectedHook)
	return nil
}

func cancelRefundRequest(tx *sim.Tx[state], id string) error {
	f, err := refundThat(tx, id, pending)
	if err != nil {
		return err
	}
	f.CancelledAt = tx.Now
	f.close(tx, refundProcessing)
	return nil
}

// close ends a request, so that another may be made for its eSIM.
func (f *refund) close(tx *sim.Tx[state], other string) {
	f.UpdatedAt = tx.Now
	delete(tx.State.OpenRefundByESIM, f.ESIM)
	tx.Cancel(other, f.ID)
}

func (f *refund) wire(tx *sim.Tx[state]) wireRefund {
	e := tx.State.esim(f.ESIM)
	return wireRefund{
		RefundID: f.ID, Status: f.status(), ProductType: itemType, ESIMID: e.ID, ICCID: e.ICCID, OrderID: e.Order,
		Reason: f.Reason, Amount: f.Amount.Float(), Currency: currency, RejectionReason: f.Rejection,
		CreatedAt: epoch(f.CreatedAt), UpdatedAt: epoch(f.UpdatedAt),
	}
}
