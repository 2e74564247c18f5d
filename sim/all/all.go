// Package all is the list of providers: the program and Go tests both take it from here.
package all

import (
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/esimfly"
	"github.com/esimsim/esimsim/sim/esimgo"
	"github.com/esimsim/esimsim/sim/roamify"
)

// Providers are all APIs that esimsim stands in for.
func Providers() []*sim.Provider {
	return []*sim.Provider{roamify.Provider(), esimgo.Provider(), esimfly.Provider()}
}
