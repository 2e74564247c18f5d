package roamify

import (
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// state is one partner's account. What has happened is kept as instants and volumes; the
// words that the API has for it are derived.
type state struct {
	OpenedAt time.Time
	Balance  money.Amount
	// LowBalance is what partners are told of when the balance falls below it; nil for the
	// threshold of a new account, and 0 for never.
	LowBalance *money.Amount

	// The oldest of each is first.
	Orders   []*order
	ESIMs    []*eSIM
	Vouchers []*voucher
	Gifts    []*gift
	Refunds  []*refund

	// How many there are of each status.
	OrdersOf, ESIMsOf map[string]int

	// Places in the lists above.
	OrderByID, OrderByReference          map[string]int
	ESIMByID, ESIMByLink                 map[string]int
	VoucherByID, VoucherByCode, GiftByID map[string]int
	RefundByID, OpenRefundByESIM         map[string]int

	VoucherBatches map[string]bool // references that are taken; orders have their own
}

// An order is a purchase of eSIMs, or of one top-up.
type order struct {
	ID        string
	Reference string // the client's own, unique in the account; "" for none
	TopUp     bool
	Instant   bool   // its eSIMs are generated with it
	Voucher   string // id of the voucher that it is for; "" for none
	Total     money.Amount
	Items     []item

	CreatedAt   time.Time
	ActionAt    time.Time // when it came to need a hand; zero for never
	CompletedAt time.Time // zero until it is completed
	CancelledAt time.Time
	ArchivedAt  time.Time
	UpdatedAt   time.Time
}

// An item is one eSIM bought, or topped up.
type item struct {
	ESIM       string // its id
	Package    string // its id
	Price      money.Amount
	RefundedAt time.Time // zero while the money is the seller's
}

// An eSIM is what was sold. The profile that a device downloads is the engine's, and
// there is none before ReadyAt.
type eSIM struct {
	ID      string
	Order   string   // id of the order that bought it
	Package string   // id of the package it was bought with
	ICCID   string   // "" until ReadyAt
	TopUps  []string // ids of the orders that topped it up, or will
	Refunds []int    // places in state.Refunds of what was asked back for it
	Link    shareLink

	CreatedAt   time.Time
	AppliedAt   time.Time // generation asked for; zero before
	ReadyAt     time.Time
	InstalledAt time.Time // on a device for the first time
	StartedAt   time.Time // first use, or the top-up that revived it
	InactiveAt  time.Time // the device switched the line off; zero while it is on
	DeletedAt   time.Time // removed from its device; zero while it is there
	DepletedAt  time.Time // all data used; zero again after a top-up
	ExpiresAt   time.Time // end of the install window, after first use of the validity
	ExpiredAt   time.Time // zero while that has not come to pass
	RevokedAt   time.Time
	UnknownAt   time.Time // the supplier does not answer for it since; zero while it does
	ReportAt    time.Time // natural instant of the next report of its usage; zero for none
	UpdatedAt   time.Time

	// What all its packages give together.
	Days      int
	Unlimited bool
	Allowed   esim.Bytes
	Used      esim.Bytes
	SMS       int
	Minutes   int

	Usage  []dayUse // oldest first
	Events []event  // oldest first
}

// A dayUse is what was used on one day in one country.
type dayUse struct {
	Day     time.Time // midnight, UTC
	Country string    // ISO code; "" where the device never said
	Bytes   esim.Bytes
}

// An event is something that happened on a device, or to the eSIM there.
type event struct {
	Status string
	At     time.Time
}

// A shareLink is what was handed out for people; the zero value is none.
type shareLink struct {
	Key, AccessCode string
	CreatedAt       time.Time
}

// openingBalance is what a new account has, in USD.
const openingBalance = money.Amount(1000_00)

func open(tx *sim.Tx[state]) {
	*tx.State = state{
		OpenedAt: tx.Now, Balance: openingBalance,
		OrdersOf: map[string]int{}, ESIMsOf: map[string]int{},
		OrderByID: map[string]int{}, OrderByReference: map[string]int{},
		ESIMByID: map[string]int{}, ESIMByLink: map[string]int{},
		VoucherByID: map[string]int{}, VoucherByCode: map[string]int{}, VoucherBatches: map[string]bool{},
		GiftByID: map[string]int{}, RefundByID: map[string]int{}, OpenRefundByESIM: map[string]int{},
	}
}

func (s *state) addOrder(o *order) {
	n := len(s.Orders)
	s.Orders = append(s.Orders, o)
	s.OrderByID[o.ID] = n
	if o.Reference != "" {
		s.OrderByReference[o.Reference] = n
	}
	s.OrdersOf[o.status()]++
}

func (s *state) addESIM(e *eSIM) {
	s.ESIMByID[e.ID] = len(s.ESIMs)
	s.ESIMs = append(s.ESIMs, e)
	s.ESIMsOf[e.status()]++
}

// alterOrder changes the facts of an order and keeps count of the statuses.
func (s *state) alterOrder(o *order, now time.Time, change func()) {
	s.OrdersOf[o.status()]--
	change()
	o.UpdatedAt = now
	s.OrdersOf[o.status()]++
}

// alterESIM changes the facts of an eSIM and keeps count of the statuses.
func (s *state) alterESIM(e *eSIM, now time.Time, change func()) {
	s.ESIMsOf[e.status()]--
	change()
	e.UpdatedAt = now
	s.ESIMsOf[e.status()]++
}

// order is the one by that id, or nil.
func (s *state) order(id string) *order { return at(s.Orders, s.OrderByID, id) }

// reference is the order by that reference of the client's, or nil.
func (s *state) reference(ref string) *order { return at(s.Orders, s.OrderByReference, ref) }

// esim is the eSIM by that id, or nil.
func (s *state) esim(id string) *eSIM { return at(s.ESIMs, s.ESIMByID, id) }

// byICCID is the eSIM by its ICCID, or nil.
func byICCID(tx *sim.Tx[state], iccid string) *eSIM {
	if p := tx.ESIM(iccid); p != nil {
		return tx.State.esim(p.ID)
	}
	return nil
}

func at[T any](all []*T, index map[string]int, id string) *T {
	if n, ok := index[id]; ok {
		return all[n]
	}
	return nil
}

// Status words of orders (owner's Get eSIM Orders page) and of eSIMs (eSIM page).
const (
	pending       = "PENDING"
	completed     = "COMPLETED"
	archived      = "ARCHIVED"
	cancelled     = "CANCELLED"
	refunded      = "REFUNDED"
	requireAction = "REQUIRE_ACTION"

	fresh     = "NEW"
	ready     = "READY"
	installed = "INSTALLED"
	revoked   = "REVOKED"
	expired   = "EXPIRED"
	unknown   = "UNKNOWN"
)

var (
	orderStatuses = []string{pending, completed, archived, cancelled, refunded, requireAction}
	esimStatuses  = []string{fresh, ready, installed, revoked, expired, unknown}
)

func (o *order) status() string {
	switch {
	case !o.ArchivedAt.IsZero():
		return archived
	case o.refunded():
		return refunded
	case !o.CancelledAt.IsZero():
		return cancelled
	case !o.CompletedAt.IsZero():
		return completed
	case !o.ActionAt.IsZero():
		return requireAction
	}
	return pending
}

// refunded says whether all its money went back, item by item or at once.
func (o *order) refunded() bool {
	for i := range o.Items {
		if o.Items[i].RefundedAt.IsZero() {
			return false
		}
	}
	return len(o.Items) > 0
}

// open says whether it may still be completed.
func (o *order) open() bool {
	return o.CompletedAt.IsZero() && o.CancelledAt.IsZero() && !o.refunded()
}

// item is the one for that eSIM.
func (o *order) item(esim string) *item {
	for i := range o.Items {
		if o.Items[i].ESIM == esim {
			return &o.Items[i]
		}
	}
	return nil
}

// life is what became of an eSIM, whether or not the supplier can be asked about it.
func (e *eSIM) life() string {
	switch {
	case !e.RevokedAt.IsZero():
		return revoked
	case e.ReadyAt.IsZero():
		return fresh
	case !e.ExpiredAt.IsZero():
		return expired
	case e.InstalledAt.IsZero():
		return ready
	}
	return installed
}

func (e *eSIM) status() string {
	if !e.UnknownAt.IsZero() {
		return unknown
	}
	return e.life()
}

// left is the data that remains; it means nothing where there is no limit.
func (e *eSIM) left() esim.Bytes { return e.Allowed - e.Used }

// note writes an event down.
func (e *eSIM) note(status string, now time.Time) {
	e.Events = append(e.Events, event{Status: status, At: now})
}

func profileStatus(tx *sim.Tx[state], p *esim.Profile) string {
	if e := tx.State.esim(p.ID); e != nil {
		return e.status()
	}
	return ""
}
