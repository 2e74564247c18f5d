package sim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/sim"
)

// A request that lies under no API is noted in the server's own journal.
func TestAstray(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c := caller{t, srv, "toy_w"}
	status, header, v := c.do("GET", "/thingz/1?token=abc", "")
	if status != http.StatusNotFound || !v.Get("apis").Exists() {
		t.Errorf("%d %s", status, v)
	}
	const want = "no API is served here; the nearest route is GET /toy/things/{id}"
	if got := header.Get("X-Esimsim-Hint"); got != want {
		t.Errorf("hint %q, want %q", got, want)
	}
	if got := header.Get("X-Esimsim-Findings"); got != "route.unknown" {
		t.Errorf("findings %q, want route.unknown", got)
	}
	c.do("GET", "/favicon.ico", "")
	list := srv.Journal(sim.Filter{Finding: "route.unknown"})
	if len(list) != 1 {
		t.Fatalf("%d entries, want 1", len(list))
	}
	e := list[0]
	if e.ID != header.Get("X-Esimsim-Request") || e.Status != status || e.Findings[0].Message != want || !strings.Contains(e.Response.Body, "apis") {
		t.Errorf("journal: %+v", e)
	}
	if strings.Contains(e.URL, "abc") || e.Request.Header.Get("X-Toy") == "toy_w" {
		t.Errorf("a credential is kept: %s %v", e.URL, e.Request.Header)
	}
	if got := srv.WorldNames(); len(got) != 0 {
		t.Errorf("worlds %v, want none", got)
	}
}

// A client with a wrong path and a refused key is told of the path.
func TestMissWithoutWorld(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	_, header, _ := caller{t, srv, "wrong"}.do("DELETE", "/toy/things", "")
	if got := header.Get("X-Esimsim-Findings"); got != "method.unknown" {
		t.Errorf("findings %q, want method.unknown", got)
	}
}

// Where nothing is validated, nothing is found: the hint stays.
func TestMissUnvalidated(t *testing.T) {
	t.Parallel()
	off := startToy(t, sim.Config{Validate: sim.ModeOff})
	on := startToy(t, sim.Config{})
	const header = sim.ValidateHeader
	for name, c := range map[string]callerWith{
		"server":          caller{t, off, "toy_w"}.with("X-Odd", "1"),
		"server, no key":  caller{t, off, "wrong"}.with("X-Odd", "1"),
		"request":         caller{t, on, "toy_w"}.with(header, "off"),
		"request, no key": caller{t, on, "wrong"}.with(header, "off"),
	} {
		for _, path := range []string{"/toy/nowhere", "/nowhere"} {
			if _, header, _ := c.do("GET", path, ""); header.Get("X-Esimsim-Findings") != "" || header.Get("X-Esimsim-Hint") == "" {
				t.Errorf("%s: GET %s: findings %q, hint %q", name, path, header.Get("X-Esimsim-Findings"), header.Get("X-Esimsim-Hint"))
			}
		}
	}
}

// A wrong header of the simulator's own is in the journal as the reason of the refusal.
func TestOwnHeaderIsFound(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	_, header, _ := caller{t, srv, "toy_w"}.with(sim.ValidateHeader, "loose").do("GET", "/toy/things/1", "")
	if got := header.Get("X-Esimsim-Findings"); got != "header.esimsim" || len(srv.WorldT(t, "w").Journal(sim.Filter{Finding: got})) != 1 {
		t.Errorf("findings %q, want header.esimsim", got)
	}
}
