package sim

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
)

// tasks are goroutines that belong to no request. After end there are none, and none is
// begun.
type tasks struct {
	log   *slog.Logger
	mu    sync.Mutex
	over  bool
	group sync.WaitGroup
}

// start runs f on its own; false says that it is too late for that.
func (t *tasks) start(f func()) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.over {
		t.group.Go(func() { t.guard(f) })
	}
	return !t.over
}

// guard runs f, whose panic is a bug of ours and no reason to end the process: it is told
// on the log. What f holds it lets go by defer.
func (t *tasks) guard(f func()) {
	defer func() {
		if v := recover(); v != nil {
			t.log.Error("panic in the background", "value", v, "stack", string(debug.Stack()))
		}
	}()
	f()
}

// end waits for those under way, for as long as ctx does; false says that some are left.
func (t *tasks) end(ctx context.Context) bool {
	t.mu.Lock()
	t.over = true
	t.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		t.group.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return true
	case <-ctx.Done():
		return false
	}
}
