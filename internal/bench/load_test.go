package bench

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// origin is where requests seem to go that never leave the process.
const origin = "http://127.0.0.1"

// world is the name that all credentials have, unless a benchmark is about worlds.
const world = "bench"

// placed is how many orders there are to be looked up.
const placed = 100

// A call is a request that is not made yet, so that making it can be left out of what is
// measured.
type call struct {
	method, path, key, body string
}

// request makes the call's own request, signed where that is asked for. Each n makes
// another.
func (c call) request(base string, n int) *http.Request {
	req, err := http.NewRequest(c.method, base+c.path, strings.NewReader(c.body))
	if err != nil {
		panic(err)
	}
	switch api, _, _ := strings.Cut(c.key, "_"); api {
	case "roamify":
		req.Header.Set("Authorization", "Bearer "+c.key)
	case "esimgo":
		req.Header.Set("X-API-Key", c.key)
	default:
		sign(req, c.key, c.body, n)
	}
	req.Header.Set("User-Agent", "bench/1.0")
	req.Header.Set("Accept-Encoding", "gzip")
	if c.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return req
}

// sign makes the four headers of esimfly, with a request id of its own.
func sign(req *http.Request, code, body string, n int) {
	id := fmt.Sprintf("%08x-0000-4000-8000-%012x", n>>32, n&0xffffffff)
	stamp := strconv.FormatInt(clock.Wall{}.Now().UnixMilli(), 10)
	mac := hmac.New(sha256.New, []byte("sk_"+strings.TrimPrefix(code, "esf_")))
	_, _ = io.WriteString(mac, stamp+id+code+body)
	req.Header.Set("RT-AccessCode", code)
	req.Header.Set("RT-RequestID", id)
	req.Header.Set("RT-Timestamp", stamp)
	req.Header.Set("RT-Signature", strings.ToUpper(hex.EncodeToString(mac.Sum(nil))))
}

// A load is one kind of request, and what its twin does with the same.
type load struct {
	name    string
	api     string
	orders  bool   // it buys
	pattern string // of the twin's route
	// call is the nth request.
	call func(m menu, key string, n int) call
}

// A menu is what can be bought: enough that an order repeats none of the last minute,
// which would be a finding; and what was.
type menu struct {
	fly, bundles []string            // bodies of orders
	seen         map[string][]string // references of orders that were placed, by API
}

var loads = []load{
	{name: "EsimflyOrder", api: "esimfly", orders: true, pattern: "POST /api/v1/business/esims/order", call: flyOrder},
	{name: "RoamifyOrder", api: "roamify", orders: true, pattern: "POST /api/esim/order", call: roamifyOrder},
	{name: "EsimgoOrder", api: "esimgo", orders: true, pattern: "POST /v2.4/orders", call: goOrder},
	{name: "EsimflyCatalogue", api: "esimfly", pattern: "GET /api/v1/business/esims/packages", call: get("/api/v1/business/esims/packages?page=2&limit=50")},
	{name: "RoamifyCatalogue", api: "roamify", pattern: "GET /api/esim/packages", call: get("/api/esim/packages?page=2&pageSize=10")},
	{name: "EsimgoCatalogue", api: "esimgo", pattern: "GET /v2.4/catalogue", call: get("/v2.4/catalogue?page=2&perPage=50")},
	{name: "EsimflyLookup", api: "esimfly", pattern: "GET /api/v1/business/esims/order", call: lookUp("esimfly", "/api/v1/business/esims/order?orderReference=")},
	{name: "RoamifyLookup", api: "roamify", pattern: "GET /api/esim/order", call: lookUp("roamify", "/api/esim/order?orderId=")},
	{name: "EsimgoLookup", api: "esimgo", pattern: "GET /v2.4/orders/{id}", call: lookUp("esimgo", "/v2.4/orders/")},
}

func keyOf(api, world string) string {
	if api == "esimfly" {
		api = "esf"
	}
	return api + "_" + world
}

func get(path string) func(menu, string, int) call {
	return func(_ menu, key string, _ int) call { return call{method: http.MethodGet, path: path, key: key} }
}

func lookUp(api, path string) func(menu, string, int) call {
	return func(m menu, key string, n int) call {
		seen := m.seen[api]
		return call{method: http.MethodGet, path: path + seen[n%len(seen)], key: key}
	}
}

func flyOrder(m menu, key string, n int) call {
	return call{http.MethodPost, "/api/v1/business/esims/order", key, m.fly[n%len(m.fly)]}
}

func roamifyOrder(_ menu, key string, n int) call {
	return call{
		http.MethodPost, "/api/esim/order", key,
		`{"items":[{"packageId":"esim-cambodia-7days-1gb-all","quantity":1}],"referenceId":"` + strconv.Itoa(n) + `"}`,
	}
}

func goOrder(m menu, key string, n int) call {
	return call{http.MethodPost, "/v2.4/orders", key, m.bundles[n%len(m.bundles)]}
}

// settings give a purse that does not run out.
var settings = sim.Patch{
	"esimfly": {"balance": 1e9, "rateLimit": "off"}, "esimgo": {"balance": 1e9}, "roamify": {"balance": 1e9},
}

// perHour is how many calls are made in an hour of the world, whose clock stands still
// meanwhile: no limit on rates is met then, each of which would cost a finding.
const perHour = 500

// A shop is a simulator in this process.
type shop struct {
	server *sim.Server
	menu   menu
}

// open makes a simulator, and reads what it sells.
func open(t testing.TB) *shop {
	t.Helper()
	server, err := sim.New(sim.Config{Providers: all.Providers(), Freeze: clock.Wall{}.Now()})
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{server: server, menu: menu{seen: map[string][]string{}}}
	w, err := server.World(world)
	if err == nil {
		err = w.Patch(settings)
	}
	if err != nil {
		t.Fatal(err)
	}
	s.menu.read(t, func(c call, n int) []byte { return s.call(t, c.request(origin, n)).Body.Bytes() })
	return s
}

// unique is added to the numbers of requests that are no part of a benchmark.
const unique = 1 << 40

// read asks what is sold, and places orders to be looked up.
func (m *menu) read(t testing.TB, do func(c call, n int) []byte) {
	t.Helper()
	packages := do(call{http.MethodGet, "/api/v1/business/esims/packages?limit=64&type=local", "esf_" + world, ""}, unique)
	gjson.GetBytes(packages, "data.packages").ForEach(func(_, p gjson.Result) bool {
		m.fly = append(m.fly, fmt.Sprintf(`{"packageCode":%s,"packageName":%s,"price":%s,"quantity":1,"duration":%s,"flagUrl":"/img/flags/tr.png"}`,
			p.Get("package_code").Raw, p.Get("name").Raw, p.Get("cost").Raw, p.Get("validity_days").Raw))
		return true
	})
	bundles := do(call{http.MethodGet, "/v2.4/catalogue?perPage=64", "esimgo_" + world, ""}, 0)
	gjson.GetBytes(bundles, "bundles.#.name").ForEach(func(_, name gjson.Result) bool {
		m.bundles = append(m.bundles, `{"type":"transaction","assign":true,"order":[{"type":"bundle","quantity":1,"item":`+name.Raw+`}]}`)
		return true
	})
	if len(m.fly) != 64 || len(m.bundles) != 64 {
		t.Fatalf("%d packages and %d bundles on the menu", len(m.fly), len(m.bundles))
	}
	for i := range placed {
		for _, l := range loads[:3] {
			answer := do(l.call(*m, keyOf(l.api, world), unique+1+i), unique+1+i)
			m.seen[l.api] = append(m.seen[l.api], reference(answer))
		}
	}
}

// reference is the id of the order in an answer of any of the three.
func reference(answer []byte) string {
	for _, at := range []string{"orderReference", "data.id", "order.orderReference"} {
		if v := gjson.GetBytes(answer, at); v.Exists() {
			return v.Str
		}
	}
	return ""
}

// advance moves the world's clock on.
func (s *shop) advance(t testing.TB) {
	t.Helper()
	w, err := s.server.World(world)
	if err == nil {
		_, err = w.Advance(time.Hour)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (s *shop) call(t testing.TB, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	r.RequestURI, r.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:1"
	s.server.Handler().ServeHTTP(w, r)
	check(t, w.Code, w.Header(), w.Body.Bytes())
	return w
}

// check refuses what is not the usual answer: a finding would cost more than the request.
func check(t testing.TB, status int, header http.Header, body []byte) {
	t.Helper()
	if found := header.Get("X-Esimsim-Findings"); status != http.StatusOK || found != "" {
		t.Fatalf("%d %s %s", status, found, bytes.TrimSpace(body[:min(len(body), 300)]))
	}
}
