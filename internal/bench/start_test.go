package bench

import (
	"net/http"
	"os"
	"testing"

	"github.com/esimsim/esimsim/internal/clock"
)

// BenchmarkStart starts the program again and again, and tells how long after that its
// address is told, its health is answered, and each API in turn has answered once. It is
// for the built program: this test binary has more to prepare.
func BenchmarkStart(b *testing.B) {
	if os.Getenv("ESIMSIM_BINARY") == "" {
		b.Skip("ESIMSIM_BINARY is not set: make build")
	}
	asked := []struct {
		name string
		call
	}{
		{"health", call{http.MethodGet, "/_sim/health", "esimgo_" + world, ""}},
		{"roamify", call{http.MethodGet, "/api/esim/packages", "roamify_" + world, ""}},
		{"esimgo", call{http.MethodGet, "/v2.4/organisation", "esimgo_" + world, ""}},
		{"esimfly", call{http.MethodGet, "/api/v1/business/balance", "esf_" + world, ""}},
	}
	sums := map[string]float64{}
	for n := 0; b.Loop(); n++ {
		began := clock.Wall{}.Now()
		note := func(what string) { sums[what] += clock.Wall{}.Now().Sub(began).Seconds() * 1000 }
		c := start(b, "esimsim", "")
		note("told")
		conn := dial(b, c)
		for _, a := range asked {
			conn.do(b, wireBytes(a.request(c.url, n)))
			note(a.name)
		}
		b.StopTimer()
		_ = conn.Close()
		c.stop()
		b.StartTimer()
	}
	for what, sum := range sums {
		b.ReportMetric(sum/float64(b.N), what+"-ms")
	}
}
