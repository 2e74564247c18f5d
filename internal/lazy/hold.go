package lazy

import (
	"sync"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
)

// A hold keeps a Read back until it is worth the while: most requests are answered before.
type hold struct {
	mu     sync.Mutex
	change sync.Cond
	over   bool // whether the deadline has passed
	closed bool
	read   held // the Read of late

	// Who looks now and then whether the same Read still waits costs less than an alarm for
	// each.
	looking     bool
	count, seen int
}

// held says what becomes of a Read.
type held int

const (
	none    held = iota // there is none
	waiting             // it is kept back
	let                 // it shall go on
	ended               // its deadline has passed
)

// lookEvery is how often. A Read waits once or twice as long.
const lookEvery = 20 * time.Millisecond

// longAgo is a deadline of the kind that servers set to end a Read. The time of a bubble of
// testing/synctest is none: it begins in the year 2000.
func longAgo(t time.Time) bool { return !t.IsZero() && t.Unix() < 1e8 }

// wait says whether the deadline passed before the Read was let go on.
func (h *hold) wait() (over bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over || h.closed {
		return h.over
	}
	if !h.looking {
		h.lookLater()
	}
	h.count++
	for h.read = waiting; h.read == waiting; {
		h.change.Wait()
	}
	over = h.read == ended
	h.read = none
	return over
}

// end hears of a deadline, and says whether it was a Read kept back that it ended.
func (h *hold) end(t time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over = longAgo(t); !h.over || h.read != waiting {
		return false
	}
	h.read = ended
	h.change.Signal()
	return true
}

// close lets a Read find out at once that the connection is closed.
func (h *hold) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	if h.read == waiting {
		h.read = let
		h.change.Signal()
	}
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
	case h.read == waiting:
		h.read = let
		h.change.Signal()
	}
}
