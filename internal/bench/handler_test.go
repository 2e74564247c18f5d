package bench

import (
	"net/http"
	"testing"
)

// handle calls a handler alone; making the requests is not counted.
func handle(b *testing.B, h http.Handler, request func(n int) *http.Request, hourly func()) {
	b.Helper()
	b.ReportAllocs()
	var ready []*http.Request
	n := 0
	for b.Loop() {
		if len(ready) == 0 {
			b.StopTimer()
			hourly()
			for range perHour {
				n++
				r := request(n)
				r.RequestURI, r.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:1"
				ready = append(ready, r)
			}
			b.StartTimer()
		}
		d := &discard{header: http.Header{}}
		h.ServeHTTP(d, ready[0])
		ready = ready[1:]
		if err := d.err(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHandler(b *testing.B) {
	for _, l := range loads {
		b.Run(l.name+"/esimsim", func(b *testing.B) { l.handleOwn(b) })
		b.Run(l.name+"/base", func(b *testing.B) {
			s := open(b)
			h := l.twin(b, s).handler()
			handle(b, h, func(n int) *http.Request { return l.call(s.menu, keyOf(l.api, world), n).request(origin, n) }, func() {})
		})
	}
}

func (l load) handleOwn(b *testing.B) {
	s := open(b)
	handle(b, s.server.Handler(), func(n int) *http.Request {
		return l.call(s.menu, keyOf(l.api, world), n).request(origin, n)
	}, func() { s.advance(b) })
}

func (l load) twin(t testing.TB, s *shop) *base {
	t.Helper()
	answer := s.call(t, l.call(s.menu, keyOf(l.api, world), 0).request(origin, 0)).Body.Bytes()
	return &base{load: l, answer: answer}
}
