package sim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/simtest"
)

// Who only looks may leave a world that is not there unmade.
func TestLookingMakesNoWorld(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c := newController(t, srv)
	looks := []string{"", "/requests", "/requests/stream", "/webhooks", "/coverage"}
	for _, path := range looks {
		if status, v := c.do("GET", "/worlds/gone"+path+"?create=false", ""); status != 404 || !strings.Contains(v.Get("detail").Str, `no world "gone"`) {
			t.Errorf("%s: %d %s", path, status, v)
		}
		if status, v := c.do("GET", "/worlds/gone"+path+"?create=no", ""); status != 400 || v.Get("pointer").Str != "query/create" {
			t.Errorf("%s: %d %s", path, status, v)
		}
		if status, _ := c.do("GET", "/worlds/a%20b"+path+"?create=false", ""); status != 400 {
			t.Errorf("%s of a name that none can have: %d", path, status)
		}
	}
	if status, _ := c.do("GET", "/worlds/gone/requests/1", ""); status != 404 {
		t.Errorf("an entry: %d", status)
	}
	if names := srv.WorldNames(); len(names) > 0 {
		t.Errorf("looking made %v", names)
	}
	for i, path := range looks {
		for _, query := range []string{"?create=true", "?create=false"} {
			if path == "/requests/stream" {
				listen(t, fmt.Sprintf("%s/_sim/worlds/w%d%s%s", srv.URL(), i, path, query))
			} else if status, v := c.do("GET", fmt.Sprintf("/worlds/w%d%s%s", i, path, query), ""); status != 200 {
				t.Errorf("%s%s: %d %s", path, query, status, v)
			}
		}
	}
	// Nor is a wrong key passed over.
	for _, path := range []string{"?crate=false", "/webhooks?since=x", "/coverage?crate=false"} {
		if status, v := c.do("GET", "/worlds/w0"+path, ""); status != 400 {
			t.Errorf("%s: %d %s", path, status, v)
		}
	}
}

func TestOneRequest(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c, shop := newController(t, srv), caller{t, srv, "toy_w"}
	shop.create()
	shop.create()
	_, list := c.do("GET", "/worlds/w/requests", "")
	status, e := c.do("GET", "/worlds/w/requests/2", "")
	if status != 200 || plain(e) != plain(list.Get("requests.1")) {
		t.Errorf("%d %s, want %s", status, e, list.Get("requests.1"))
	}
	for _, id := range []string{"3", "0", "x", "2%2F1"} {
		if status, v := c.do("GET", "/worlds/w/requests/"+id, ""); status != 404 || v.Get("status").Int() != 404 {
			t.Errorf("%s: %d %s", id, status, v)
		}
	}
}

func TestNewestDeliveries(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c := newController(t, srv)
	to := simtest.Listen(t)
	aim(t, srv.WorldT(t, "w"), to.URL)
	for range 3 {
		if status, v := c.do("POST", "/worlds/w/webhooks/trigger", `{"event":"toy.webhook.made"}`); status != 200 {
			t.Fatalf("%d %s", status, v)
		}
	}
	_, all := c.do("GET", "/worlds/w/webhooks", "")
	ids := all.Get("deliveries.#.id").Array()
	if len(ids) != 3 || len(to.Got()) != 3 {
		t.Fatalf("%d were sent: %s", len(to.Got()), all)
	}
	for query, want := range map[string]string{
		"?limit=0": plain(all.Get("deliveries.#.id")), "?limit=9": plain(all.Get("deliveries.#.id")),
		"?limit=2": fmt.Sprintf("[%s,%s]", ids[1].Raw, ids[2].Raw), "?limit=1": "[" + ids[2].Raw + "]",
	} {
		if _, v := c.do("GET", "/worlds/w/webhooks"+query, ""); plain(v.Get("deliveries.#.id")) != want {
			t.Errorf("%s: %s, want %s", query, v.Get("deliveries.#.id"), want)
		}
	}
	for _, query := range []string{"?limit=-1", "?limit=x", "?limit="} {
		if status, v := c.do("GET", "/worlds/w/webhooks"+query, ""); status != http.StatusBadRequest || v.Get("pointer").Str != "query/limit" {
			t.Errorf("%s: %d %s", query, status, v)
		}
	}
}
