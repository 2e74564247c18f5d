package esimfly_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/simtest"
)

// A world in the midst of everything, written out and read back elsewhere, goes on alike.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	srv := server(t)
	c := dial(t, srv, "taken~esimfly-in-flight")
	c.buyHeld("2184410")
	c.act(esim.Use, 300*esim.MiB)
	c.topUp(c.lastICCID(), "TOPUP_2184411")
	c.buyHeld("merhaba-7days-1gb")
	c.post("/esims/cancel", `{"esimId":2505}`)
	c.buyHeld("europe-5gb-30days")
	c.post("/esims/suspend", `{"esimId":2506,"action":"suspend"}`)
	c.subscribe(simtest.Listen(t))
	c.place(minimal) // still under way
	c.place(`{"packageCode":"RB77_5D","idempotency_key":"k-2"}`)

	taken, err := c.world.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(taken)
	if err != nil {
		t.Fatal(err)
	}
	back, err := sim.ReadSnapshot(raw)
	if err != nil {
		t.Fatal(err)
	}
	other := dial(t, server(t), "taken~esimfly-in-flight")
	if err := other.world.Restore(back); err != nil {
		t.Fatal(err)
	}
	other.calls = c.calls
	alike := func() {
		t.Helper()
		for _, path := range []string{"/balance", "/esims", "/orders", "/webhooks", "/esims/usage/query?iccid=" + c.lastICCID()} {
			if a, b := string(c.get(path).body), string(other.get(path).body); a != b {
				t.Errorf("%s\n%s\n%s", path, a, b)
			}
		}
		for _, path := range []string{"/esims/status", "/esims/network-events", "/esims/usage-report"} {
			if a, b := string(c.post(path, `{"esimId":2503}`).body), string(other.post(path, `{"esimId":2503}`).body); a != b {
				t.Errorf("%s\n%s\n%s", path, a, b)
			}
		}
	}
	alike()
	for _, each := range []*client{c, other} {
		each.order(minimal).is(t, 409, inFlight)
		if got := edges(each.advance(5 * time.Minute)); strings.Join(got, " ") != "order.accepted order.provisioned order.accepted order.provisioned" {
			t.Errorf("passed %v", got)
		}
	}
	alike()
	if a, b := string(c.place(bare).body), string(other.place(bare).body); a != b {
		t.Errorf("the next order\n%s\n%s", a, b)
	}
}

// buyHeld orders a package and sees it through.
func (c *client) buyHeld(code string) {
	c.t.Helper()
	c.place(`{"packageCode":"` + code + `"}`)
	c.advance(30 * time.Second)
}
