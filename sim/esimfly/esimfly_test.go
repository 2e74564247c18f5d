package esimfly_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/journal"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/esimfly"
	"github.com/esimsim/esimsim/sim/internal/phone"
	"github.com/esimsim/esimsim/sim/simtest"
)

// start is the instant at which the worlds of these tests stand still.
var start = time.Date(2026, 4, 2, 8, 15, 9, 0, time.UTC)

// The order of the page, and ten of the same.
const (
	turkey    = `{"packageCode":"merhaba-7days-1gb","packageName":"Turkey 1 GB 7 Days","price":2.72,"quantity":1,"duration":7,"flagUrl":"/img/flags/tr.png"}`
	tenTurkey = `{"packageCode":"merhaba-7days-1gb","packageName":"Turkey 1 GB 7 Days","price":2.72,"quantity":10}`
)

func TestConformance(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	topUpSpare := simtest.Call{Operation: "topUp", Method: "POST", Path: "/topup/order", Body: `{"iccid":"{spare}","packageCode":"{topup}"}`}
	simtest.Run(t, simtest.Subject{
		Provider: esimfly.Provider(),
		Items:    []string{"merhaba-7days-1gb"},
		Sign: func(r *http.Request, body []byte, name string) {
			sign(r, body, "esf_"+name, "sk_"+name, simtest.Start, requestID(int(calls.Add(1))))
		},
		Calls: []simtest.Call{
			{Operation: "getBalance", Method: "GET", Path: "/balance"},
			{Operation: "listPackages", Method: "GET", Path: "/esims/packages?search=Turkey"},
			{Operation: "listPackagesAlias", Method: "GET", Path: "/packages?limit=3"},
			{
				Operation: "createOrder", Method: "POST", Path: "/esims/order", Body: turkey,
				Keep: map[string]string{"reference": "orderReference"},
			},
			{
				Operation: "getOrder", Method: "GET", Path: "/esims/order?orderReference={reference}",
				Keep: map[string]string{"iccid": "order.esim.iccid"},
			},
			{Operation: "listEsims", Method: "GET", Path: "/esims?search={iccid}&include_base64=true", Act: use(100)},
			{Operation: "queryUsage", Method: "GET", Path: "/esims/usage/query?iccid={iccid}"},
			{Operation: "queryUsage", Method: "GET", Path: "/esims/usage/query?order_id={reference}"},
			{Operation: "listTopupPackages", Method: "GET", Path: "/topup/packages?iccid={iccid}", Keep: map[string]string{"topup": "data.packages.0.package_code"}},
			{Operation: "topUp", Method: "POST", Path: "/topup/order", Body: `{"iccid":"{iccid}","packageCode":"{topup}"}`},
			{Operation: "listOrders", Method: "GET", Path: "/orders?search={reference}"},
			{Operation: "suspendEsim", Method: "POST", Path: "/esims/suspend", Body: `{"iccid":"{iccid}","action":"suspend"}`},
			{Operation: "sendSms", Method: "POST", Path: "/esims/send-sms", Body: `{"iccid":"{iccid}","message":"Welcome"}`},
			{Operation: "getEsimStatus", Method: "POST", Path: "/esims/status", Body: `{"iccid":"{iccid}"}`},
			{Operation: "listNetworkEvents", Method: "POST", Path: "/esims/network-events", Body: `{"iccid":"{iccid}"}`},
			{Operation: "getUsageReport", Method: "POST", Path: "/esims/usage-report", Body: `{"iccid":"{iccid}","days":30}`},
			{Operation: "createOrder", Method: "POST", Path: "/esims/order", Body: turkey, Keep: map[string]string{"unused": "esims.0.iccid"}},
			{Operation: "createOrder", Method: "POST", Path: "/esims/order", Body: turkey, Keep: map[string]string{"spare": "esims.0.iccid"}},
			{Operation: "cancelEsim", Method: "POST", Path: "/esims/cancel", Body: `{"iccid":"{unused}"}`},
			{Operation: "setWebhook", Method: "PUT", Path: "/webhooks", Body: `{"webhook_url":"http://127.0.0.1:9/esimfly","events":["esim.provisioned"]}`},
			{Operation: "getWebhook", Method: "GET", Path: "/webhooks"},
		},
		Trails: []simtest.Trail{
			{Calls: []simtest.Call{topUpSpare}, Edges: []string{"esimfly.esim.cancelled {spare}"}},
			{Calls: []simtest.Call{topUpSpare}, Edges: []string{"esimfly.topup.completed", "esimfly.esim.cancelled {spare}"}},
			{Calls: []simtest.Call{topUpSpare}, Edges: []string{
				"esimfly.esim.active {spare}", "esimfly.esim.depleted {spare}", "esimfly.topup.completed",
			}},
			{Edges: []string{"esimfly.esim.active {spare}", "esimfly.esim.depleted {spare}", "esimfly.esim.installed {spare}"}},
		},
		Later: []simtest.Call{
			{Operation: "createOrder", Method: "POST", Path: "/esims/order", Body: turkey, Act: set("edition", "2026-09")},
			{Operation: "createOrder", Method: "POST", Path: "/esims/order", Body: turkey, Act: set("edition", "2025-08")},
			{Operation: "topUp", Method: "POST", Path: "/topup/order", Body: `{"iccid":"{iccid}","packageCode":"{topup}"}`},
			{
				Operation: "setWebhook", Method: "PUT", Path: "/webhooks",
				Body: `{"webhook_url":"http://127.0.0.1:9/esimfly","events":["esim.status.changed"]}`,
			},
		},
		Order:    simtest.Call{Operation: "createOrder", Method: "POST", Path: "/esims/order", Body: turkey},
		Price:    2.72,
		Volatile: []string{"Requests", "Minute", "Hour", "Day"},
	})
}

// set chooses a setting.
func set(name, value string) func(*testing.T, *sim.World) {
	return func(t *testing.T, w *sim.World) {
		t.Helper()
		if err := w.Patch(sim.Patch{"esimfly": {name: value}}); err != nil {
			t.Fatal(err)
		}
	}
}

// use lets the newest eSIM use data.
func use(megabytes esim.Bytes) func(*testing.T, *sim.World) {
	return func(t *testing.T, w *sim.World) {
		t.Helper()
		if _, err := phone.Act(w, "last", esim.Action{Kind: esim.Use, Bytes: megabytes * esim.MiB}, esim.MiB); err != nil {
			t.Fatal(err)
		}
	}
}

// server runs a simulator whose worlds stand still at start.
func server(t *testing.T) *sim.Server {
	t.Helper()
	return sim.StartT(t, sim.Config{Providers: []*sim.Provider{esimfly.Provider()}, Freeze: start})
}

// A client calls as the account of one name, signing with the time of its world.
type client struct {
	t     *testing.T
	srv   *sim.Server
	world *sim.World
	name  string
	calls int
}

func dial(t *testing.T, srv *sim.Server, name string) *client {
	t.Helper()
	return &client{t: t, srv: srv, world: srv.WorldT(t, name), name: name}
}

// An answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (c *client) get(path string) answer { c.t.Helper(); return c.do(http.MethodGet, path, "", nil) }

func (c *client) post(path, body string) answer {
	c.t.Helper()
	return c.do(http.MethodPost, path, body, nil)
}

func (c *client) order(body string) answer { c.t.Helper(); return c.post("/esims/order", body) }

func (c *client) look(reference string) answer {
	c.t.Helper()
	return c.get("/esims/order?orderReference=" + reference)
}
func (c *client) set(setting string, value any) { c.t.Helper(); c.patch("esimfly", setting, value) }

func (c *client) patch(provider, setting string, value any) {
	c.t.Helper()
	if err := c.world.Patch(sim.Patch{provider: {setting: value}}); err != nil {
		c.t.Fatal(err)
	}
}

// do sends one signed request; change, where given, spoils it after signing.
func (c *client) do(method, path, body string, change func(*http.Request)) answer {
	c.t.Helper()
	req := c.request(method, path, body)
	c.calls++
	sign(req, []byte(body), "esf_"+c.name, "sk_"+c.name, c.world.Now(), requestID(c.calls))
	if change != nil {
		change(req)
	}
	return send(c.t, req)
}

func (c *client) request(method, path, body string) *http.Request {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.srv.URL()+"/api/v1/business"+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Host = "esimsim.test:8484"
	req.Header.Set("Content-Type", "application/json")
	return req
}

// place orders and expects to be served.
func (c *client) place(body string) answer {
	c.t.Helper()
	a := c.order(body)
	if a.status != http.StatusOK {
		c.t.Fatalf("order: status %d: %s", a.status, a.body)
	}
	return a
}

func (c *client) advance(d time.Duration) []sim.Happening {
	c.t.Helper()
	passed, err := c.world.Advance(d)
	if err != nil {
		c.t.Fatal(err)
	}
	return passed
}

// last is the newest entry of the world's journal.
func (c *client) last() *journal.Entry {
	c.t.Helper()
	list := c.world.Journal(sim.Filter{})
	if len(list) == 0 {
		c.t.Fatal("the journal is empty")
	}
	return list[len(list)-1]
}

func send(t *testing.T, req *http.Request) answer {
	t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, body}
}

// is compares an answer with what the page prints.
func (a answer) is(t *testing.T, status int, body string) {
	t.Helper()
	if a.status != status || string(a.body) != body {
		t.Errorf("status %d, body %s\nwant   %d, body %s", a.status, a.body, status, body)
	}
}

// sign is the page's recipe, written anew.
func sign(r *http.Request, body []byte, code, secret string, at time.Time, id string) {
	if r.Method == http.MethodGet {
		body = nil
	}
	ts := strconv.FormatInt(at.UnixMilli(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(ts + id + code + string(body)))
	r.Header.Set("RT-AccessCode", code)
	r.Header.Set("RT-RequestID", id)
	r.Header.Set("RT-Timestamp", ts)
	r.Header.Set("RT-Signature", fmt.Sprintf("%X", mac.Sum(nil)))
}

func requestID(n int) string { return fmt.Sprintf("4ce9d9cd-ac9e-4e17-b3a2-%012x", n) }
