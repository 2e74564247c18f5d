package sim

import (
	"strconv"
	"testing"
)

// A world that was forgotten holds nothing any more as soon as that is said.
func TestForgetIsDone(t *testing.T) {
	t.Parallel()
	s, err := New(Config{Providers: []*Provider{{name: "none"}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for n := range 200 {
		w, err := s.World("w" + strconv.Itoa(n))
		if err != nil {
			t.Fatal(err)
		}
		w.turn(nil, func(*Turn) {
			w.outbox.waiting = 7
			s.mail.waiting.Add(7)
		})
		if !s.Forget(w.name) || s.Forget(w.name) {
			t.Fatal("it was not there once")
		}
		if left := s.mail.waiting.Load(); left != 0 {
			t.Fatalf("%d bytes wait for nobody after %d worlds", left, n+1)
		}
	}
}
