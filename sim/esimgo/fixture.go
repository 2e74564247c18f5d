package esimgo

import (
	"errors"
	"regexp"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// fixtures are the orders and eSIMs that a test can begin with. An eSIM is asked for by the
// state of its bundle, of its profile, or as suspended. What is over is so for a day
// (assumed).
func fixtures() *sim.Fixtures[state] {
	done := []string{"order.dispatched", "order.completed", "bundle.queued"}
	onDevice := append(done[:len(done):len(done)],
		"esim.downloaded", "esim.installed", "esim.attached", "bundle.active", "bundle.depleted")
	install, use := []esim.ActionKind{esim.Install}, []esim.ActionKind{esim.Use}
	return &sim.Fixtures[state]{
		Items: func() []string {
			var names []string
			for _, b := range catalogue().rows {
				names = append(names, b.Name)
			}
			return names
		},
		MaxQuantity: maxUnits, Inventory: true,
		Orders: []sim.FixtureState{
			{Name: "completed", Path: done},
			{Name: "processing", Path: []string{"order.dispatched"}, Hold: []string{"order.completed"}},
			{Name: "failed", Path: []string{"order.dispatched", "order.failed"}},
		},
		ESIMs: []sim.FixtureState{
			{Name: queued, Path: done},
			{Name: processing, Path: done[:2], Hold: []string{"bundle.queued"}},
			{Name: active, Path: onDevice, Device: use},
			{Name: depleted, Path: onDevice, Device: use, All: true},
			{Name: expired, Path: onDevice, Device: use, Age: func(item string) time.Duration {
				return catalogue().byName[item].Plan.length() + 24*time.Hour
			}},
			{Name: lapsed, Path: done, Age: func(string) time.Duration { return 367 * 24 * time.Hour }},
			{Name: revoked, Path: done, Last: []string{"bundle.revoked"}},

			{Name: released, Path: done},
			{Name: downloaded, Path: append(done[:len(done):len(done)], "esim.downloaded"), Hold: []string{"esim.installed"}, Device: install},
			{Name: installed, Path: onDevice, Device: install},
			{Name: unavailableStatus, Path: done, Last: []string{"esim.unavailable"}},
			{Name: deactivated, Path: done, Last: []string{"esim.deactivated"}},
			{Name: suspended, Path: done, Last: []string{"esim.suspended"}},
		},
		Reference: func(reference string) error {
			if !uuid.MatchString(reference) {
				return errors.New("an orderReference is a UUID in lower case")
			}
			return nil
		},
		Place: placeFixture,
		Show:  showFixture,
	}
}

var uuid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func placeFixture(tx *sim.Tx[state], want sim.FixtureOrder, _ *sim.FixtureState) (string, error) {
	b := catalogue().byName[want.Item]
	l := &orderLine{Bundle: b.Name, Quantity: want.Quantity, Price: price(tx, b)}
	if !want.Inventory {
		l.Targets = make([]string, want.Quantity)
	}
	o := &order{
		Reference: want.Reference, CreatedAt: tx.Now, Assign: !want.Inventory, SourceIP: "127.0.0.1",
		Total: l.Price.Times(l.Quantity), Lines: []*orderLine{l},
	}
	place(tx, o)
	return o.Reference, nil
}

func showFixture(tx *sim.Tx[state], id string) (out sim.FixtureShown, ok bool) {
	o := tx.State.order(id)
	if o == nil {
		return out, false
	}
	out.State = o.status()
	for _, l := range o.Lines {
		for _, iccid := range l.ICCIDs {
			out.ESIMs = append(out.ESIMs, showESIM(tx, iccid))
		}
	}
	return out, true
}

// showESIM has the words of the profile, of a suspension, and of each bundle.
func showESIM(tx *sim.Tx[state], iccid string) sim.FixtureShownESIM {
	e := held(tx, iccid)
	out := sim.FixtureShownESIM{Edge: iccid, ICCID: iccid, States: []string{e.status()}}
	if e.state() == suspended {
		out.States = append(out.States, suspended)
	}
	for _, i := range e.Assigned {
		a := tx.State.Assigned[i]
		out.Parts, out.States = append(out.Parts, a.id()), append(out.States, a.state())
	}
	return out
}
