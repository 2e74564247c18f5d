package simtest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
)

// A Receiver is a shop's own server, to which events are posted. It answers 200 unless
// told otherwise.
type Receiver struct {
	URL string

	mu     sync.Mutex
	got    []Received
	answer func(Received) int
}

// A Received is one event as it came in.
type Received struct {
	N      int // counted from 1
	Path   string
	Header http.Header
	Body   string
}

// Listen starts a receiver that ends with the test.
func Listen(t *testing.T) *Receiver {
	t.Helper()
	r := &Receiver{}
	server := httptest.NewServer(http.HandlerFunc(r.take))
	t.Cleanup(server.Close)
	r.URL = server.URL + "/hook"
	return r
}

func (r *Receiver) take(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.mu.Lock()
	in := Received{len(r.got) + 1, req.URL.Path, req.Header, string(body)}
	r.got = append(r.got, in)
	answer := r.answer
	r.mu.Unlock()
	status := http.StatusOK
	if answer != nil {
		status = answer(in) // without the lock: it may wait, or call back
	}
	if status == 0 {
		panic(http.ErrAbortHandler) // no answer at all
	}
	w.WriteHeader(status)
}

// Answer lets f choose the status of each answer from now on; 0 breaks the connection.
func (r *Receiver) Answer(f func(Received) int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = f
}

// Got lists what came in so far.
func (r *Receiver) Got() []Received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}
