package bench

import (
	"net/http"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
)

// busy fills a world: at each provider so many orders, each with an eSIM that was used.
func busy(b *testing.B, s *shop, orders int) *sim.World {
	b.Helper()
	w, err := s.server.World(world)
	if err != nil {
		b.Fatal(err)
	}
	for i := range orders {
		for _, l := range loads[:3] {
			answer := s.call(b, l.call(s.menu, keyOf(l.api, world), i).request(origin, i)).Body.Bytes()
			if id := gjson.GetBytes(answer, "data.items.0.esimId"); id.Exists() {
				apply := call{http.MethodPost, "/api/esim/apply", keyOf(l.api, world), `{"esimId":` + id.Raw + `}`}
				s.call(b, apply.request(origin, i))
			}
		}
		if i%5 == 0 {
			s.advance(b) // a limit is ten calls a second
		}
	}
	for _, e := range w.View().ESIMs {
		if _, err := w.Use(e.ICCID, 100); err != nil {
			b.Fatal(err)
		}
	}
	return w
}

// BenchmarkAdvanceTenYears settles what becomes of 300 orders in ten years.
func BenchmarkAdvanceTenYears(b *testing.B) {
	w := busy(b, open(b), 100)
	snapshot, err := w.Snapshot()
	if err != nil {
		b.Fatal(err)
	}
	events := 0
	for b.Loop() {
		b.StopTimer()
		if err := w.Restore(snapshot); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		happened, err := w.Advance(3650 * 24 * time.Hour)
		if err != nil {
			b.Fatal(err)
		}
		events = len(happened)
	}
	b.ReportMetric(float64(events), "events/op")
}
