package bench

import (
	"fmt"
	"net/http"
	"runtime"
	"testing"
)

// heap is what is in use once the garbage is gone.
func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// Worlds that leave give their memory back.
func TestWorldsGiveMemoryBack(t *testing.T) { //nolint:paralleltest // others would use memory meanwhile
	s := open(t)
	const count = 2_000
	before := heap()
	for n := range count {
		key := fmt.Sprintf("%s-%d", world, n)
		s.call(t, flyOrder(s.menu, keyOf("esimfly", key), n).request(origin, n))
	}
	with := heap()
	for n := range count {
		if !s.server.Forget(fmt.Sprintf("%s-%d", world, n)) {
			t.Fatal("a world is missing")
		}
	}
	// The journal's ring of one world, pools and tables that grew are what may stay.
	after := heap()
	t.Logf("%d worlds took %.0f kB and left %.0f kB behind", count, (with-before)/1000, (after-before)/1000)
	if after-before > (with-before)/5 {
		t.Error("too much stayed")
	}
}

// BenchmarkWorlds goes round all worlds with one request each.
func BenchmarkWorlds(b *testing.B) {
	for _, count := range []int{1, 10_000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			var names []string
			for i := range count - 1 { // and the one that is there in any case
				names = append(names, fmt.Sprintf("%s-%d", world, i))
			}
			s := open(b)
			before := heap()
			for _, name := range names {
				w, err := s.server.World(name)
				if err == nil {
					err = w.Patch(settings)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			each := (heap() - before) / float64(max(len(names), 1))
			names = append(names, world)
			h := s.server.Handler()
			handle(b, h, func(n int) *http.Request {
				return flyOrder(s.menu, keyOf("esimfly", names[n%count]), n/count).request(origin, n)
			}, func() {
				if count == 1 {
					s.advance(b)
				}
			})
			if count > 1 {
				b.ReportMetric(each, "B/world")
			}
		})
	}
}

// BenchmarkOrders asks for an order, and for the first page of a list of them.
func BenchmarkOrders(b *testing.B) {
	taken := 0 // of the request ids, which esimfly takes once
	for _, count := range []int{placed, 100_000} {
		var s *shop
		each := 0.0
		lists := []string{"/api/v1/business/orders", "/api/esim/orders?limit=20", "/v2.4/orders?limit=20"}
		for i, l := range loads[:3] {
			for _, of := range []struct {
				name string
				call func(menu, string, int) call
			}{{"Lookup", loads[6+i].call}, {"List", get(lists[i])}} {
				b.Run(fmt.Sprintf("%d/%s%s", count, l.name, of.name), func(b *testing.B) {
					if s == nil {
						s = open(b)
						each = s.fill(b, count)
						taken = count
					}
					handle(b, s.server.Handler(), func(int) *http.Request {
						taken++
						return of.call(s.menu, keyOf(l.api, world), taken).request(origin, taken)
					}, func() { s.advance(b) })
					if each > 0 {
						b.ReportMetric(each, "B/order")
					}
				})
			}
		}
	}
}

// fill places orders in one world, as many at each provider, and gives what one of them
// weighs. The journal is full before that is looked at.
func (s *shop) fill(b *testing.B, count int) float64 {
	b.Helper()
	var before float64
	s.advance(b)
	const first = 5000
	for n := placed; n < count; n++ {
		if n == first {
			before = heap()
		}
		if n%perHour == 0 {
			s.advance(b)
		}
		for _, l := range loads[:3] {
			r := l.call(s.menu, keyOf(l.api, world), n).request(origin, n)
			r.RequestURI, r.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:1"
			d := &recorder{discard: discard{header: http.Header{}}}
			s.server.Handler().ServeHTTP(d, r)
			if err := d.err(); err != nil {
				b.Fatal(err, d.body.String())
			}
			if n%100 == 0 {
				s.menu.seen[l.api] = append(s.menu.seen[l.api], reference(d.body.Bytes()))
			}
		}
	}
	if count <= first {
		return 0
	}
	return (heap() - before) / float64(3*(count-first))
}
