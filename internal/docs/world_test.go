package docs_test

import (
	"testing"
	"time"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// instant is when samples are made, which has no meaning of its own.
var instant = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)

// simulator is one that listens nowhere.
func simulator(t *testing.T) *sim.Server {
	t.Helper()
	s, err := sim.New(sim.Config{Providers: all.Providers(), Freeze: instant})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// fresh is the settings of a world in which nothing was chosen.
func fresh(t *testing.T) map[string]map[string]any {
	t.Helper()
	return simulator(t).WorldT(t, "demo").View().Settings
}
