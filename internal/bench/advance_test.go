package bench

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// busy fills a world: at each provider so many orders, each with an eSIM that was used.
func busy(b *testing.B, s *sim.Server, orders int) *sim.World {
	b.Helper()
	w, err := s.World("bench")
	if err != nil {
		b.Fatal(err)
	}
	rich := map[string]any{"balance": 1e9}
	if err := w.Patch(sim.Patch{"esimfly": {"balance": 1e9, "rateLimit": "off"}, "esimgo": rich, "roamify": rich}); err != nil {
		b.Fatal(err)
	}
	h := s.Handler()
	post := func(path, header, value, body string) gjson.Result {
		r, err := http.NewRequest(http.MethodPost, "http://127.0.0.1"+path, strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		r.Header.Set(header, value)
		r.Header.Set("Content-Type", "application/json")
		return gjson.ParseBytes(call(b, h, r).Body.Bytes())
	}
	bundles := []string{"esim_1GB_7D_GB_V2", "esim_UL_30D_TR_V2", "esim_5GB_30D_JP_V2"}
	for i := range orders {
		call(b, h, signed("http://127.0.0.1", i))
		order := post("/api/esim/order", "Authorization", "Bearer roamify_bench", `{"items":[{"packageId":"esim-cambodia-7days-1gb-all","quantity":1}]}`)
		post("/api/esim/apply", "Authorization", "Bearer roamify_bench", fmt.Sprintf(`{"esimId":%q}`, order.Get("data.items.0.esimId").String()))
		post("/v2.4/orders", "X-API-Key", "esimgo_bench",
			`{"type":"transaction","assign":true,"order":[{"type":"bundle","quantity":1,"item":"`+bundles[i%len(bundles)]+`"}]}`)
	}
	for _, e := range w.View().ESIMs {
		if _, err := w.Act(e.ICCID, esim.Action{Kind: esim.Use, Bytes: 100 * esim.MB}); err != nil {
			b.Fatal(err)
		}
	}
	return w
}

// BenchmarkAdvanceTenYears settles what becomes of 300 orders in ten years.
func BenchmarkAdvanceTenYears(b *testing.B) {
	s, err := sim.New(sim.Config{Providers: all.Providers(), Freeze: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		b.Fatal(err)
	}
	w := busy(b, s, 100)
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
