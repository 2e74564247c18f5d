package esimgo

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// warnings are the percents of the threshold at which the organisation is warned.
var warnings = [...]int{100, 75, 50, 10}

// below are those that the balance is at or under.
func below(s *state) (percents []int) {
	for _, p := range warnings {
		if s.Balance*100 <= s.Alert.Times(p) {
			percents = append(percents, p)
		}
	}
	return percents
}

// spend takes from the balance, and brings it to the warnings it has come down to.
func spend(tx *sim.Tx[state], a money.Amount) {
	before := below(tx.State)
	tx.State.Balance -= a
	after := below(tx.State)
	for _, p := range after {
		if !slices.Contains(tx.State.Warned, p) {
			tx.Await("balance.low", strconv.Itoa(p))
		}
	}
	if len(before) == 0 && len(after) > 0 {
		tx.Await("balance.autotopup", strconv.Itoa(leastTopUp))
	}
}

// credit adds to the balance. What it has risen above will be warned of anew.
func credit(tx *sim.Tx[state], a money.Amount) {
	tx.State.Balance += a
	settle(tx)
}

// settle forgets the warnings that no longer hold, and the refusals of before.
func settle(tx *sim.Tx[state]) {
	tx.State.Refused = 0
	holds := below(tx.State)
	for _, p := range warnings {
		if !slices.Contains(holds, p) {
			tx.Cancel("balance.low", strconv.Itoa(p))
		}
	}
	tx.State.Warned = slices.DeleteFunc(tx.State.Warned, func(p int) bool { return !slices.Contains(holds, p) })
}

// lowBalance passes balance.low; the id is the percent.
func lowBalance(tx *sim.Tx[state], id string) error {
	p, err := strconv.Atoi(id)
	switch {
	case err != nil || !slices.Contains(warnings[:], p):
		return &sim.EdgeError{ID: id}
	case !slices.Contains(below(tx.State), p):
		return &sim.EdgeError{ID: id, State: "above", Wanted: "at or under that part of the threshold"}
	case slices.Contains(tx.State.Warned, p):
		return &sim.EdgeError{ID: id, State: "warned of", Wanted: "not yet warned of"}
	}
	tx.State.Warned = append(tx.State.Warned, p)
	tx.Send(sim.Outgoing{Event: lowBalanceAlert, Body: balanceOf(lowBalanceAlert, tx.State.Balance, tx.State.Alert)})
	return nil
}

// toldRefusals is how many purchases in vain the organisation is told of (vendor's
// InsufficientBalance page).
const toldRefusals = 10

// tellRefused sends that an order was refused for want of money. The refusal changes
// nothing but how often that was told.
func tellRefused(tx *sim.Tx[state]) {
	s := tx.State
	if s.Refused == toldRefusals || !tx.Heard() {
		return
	}
	s.Refused++
	tx.Send(sim.Outgoing{Event: insufficientBalance, Body: balanceOf(insufficientBalance, s.Balance, s.Alert)})
}

// paidIn credits what was paid in and tells of it.
func paidIn(tx *sim.Tx[state], alert string, a money.Amount) {
	before := tx.State.Balance
	credit(tx, a)
	tx.Send(sim.Outgoing{Event: alert, Body: creditOf(alert, before, tx.State.Balance)})
}

// autoTopUp passes balance.autotopup; the id is the amount.
func autoTopUp(tx *sim.Tx[state], id string) error { return paidInByID(tx, automaticTopUp, id) }

// grantTopUp passes balance.granted.
func grantTopUp(tx *sim.Tx[state], id string) error { return paidInByID(tx, vendorTopUp, id) }

func paidInByID(tx *sim.Tx[state], alert, id string) error {
	amount, err := money.Parse(id)
	switch {
	case err != nil || amount <= 0:
		return &sim.EdgeError{ID: id}
	case tx.State.Balance+amount > money.Of(maxTopUp):
		return &sim.EdgeError{ID: id, State: "full", Wanted: "at most " + strconv.Itoa(maxTopUp)}
	}
	paidIn(tx, alert, amount)
	return nil
}

// The limits of a top-up, which an account manager can change (vendor's second revision);
// past the last one a balance would no longer be sensible (assumed).
const (
	leastTopUp = 1000
	dailyTopUp = 5000
	maxTopUp   = 1_000_000_000
)

// A topUp is what was paid from the saved card at one instant.
type topUp struct {
	At     time.Time
	Amount money.Amount
}

// addBalance is POST /organisation/balance. Any amount is taken; single ones out of bounds
// are findings of the document, more in a day than the vendor takes is one of ours.
func addBalance(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	s := tx.State
	text := r.Query.Get("amount")
	if text == "" {
		return sim.Reply{}, errAmount
	}
	amount, err := money.Parse(text)
	switch {
	case err != nil || amount <= 0:
		return sim.Reply{}, errAmountPositive
	case s.Balance+amount > money.Of(maxTopUp):
		return sim.Reply{}, errAmountTooLarge
	}
	s.TopUps = slices.DeleteFunc(s.TopUps, func(t topUp) bool { return !t.At.After(tx.Now.Add(-24 * time.Hour)) })
	if n := len(s.TopUps); n > 0 && s.TopUps[n-1].At.Equal(tx.Now) {
		s.TopUps[n-1].Amount += amount
	} else {
		s.TopUps = append(s.TopUps, topUp{At: tx.Now, Amount: amount})
	}
	paidIn(tx, manualTopUp, amount)
	adviseTopUp(r, s.TopUps, amount)
	return sim.Reply{Status: http.StatusOK, Body: topUpWire{
		Amount: amount.Float(), Balance: s.Balance.Float(), Ref: 70_000_000 + tx.Rand().IntN(10_000_000),
	}}, nil
}

func adviseTopUp(r *sim.Request, day []topUp, amount money.Amount) {
	var total money.Amount
	for _, t := range day {
		total += t.Amount
	}
	if total <= money.Of(dailyTopUp) || amount > money.Of(dailyTopUp) {
		return
	}
	r.Note(&oddDailyTopUp, "query/amount", "top up at most "+strconv.Itoa(dailyTopUp)+" in 24 hours, "+strconv.Itoa(leastTopUp)+" or more at a time: this comes to "+total.String())
}
