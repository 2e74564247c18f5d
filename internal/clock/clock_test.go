package clock_test

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
)

// hand is a source moved by hand.
type hand struct{ t time.Time }

func (h *hand) Now() time.Time                           { return h.t }
func (*hand) Sleep(context.Context, time.Duration) error { return nil }

func TestClock(t *testing.T) {
	t.Parallel()
	src := &hand{time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	c := clock.New(src)
	want := func(d time.Duration, when string) {
		t.Helper()
		if got := c.Now().Sub(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)); got != d {
			t.Errorf("%s: %v after the start, want %v", when, got, d)
		}
	}
	src.t = src.t.Add(time.Minute)
	want(time.Minute, "following")
	c.Jump(c.Now().Add(time.Hour))
	src.t = src.t.Add(time.Minute)
	want(62*time.Minute, "a jump keeps it running")
	c.Set(c.Now())
	src.t = src.t.Add(time.Hour)
	want(62*time.Minute, "frozen")
	c.Run(60)
	src.t = src.t.Add(time.Minute)
	want(122*time.Minute, "sixty times as fast")
	c.Set(time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC))
	src.t = src.t.Add(time.Hour)
	want(24*time.Hour, "set")
	c.Restart()
	if got := c.Now(); !got.Equal(src.t) {
		t.Errorf("restarted: %v, want %v", got, src.t)
	}
}

// However fast a clock runs and for however long, it goes forward and stays within what
// the levers allow.
func TestClockStopsAtTheEnd(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	last := clock.End.Add(-1)
	for _, rate := range []float64{1, 1000, 1_000_000, math.MaxFloat64, math.Inf(1)} {
		src := &hand{begin}
		c := clock.New(src)
		c.Run(rate)
		before := c.Now()
		for elapsed := time.Millisecond; elapsed < math.MaxInt64/2; elapsed += elapsed / 50 {
			src.t = begin.Add(elapsed)
			now := c.Now()
			if now.Before(before) || now.After(last) {
				t.Fatalf("%v times as fast after %v: %v, and before that %v", rate, elapsed, now, before)
			}
			before = now
		}
		if want := rate > 1; before.Equal(last) != want {
			t.Errorf("%v times as fast: it ends at %v; at the last instant: want %v", rate, before, want)
		}
		c.Run(1)
		if c.Now().Before(before) {
			t.Errorf("%v times as fast, then slowed down: back from %v to %v", rate, before, c.Now())
		}
	}
	src := &hand{begin}
	c := clock.New(src)
	c.Run(1_000_000)
	src.t = begin.Add(4 * time.Hour) // 456 years: more than a time.Duration
	if got, want := c.Now(), begin.AddDate(400, 0, 20569).Add(16*time.Hour); !got.Equal(want) {
		t.Errorf("after 4 000 000 hours: %v, want %v", got, want)
	}
}

func TestParseDuration(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"700ms": 700 * time.Millisecond, "90s": 90 * time.Second, "36h": 36 * time.Hour, "30d": 720 * time.Hour,
		"1d12h": 36 * time.Hour, "0s": 0, "1.5d": 36 * time.Hour,
	} {
		if got, err := clock.ParseDuration(text); err != nil || got != want {
			t.Errorf("%s: %v, %v, want %v", text, got, err, want)
		}
	}
	for _, bad := range []string{"", "d", "30", "-1s", "-1d", "1w", "40000d", "900000h", "1d-1h", "NaNd", "Infd"} {
		if got, err := clock.ParseDuration(bad); err == nil {
			t.Errorf("%q was taken as %v", bad, got)
		}
	}
}

func TestFormatDuration(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]time.Duration{
		"0s": 0, "700ms": 700 * time.Millisecond, "10s": 10 * time.Second, "5m": 5 * time.Minute, "20m": 20 * time.Minute, "1m30s": 90 * time.Second,
		"1h": time.Hour, "10h": 10 * time.Hour, "1h0m5s": time.Hour + 5*time.Second, "1h30m": 90 * time.Minute, "30d": 720 * time.Hour, "1d12h": 36 * time.Hour,
	} {
		if got := clock.FormatDuration(d); got != want {
			t.Errorf("%v is written %s, want %s", d, got, want)
		}
		if back, err := clock.ParseDuration(want); err != nil || back != d {
			t.Errorf("%s is read as %v, %v", want, back, err)
		}
	}
}

func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"30d", "1d12h", "700ms", "1e9d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := clock.ParseDuration(s)
		if err == nil && (d < 0 || d > clock.MaxDuration) {
			t.Errorf("%q became %v", s, d)
		}
	})
}
