package sim_test

import (
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
)

// plain is a value without white space, and a text without quotes.
func plain(v gjson.Result) string {
	if v.Type == gjson.JSON {
		return v.Get("@ugly").Raw
	}
	return v.String()
}

// What is in a world is shown with what can happen to it next, and the machines say where
// that leads.
func TestMachines(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c, shop := newController(t, srv), caller{t, srv, "toy_w~slow"}
	_, v := c.do("GET", "/machines", "")
	for path, want := range map[string]string{
		"machines.#": "1", "machines.0.provider": "toy", "machines.0.entity": "thing", "machines.0.title": "Thing",
		"machines.0.states": `["new","ready","gone"]`, "machines.0.initial": "new", "machines.0.edges.#": "2",
		"machines.0.edges.0.edge": "toy.thing.ready", "machines.0.edges.0.from": `["new"]`, "machines.0.edges.0.to": "ready",
		"machines.0.edges.0.basis": "assumed", "machines.0.edges.0.policy": "immediate",
	} {
		if got := plain(v.Get(path)); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}

	made := shop.create()
	id, iccid := made.Get("id").Str, made.Get("iccid").Str
	_, v = c.do("GET", "/worlds/w~slow", "")
	for path, want := range map[string]string{
		"ordersTotal": "1", "orders.0.provider": "toy", "orders.0.entity": "thing", "orders.0.id": id, "orders.0.state": "new",
		"orders.0.esims": `["` + iccid + `"]`, "orders.0.moves": `[{"edge":"toy.thing.ready","to":"ready"}]`, "orders.0.things": "[]",
		"esimsTotal": "1", "esims.0.things.#": "1", "esims.0.things.0.id": id, "esims.0.things.0.label": "a toy",
		"esims.0.things.0.moves": `[{"edge":"toy.thing.ready","to":"ready"}]`, "things": "[]",
	} {
		if got := plain(v.Get(path)); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	c.do("POST", "/worlds/w~slow/edges", `{"edge":"toy.thing.ready","id":"`+id+`"}`)
	if _, v = c.do("GET", "/worlds/w~slow", ""); plain(v.Get("orders.0.moves")) != `[{"edge":"toy.thing.gone","to":"gone"}]` {
		t.Errorf("ready: %s", v.Get("orders"))
	}
	// A fact beside the state speaks against it.
	if _, v = c.do("PATCH", "/worlds/w~slow", `{"toy":{"colour":"blue"}}`); plain(v.Get("orders.0.moves")) != `[]` {
		t.Errorf("blue: %s", v.Get("orders"))
	}
}

// A view has the newest, and says how many there are.
func TestViewIsBounded(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	shop, w := caller{t, srv, "toy_w"}, srv.WorldT(t, "w")
	first := shop.create().Get("iccid").Str
	if _, err := w.Advance(time.Second); err != nil {
		t.Fatal(err)
	}
	var last string
	for range 500 {
		last = shop.create().Get("iccid").Str
	}
	v := w.View()
	if len(v.Orders) != 200 || v.OrdersTotal != 501 || len(v.ESIMs) != 500 || v.ESIMsTotal != 501 {
		t.Errorf("%d of %d orders, %d of %d eSIMs", len(v.Orders), v.OrdersTotal, len(v.ESIMs), v.ESIMsTotal)
	}
	if v.ESIMs[0].ICCID == first || v.ESIMs[499].ICCID != last {
		t.Errorf("the eSIMs are %s to %s, want the last to be %s", v.ESIMs[0].ICCID, v.ESIMs[499].ICCID, last)
	}
}

// Callers are told where to go and what with; keys of the user's own are not told.
func TestAccess(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c := newController(t, srv)
	for query, name := range map[string]string{"": "demo", "?world=w~slow": "w~slow"} {
		_, v := c.do("GET", "/apis"+query, "")
		for path, want := range map[string]string{
			"apis.#": "1", "apis.0.name": "toy", "apis.0.title": "Toy", "apis.0.base": srv.URL() + "/toy",
			"apis.0.credentials": `[{"name":"X-Toy","value":"toy_` + name + `"}]`,
			"example.toy":        "curl -H 'X-Toy: toy_" + name + "' " + srv.URL() + "/toy/things/1",
		} {
			if got := plain(v.Get(path)); got != want {
				t.Errorf("%s: %s is %s, want %s", query, path, got, want)
			}
		}
	}
	if names := srv.WorldNames(); len(names) > 0 {
		t.Errorf("asking made the worlds %v", names)
	}
	for _, world := range []string{"a%20b", "revoked", "w~slwo"} {
		if status, v := c.do("GET", "/apis?world="+world, ""); status != 400 {
			t.Errorf("%s: %d %s", world, status, v)
		}
	}

	own := startToy(t, sim.Config{Auth: sim.AuthClosed, Keys: []sim.Key{{Provider: "toy", Value: "real", World: "demo"}}})
	_, v := newController(t, own).do("GET", "/apis", "")
	if plain(v.Get("apis.0.credentials")) != `[{"name":"X-Toy","value":""}]` || plain(v.Get("example")) != "{}" {
		t.Errorf("own keys: %s", v)
	}
}

func TestScenarioList(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	_, v := newController(t, srv).do("GET", "/scenarios", "")
	if got := v.Get("scenarios.#").Int(); int(got) != len(srv.ScenarioNames()) {
		t.Errorf("%d scenarios, want %v: %s", got, srv.ScenarioNames(), v)
	}
}
