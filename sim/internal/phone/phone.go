// Package phone acts on eSIMs as a phone does, for tests of providers, which name what it
// does by values and count in bytes.
package phone

import (
	"fmt"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// Act does with an eSIM of the world what the action says, by the levers that every test has;
// megabyte is what the eSIM's seller means by it.
func Act(w *sim.World, id string, a esim.Action, megabyte esim.Bytes) (sim.Acted, error) {
	switch a.Kind {
	case esim.Install:
		return w.Install(id)
	case esim.Attach:
		return w.Attach(id, a.Country)
	case esim.Use:
		return w.Use(id, float64(a.Bytes)/float64(megabyte))
	case esim.Remove:
		return w.Remove(id)
	}
	return sim.Acted{}, fmt.Errorf("no phone does %q", a.Kind)
}
