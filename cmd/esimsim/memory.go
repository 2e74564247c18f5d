package main

import (
	"context"
	"log/slog"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/sim"
)

// settle reads the documents in the background, gives back what that took, and lets the
// garbage collector come seldom from then on. Most of what a request leaves behind, its
// journal entry and what was sold, is kept for long, so that to look it through each time
// the heap has doubled costs much and frees little. Who has set GOGC or GOMEMLIMIT is not
// overruled.
func settle(s *sim.Server, log *slog.Logger, getenv func(string) string) {
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
		log.Debug("settled")
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

// How often a keeper looks, what it does not mind, and what it takes for being quiet.
const (
	lookEvery = time.Minute
	muchSpare = 32 << 20
	quietly   = 32 << 20
)

// giveBack lets the machine have again what the process needs no longer, until ctx ends. A
// collector that comes seldom sees late that worlds were forgotten, and keeps room for a
// heap as big as before.
func giveBack(ctx context.Context) {
	k := keeper{read: readMemory, free: debug.FreeOSMemory}
	for (clock.Wall{}).Sleep(ctx, lookEvery) == nil {
		k.look()
	}
}

// memory is what the runtime says in bytes.
type memory struct {
	resident  uint64 // taken from the machine
	live      uint64 // in use when the collector last came, which it does every other minute
	allocated uint64 // ever
}

func (m memory) spare() uint64 { return m.resident - min(m.resident, m.live) }

// A keeper gives memory back while little is asked for: who is busy would take it again.
type keeper struct {
	read func() memory
	free func()
	last memory
	left uint64 // that could not be given back last time
}

func (k *keeper) look() {
	now := k.read()
	quiet := now.allocated-k.last.allocated < quietly
	if quiet && now.spare() >= k.left+muchSpare {
		k.free()
		now = k.read()
		k.left = now.spare()
	}
	k.left = min(k.left, now.spare())
	k.last = now
}

func readMemory() memory {
	s := []metrics.Sample{
		{Name: "/memory/classes/total:bytes"},
		{Name: "/memory/classes/heap/released:bytes"},
		{Name: "/gc/heap/live:bytes"},
		{Name: "/gc/heap/allocs:bytes"},
	}
	metrics.Read(s)
	return memory{s[0].Value.Uint64() - s[1].Value.Uint64(), s[2].Value.Uint64(), s[3].Value.Uint64()}
}
