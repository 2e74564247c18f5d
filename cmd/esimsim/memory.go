package main

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/esimsim/esimsim/sim"
)

// settle reads the documents in the background, gives back what that took, and lets the
// garbage collector come seldom from then on. Most of what a request leaves behind, its
// journal entry and what was sold, is kept for long, so that to look it through each time
// the heap has doubled costs much and frees little. Who has set GOGC or GOMEMLIMIT is not
// overruled.
func settle(s *sim.Server, getenv func(string) string) {
	const percent = 400
	paced, limited := getenv("GOGC") != "", getenv("GOMEMLIMIT") != ""
	go func() {
		// To read the documents leaves twice as much behind as an idle simulator needs.
		s.Load()
		debug.FreeOSMemory()
		if !paced {
			debug.SetGCPercent(percent)
		}
		if !limited {
			allowed, _ := os.ReadFile("/sys/fs/cgroup/memory.max")
			debug.SetMemoryLimit(memoryLimit(string(allowed)))
		}
	}()
}

// memoryLimit is near how many bytes the collector comes oftener again. The bounds of all
// journals together lie well below it, unless a container is allowed less: allowed is what
// Linux says of that, a number of bytes, "max" or nothing.
func memoryLimit(allowed string) int64 {
	const usual = 2 << 30
	n, err := strconv.ParseInt(strings.TrimSpace(allowed), 10, 64)
	if err != nil {
		return usual
	}
	return min(usual, n/4*3) // the rest is for what is no heap
}
