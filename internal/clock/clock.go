// Package clock keeps the time of a world: it follows the machine's clock, at a rate,
// until somebody freezes, sets or advances it. It is the only package that knows the
// wall clock; everything else is handed an instant.
package clock

import (
	"context"
	"errors"
	"sync"
	"time"
)

// A Source tells real time and waits in it.
type Source interface {
	// Now is the present instant, in UTC.
	Now() time.Time
	// Sleep waits for d of real time, or until ctx ends, whose error it then returns.
	Sleep(ctx context.Context, d time.Duration) error
}

// Wall is the machine's own clock.
type Wall struct{}

// Now implements Source.
func (Wall) Now() time.Time { return time.Now().UTC() }

// Sleep implements Source.
func (Wall) Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// After calls f, in a goroutine of its own, when d of real time has gone by.
func (Wall) After(d time.Duration, f func()) { time.AfterFunc(d, f) }

// ErrBackwards is returned when a clock would have to go back. Only a reset of the
// world, or a world in which nothing was ever ordered, may do that.
var ErrBackwards = errors.New("a world's clock does not go backwards")

// Begin and End bound the instants of a world: none is before Begin, none is at End or
// later, however fast a clock runs.
var (
	Begin = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	End   = time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Mode says whether a clock runs.
type Mode string

// The two modes.
const (
	Follow Mode = "follow"
	Frozen Mode = "frozen"
)

// Clock is the time of one world. Its methods may be called from any goroutine; the
// world's lock is taken before the clock's, never after.
type Clock struct {
	src Source

	mu     sync.Mutex
	mode   Mode
	base   time.Time // the world's instant when the source showed anchor
	anchor time.Time
	rate   float64 // world seconds for each real second
}

// New is a clock that follows src.
func New(src Source) *Clock {
	c := &Clock{src: src}
	c.Restart()
	return c
}

// Restart lets the clock follow its source again, as a new one does.
func (c *Clock) Restart() {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.src.Now()
	c.mode, c.base, c.anchor, c.rate = Follow, now, now, 1
}

// Now is the world's present instant, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.mode == Frozen {
		return c.base
	}
	return c.now(c.src.Now())
}

func (c *Clock) now(real time.Time) time.Time {
	if c.mode == Frozen {
		return c.base
	}
	return after(c.base, float64(real.Sub(c.anchor))*c.rate)
}

// after is so many nanoseconds after base, at the most the last instant there is; less than
// none are none. They may be more than a time.Duration holds.
func after(base time.Time, nanoseconds float64) time.Time {
	const most = 1 << 62 // of a step
	last := End.Add(-1)
	switch {
	case !(nanoseconds > 0), base.After(last):
		return base
	case nanoseconds/float64(time.Second) > float64(End.Unix()-base.Unix()):
		return last
	}
	t := base
	for ; nanoseconds > most; nanoseconds -= most {
		t = t.Add(most)
	}
	if t = t.Add(time.Duration(nanoseconds)); t.After(last) {
		return last
	}
	return t
}

// State tells the mode and the rate, for those who show it.
func (c *Clock) State() (Mode, float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mode, c.rate
}

// Jump moves the clock to t and leaves its mode as it is. The caller has run what was
// due until then.
func (c *Clock) Jump(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base, c.anchor = t.UTC(), c.src.Now()
}

// Set stops the clock at t.
func (c *Clock) Set(t time.Time) {
	c.Jump(t)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mode = Frozen
}

// Run lets the clock go on from where it is, rate world seconds for each real one.
func (c *Clock) Run(rate float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	real := c.src.Now()
	c.base, c.anchor, c.mode, c.rate = c.now(real), real, Follow, rate
}
