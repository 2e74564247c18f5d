package sim_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/sim"
)

// sweepClock is a machine's clock that a test moves. The sweep for idle worlds sleeps until the
// test says that its hour is over.
type sweepClock struct {
	clock.Wall
	mu     sync.Mutex
	t      time.Time
	asleep chan struct{} // told each time the sweep lies down
	hour   chan struct{}
}

func newSweepClock() *sweepClock {
	return &sweepClock{t: start, asleep: make(chan struct{}), hour: make(chan struct{})}
}

func (h *sweepClock) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.t
}

func (h *sweepClock) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.t = h.t.Add(d)
}

func (h *sweepClock) Sleep(ctx context.Context, d time.Duration) error {
	if d != time.Hour {
		return h.Wall.Sleep(ctx, d)
	}
	select {
	case h.asleep <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-h.hour:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func wantWorlds(t *testing.T, srv *sim.Server, when string, names ...string) {
	t.Helper()
	if got := srv.WorldNames(); !slices.Equal(got, names) {
		t.Errorf("%s: the worlds are %v, want %v", when, got, names)
	}
}

// A world leaves that nobody used for a day, also when no other one comes.
func TestIdleWorldsLeave(t *testing.T) {
	t.Parallel()
	real := newSweepClock()
	srv := sim.StartT(t, sim.Config{Providers: []*sim.Provider{toyProvider()}, Library: library, Real: real})
	<-real.asleep
	caller{t, srv, "toy_a"}.create()
	caller{t, srv, "toy_b"}.create()
	real.pass(23 * time.Hour)
	caller{t, srv, "toy_b"}.create()
	caller{t, srv, "toy_c"}.create() // whose coming lets old ones leave
	wantWorlds(t, srv, "after 23 hours", "a", "b", "c")
	real.pass(time.Hour + time.Second)
	caller{t, srv, "toy_c"}.create()
	wantWorlds(t, srv, "before anybody looks", "a", "b", "c")
	caller{t, srv, "toy_d"}.create()
	wantWorlds(t, srv, "when another comes", "b", "c", "d")
	if n := len(srv.WorldT(t, "a").Journal(sim.Filter{})); n != 0 {
		t.Errorf("the one that comes again remembers %d requests", n)
	}
	real.pass(24 * time.Hour)
	caller{t, srv, "toy_a"}.create()
	real.pass(time.Second)
	real.hour <- struct{}{}
	<-real.asleep // it has looked
	wantWorlds(t, srv, "when it was looked for", "a")
}

// At the bound the world longest unused makes room, and no other.
func TestWorldsAtTheBound(t *testing.T) {
	t.Parallel()
	real := newSweepClock()
	srv, err := sim.New(sim.Config{Providers: []*sim.Provider{toyProvider()}, Library: library, Real: real})
	if err != nil {
		t.Fatal(err)
	}
	srv.SetMaxWorlds(3)
	use := func(name string) {
		t.Helper()
		real.pass(time.Minute)
		srv.WorldT(t, name)
	}
	use("a")
	use("b")
	use("c")
	use("a")
	wantWorlds(t, srv, "at the bound", "a", "b", "c")
	use("d")
	wantWorlds(t, srv, "one more", "a", "c", "d")
	use("b")
	wantWorlds(t, srv, "the first again", "a", "b", "d")
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
}
