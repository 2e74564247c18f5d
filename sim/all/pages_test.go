package all_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// Pages of the catalogue are encoded once for all who ask alike, and for nobody else: a
// scenario that changes a price, another origin and another setting each have their own.
func TestPagesAreThoseAskedFor(t *testing.T) {
	t.Parallel()
	const fixed = `version: 1
name: dear
summary: One thing of each is dear.
catalogue:
  esimgo: {esim_1GB_7D_GB_V2: {price: 777.25}}
  roamify: {esim-cambodia-7days-1gb-all: {price: 777.25}}
`
	for name, c := range map[string]struct {
		path, header, value string
		setting             sim.Patch
	}{
		"esimgo": {
			"/v2.4/catalogue?countries=GB&perPage=100", "X-API-Key", "esimgo_",
			sim.Patch{"esimgo": {"shapes": "documented"}},
		},
		"roamify": {
			"/api/esim/packages?packageId=esim-cambodia-7days-1gb-all", "Authorization", "Bearer roamify_",
			sim.Patch{"roamify": {"edition": "2025-07"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, err := sim.New(sim.Config{Providers: all.Providers()})
			if err != nil {
				t.Fatal(err)
			}
			get := func(host, world string) string {
				r := httptest.NewRequest("GET", c.path, nil)
				r.Host = host
				r.Header.Set(c.header, c.value+world)
				w := httptest.NewRecorder()
				srv.Handler().ServeHTTP(w, r)
				return w.Body.String()
			}
			plain := get("one.test", "plain")
			if again := get("one.test", "other"); again != plain {
				t.Errorf("another world: got %s, want %s", again, plain)
			}
			if elsewhere := get("two.test", "plain"); elsewhere != strings.ReplaceAll(plain, "one.test", "two.test") || elsewhere == plain {
				t.Errorf("another origin: got %s", elsewhere)
			}
			for _, world := range []string{"dear", "set"} {
				w, err := srv.World(world)
				if err == nil && world == "dear" {
					_, err = w.AddScenario([]byte(fixed))
				} else if err == nil {
					err = w.Patch(c.setting)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if dear := get("one.test", "dear"); !strings.Contains(dear, "777.25") {
				t.Errorf("changed by a scenario: got %s", dear)
			}
			if set := get("one.test", "set"); set == plain || set == "" {
				t.Errorf("another setting: got %s", set)
			}
			if again := get("one.test", "plain"); again != plain {
				t.Errorf("afterwards: got %s, want %s", again, plain)
			}
		})
	}
}
