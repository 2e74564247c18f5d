package scenario

import (
	"fmt"
	"strings"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
)

// A Policy says when an edge is passed once its thing has come to it. The zero value
// passes it at once. After and Polls may both be set: whichever comes first.
type Policy struct {
	After  time.Duration // world time
	Polls  int           // the nth look at that one thing sees it
	Manual bool          // only the control plane passes it
	Never  bool          // nothing passes it
}

// Immediate says whether nothing holds the edge up.
func (p Policy) Immediate() bool { return p == Policy{} }

// String writes the policy as a scenario does.
func (p Policy) String() string {
	switch {
	case p.Never:
		return "never"
	case p.Manual:
		return "manual"
	case p.Immediate():
		return "immediate"
	}
	var parts []string
	if p.After > 0 {
		parts = append(parts, "after: "+clock.FormatDuration(p.After))
	}
	if p.Polls > 0 {
		parts = append(parts, fmt.Sprintf("polls: %d", p.Polls))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
