package all_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/contract"
	"github.com/esimsim/esimsim/openapi"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// rich asks for something of everything.
const rich = `{
  "clock": "2026-07-01T00:00:00Z",
  "settings": {"esimfly": {"balance": 25.5}, "esimgo": {"balance": 60}, "validate": "report"},
  "scenarios": ["esimfly-pending-details"],
  "orders": [
    {"provider": "roamify", "item": "esim-cambodia-7days-1gb-all", "state": "PENDING", "reference": "shop-17", "quantity": 2},
    {"provider": "esimgo", "item": "esim_1GB_7D_GB_V2", "quantity": 8, "state": "processing", "reference": "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9"},
    {"provider": "esimgo", "item": "esim_1GB_7D_GB_V2", "quantity": 2, "iccids": ["8943108000000000012"], "ago": "90d"},
    {"provider": "esimgo", "item": "esim_1GB_7D_GB_V2", "quantity": 3, "inventory": true},
    {"provider": "esimfly", "item": "merhaba-7days-1gb", "state": "pending_details", "reference": "order_1782864000_abc12"}
  ],
  "esims": [
    {"provider": "roamify", "item": "esim-cambodia-7days-1gb-all", "state": "INSTALLED", "usedMB": 500, "country": "kh", "iccid": "8944500102198304826"},
    {"provider": "esimgo", "item": "esim_1GB_7D_GB_V2", "state": "Lapsed"},
    {"provider": "esimfly", "item": "merhaba-7days-1gb", "state": "EXPIRED", "ago": "30d"}
  ]
}`

func fixtureServer(t testing.TB) *sim.Server {
	t.Helper()
	s, err := sim.New(sim.Config{Providers: all.Providers()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// put starts world w with a fixture.
func put(t testing.TB, s *sim.Server, body string) (int, []byte) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPut, "http://localhost/_sim/worlds/w", strings.NewReader(body))
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	data, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, data
}

// fits holds an answer against the document of the control plane.
func fits(t testing.TB, status int, data []byte) {
	t.Helper()
	doc, err := contract.Load(openapi.Control)
	if err != nil {
		t.Fatal(err)
	}
	kind := "application/json"
	if status != http.StatusOK {
		kind = "application/problem+json"
	}
	for _, f := range doc.Operation("startWorld").CheckReply(status, kind, data) {
		t.Errorf("%s %s: %s\n%s", f.Code, f.Pointer, f.Message, data)
	}
}

// What was asked for is there, in the order of asking, and the balance is the one given.
func TestFixture(t *testing.T) {
	t.Parallel()
	s := fixtureServer(t)
	status, data := put(t, s, rich)
	fits(t, status, data)
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, data)
	}
	v := gjson.ParseBytes(data)
	for path, want := range map[string]string{
		"world.clock.now": "2026-07-01T00:00:00Z", "world.clock.mode": "frozen", "world.validate": "report",
		"world.scenarios.0": "esimfly-pending-details", "orders.#": "5", "esims.#": "3",
		"world.settings.roamify.balance": "1000", "world.settings.esimgo.balance": "60", "world.settings.esimfly.balance": "25.5",
		"orders.0.state": "PENDING", "orders.0.reference": "shop-17", "orders.0.esims.#": "2", "orders.0.esims.1.state": "NEW",
		"orders.1.id": "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9", "orders.1.esims.#": "0",
		"orders.2.esims.0.iccid": "8943108000000000012", "orders.2.esims.#": "2", "orders.3.esims.#": "0",
		"orders.4.id": "order_1782864000_abc12", "orders.4.esims.0.state": "PENDING", "orders.4.esims.0.iccid": "",
		"esims.0.iccid": "8944500102198304826", "esims.1.state": "Lapsed", "esims.2.state": "EXPIRED",
		`world.esims.#(iccid=="8944500102198304826").country`:               "KH",
		`world.esims.#(iccid=="8943108000000000012").issuedAt`:              "2026-04-02T00:00:00Z",
		`world.waiting.#(edge=="esimfly.order.provisioned").due`:            "2026-07-01T00:02:00Z",
		`world.waiting.#(edge=="esimfly.order.provisioned").looksLeft`:      "3",
		`world.waiting.#(edge=="roamify.order.completed").due`:              "",
		`world.esims.#(iccid=="` + v.Get("esims.2.iccid").Str + `").status`: "EXPIRED",
	} {
		if got := v.Get(path).String(); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	if t.Failed() {
		t.Logf("%s", data)
	}
}

// Two simulators make the same bytes of a fixture, and so does one again after use.
func TestFixtureRepeats(t *testing.T) {
	t.Parallel()
	one, two := fixtureServer(t), fixtureServer(t)
	_, first := put(t, one, rich)
	if _, err := one.WorldT(t, "w").Advance(400 * 24 * 60 * 60 * 1e9); err != nil {
		t.Fatal(err)
	}
	_, other := put(t, two, rich)
	_, again := put(t, one, rich)
	if diff := cmp.Diff(string(first), string(other)); diff != "" {
		t.Errorf("another simulator differs:\n%s", diff)
	}
	if diff := cmp.Diff(string(first), string(again)); diff != "" {
		t.Errorf("the same one differs after use:\n%s", diff)
	}
	if diff := cmp.Diff(snapshotOf(t, two), snapshotOf(t, one)); diff != "" {
		t.Errorf("the worlds differ:\n%s", diff)
	}
}

func snapshotOf(t testing.TB, s *sim.Server) string {
	t.Helper()
	snap, err := s.WorldT(t, "w").Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.MarshalIndent(snap, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// What is wrong is pointed at, what was meant is named, and the world stays as it was, with
// its journal.
func TestFixtureRefusals(t *testing.T) {
	t.Parallel()
	s := fixtureServer(t)
	if status, data := put(t, s, rich); status != http.StatusOK {
		t.Fatalf("%d %s", status, data)
	}
	before := snapshotOf(t, s)
	// one is a fixture with one more order or eSIM after a good one.
	one := func(kind, members string) string {
		good := `{"provider":"esimfly","item":"merhaba-7days-1gb"}`
		return `{"` + kind + `":[` + good + `,{` + members + `}]}`
	}
	const (
		fly = `"provider":"esimfly","item":"merhaba-7days-1gb"`
		roa = `"provider":"roamify","item":"esim-cambodia-7days-1gb-all"`
		esg = `"provider":"esimgo","item":"esim_1GB_7D_GB_V2"`
	)
	for _, c := range []struct{ body, pointer, detail string }{
		{``, "", "send a JSON object"},
		{`[]`, "", "send a JSON object"},
		{`null`, "", "send a JSON object"},
		{`{"esims":[`, "", "send a JSON object"},
		{`{} {}`, "", "send a JSON object"},
		{`{"esim":[]}`, "/esim", "did you mean esims?"},
		{`{"a/b~c":1}`, "/a~1b~0c", "there is no member"},
		{`{"orders":{}}`, "/orders", "must be an array"},
		{`{"orders":[7]}`, "/orders/0", "send a JSON object here"},
		{`{"clock":"tomorrow"}`, "/clock", "2026-07-01T00:00:00Z"},
		{`{"clock":5}`, "/clock", "2026-07-01T00:00:00Z"},
		{`{"clock":"1999-01-01T00:00:00Z"}`, "/clock", "between the years 2000 and 3000"},
		{`{"settings":[]}`, "/settings", "must be an object"},
		{`{"settings":{"esimfly":7}}`, "/settings/esimfly", "must be an object"},
		{`{"settings":{"esimfly":{"blance":7}}}`, "/settings/esimfly/blance", "did you mean balance?"},
		{`{"settings":{"esimfly":{"balance":-7}}}`, "/settings/esimfly/balance", "balance must be a number"},
		{`{"settings":{"esimgoo":{}}}`, "/settings/esimgoo", "did you mean esimgo?"},
		{`{"settings":{"validate":"loose"}}`, "/settings/validate", "validate is one of"},
		{`{"scenarios":"esimfly-flaky"}`, "/scenarios", "must be an array"},
		{`{"scenarios":["esimfly-flakey"]}`, "/scenarios/0", "did you mean esimfly-flaky?"},
		{`{"scenarios":["esimfly-flaky","esimfly-flaky"]}`, "/scenarios/1", "named twice"},
		{one("orders", `"item":"x"`), "/orders/1/provider", "send provider"},
		{one("orders", `"provider":"esimfly"`), "/orders/1/item", "send item"},
		{one("orders", `"provider":"esimflyy","item":"x"`), "/orders/1/provider", "did you mean esimfly?"},
		{one("orders", `"provider":"esimfly","item":"merhaba-7day-1gb"`), "/orders/1/item", "did you mean merhaba-7days-1gb?"},
		{one("orders", fly+`,"state":"pending"`), "/orders/1/state", "an order of esimfly is one of completed, pending_details, failed, cancelled"},
		{one("orders", fly+`,"state":"complete"`), "/orders/1/state", "did you mean completed?"},
		{one("orders", fly+`,"state":7`), "/orders/1/state", "must be a text"},
		{one("orders", fly+`,"quantity":11`), "/orders/1/quantity", "1 to 10"},
		{one("orders", fly+`,"quantity":0`), "/orders/1/quantity", "whole number"},
		{one("orders", fly+`,"quantity":1.5`), "/orders/1/quantity", "whole number"},
		{one("orders", fly+`,"quantity":"1"`), "/orders/1/quantity", "whole number"},
		{one("orders", fly+`,"reference":"mine"`), "/orders/1/reference", "order_1751370000_ab12c"},
		{one("orders", esg+`,"reference":"mine"`), "/orders/1/reference", "is a UUID"},
		{one("orders", roa+`,"reference":"`+strings.Repeat("x", 129)+`"`), "/orders/1/reference", "at most 128"},
		{one("orders", fly+`,"inventory":true`), "/orders/1/inventory", "esimfly has no inventory"},
		{one("orders", esg+`,"inventory":"yes"`), "/orders/1/inventory", "true or false"},
		{one("orders", esg+`,"inventory":true,"iccids":["8943108000000000012"]`), "/orders/1/iccids", "has no ICCID"},
		{one("orders", esg+`,"iccids":["8943108000000000012","8943108000000000020"]`), "/orders/1/iccids", "too many"},
		{one("orders", esg+`,"iccids":[7]`), "/orders/1/iccids/0", "must be a text"},
		{one("orders", esg+`,"state":"processing","iccids":["8943108000000000012"]`), "/orders/1", "no ICCID yet"},
		{one("orders", esg+`,"ago":"soon"`), "/orders/1/ago", "is no duration"},
		{one("orders", esg+`,"ago":"100000d"`), "/orders/1/ago", "longer than a hundred years"},
		{one("orders", esg+`,"ago":"20000d"`), "/orders/1/ago", "is no time"},
		{one("orders", esg+`,"usedMB":5`), "/orders/1/usedMB", "there is no member"},
		{one("esims", fly+`,"quantity":2`), "/esims/1/quantity", "there is no member"},
		{one("esims", fly+`,"state":"active"`), "/esims/1/state", "did you mean ACTIVE?"},
		{one("esims", fly+`,"iccid":"8932042000000000015"`), "/esims/1/iccid", "such as 8932042000000000014"},
		{one("esims", fly+`,"iccid":"1234"`), "/esims/1/iccid", "18 to 22 digits"},
		{one("esims", fly+`,"usedMB":0`), "/esims/1/usedMB", "above 0"},
		{one("esims", fly+`,"usedMB":1e12`), "/esims/1/usedMB", "above 0"},
		{one("esims", fly+`,"country":"JPN"`), "/esims/1/country", "ISO code"},
		{one("esims", fly+`,"state":"ACTIVE","country":"JP"`), "/esims/1/state", "cannot be ACTIVE"},
		{one("esims", fly+`,"state":"NEW","usedMB":1`), "/esims/1/state", "cannot be NEW: it would be ACTIVE"},
		{one("esims", fly+`,"state":"DEPLETED","usedMB":1`), "/esims/1/state", "it would be ACTIVE"},
		{one("esims", fly+`,"state":"ACTIVE","ago":"30d"`), "/esims/1/state", "it would be EXPIRED"},
		{one("esims", roa+`,"state":"NEW","usedMB":1`), "/esims/1", "on no device"},
		{one("esims", roa+`,"state":"NEW","iccid":"8944500102198304826"`), "/esims/1", "no ICCID yet"},
		{one("esims", esg+`,"state":"Queued","ago":"400d"`), "/esims/1/state", "it would be Released and Lapsed"},
		{`{"orders":[{` + esg + `,"quantity":600},{` + esg + `,"quantity":600}]}`, "/orders/1", "at most 1000"},
		{`{"esims":[{` + fly + `,"iccid":"8932042000000000014"},{` + fly + `,"iccid":"8932042000000000014"}]}`, "/esims/1/iccid", "chosen twice"},
		{`{"orders":[{` + roa + `,"reference":"a"},{` + roa + `,"reference":"a"}]}`, "/orders/1/reference", "is taken"},
	} {
		status, data := put(t, s, c.body)
		v := gjson.ParseBytes(data)
		if status != http.StatusBadRequest || v.Get("pointer").Str != c.pointer || !strings.Contains(v.Get("detail").Str, c.detail) {
			t.Errorf("%s\n got %d %s\nwant %q and %q", c.body, status, data, c.pointer, c.detail)
		}
		fits(t, status, data)
	}
	if diff := cmp.Diff(before, snapshotOf(t, s)); diff != "" {
		t.Errorf("refused fixtures changed the world:\n%s", diff)
	}
}

// states are all that each provider can be asked for.
var states = map[string]struct {
	item          string
	orders, esims string
}{
	"roamify": {"esim-cambodia-7days-1gb-all", "COMPLETED PENDING REQUIRE_ACTION CANCELLED REFUNDED ARCHIVED", "READY NEW INSTALLED EXPIRED REVOKED UNKNOWN"},
	"esimgo": {
		"esim_1GB_7D_GB_V2", "completed processing failed",
		"Queued Processing Active Depleted Expired Lapsed Revoked Released Downloaded Installed Unavailable Deactivated Suspended",
	},
	"esimfly": {"merhaba-7days-1gb", "completed pending_details failed cancelled", "NEW ACTIVE DEPLETED EXPIRED CANCELLED DELETED"},
}

// What happened before a test began happened, whatever its scenarios do from then on.
func TestFixtureUnderEveryScenario(t *testing.T) {
	t.Parallel()
	s := fixtureServer(t)
	for _, name := range s.ScenarioNames() {
		provider, _, _ := strings.Cut(name, "-")
		of := states[provider]
		f := sim.Fixture{Scenarios: []string{name}}
		for state := range strings.FieldsSeq(of.orders) {
			f.Orders = append(f.Orders, sim.FixtureOrder{Provider: provider, Item: of.item, State: state})
		}
		for state := range strings.FieldsSeq(of.esims) {
			f.ESIMs = append(f.ESIMs, sim.FixtureESIM{Provider: provider, Item: of.item, State: state})
		}
		if _, err := s.WorldT(t, name).Start(f); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A world can begin again while it is in use; a call that it finds under way is cut off.
func TestFixtureInTraffic(t *testing.T) {
	t.Parallel()
	s := sim.StartT(t, sim.Config{Providers: all.Providers()})
	f, err := sim.ReadFixture([]byte(rich))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5 {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/v2.4/orders",
					strings.NewReader(`{"type":"transaction","assign":true,"order":[{"type":"bundle","quantity":1,"item":"esim_1GB_7D_GB_V2"}]}`))
				if err != nil {
					t.Error(err)
					return
				}
				req.Header.Set("X-API-Key", "esimgo_w")
				if res, err := http.DefaultClient.Do(req); err == nil {
					_ = res.Body.Close()
				}
			}
		})
		wg.Go(func() {
			if _, err := s.WorldT(t, "w").Start(f); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// Whatever the body holds, the answer is a JSON document and no bug, and a world that began
// can be saved and go on.
func FuzzFixture(f *testing.F) {
	f.Add(rich)
	f.Add(`{}`)
	f.Add(`{"esims":[{"provider":"esimgo","item":"esim_UL_7D_GB_V2","state":"Depleted"}]}`)
	f.Add(`{"settings":{"esimfly":{"account":"enterprise-own","balance":0}},"esims":[{"provider":"esimfly","item":"merhaba-7days-1gb","state":"ACTIVE","usedMB":1e9}]}`)
	f.Add(`{"clock":"2000-01-01T00:00:00Z","orders":[{"provider":"roamify","item":"esim-cambodia-7days-1gb-all","state":"REFUNDED","ago":"1ns"}]}`)
	s := fixtureServer(f)
	f.Fuzz(func(t *testing.T, body string) {
		status, data := put(t, s, body)
		if status >= http.StatusInternalServerError || !gjson.ValidBytes(data) || !strings.HasPrefix(string(data), "{") {
			t.Fatalf("%q: %d %s", body, status, data)
		}
		if status != http.StatusOK {
			return
		}
		snapshotOf(t, s)
		if _, err := s.WorldT(t, "w").Advance(24 * 60 * 60 * 1e9); err != nil && !strings.Contains(err.Error(), "between the years") {
			t.Errorf("%q: %v", body, err)
		}
	})
}
