package main

import (
	"runtime/debug"

	"github.com/esimsim/esimsim/sim"
)

// settle reads the documents in the background, gives back what that took, and lets the
// garbage collector come seldom from then on. Most of what a request leaves behind, its
// journal entry and what was sold, is kept for long, so that to look it through each time
// the heap has doubled costs much and frees little. Who has set GOGC or GOMEMLIMIT is not
// overruled.
func settle(s *sim.Server, getenv func(string) string) {
	const (
		percent = 400
		// Near this many bytes the collector comes oftener again; the bounds of all
		// journals together lie well below it.
		limit = 2 << 30
	)
	paced, limited := getenv("GOGC") != "", getenv("GOMEMLIMIT") != ""
	go func() {
		// To read the documents leaves twice as much behind as an idle simulator needs.
		s.Load()
		debug.FreeOSMemory()
		if !paced {
			debug.SetGCPercent(percent)
		}
		if !limited {
			debug.SetMemoryLimit(limit)
		}
	}()
}
