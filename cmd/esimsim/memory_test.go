package main

import "testing"

func TestMemoryLimit(t *testing.T) {
	t.Parallel()
	for allowed, want := range map[string]int64{
		"": 2 << 30, "max\n": 2 << 30, "536870912\n": 384 << 20, "68719476736\n": 2 << 30,
	} {
		if got := memoryLimit(allowed); got != want {
			t.Errorf("%q: %d, want %d", allowed, got, want)
		}
	}
}

// What is held and no longer needed goes back when the process is quiet, once and not again
// and again, and while it is busy it is left alone.
func TestKeeper(t *testing.T) {
	t.Parallel()
	const mb = 1 << 20
	var now memory
	freed := 0
	kept := uint64(0) // that no collection gives back, beside what lives
	k := keeper{read: func() memory { return now }, free: func() { freed++; now.resident = now.live + kept }}
	look := func(what string, want int) {
		t.Helper()
		k.look()
		if freed != want {
			t.Errorf("%s: given back %d times, want %d", what, freed, want)
		}
	}
	now = memory{resident: 40 * mb, live: 20 * mb, allocated: 10 * mb}
	look("at the start", 0)
	now = memory{resident: 2100 * mb, live: 600 * mb, allocated: 9000 * mb}
	look("busy", 0)
	now.allocated += mb
	look("quiet", 1)
	look("nothing new", 1)
	kept = 200 * mb
	now.live -= 500 * mb // worlds were forgotten, and the collector saw it
	look("after worlds left", 2)
	look("what cannot be given back", 2)
	now.resident += 20 * mb
	look("a little more", 2)
	now.resident += 20 * mb
	look("much more", 3)
}

// The runtime has these figures, and they move as they are read here.
func TestReadMemory(t *testing.T) {
	t.Parallel()
	before := readMemory()
	held := make([]byte, 64<<20)
	for i := 0; i < len(held); i += 4096 {
		held[i] = 1
	}
	after := readMemory()
	if before.resident == 0 || before.live == 0 || after.allocated-before.allocated < 64<<20 {
		t.Errorf("before %+v, after %+v", before, after)
	}
}
