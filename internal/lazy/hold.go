package lazy

import (
	"sync"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
)

// A hold keeps a Read back until it is worth the while: most requests are answered before.
type hold struct {
	mu      sync.Mutex
	change  sync.Cond
	over    bool // the deadline has passed
	waiting bool // a Read is kept back
	let     bool // or was, and shall go on

	// Who looks now and then whether the same Read still waits costs less than an alarm for
	// each.
	looking     bool
	count, seen int
}

// lookEvery is how often. A Read waits once or twice as long.
const lookEvery = 20 * time.Millisecond

// longAgo is a deadline of the kind that servers set to end a Read.
func longAgo(t time.Time) bool { return !t.IsZero() && t.Unix() < 1e9 }

// wait says whether the deadline passed before the Read was let go on.
func (h *hold) wait() (over bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.looking && !h.over {
		h.lookLater()
	}
	h.count++
	h.waiting, h.let = true, false
	for !h.over && !h.let {
		h.change.Wait()
	}
	h.waiting = false
	return h.over
}

// end hears of a deadline, and says whether it was a Read kept back that it ended.
func (h *hold) end(t time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.over = longAgo(t)
	if !h.over || !h.waiting || h.let {
		return false
	}
	h.change.Signal()
	return true
}

func (h *hold) lookLater() {
	h.looking = true
	clock.Wall{}.After(lookEvery, h.look)
}

func (h *hold) look() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.looking = false
	switch {
	case h.count != h.seen:
		h.seen = h.count
		h.lookLater()
	case h.waiting:
		h.let = true
		h.change.Signal()
	}
}
