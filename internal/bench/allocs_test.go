//go:build !race

package bench

import (
	"net/http"
	"testing"
)

// mostAllocs is what a call may allocate in the handler, all checks on. The race detector
// allocates too, so that it is not asked.
var mostAllocs = map[string]float64{
	"EsimflyOrder": 37, "RoamifyOrder": 23, "EsimgoOrder": 42,
	"EsimflyCatalogue": 22, "RoamifyCatalogue": 18, "EsimgoCatalogue": 18,
	"EsimflyLookup": 24, "RoamifyLookup": 17, "EsimgoLookup": 17,
}

func TestAllocations(t *testing.T) { //nolint:paralleltest // what others allocate would be counted
	s := open(t)
	h := s.server.Handler()
	const runs = 200
	for i, l := range loads {
		s.advance(t)
		var requests []*http.Request
		var answers []*discard
		for n := i * 1000; n <= i*1000+runs; n++ { // esimfly takes a request id once
			r := l.call(s.menu, keyOf(l.api, world), n).request(origin, n)
			r.RequestURI, r.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:1"
			requests, answers = append(requests, r), append(answers, &discard{header: http.Header{}})
		}
		n := -1
		got := testing.AllocsPerRun(runs, func() {
			n++
			h.ServeHTTP(answers[n], requests[n])
		})
		for _, a := range answers {
			if err := a.err(); err != nil {
				t.Fatal(l.name, err)
			}
		}
		if got > mostAllocs[l.name] {
			t.Errorf("%s allocates %.0f times, at most %.0f are allowed", l.name, got, mostAllocs[l.name])
		}
		t.Logf("%s: %.0f", l.name, got)
	}
}
