package sim

import "github.com/esimsim/esimsim/internal/scenario"

// A Policy says when an edge is passed. The zero value is immediate. After is a time of the
// world's clock, Polls n the nth look at that one thing, whichever comes first where both
// are given; Manual waits for World.Pass alone, and with Never nothing waits at all.
type Policy = scenario.Policy
