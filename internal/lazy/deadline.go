package lazy

import (
	"errors"
	"os"
	"sync"
	"time"
)

// A deadline is that of one direction; the zero time is none.
type deadline struct {
	mu     sync.Mutex
	wanted time.Time
	told   time.Time // to the connection below: never later than wanted
}

func (d *deadline) set(t time.Time, tell func(time.Time) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wanted = t
	if d.told.IsZero() && t.IsZero() || !d.told.IsZero() && (t.IsZero() || !t.Before(d.told)) {
		return nil
	}
	d.told = t
	return tell(t)
}

// early says whether err is of a deadline that was put off meanwhile; the one that holds
// is told then.
func (d *deadline) early(err error, tell func(time.Time) error) bool {
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.told.Equal(d.wanted) {
		return false
	}
	d.told = d.wanted
	return tell(d.told) == nil
}
