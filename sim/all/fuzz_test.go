package all_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
	"github.com/esimsim/esimsim/sim/esimfly"
)

// unknownPackage is the one refusal of a provider that is a 500, as it was observed. A bug
// of ours would be in the log as well.
const unknownPackage = `{"message":"Unknown error","status":"failed"}`

// fuzzed is a simulator that is called without a network, and what its own answers have
// against their documents.
type fuzzed struct {
	srv *sim.Server

	mu  sync.Mutex
	odd []string
}

// Write takes the lines of the log, where a bug of ours is an error.
func (x *fuzzed) Write(line []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.odd = append(x.odd, string(line))
	return len(line), nil
}

func newFuzzed(tb testing.TB) *fuzzed {
	tb.Helper()
	x := &fuzzed{}
	s, err := sim.New(sim.Config{
		Providers: all.Providers(), Freeze: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), CheckReplies: true,
		Log: slog.New(slog.NewTextHandler(x, &slog.HandlerOptions{Level: slog.LevelError})),
		OnReply: func(operation string, found []sim.Finding) {
			x.mu.Lock()
			defer x.mu.Unlock()
			x.odd = append(x.odd, fmt.Sprint(operation, found))
		},
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	x.srv = s
	return x
}

// forget lets all worlds go, so that each input finds the same.
func (x *fuzzed) forget() {
	for _, name := range x.srv.WorldNames() {
		x.srv.Forget(name)
	}
}

// call sends a request with the credential of world w at a provider, "" for the control
// plane, and checks that the answer is a JSON object that fits its document and no bug.
func (x *fuzzed) call(t testing.TB, provider, method, path, query, body string) (int, []byte) {
	t.Helper()
	r := httptest.NewRequest(method, "http://localhost", strings.NewReader(body))
	r.URL = &url.URL{Path: path, RawQuery: query}
	r.Header.Set("Content-Type", "application/json")
	switch provider {
	case "roamify":
		r.Header.Set("Authorization", "Bearer roamify_w")
	case "esimgo":
		r.Header.Set("X-API-Key", "esimgo_w")
	case "esimfly":
		const id = "4ce9d9cd-ac9e-4e17-b3a2-c66c358c1ce2"
		at := strconv.FormatInt(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC).UnixMilli(), 10)
		r.Header.Set("RT-AccessCode", "esf_w")
		r.Header.Set("RT-RequestID", id)
		r.Header.Set("RT-Timestamp", at)
		r.Header.Set("RT-Signature", esimfly.Sign("sk_w", at, id, "esf_w", []byte(body)))
	}
	w := httptest.NewRecorder()
	x.srv.Handler().ServeHTTP(w, r)
	data := w.Body.Bytes()
	if w.Code >= http.StatusInternalServerError && string(data) != unknownPackage || !gjson.ValidBytes(data) || !gjson.ParseBytes(data).IsObject() {
		t.Errorf("%s %s?%q %q: %d %.300s", method, path, query, body, w.Code, data)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.odd) > 0 {
		t.Errorf("%s %s?%q %q answers %.300s: %v", method, path, query, body, data, x.odd)
		x.odd = nil
	}
	return w.Code, data
}

// orders are bodies with a name in them that is sold or not.
var orders = []struct{ provider, path, body string }{
	{"roamify", "/api/esim/order", `{"items":[{"packageId":NAME,"quantity":1}]}`},
	{"roamify", "/api/esim/order/instant", `{"items":[{"packageId":NAME,"quantity":1}]}`},
	{"roamify", "/api/esim/order/topup", `{"iccid":"8944500102198304826","packageId":NAME}`},
	{"esimgo", "/v2.4/orders", `{"type":"transaction","assign":true,"order":[{"type":"bundle","quantity":1,"item":NAME}]}`},
	{"esimgo", "/v2.5/orders", `{"type":"validate","order":[{"type":"bundle","quantity":1,"item":NAME}]}`},
	{"esimgo", "/v2.4/esims/apply", `{"bundle":NAME}`},
	{"esimfly", "/api/v1/business/esims/order", `{"packageCode":NAME,"packageName":"Turkey 1 GB 7 Days","price":2.72}`},
	{"esimfly", "/api/v1/business/esims/order", `{"packageCode":"merhaba-7days-1gb","packageName":NAME,"price":2.72}`},
	{"esimfly", "/api/v1/business/topup/order", `{"iccid":"8932042000000000014","packageCode":NAME}`},
}

// Whatever a bundle or package is called, a call that buys it is refused in the provider's
// words unless it is sold, and nothing is paid.
func FuzzOrderNames(f *testing.F) {
	for i := range orders {
		for _, name := range []string{gb, cambodia, "merhaba-7days-1gb", "", "x", "../catalogue", "esim_1gb_7d_gb_v2 ", "%00", "\x00", "\U0001F4F6", strings.Repeat("é", 300), `"`, "null"} {
			f.Add(uint8(i), name)
		}
	}
	x := newFuzzed(f)
	f.Fuzz(func(t *testing.T, which uint8, name string) {
		defer x.forget()
		o := orders[int(which)%len(orders)]
		quoted, err := json.Marshal(name)
		if err != nil {
			t.Fatal(err)
		}
		status, data := x.call(t, o.provider, http.MethodPost, o.path, "", strings.Replace(o.body, "NAME", string(quoted), 1))
		paid := x.srv.WorldT(t, "w").View().Settings[o.provider]["balance"] != 1000.0
		if status >= 400 && paid {
			t.Errorf("%s with %q is refused, and paid: %d %s", o.path, name, status, data)
		}
		if status < 300 && !sold(name) && !strings.Contains(o.body, `"packageName":NAME`) {
			t.Errorf("%s sells %q: %d %s", o.path, name, status, data)
		}
	})
}

// sold says roughly whether a name may be one of a catalogue; or of what may be left out.
func sold(name string) bool {
	return strings.ContainsAny(name, "_-") || strings.TrimSpace(name) == ""
}

// lists are what can be asked for with filters, pages and orders.
var lists = []struct{ provider, path string }{
	{"esimfly", "/api/v1/business/esims"},
	{"esimfly", "/api/v1/business/orders"},
	{"esimfly", "/api/v1/business/esims/packages"},
	{"esimfly", "/api/v1/business/packages"},
	{"esimfly", "/api/v1/business/esims/usage/query"},
	{"esimfly", "/api/v1/business/topup/packages"},
	{"esimfly", "/api/v1/business/esims/order"},
	{"roamify", "/api/esim/orders"},
	{"roamify", "/api/esims"},
	{"roamify", "/api/esim/packages"},
	{"roamify", "/api/esim/usage"},
	{"roamify", "/api/esim/usage/details"},
	{"roamify", "/api/esim/event"},
	{"roamify", "/api/esim/topup/packages"},
	{"roamify", "/api/esim/history"},
	{"roamify", "/api/esim/vouchers"},
	{"roamify", "/api/refunds"},
	{"roamify", "/api/esim/countries"},
	{"esimgo", "/v2.4/esims"},
	{"esimgo", "/v2.4/orders"},
}

// Whatever the query of a list says, the answer is one of the provider's.
func FuzzListQueries(f *testing.F) {
	for i := range lists {
		for _, query := range []string{
			"", "page=2&limit=1", "page=0&limit=-1", "page=9223372036854775807&limit=9223372036854775807", "search=%25&status=ACTIVE", "status=x&sort=asc",
			"iccid=8932042000000000014&iccid=", "from=2026-07-01&to=2025-01-01T00:00:00Z", "startDate=1&endDate=-1", "page=%zz&=&&;", "search=" + strings.Repeat("a", 3000),
			"page=1e3", "%00=%00", "perPage=1&orderBy=iccid&direction=asc&filterBy=iccid&filter=eq:89*", "offset=-1&limit=1e9", "countryCode=JP&packageId=%FF",
		} {
			f.Add(uint8(i), query)
		}
	}
	x := newFuzzed(f)
	before := func(t *testing.T) {
		t.Helper()
		if _, err := x.srv.WorldT(t, "w").Start(sim.Fixture{
			Orders: []sim.FixtureOrder{{Provider: "esimfly", Item: "merhaba-7days-1gb", Quantity: 2}, {Provider: "roamify", Item: cambodia}, {Provider: "esimgo", Item: gb, Quantity: 2}},
		}); err != nil {
			t.Fatal(err)
		}
	}
	var once sync.Once
	f.Fuzz(func(t *testing.T, which uint8, query string) {
		once.Do(func() { before(t) }) // to look changes nothing
		l := lists[int(which)%len(lists)]
		x.call(t, l.provider, http.MethodGet, l.path, query, "")
	})
}

// controls are calls of the control plane that take a body.
var controls = []string{
	"POST /webhooks/trigger", "POST /fork", "POST /clock", "PUT /snapshot", "POST /scenarios", "PATCH ", "POST /verify", "POST /edges", "PUT ",
}

// Whatever a body of the control plane holds, the answer is a JSON document and no bug, and
// the world goes on.
func FuzzControlPlane(f *testing.F) {
	x := newFuzzed(f)
	_, snapshot := x.call(f, "", http.MethodGet, "/_sim/worlds/w/snapshot", "", "")
	for i, bodies := range [][]string{
		{`{"event":"esimfly.webhook.esim.provisioned"}`, `{"event":"roamify.webhook.low_balance","x":1}`, `{"event":null}`},
		{`{"name":"other"}`, `{"name":"w"}`, `{"name":"a b"}`, `{"name":"w~esimfly-flaky"}`, `{"name":""}`},
		{`{"advance":"1d"}`, `{"set":"2026-07-02T00:00:00Z"}`, `{"advance":"-1h"}`, `{"advance":"1000000d"}`, `{"set":"9999-12-31T23:59:59Z"}`, `{"freeze":true,"follow":1}`},
		{string(snapshot), `{"version":1}`, `{"version":1e400}`, `{"version":1,"world":"w","clock":null}`, `{"version":1,"accounts":{"esimgo":{}}}`},
		{"version: 1\nname: a\nrules: [{on: esimfly.createOrder, do: {fault: reset}}]\n", "version: 1\nname: [a]\n", "a: &a [*a]", "\x00", "version: 1\nname: a\ntimeline: [{after: 1ns, do: {use: {esim: last, mb: -1}}}]\n"},
		{`{"esimgo":{"balance":1e308}}`, `{"webhooks":{"esimfly":null}}`, `{"":{"validate":"strict"}}`},
		{`{"expect":[{"on":"esimgo.createOrder","times":1}]}`, `{"wait":"1ns"}`},
		{`{"edge":"esimgo.esim.installed","id":"x"}`, `{"edge":7}`},
		{`{"orders":[{"provider":"esimgo","item":"esim_1GB_7D_GB_V2"}]}`, `{"esims":7}`},
	} {
		for _, body := range bodies {
			f.Add(uint8(i), body)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, body string) {
		// An address in a body would be sent to, and a wait be waited for.
		if strings.Contains(body, "url") || strings.Contains(body, "wait") || strings.Contains(body, `\u`) {
			return
		}
		defer x.forget()
		method, path, _ := strings.Cut(controls[int(which)%len(controls)], " ")
		status, data := x.call(t, "", method, "/_sim/worlds/w"+path, "", body)
		if status >= 400 && (gjson.GetBytes(data, "status").Int() != int64(status) || gjson.GetBytes(data, "detail").Str == "") {
			t.Errorf("%s %s %q: no problem document: %d %s", method, path, body, status, data)
		}
		if status, data = x.call(t, "", http.MethodGet, "/_sim/worlds/w", "", ""); status != http.StatusOK {
			t.Errorf("%s %s %q: afterwards %d %s", method, path, body, status, data)
		}
		x.call(t, "esimgo", http.MethodGet, "/v2.4/esims", "", "")
	})
}
