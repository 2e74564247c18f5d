package esimfly

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// fixtures are the orders and eSIMs that a test can begin with. An expired eSIM was used
// and is a day past its validity (assumed).
func fixtures() *sim.Fixtures[state] {
	done := []string{edgeAccepted, edgeProvisioned}
	onDevice := append(done[:2:2], edgeInstalled, edgeActive, edgeDepleted, edgeDeleted, edgeSynced)
	cancelled := append(done[:2:2], edgeRefunded, edgeSynced)
	return &sim.Fixtures[state]{
		Items:       func() []string { return slices.Sorted(maps.Keys(catalogue().byCode)) },
		MaxQuantity: maxQuantity,
		Orders: []sim.FixtureState{
			{Name: orderCompleted, Path: done},
			{Name: orderPending, Path: []string{edgeAccepted}, Hold: []string{edgeProvisioned}},
			{Name: orderFailed, Path: []string{edgeAccepted, edgeFailed}},
			{Name: orderCancelled, Path: cancelled, Last: []string{edgeCancelled}},
		},
		ESIMs: []sim.FixtureState{
			{Name: statusNew, Path: done},
			{Name: statusActive, Path: onDevice, Device: []esim.ActionKind{esim.Use}},
			{Name: statusDepleted, Path: onDevice, Device: []esim.ActionKind{esim.Use}, All: true},
			{Name: statusExpired, Path: onDevice, Device: []esim.ActionKind{esim.Use}, Age: func(code string) time.Duration {
				return time.Duration(catalogue().byCode[code].item.ValidityDays+1) * day
			}},
			{Name: statusCancelled, Path: cancelled, Last: []string{edgeCancelled}},
			{Name: statusDeleted, Path: onDevice, Device: []esim.ActionKind{esim.Install, esim.Remove}},
		},
		Reference: func(reference string) error {
			if !orderReference.MatchString(reference) {
				return errors.New("an orderReference is order_, the time in seconds or milliseconds, _ and five of a-z and 0-9: order_1751370000_ab12c")
			}
			return nil
		},
		Place: placeFixture,
		Show:  showFixture,
	}
}

var orderReference = regexp.MustCompile(`^order_([0-9]{10}|[0-9]{13})_[a-z0-9]{5}$`)

// placeFixture buys as the account's kind can. An enterprise pays for the data its eSIMs
// use, and is given the money for it.
func placeFixture(tx *sim.Tx[state], want sim.FixtureOrder, _ *sim.FixtureState) (string, error) {
	p := catalogue().byCode[want.Item]
	if (p.class == classEnterprise) != (tx.Setting("account") == accountOwn) {
		return "", &sim.FixtureError{Pointer: "/item", Message: "accounts of the kind " + tx.Setting("account") + " do not sell " + want.Item}
	}
	total := price(tx, p).Times(want.Quantity)
	tx.State.Balance = money.Of(maxBalance)
	o := place(tx, nil, p, purchase{code: want.Item, quantity: want.Quantity, reference: want.Reference}, total)
	return o.Reference, nil
}

func showFixture(tx *sim.Tx[state], id string) (out sim.FixtureShown, ok bool) {
	o := tx.State.order(id)
	if o == nil {
		return out, false
	}
	if out.State = o.status(); out.State == orderFailed {
		return out, true // without eSIMs
	}
	for _, e := range esimsOf(tx, o) {
		word := e.status()
		if e.pending() {
			word = "PENDING" // as the order has it
		}
		out.ESIMs = append(out.ESIMs, sim.FixtureShownESIM{Edge: e.ICCID, ID: strconv.Itoa(e.ID), ICCID: e.ICCID, States: []string{word}})
	}
	return out, true
}
