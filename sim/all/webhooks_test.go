package all_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
	"github.com/esimsim/esimsim/sim/simtest"
)

// told is a simulator all of whose Roamify events go to a receiver.
func told(t *testing.T, scenarios ...string) *sim.Server {
	t.Helper()
	return sim.StartT(t, sim.Config{
		Providers: all.Providers(), Scenarios: scenarios, Freeze: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC),
		Webhooks: map[string]sim.Target{"roamify": {URL: simtest.Listen(t).URL}},
	})
}

// fates are what became of three events that are triggered, and of those before.
func fates(t *testing.T, w *sim.World) string {
	t.Helper()
	for range 3 {
		if _, err := w.Trigger(t.Context(), "roamify.webhook.low_balance"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Advance(0); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, d := range w.Deliveries() {
		out = append(out, d.State)
	}
	return strings.Join(out, " ")
}

// A rule counts the events that are sent, and no others: not those of a balance that a
// world begins with, nor those of a setting that is tried first.
func TestWebhookRulesCountWhatIsSent(t *testing.T) {
	t.Parallel()
	const first = "dropped delivered delivered"
	t.Run("a fixture", func(t *testing.T) {
		t.Parallel()
		w := told(t).WorldT(t, "w")
		if _, err := w.Start(sim.Fixture{Scenarios: []string{"webhook-lost"}, Settings: sim.Patch{"roamify": {"balance": 10.0}}}); err != nil {
			t.Fatal(err)
		}
		if got := fates(t, w); got != first {
			t.Errorf("got %s", got)
		}
	})
	t.Run("an account", func(t *testing.T) {
		t.Parallel()
		path := t.TempDir() + "/x.yaml"
		text := "version: 1\nname: x\naccounts: {roamify: {balance: 10}}\nrules:\n  - {on: roamify.webhook, calls: [1], do: {webhook: {drop: true}}}\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := fates(t, told(t, path).WorldT(t, "w")); got != first {
			t.Errorf("got %s", got)
		}
	})
	t.Run("a setting", func(t *testing.T) {
		t.Parallel()
		w := told(t).WorldT(t, "w~webhook-lost")
		if err := w.Patch(sim.Patch{"roamify": {"balance": 45.0}}); err != nil {
			t.Fatal(err)
		}
		if got := fates(t, w); got != "dropped delivered delivered delivered" {
			t.Errorf("got %s", got)
		}
	})
}

// What comes later by itself is held back until the world begins, however long ago its
// order was placed.
func TestFixtureHoldsWhatIsLate(t *testing.T) {
	t.Parallel()
	for _, scenario := range []string{"", "esimfly-pending-details"} {
		w := told(t).WorldT(t, "w")
		f := sim.Fixture{Orders: []sim.FixtureOrder{{Provider: "esimfly", Item: "RB77_5D", State: "pending_details", Ago: 10 * time.Minute}}}
		if scenario != "" {
			f.Scenarios = []string{scenario}
		}
		if _, err := w.Start(f); err != nil {
			t.Fatalf("%s: %v", scenario, err)
		}
	}
}
