package roamify

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// fixtures are the orders and eSIMs that a test can begin with. An expired eSIM was used
// and is a day past its validity (assumed).
func fixtures() *sim.Fixtures[state] {
	onDevice := []string{orderCompleted, esimReady, esimInstalled, esimActive, esimDepleted}
	return &sim.Fixtures[state]{
		Items:       func() []string { return slices.Sorted(maps.Keys(theCatalogue().packages)) },
		MaxQuantity: maxQuantity,
		Orders: []sim.FixtureState{
			{Name: completed, Path: []string{orderCompleted}},
			{Name: pending, Hold: []string{orderCompleted}},
			{Name: requireAction, Path: []string{orderRequireAction}, Hold: []string{orderCompleted}},
			{Name: cancelled, Path: []string{orderCancelled, esimRevoked}, Hold: []string{orderCompleted}},
			{Name: refunded, Path: []string{orderCompleted, esimRevoked}, Last: []string{orderRefunded}},
			{Name: archived, Path: []string{orderCompleted}, Last: []string{orderArchived}},
		},
		ESIMs: []sim.FixtureState{
			{Name: ready, Path: []string{orderCompleted, esimReady}},
			{Name: fresh, Path: []string{orderCompleted}, Hold: []string{esimReady}},
			{Name: installed, Path: onDevice, Device: []esim.ActionKind{esim.Install}},
			{Name: expired, Path: onDevice, Device: []esim.ActionKind{esim.Use}, Age: func(item string) time.Duration {
				return time.Duration(findPackage(item).Days+1) * day
			}},
			{Name: revoked, Path: []string{orderCompleted, esimReady}, Last: []string{esimRevoked}},
			{Name: unknown, Path: []string{orderCompleted, esimReady}, Last: []string{esimUnknown}},
		},
		Reference: func(reference string) error {
			if len(reference) > maxReference {
				return fmt.Errorf("a referenceId has at most %d characters", maxReference)
			}
			return nil
		},
		Place: placeFixture,
		Show:  showFixture,
	}
}

// placeFixture orders, and applies for the eSIMs where the state wanted has profiles.
func placeFixture(tx *sim.Tx[state], want sim.FixtureOrder, s *sim.FixtureState) (string, error) {
	p := findPackage(want.Item)
	o := &order{Reference: want.Reference}
	for range want.Quantity {
		o.Items = append(o.Items, item{Package: p.ID, Price: price(tx, p)})
		o.Total += price(tx, p)
	}
	place(tx, o)
	if s.Name == cancelled {
		tx.Cancel(orderCompleted, o.ID)
	}
	if slices.Contains(s.Path, esimReady) {
		for _, i := range o.Items {
			tx.State.esim(i.ESIM).apply(tx)
		}
	}
	return o.ID, nil
}

func showFixture(tx *sim.Tx[state], id string) (out sim.FixtureShown, ok bool) {
	o := tx.State.order(id)
	if o == nil {
		o = tx.State.reference(id)
	}
	if o == nil {
		return out, false
	}
	out.State = o.status()
	for _, i := range o.Items {
		e := tx.State.esim(i.ESIM)
		out.ESIMs = append(out.ESIMs, sim.FixtureShownESIM{Edge: e.ID, ID: e.ID, ICCID: e.ICCID, States: []string{e.status()}})
	}
	return out, true
}
