package esimgo

import (
	"net/http"
	"strconv"
	"time"

	"github.com/esimsim/esimsim/sim"
)

// getInventory is GET /inventory: what was bought ahead and has not run out of time, by
// bundle. A stock that is used up shows with nothing remaining.
func getInventory(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	rows := []stockedBundle{}
	place := map[string]int{}
	for _, s := range tx.State.Stock {
		if !s.usable() {
			continue
		}
		i, ok := place[s.Bundle]
		if !ok {
			i = len(rows)
			place[s.Bundle] = i
			rows = append(rows, stockedOf(catalogue().byName[s.Bundle]))
		}
		rows[i].Available = append(rows[i].Available, availableWire{
			ID: s.ID, Total: s.Total, Remaining: s.Remaining, Expiry: s.ExpiresAt.Format(time.DateOnly),
		})
	}
	if r.Mount != v23 {
		return sim.Reply{Status: http.StatusOK, Body: inventoryWire{Bundles: rows}}, nil
	}
	older := make([]stockedBundle23, len(rows))
	for i, b := range rows {
		older[i] = stockedBundle23{
			Name: b.Name, Description: b.Description, Available: b.Available, Countries: b.Countries, Data: b.Data, Duration: b.Duration,
			DurationUnit: b.DurationUnit, Autostart: b.Autostart, Unlimited: b.Unlimited, Speed: b.Speed,
		}
	}
	return sim.Reply{Status: http.StatusOK, Body: inventoryWire23{Bundles: older}}, nil
}

func stockedOf(b *bundle) stockedBundle {
	p := b.Plan
	w := stockedBundle{
		Name: b.Name, Description: b.Description, Countries: []string{b.Area.Code}, Data: p.megabytes(),
		Duration: p.Days, DurationUnit: "day", Autostart: true, Unlimited: p.unlimited(), Speed: b.Area.speeds,
		Allowances: p.allowances(),
	}
	if p.Months > 0 {
		w.Duration, w.DurationUnit = p.Months, "month"
	}
	return w
}

// allowances are what a bundle is made of: data, so far.
func (p *plan) allowances() []allowanceWire {
	w := allowanceWire{Type: "DATA", Service: "Roaming", Description: p.Data + " data", Amount: p.megabytes(), Unit: "MB", Unlimited: p.unlimited()}
	if p.unlimited() {
		w.Description = p.Label + " data"
	}
	return []allowanceWire{w}
}

// usable says whether bundles can still be taken from a stock, should any remain.
func (s *stock) usable() bool { return s.ExpiredAt.IsZero() }

// putInStock gives a purchase its usageId and its time.
func putInStock(tx *sim.Tx[state], s *stock) {
	s.ID = tx.State.FirstUse + len(tx.State.Stock)
	s.ExpiresAt, s.Remaining = lapse(s.BoughtAt), s.Total
	tx.State.Stock = append(tx.State.Stock, s)
	tx.At("inventory.expired", strconv.Itoa(s.ID), s.ExpiresAt)
}

// restock puts a revoked bundle back: to the stock it came from, or, bought straight onto
// the eSIM, to one of its own.
func restock(tx *sim.Tx[state], a *assignment) {
	if s := tx.State.stock(a.Usage); s != nil {
		s.Remaining++
		return
	}
	putInStock(tx, &stock{Bundle: a.Bundle, Price: a.Price, BoughtAt: a.BoughtAt, Total: 1})
}

// expireStock passes inventory.expired; the id is the usageId.
func expireStock(tx *sim.Tx[state], id string) error {
	n, err := strconv.Atoi(id)
	if err != nil || tx.State.stock(n) == nil {
		return &sim.EdgeError{ID: id}
	}
	s := tx.State.stock(n)
	if !s.usable() {
		return &sim.EdgeError{ID: id, State: "expired", Wanted: "in the inventory"}
	}
	s.ExpiredAt = tx.Now
	return nil
}

// inStock counts the bundles of that name.
func inStock(tx *sim.Tx[state], name string) (n int) {
	for _, s := range tx.State.Stock {
		if s.Bundle == name && s.usable() {
			n += s.Remaining
		}
	}
	return n
}

// takeFromStock takes one bundle of that name, of the oldest purchase that has any, and
// gives its usageId.
func takeFromStock(tx *sim.Tx[state], name string) int {
	for _, s := range tx.State.Stock {
		if s.Bundle == name && s.usable() && s.Remaining > 0 {
			s.Remaining--
			return s.ID
		}
	}
	return 0
}

// refundInventory is POST /inventory/refund: bundles that were never used, back into
// money.
func refundInventory(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	b, err := decode(r)
	if err != nil {
		return sim.Reply{}, err
	}
	id, quantity := b.integer("usageId"), b.integer("quantity")
	if *b.wrong {
		return sim.Reply{}, errInvalidBody
	}
	s := tx.State.stock(id)
	switch {
	case s == nil || !s.usable():
		return sim.Reply{}, errUsageNotFound
	case quantity < 1:
		return sim.Reply{}, errQuantity
	case quantity > s.Remaining:
		return sim.Reply{}, errExceedsStock
	case tx.Setting("refunds") == "false":
		return sim.Reply{}, errRefundsDisabled
	case tx.Now.After(s.BoughtAt.Add(refundPeriod)):
		return sim.Reply{}, errRefundPeriod
	}
	s.Remaining -= quantity
	credit(tx, s.Price.Times(quantity))
	return done("Successfully refunded bundles to balance"), nil
}
