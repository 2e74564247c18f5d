package all_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
)

// call is a call of eSIM Go's API that must succeed.
func call(t *testing.T, s *sim.Server, world, path, body string) gjson.Result {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://localhost/v2.4"+path, strings.NewReader(body))
	r.Header.Set("X-Api-Key", "esimgo_"+world)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return gjson.Parse(w.Body.String())
}

const bigItem = "esim_1GB_7D_GB_V2"

// stock buys bundles into the inventory.
func stock(t *testing.T, s *sim.Server, orders int) {
	t.Helper()
	if err := s.WorldT(t, "w").Patch(sim.Patch{"esimgo": {"balance": 1e6}}); err != nil {
		t.Fatal(err)
	}
	for range orders {
		call(t, s, "w", "/orders", fmt.Sprintf(`{"type":"transaction","assign":false,"order":[{"type":"bundle","quantity":1,"item":%q}]}`, bigItem))
	}
}

// One eSIM that was topped up day after day does not swell the view of its world, nor does
// what waits there to happen.
func TestViewOfManyTopUps(t *testing.T) {
	t.Parallel()
	const topUps = 4000 // each of which waits for its end
	s := fixtureServer(t)
	stock(t, s, 1)
	iccid := call(t, s, "w", "/esims/apply", fmt.Sprintf(`{"name":%q}`, bigItem)).Get("esims.0.iccid").Str
	var last string
	for range topUps {
		last = call(t, s, "w", "/orders", fmt.Sprintf(`{"type":"transaction","assign":true,"order":[{"type":"bundle","quantity":1,"item":%q,"iccids":[%q]}]}`, bigItem, iccid)).Get("orderReference").Str
	}
	v := ask(t, s, "getWorld", "/worlds/w")
	things := v.Get("esims.0.things")
	if things.Get("#").Int() != 50 || v.Get("esims.0.thingsTotal").Int() != topUps+3 {
		t.Errorf("%s things, want 50; %s in all, want a bundle for each top-up, one more, and the eSIM twice", things.Get("#"), v.Get("esims.0.thingsTotal"))
	}
	if things.Get("0.entity").Str != "esim" || things.Get("1.entity").Str != "service" || things.Get(`#(entity=="bundle")#|#`).Int() != 48 {
		t.Errorf("the eSIM itself is not first: %s", things.Get("#.entity"))
	}
	if v.Get("waiting.#").Int() != 200 || v.Get("waitingTotal").Int() != topUps+2 {
		t.Errorf("%s of %s wait, want the bundles and the stock to wait for their end", v.Get("waiting.#"), v.Get("waitingTotal"))
	}
	if n := v.Get("orders.#").Int(); n != 200 || v.Get("orders.199.id").Str != last {
		t.Errorf("%d orders, the last is %s, want %s", n, v.Get("orders.199.id"), last)
	}
	if len(v.Raw) > 200_000 {
		t.Errorf("the view has %d bytes", len(v.Raw))
	}
}

// What is on no eSIM is bounded too.
func TestViewOfManyThings(t *testing.T) {
	t.Parallel()
	s := fixtureServer(t)
	stock(t, s, 230)
	v := ask(t, s, "getWorld", "/worlds/w")
	if v.Get("things.#").Int() != 200 || v.Get("thingsTotal").Int() != 230 {
		t.Errorf("%s of %s things", v.Get("things.#"), v.Get("thingsTotal"))
	}
}
