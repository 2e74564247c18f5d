package esimgo

import (
	"net/http"
	"time"

	"github.com/esimsim/esimsim/sim"
)

// getInventory is GET /inventory: what was bought ahead and has not run out of time, by
// bundle. A stock that is used up shows with nothing remaining.
func getInventory(tx *sim.Tx[state], _ *sim.Request) (sim.Reply, error) {
	w := inventoryWire{Bundles: []stockedBundle{}}
	place := map[string]int{}
	for _, s := range tx.State.Stock {
		if !s.usable(tx.Now) {
			continue
		}
		i, ok := place[s.Bundle]
		if !ok {
			i = len(w.Bundles)
			place[s.Bundle] = i
			w.Bundles = append(w.Bundles, stockedOf(catalogue().byName[s.Bundle]))
		}
		w.Bundles[i].Available = append(w.Bundles[i].Available, availableWire{
			ID: s.ID, Total: s.Total, Remaining: s.Remaining, Expiry: s.ExpiresAt.Format(time.DateOnly),
		})
	}
	return sim.Reply{Status: http.StatusOK, Body: w}, nil
}

func stockedOf(b *bundle) stockedBundle {
	p := b.Plan
	w := stockedBundle{
		Name: b.Name, Description: b.Description, Countries: []string{b.Area.Code}, Data: p.megabytes(),
		Duration: p.Days, DurationUnit: "day", Autostart: true, Unlimited: p.unlimited(), Speed: b.Area.speeds,
		Allowances: []allowanceWire{{
			Type: "DATA", Service: "Roaming", Description: p.Data + " data", Amount: p.megabytes(), Unit: "MB", Unlimited: p.unlimited(),
		}},
	}
	if p.Months > 0 {
		w.Duration, w.DurationUnit = p.Months, "month"
	}
	if p.unlimited() {
		w.Allowances[0].Description = p.Label + " data"
	}
	return w
}

// usable says whether bundles can still be taken from a stock, should any remain.
func (s *stock) usable(now time.Time) bool { return now.Before(s.ExpiresAt) }

func putInStock(tx *sim.Tx[state], l *orderLine) {
	tx.State.Stock = append(tx.State.Stock, &stock{
		ID: tx.State.FirstUse + len(tx.State.Stock), Bundle: l.Bundle, Price: l.Price,
		BoughtAt: tx.Now, ExpiresAt: lapse(tx.Now), Total: l.Quantity, Remaining: l.Quantity,
	})
}

// inStock counts the bundles of that name.
func inStock(tx *sim.Tx[state], name string) (n int) {
	for _, s := range tx.State.Stock {
		if s.Bundle == name && s.usable(tx.Now) {
			n += s.Remaining
		}
	}
	return n
}

// takeFromStock takes one bundle of that name, of the oldest purchase that has any.
func takeFromStock(tx *sim.Tx[state], name string) {
	for _, s := range tx.State.Stock {
		if s.Bundle == name && s.usable(tx.Now) && s.Remaining > 0 {
			s.Remaining--
			return
		}
	}
}
