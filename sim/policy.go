package sim

import "github.com/esimsim/esimsim/internal/scenario"

// A Policy says when an edge is passed. The zero value is immediate.
type Policy = scenario.Policy
