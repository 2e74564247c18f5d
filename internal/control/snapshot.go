package control

import (
	"context"
	"io"
	"net/http"
)

// maxSnapshot bounds a snapshot in a body; a world of a hundred thousand orders has less.
const maxSnapshot = 256 << 20

// freely is how much of a snapshot is read whoever else sends one.
const freely = 8 << 20

// A turnstile lets one body at a time be read beyond what is left.
type turnstile struct {
	io.ReadCloser
	left int64
	one  chan struct{} // of one place
	gone <-chan struct{}
	in   bool
}

func (b *turnstile) Read(p []byte) (int, error) {
	if b.left <= 0 && !b.in {
		select {
		case b.one <- struct{}{}:
			b.in = true
		case <-b.gone:
			return 0, context.Canceled
		}
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	return n, err
}

// leave lets the next one in.
func (b *turnstile) leave() {
	if b.in {
		<-b.one
	}
}

func (h *handler) snapshot(w http.ResponseWriter, _ *http.Request, world World) {
	data, err := world.Snapshot()
	if err != nil {
		h.fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(data)
}

// restore puts a snapshot back. What is in memory of a large one is several times its
// length, so that those go one at a time.
func (h *handler) restore(w http.ResponseWriter, r *http.Request, world World) {
	body := &turnstile{ReadCloser: r.Body, left: freely, one: h.large, gone: r.Context().Done()}
	defer body.leave()
	r.Body = body
	data, ok := readAll(w, r, maxSnapshot)
	if !ok {
		return
	}
	if err := world.Restore(data); err != nil {
		h.fail(w, err)
		return
	}
	answer(w, world.View())
}

func (h *handler) fork(w http.ResponseWriter, r *http.Request, world World) {
	b, ok := readBody(w, r, "name")
	if !ok {
		return
	}
	name, _ := b.required("name")
	if b.failed(w) {
		return
	}
	other, err := world.Fork(name)
	if err != nil {
		Problem{Status: http.StatusConflict, Detail: err.Error()}.write(w)
		return
	}
	answer(w, other.View())
}

func (h *handler) forget(w http.ResponseWriter, r *http.Request) {
	if !h.sim.Forget(variable(r, "world")) {
		Problem{Status: http.StatusNotFound, Detail: "there is no such world"}.write(w)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
