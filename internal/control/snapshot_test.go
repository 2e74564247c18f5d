package control

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// A restoring world takes its time.
type restoring struct {
	World
	under, most atomic.Int64
	done        chan struct{}
}

func (w *restoring) Restore([]byte) error {
	w.most.Store(max(w.most.Load(), w.under.Add(1)))
	<-w.done
	w.under.Add(-1)
	return nil
}

func (w *restoring) View() View { return View{} }

// blank is so many bytes, and counts those that were read.
type blank struct{ left, read atomic.Int64 }

func (b *blank) Read(p []byte) (int, error) {
	n := min(int64(len(p)), b.left.Load())
	if n == 0 {
		return 0, io.EOF
	}
	b.left.Add(-n)
	b.read.Add(n)
	return int(n), nil
}

// Of two large snapshots, one waits for the other; a small one waits for nobody.
func TestLargeSnapshotsOneAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &handler{large: make(chan struct{}, 1)}
		large, small := &restoring{done: make(chan struct{})}, &restoring{done: make(chan struct{})}
		var wg sync.WaitGroup
		send := func(to *restoring, length int64) *blank {
			body := &blank{}
			body.left.Store(length)
			wg.Go(func() {
				h.restore(httptest.NewRecorder(), httptest.NewRequest(http.MethodPut, "/", body), to)
			})
			return body
		}
		one, two := send(large, 10<<20), send(large, 10<<20)
		send(small, 1<<20)
		synctest.Wait()
		if large.under.Load() != 1 || small.under.Load() != 1 {
			t.Errorf("%d large and %d small ones are put back at once, want one each", large.under.Load(), small.under.Load())
		}
		if waiting := min(one.read.Load(), two.read.Load()); waiting < freely || waiting >= 10<<20 {
			t.Errorf("of the one that waits %d bytes are in memory", waiting)
		}
		close(large.done)
		close(small.done)
		wg.Wait()
		if large.most.Load() != 1 || one.left.Load()+two.left.Load() != 0 {
			t.Errorf("%d at once, %d bytes unread", large.most.Load(), one.left.Load()+two.left.Load())
		}
	})
}
