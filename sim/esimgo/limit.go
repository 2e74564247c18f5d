package esimgo

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/esimsim/esimsim/sim"
)

// The rate limit: ten calls in a fixed window of one second, each at the cost of one
// (vendor's rate limit guide; the cost of single operations is undocumented). A call that
// comes to no operation, or whose body is too large, is not counted (assumed).
const (
	callsInWindow = 10
	windowLength  = time.Second

	headerLimit = "X-Ratelimit-Limit" // canonical, as all of them
)

// A window counts the calls of one second of the world's clock.
type window struct {
	Start time.Time
	Calls int

	reset string // when it is over, as the header has it
}

// admit counts the call and announces the limit on its answer, whatever that will be.
func admit(tx *sim.Tx[state], r *sim.Request) error {
	w := windowNow(tx)
	w.Calls++
	w.announce(r.Answer)
	if w.Calls <= callsInWindow {
		return nil
	}
	if tx.Setting("rateLimit") == "enforce" {
		return errRateLimited
	}
	if tx.Frozen() {
		// All calls fall into one second then, however fast they are.
		return nil
	}
	r.Note(&oddRateLimit, "", fmt.Sprintf("send at most %d calls a second: this was number %d, which the real API answers with 429", callsInWindow, w.Calls))
	return nil
}

// windowNow is the window that the world's clock is in.
func windowNow(tx *sim.Tx[state]) *window {
	w := &tx.State.Window
	w.roll(tx.Now)
	return w
}

// roll starts anew where the second is over.
func (w *window) roll(now time.Time) {
	if start := now.Truncate(windowLength); !w.Start.Equal(start) {
		*w = window{Start: start}
	}
	if w.reset == "" {
		w.reset = w.Start.Add(windowLength).UTC().Format(seconds)
	}
}

// tellWindow announces the limit on the answer to a call that is refused uncounted.
func tellWindow(tx *sim.Tx[state], r *sim.Request) { windowNow(tx).announce(r.Answer) }

// announce sets the four headers that every answer carries.
func (w *window) announce(h http.Header) {
	// One array for all, since this is on the road of every call.
	values := [...]string{
		strconv.Itoa(callsInWindow), strconv.Itoa(max(callsInWindow-w.Calls, 0)), w.reset, "1",
	}
	for i, name := range [...]string{headerLimit, "X-Ratelimit-Remaining", "X-Ratelimit-Reset", "X-Ratelimit-Cost"} {
		h[name] = values[i : i+1 : i+1]
	}
}
