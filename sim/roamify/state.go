package roamify

import (
	"fmt"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// state is one partner's account. What has happened is kept as instants and volumes; the
// words that the API has for it are derived.
type state struct {
	Balance money.Amount
	Orders  []*order // oldest first
	ESIMs   []*eSIM  // oldest first
	Pending int      // orders not yet completed

	// Places in the lists above.
	OrderByID, OrderByReference map[string]int
	ESIMByID, ESIMByICCID       map[string]int
}

// An order is a purchase of eSIMs, or of one top-up.
type order struct {
	ID          string
	Reference   string // the client's own, unique in the account; "" for none
	TopUp       bool
	Total       money.Amount
	Items       []item
	CreatedAt   time.Time
	CompletedAt time.Time // zero while PENDING
}

// An item is one eSIM bought, or topped up.
type item struct {
	ESIM    string // its id
	Package string // its id
	Price   money.Amount
}

// An eSIM is what was sold. The profile that a device downloads is the engine's, and
// there is none before ReadyAt.
type eSIM struct {
	ID      string
	Order   string // id of the order that bought it
	Package string // id of the package it was bought with
	ICCID   string // "" until ReadyAt

	CreatedAt   time.Time
	AppliedAt   time.Time // generation asked for; zero before
	ReadyAt     time.Time
	InstalledAt time.Time // on a device for the first time
	StartedAt   time.Time // first use, or the top-up that revived it
	DepletedAt  time.Time // all data used; zero again after a top-up
	ExpiresAt   time.Time // end of the install window, after first use of the validity
	ExpiredAt   time.Time // zero while that has not come to pass
	UpdatedAt   time.Time

	// What all its packages give together.
	Days      int
	Unlimited bool
	Allowed   esim.Bytes
	Used      esim.Bytes
	SMS       int
	Minutes   int
}

// openingBalance is what a new account has, in USD.
const openingBalance = money.Amount(1000_00)

func open(tx *sim.Tx[state]) {
	*tx.State = state{
		Balance:   openingBalance,
		OrderByID: map[string]int{}, OrderByReference: map[string]int{},
		ESIMByID: map[string]int{}, ESIMByICCID: map[string]int{},
	}
}

func (s *state) addOrder(o *order) {
	n := len(s.Orders)
	s.Orders = append(s.Orders, o)
	s.OrderByID[o.ID] = n
	if o.Reference != "" {
		s.OrderByReference[o.Reference] = n
	}
	s.Pending++
}

func (s *state) addESIM(e *eSIM) {
	s.ESIMByID[e.ID] = len(s.ESIMs)
	s.ESIMs = append(s.ESIMs, e)
}

// order is the one by that id, or nil.
func (s *state) order(id string) *order { return at(s.Orders, s.OrderByID, id) }

// reference is the order by that reference of the client's, or nil.
func (s *state) reference(ref string) *order { return at(s.Orders, s.OrderByReference, ref) }

// esim is the eSIM by that id, or nil.
func (s *state) esim(id string) *eSIM { return at(s.ESIMs, s.ESIMByID, id) }

// profile is the eSIM by its ICCID, or nil.
func (s *state) profile(iccid string) *eSIM { return at(s.ESIMs, s.ESIMByICCID, iccid) }

func at[T any](all []*T, index map[string]int, id string) *T {
	if n, ok := index[id]; ok {
		return all[n]
	}
	return nil
}

// Status words of orders (owner's Get eSIM Orders page) and of eSIMs (eSIM page).
const (
	pending   = "PENDING"
	completed = "COMPLETED"

	fresh     = "NEW"
	ready     = "READY"
	installed = "INSTALLED"
	expired   = "EXPIRED"
)

func (o *order) status() string {
	if o.CompletedAt.IsZero() {
		return pending
	}
	return completed
}

func (e *eSIM) status() string {
	switch {
	case e.ReadyAt.IsZero():
		return fresh
	case !e.ExpiredAt.IsZero():
		return expired
	case e.InstalledAt.IsZero():
		return ready
	}
	return installed
}

// left is the data that remains; it means nothing where there is no limit.
func (e *eSIM) left() esim.Bytes { return e.Allowed - e.Used }

func profileStatus(tx *sim.Tx[state], p *esim.Profile) string {
	if e := tx.State.esim(p.ID); e != nil {
		return e.status()
	}
	return ""
}

var settings = []sim.Setting[state]{
	{
		Name: "edition", Values: []string{"2026-06"}, Basis: sim.Brief,
		Doc: "The dated contract: packages are paged, country is a name.",
	},
	{
		Name: "validationShape", Values: []string{"error", "message"}, Basis: sim.Observed,
		Doc: `The body of a validation error: {"error":…}, or {"message":…,"status":"failed"} like all others.`,
	},
	{
		Name: "unknownPackage", Values: []string{"500", "404"}, Basis: sim.Observed,
		Doc: "The status of an order for a package that does not exist: 500 Unknown error as seen, or 404.",
	},
	{
		Name: "balance", Basis: sim.Assumed, Doc: "The partner's balance in USD.",
		Get: func(tx *sim.Tx[state]) any { return tx.State.Balance.Float() },
		Set: setBalance,
	},
}

// maxBalance keeps sums far from where floats lose cents.
const maxBalance = 1e9

func setBalance(tx *sim.Tx[state], v any) error {
	usd, ok := v.(float64)
	if !ok || usd < 0 || usd > maxBalance {
		return fmt.Errorf("balance is a number from 0 to %.0f", maxBalance)
	}
	tx.State.Balance = money.Of(usd)
	return nil
}
