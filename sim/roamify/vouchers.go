package roamify

import (
	"net/http"
	"strings"
	"time"

	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// A voucher is a paid eSIM that somebody else will redeem with a code (vouchers page,
// 2026-09).
type voucher struct {
	ID        string
	Code      string
	Reference string // of its batch, the client's own; "" for none
	Order     string // id of the order for its eSIM alone
	ESIM      string // its id
	Package   string // its id
	Price     money.Amount
	Notes     string

	CreatedAt   time.Time
	RedeemedAt  time.Time // zero while nobody has
	CancelledAt time.Time // zero while it is not revoked
}

const (
	voucherActive = "ACTIVE"
	voucherTaken  = "REDEEMED"
	maxVouchers   = 10
)

func (v *voucher) status() string {
	switch {
	case !v.CancelledAt.IsZero():
		return cancelled
	case !v.RedeemedAt.IsZero():
		return voucherTaken
	}
	return voucherActive
}

var vouchersBody = schema{keys: []key{
	{name: "packageId", required: true},
	{name: "quantity", kind: number, min: 1, max: maxVouchers},
	{name: "referenceId", max: maxReference},
	{name: "notes", empty: true},
}}

// createVouchers sells as many as the balance pays for, so that a batch may come out
// smaller than it was asked for; that this is when it does is assumed.
func createVouchers(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	if err := feature(tx, "vouchers", errVouchersOff); err != nil {
		return sim.Reply{}, err
	}
	body, err := vouchersBody.body(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	wanted, sent := body.number("quantity")
	if !sent {
		wanted = 1
	}
	if wanted != float64(int(wanted)) {
		return sim.Reply{}, errVoucherQuantity
	}
	reference := body.text("referenceId")
	if tx.State.VoucherBatches[reference] {
		return sim.Reply{}, errDuplicateVouchers
	}
	p, err := voucherPackage(tx, body.text("packageId"))
	if err != nil {
		return sim.Reply{}, err
	}
	n := int(wanted)
	if cost := price(tx, p); cost > 0 {
		n = int(min(money.Amount(n), tx.State.Balance/cost))
	}
	if n < 1 {
		return sim.Reply{}, tooPoor(tx)
	}
	w := wireVoucherBatch{ReferenceID: reference, RequestedQuantity: int(wanted), Quantity: n, Vouchers: make([]wireVoucher, n)}
	for i := range n {
		w.Vouchers[i] = mint(tx, p, reference, body.text("notes")).wire(r)
	}
	reply := answer(w)
	reply.Status = http.StatusCreated
	return reply, nil
}

// voucherPackage is one that vouchers may be made of. Assumed: the account's list of them
// is all that is for sale.
func voucherPackage(tx *sim.Tx[state], id string) (*esimPackage, error) {
	p := findPackage(id)
	switch {
	case p == nil, !offered(tx, p):
		return nil, errVoucherPackage
	case p.Retired:
		return nil, errVouchersNotMade
	}
	return p, nil
}

// mint makes one voucher, with an order of its own.
func mint(tx *sim.Tx[state], p *esimPackage, reference, notes string) *voucher {
	v := &voucher{
		ID: tx.UUID(), Code: codeOf(tx), Reference: reference, Package: p.ID, Price: price(tx, p), Notes: notes,
		CreatedAt: tx.Now,
	}
	o := &order{Voucher: v.ID, Total: v.Price, Items: []item{{Package: p.ID, Price: v.Price}}}
	place(tx, o)
	v.Order, v.ESIM = o.ID, o.Items[0].ESIM
	s, n := tx.State, len(tx.State.Vouchers)
	s.Vouchers = append(s.Vouchers, v)
	s.VoucherByID[v.ID], s.VoucherByCode[v.Code] = n, n
	if reference != "" {
		s.VoucherBatches[reference] = true
	}
	tx.Await(voucherRedeemed, v.ID)
	return v
}

var vouchersQuery = schema{keys: []key{
	{name: "referenceId"},
	{name: "status", oneOf: []string{voucherActive, voucherTaken, cancelled}},
	{name: "packageId"},
	{name: "limit", kind: number, whole: true, min: 1},
}}

// listVouchers answers all that fit, the newest first, unless a limit is sent.
func listVouchers(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	if err := feature(tx, "vouchers", errVouchersOff); err != nil {
		return sim.Reply{}, err
	}
	q, err := vouchersQuery.query(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	reference, status, pkg := q.text("referenceId"), q.text("status"), q.text("packageId")
	w := wireVouchers{ReferenceID: reference, Vouchers: []wireVoucher{}}
	limit := q.integer("limit", len(tx.State.Vouchers))
	for i := len(tx.State.Vouchers) - 1; i >= 0 && len(w.Vouchers) < limit; i-- {
		v := tx.State.Vouchers[i]
		if (reference == "" || reference == v.Reference) && (status == "" || status == v.status()) && (pkg == "" || pkg == v.Package) {
			w.Vouchers = append(w.Vouchers, v.wire(r))
		}
	}
	return answer(w), nil
}

func getVoucher(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	return voucherReply(tx, r, at(tx.State.Vouchers, tx.State.VoucherByID, r.Param("voucherId")))
}

func getVoucherByCode(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	return voucherReply(tx, r, at(tx.State.Vouchers, tx.State.VoucherByCode, plainCode(r.Param("code"))))
}

// plainCode is a code as people write it, without what they put between its characters.
func plainCode(code string) string {
	return strings.Map(func(c rune) rune {
		if c < '0' || c > '9' && c < 'A' || c > 'Z' {
			return -1
		}
		return c
	}, strings.ToUpper(code))
}

func voucherReply(tx *sim.Tx[state], r *sim.Request, v *voucher) (sim.Reply, error) {
	if err := feature(tx, "vouchers", errVouchersOff); err != nil {
		return sim.Reply{}, err
	}
	if _, err := noKeys.query(tx, r); err != nil {
		return sim.Reply{}, err
	}
	if v == nil {
		return sim.Reply{}, errVoucherNotFound
	}
	tx.Look(v.ID)
	return answer(v.wire(r)), nil
}

// revokeVoucher takes a voucher and its eSIM back. Assumed: not for money.
func revokeVoucher(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	if err := feature(tx, "vouchers", errVouchersOff); err != nil {
		return sim.Reply{}, err
	}
	if _, err := noKeys.query(tx, r); err != nil {
		return sim.Reply{}, err
	}
	v := at(tx.State.Vouchers, tx.State.VoucherByID, r.Param("voucherId"))
	switch {
	case v == nil:
		return sim.Reply{}, errVoucherNotFound
	case v.status() == voucherTaken:
		return sim.Reply{}, errVoucherRedeemed
	case v.status() != voucherActive:
		return sim.Reply{}, errVoucherInactive
	}
	tx.Await(voucherCancelled, v.ID)
	return answer(wireVoucherRevoked{ID: v.ID, Status: v.status()}), nil
}

// activeVoucher is the one by that id while nobody has redeemed or revoked it.
func activeVoucher(tx *sim.Tx[state], id string) (*voucher, error) {
	v := at(tx.State.Vouchers, tx.State.VoucherByID, id)
	switch {
	case v == nil:
		return nil, &sim.EdgeError{ID: id, Wanted: voucherActive}
	case v.status() != voucherActive:
		return nil, &sim.EdgeError{ID: id, State: v.status(), Wanted: voucherActive}
	}
	return v, nil
}

// redeemable says whether there is an eSIM to be had for it.
func (v *voucher) redeemable(tx *sim.Tx[state]) bool {
	return !tx.State.order(v.Order).CompletedAt.IsZero() && tx.State.esim(v.ESIM).life() != revoked
}

// redeemVoucher gives the eSIM to whoever has the code.
func redeemVoucher(tx *sim.Tx[state], id string) error {
	v, err := activeVoucher(tx, id)
	if err != nil {
		return err
	}
	e, o := tx.State.esim(v.ESIM), tx.State.order(v.Order)
	if !v.redeemable(tx) {
		return &sim.EdgeError{ID: id, State: "of an eSIM that is " + e.life() + " and an order that is " + o.status(), Wanted: voucherActive}
	}
	v.RedeemedAt = tx.Now
	if e.AppliedAt.IsZero() {
		e.AppliedAt = tx.Now
		tx.Await(esimReady, e.ID)
	}
	return nil
}

func cancelVoucher(tx *sim.Tx[state], id string) error {
	v, err := activeVoucher(tx, id)
	if err != nil {
		return err
	}
	v.CancelledAt = tx.Now
	tx.Cancel(voucherRedeemed, id)
	if tx.State.esim(v.ESIM).life() != revoked {
		tx.Await(esimRevoked, v.ESIM)
	}
	return nil
}

func (v *voucher) wire(r *sim.Request) wireVoucher {
	p := findPackage(v.Package)
	w := wireVoucher{
		ID: v.ID, Code: v.Code, RedeemURL: r.PageLink(voucherPages + v.Code), Status: v.status(), ReferenceID: v.Reference,
		PackageID: p.ID, Package: p.Name, Destination: p.Group.CountryName, Price: v.Price.Float(), Currency: currency,
		ESIMID: v.ESIM, OrderID: v.Order, Notes: v.Notes, CreatedAt: epoch(v.CreatedAt), UpdatedAt: epoch(v.CreatedAt),
	}
	if !v.RedeemedAt.IsZero() {
		redeemed := epoch(v.RedeemedAt)
		w.RedeemedAt, w.UpdatedAt = &redeemed, redeemed
	}
	if !v.CancelledAt.IsZero() {
		w.UpdatedAt = epoch(v.CancelledAt)
	}
	return w
}
