package sim_test

import (
	"bytes"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/contract"
	"github.com/esimsim/esimsim/openapi"
	"github.com/esimsim/esimsim/sim"
)

// controller calls the control plane and holds each answer against its document.
type controller struct {
	t   *testing.T
	srv *sim.Server
	doc *contract.Document
}

func newController(t *testing.T, srv *sim.Server) controller {
	t.Helper()
	doc, err := contract.Load(openapi.Control)
	if err != nil {
		t.Fatal(err)
	}
	return controller{t, srv, doc}
}

func (c controller) operation(method, path string) *contract.Operation {
	path, _, _ = strings.Cut(path, "?")
	for _, op := range c.doc.Operations() {
		form := regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(op.Path, "[^/]+")
		if op.Method == method && regexp.MustCompile("^"+form+"$").MatchString(path) {
			return op
		}
	}
	c.t.Fatalf("the document has no %s %s", method, path)
	return nil
}

func (c controller) do(method, path, body string) (int, gjson.Result) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.srv.URL()+"/_sim"+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, f := range c.operation(method, path).CheckReply(res.StatusCode, res.Header.Get("Content-Type"), data) {
		c.t.Errorf("%s %s: %s %s: %s\n%s", method, path, f.Code, f.Pointer, f.Message, data)
	}
	return res.StatusCode, gjson.ParseBytes(data)
}

func TestControlPlane(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{Version: "v9"})
	c, shop := newController(t, srv), caller{t, srv, "toy_w~slow"}
	const w = "/worlds/w~slow"

	if _, v := c.do("GET", "/health", ""); v.Get("status").String() != "ok" || v.Get("version").String() != "v9" || v.Get("seed").Int() != 1 {
		t.Errorf("health: %s", v)
	}
	id := shop.create().Get("id").String()
	_, v := c.do("GET", w, "")
	if v.Get("esims.0.id").String() != id || v.Get("esims.0.status").String() != "new" || v.Get("scenarios.0").String() != "slow" ||
		v.Get("settings.toy.balance").Float() != 1000 || v.Get("waiting.0.looksLeft").Int() != 3 || v.Get("clock.mode").String() != "frozen" {
		t.Errorf("world: %s", v)
	}
	if _, v = c.do("PATCH", w, `{"toy":{"balance":25.5},"validate":"report"}`); v.Get("settings.toy.balance").Float() != 25.5 || v.Get("validate").String() != "report" {
		t.Errorf("patch: %s", v)
	}
	if _, v = c.do("POST", w+"/edges", `{"edge":"toy.thing.ready","id":"`+id+`"}`); v.Get("happened.0.edge").String() != "toy.thing.ready" {
		t.Errorf("edges: %s", v)
	}
	for _, step := range []struct{ action, body, want string }{
		{"install", ``, "0"}, {"attach", `{"country":"fr"}`, "0"}, {"use", `{"mb":1}`, "1048576"}, {"use", `{"bytes":7}`, "7"}, {"remove", `{}`, "0"},
	} {
		if _, v = c.do("POST", w+"/esims/last/"+step.action, step.body); v.Get("usedBytes").Raw != step.want {
			t.Errorf("%s: %s", step.action, v)
		}
	}
	if _, v = c.do("POST", w+"/clock", `{"advance":"31d"}`); v.Get("happened.0.edge").String() != "toy.thing.gone" || v.Get("now").String() != "2026-05-03T08:15:09Z" {
		t.Errorf("advance: %s", v)
	}
	for body, want := range map[string]string{
		`{"freeze":true}`: "2026", `{"follow":true,"rate":2}`: "2026", `{"set":"2030-01-01T00:00:00Z"}`: "2030-01-01T00:00:00Z",
	} {
		if status, v := c.do("POST", w+"/clock", body); status != 200 || !strings.HasPrefix(v.Get("now").String(), want) && want != "2026" {
			t.Errorf("%s: %d %s", body, status, v)
		}
	}
	shop.do("GET", "/toy/things/none", "")
	if _, v = c.do("GET", w+"/requests?operation=toy.getThing&status=404&limit=1", ""); v.Get("requests.0.request.header.X-Toy.0").String() != "[redacted]" {
		t.Errorf("requests: %s", v)
	}
	if _, v = c.do("POST", w+"/reset", ``); v.Get("esims.#").Int() != 0 {
		t.Errorf("reset: %s", v)
	}
	if _, v = c.do("GET", "/worlds", ""); v.Get("worlds.0.name").String() != "w~slow" {
		t.Errorf("worlds: %s", v)
	}
}

// Whatever is wrong is said as a problem and changes nothing.
func TestControlRefusals(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c := newController(t, srv)
	caller{t, srv, "toy_w"}.create()
	before, err := srv.WorldT(t, "w").Dump()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []struct {
		method, path, body string
		status             int
		detail             string
	}{
		{"GET", "/worlds/a%20b", "", 400, "a name is"},
		{"GET", "/worlds/a~slwo", "", 400, "did you mean slow?"},
		{"PATCH", "/worlds/w", `[]`, 400, "send a JSON object"},
		{"PATCH", "/worlds/w", `{"tyo":{}}`, 400, "did you mean toy?"},
		{"PATCH", "/worlds/w", `{"toy":3}`, 400, "must be an object"},
		{"PATCH", "/worlds/w", `{"toy":{"colur":"red"}}`, 400, "did you mean colour?"},
		{"PATCH", "/worlds/w", `{"toy":{"colour":"green"}}`, 400, "red, blue"},
		{"PATCH", "/worlds/w", `{"toy":{"balance":-1}}`, 400, "balance is a number"},
		{"PATCH", "/worlds/w", `{"validate":"loose"}`, 400, "validate is one of"},
		{"POST", "/worlds/w/clock", `{}`, 400, "send one of"},
		{"POST", "/worlds/w/clock", `{"advance":"1d","freeze":true}`, 400, "send one of"},
		{"POST", "/worlds/w/clock", `{"advance":"soon"}`, 400, "is no duration"},
		{"POST", "/worlds/w/clock", `{"advance":5}`, 400, "must be a text"},
		{"POST", "/worlds/w/clock", `{"set":"tomorrow"}`, 400, "set is an instant"},
		{"POST", "/worlds/w/clock", `{"set":"2020-01-01T00:00:00Z"}`, 409, "does not go backwards"},
		{"POST", "/worlds/w/clock", `{"follow":true,"rate":-1}`, 400, "rate"},
		{"POST", "/worlds/w/clock", `{"advanse":"1d"}`, 400, "did you mean advance?"},
		{"POST", "/worlds/w/edges", `{"edge":"toy.thing.ready"}`, 400, "send id"},
		{"POST", "/worlds/w/edges", `{"edge":"toy.thing.redy","id":"x"}`, 404, "did you mean toy.thing.ready?"},
		{"POST", "/worlds/w/edges", `{"edge":"toy.thing.ready","id":"x"}`, 404, "nothing by the id"},
		{"POST", "/worlds/w/esims/none/use", `{"mb":1}`, 404, "no such eSIM"},
		{"POST", "/worlds/w/esims/last/use", `{}`, 400, "in the seller's own megabytes"},
		{"POST", "/worlds/w/esims/last/use", `{"mb":-1}`, 400, "in the seller's own megabytes"},
		{"POST", "/worlds/w/esims/last/use", `{"mb":1,"bytes":1}`, 400, "or {\"bytes\":1}"},
		{"POST", "/worlds/w/esims/last/use", `{"bytes":1e16}`, 400, "1e15 bytes"},
		{"POST", "/worlds/w/esims/last/attach", `{"country":"XX"}`, 400, "ISO code"},
		{"POST", "/worlds/w/esims/last/use", `{"mb":"1"}`, 400, "must be a number"},
		{"POST", "/worlds/w/esims/last/attach", `{"country":"JPN"}`, 400, "ISO code"},
		{"POST", "/worlds/w/esims/last/remove", `{}`, 409, "not on a device"},
		{"GET", "/worlds/w/requests?color=red", "", 400, "no such filter"},
		{"POST", "/worlds/w/reset", `{"x":1}`, 400, `no member "x" here`},
		{"GET", "/worlds/w/requests?limit=0", "", 400, "above 0"},
	} {
		status, v := c.do(r.method, r.path, r.body)
		if status != r.status || !strings.Contains(v.Get("detail").String(), r.detail) {
			t.Errorf("%s %s %s: %d %s, want %d and %q", r.method, r.path, r.body, status, v, r.status, r.detail)
		}
	}
	after, err := srv.WorldT(t, "w").Dump()
	if err != nil {
		t.Fatal(err)
	}
	for name := range before {
		if !bytes.Equal(before[name], after[name]) {
			t.Errorf("%s changed:\n%s\n%s", name, before[name], after[name])
		}
	}
}

func TestQRImage(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{ControlToken: "secret"})
	link := caller{t, srv, "toy_qr"}.create().Get("qr").String()
	res := get(t, link, "", "")
	defer func() { _ = res.Body.Close() }()
	if _, err := png.Decode(res.Body); res.StatusCode != 200 || err != nil {
		t.Errorf("%s: %d, %v", link, res.StatusCode, err)
	}
	if u, _ := url.Parse(link); "http://"+u.Host != srv.URL() {
		t.Errorf("link %s does not carry the caller's origin %s", link, srv.URL())
	}
}

func TestControlToken(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{ControlToken: "secret"})
	for path, want := range map[string][3]int{
		"/_sim/health": {200, 200, 200}, "/_sim/worlds": {401, 401, 200}, "/_sim/flags/tr.svg": {200, 200, 200}, "/_sim/none": {404, 404, 404},
	} {
		for i, auth := range []string{"", "Bearer wrong", "Bearer secret"} {
			res := get(t, srv.URL()+path, "", auth)
			_ = res.Body.Close()
			if res.StatusCode != want[i] {
				t.Errorf("%s with %q: %d, want %d", path, auth, res.StatusCode, want[i])
			}
		}
	}
}

func TestControlMethods(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	for path, c := range map[string]struct{ method, allow string }{
		"/_sim/health": {"POST", "GET"}, "/_sim/worlds/w": {"POST", "DELETE, GET, PATCH, PUT"}, "/_sim/worlds/w/clock": {"GET", "POST"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, srv.URL()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != 405 || res.Header.Get("Allow") != c.allow {
			t.Errorf("%s %s: %d, Allow %q", c.method, path, res.StatusCode, res.Header.Get("Allow"))
		}
	}
	c := newController(t, srv)
	if _, v := c.do("GET", "/", ""); v.Get("health").String() != srv.URL()+"/_sim/health" {
		t.Errorf("index: %s", v)
	}
}

// A page on the internet may point a name of its own at this machine; such a name gets
// nothing from the control plane.
func TestControlHosts(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{AllowHosts: []string{"sim.example.test"}})
	for host, want := range map[string]int{
		"": 200, "localhost:1": 200, "127.0.0.1": 200, "[::1]:80": 200, "esimsim:8484": 200, "sim.example.test": 200,
		"0.0.0.0:8484": 200, "evil.example": 403, "8.8.8.8": 403, "localhost.evil.example": 403,
	} {
		res := get(t, srv.URL()+"/_sim/worlds", host, "")
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("Host %q: %d, want %d", host, res.StatusCode, want)
		}
	}
}

// Pages of other sites are given nothing and change nothing, though a browser would send what
// they ask for.
func TestControlSites(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	const reset = "/_sim/worlds/sites/reset"
	for _, c := range []struct {
		method, path, headers string
		want                  int
	}{
		{"POST", reset, "Sec-Fetch-Site: cross-site", 403},
		{"POST", reset, "Sec-Fetch-Site: same-site", 403}, // another port of this machine
		{"POST", reset, "Sec-Fetch-Site: same-origin", 200},
		{"POST", reset, "Origin: https://evil.example", 403},
		{"POST", reset, "Origin: " + srv.URL(), 200},
		{"POST", reset, "Accept: */*", 200}, // no browser
		// Whoever reads a new world makes it, and ten thousand of them drive all others out.
		{"GET", "/_sim/worlds/evil1", "Sec-Fetch-Site: cross-site; Sec-Fetch-Mode: no-cors", 403},
		{"GET", "/_sim/worlds/evil2", "Sec-Fetch-Site: same-site", 403},
		{"GET", "/_sim/worlds/evil3", "Sec-Fetch-Site: cross-site; Sec-Fetch-Mode: navigate; Sec-Fetch-Dest: document", 403},
		{"GET", "/_sim/worlds/evil4", "Origin: https://evil.example", 403},
		{"HEAD", "/_sim/worlds/evil5", "Sec-Fetch-Site: cross-site", 403},
		{"GET", "/_sim/worlds", "Sec-Fetch-Site: same-origin", 200},
		{"GET", "/_sim/worlds", "Sec-Fetch-Site: none", 200}, // typed by hand
		// A link may lead to the dashboard, but no page may hold it.
		{"GET", "/_sim/", "Accept: text/html; Sec-Fetch-Site: cross-site; Sec-Fetch-Mode: navigate; Sec-Fetch-Dest: document", 200},
		{"GET", "/_sim", "Accept: text/html; Sec-Fetch-Site: cross-site; Sec-Fetch-Mode: navigate; Sec-Fetch-Dest: document", 302},
		{"GET", "/_sim/", "Accept: text/html; Sec-Fetch-Site: cross-site; Sec-Fetch-Mode: navigate; Sec-Fetch-Dest: iframe", 403},
		{"GET", "/_sim/", "Accept: text/html; Sec-Fetch-Site: cross-site; Sec-Fetch-Mode: no-cors", 403},
		// Shops show pictures, and health is asked by anybody.
		{"GET", "/_sim/flags/tr.svg", "Sec-Fetch-Site: cross-site", 200},
		{"GET", "/_sim/qr/nobody/x.png", "Sec-Fetch-Site: cross-site", 404},
		{"GET", "/_sim/health", "Sec-Fetch-Site: cross-site", 200},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, srv.URL()+c.path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		for header := range strings.SplitSeq(c.headers, "; ") {
			name, value, _ := strings.Cut(header, ": ")
			req.Header.Set(name, value)
		}
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != c.want || c.method != "HEAD" && (c.want == 403) != strings.Contains(string(body), "another site") {
			t.Errorf("%s %s with %s: %d, want %d: %.200s", c.method, c.path, c.headers, res.StatusCode, c.want, body)
		}
	}
	if names := srv.WorldNames(); !slices.Equal(names, []string{"sites"}) {
		t.Errorf("the worlds are %v", names)
	}
}

func get(t *testing.T, link, host, auth string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", link, nil)
	if err != nil {
		t.Fatal(err)
	}
	if host != "" {
		req.Host = host
	}
	if auth != "" {
		req.Header.Set("Authorization", auth)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return res
}
