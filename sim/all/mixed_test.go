package all_test

import (
	"fmt"
	"math"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tidwall/gjson"
	"go.uber.org/goleak"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// After all tests every simulator is closed, and none may have left a goroutine.
func TestMain(m *testing.M) {
	code := m.Run()
	http.DefaultClient.CloseIdleConnections()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// A mixer is one of many clients in one world, each of which does all there is to do.
type mixer struct {
	*shop
	hook  string        // where esimfly is to send events
	sent  *atomic.Int64 // calls of all clients at the providers
	saves bool          // whether it takes a snapshot, which is much beside what the others do
}

// good counts a call, and checks that it succeeded.
func (m mixer) good(r reply) reply {
	m.sent.Add(1)
	if r.err != nil || r.status/100 != 2 {
		m.Errorf("answered %d %.300s, %v", r.status, r.body, r.err)
	}
	return r
}

func (m mixer) useOf(iccid string) {
	if _, err := m.lever().Use(iccid, 1); err != nil {
		m.Errorf("use of %q: %v", iccid, err)
	}
}

func (m mixer) atRoamify(name string) {
	id := m.good(m.roamify("POST /esim/order", roamifyBody(name+"-1"))).at("data.items.0.esimId")
	iccid := m.good(m.apply(id)).at("data.iccid")
	m.useOf(iccid)
	m.good(m.roamify("POST /esim/order/topup", `{"iccid":"`+iccid+`","packageId":"`+cambodia+`","referenceId":"`+name+`-2"}`))
	unused := m.good(m.roamify("POST /esim/order", roamifyBody(name+"-3"))).at("data.items.0.esimId")
	id = m.good(m.roamify("POST /refund", `{"esimId":"`+unused+`","reason":"NOT_USED"}`)).at("data.refundId")
	for _, edge := range []string{"roamify.refund.processing", "roamify.refund.refunded"} {
		if _, err := m.lever().Pass(edge, id); err != nil {
			m.Error(err)
		}
	}
}

func (m mixer) atESIMGo() {
	o := m.good(m.buy(2))
	m.useOf(o.at(firstICCID))
	m.good(m.esimgo("POST /organisation/balance?amount=10"))
	path := "DELETE /esims/" + o.at("order.0.iccids.1") + "/bundles/" + gb
	offer := m.good(m.esimgo(path + "?type=validate")).at("options.#(type==balance).offerId")
	m.good(m.esimgo(path + "?refundToBalance=true&offerId=" + offer))
}

func (m mixer) atEsimfly() {
	iccid := m.good(m.order(turkey)).at("esims.0.iccid")
	m.useOf(iccid)
	m.good(m.esimfly("POST /topup/order", `{"iccid":"`+iccid+`","packageCode":"merhaba-7days-1gb-topup"}`))
	m.good(m.esimfly("PUT /webhooks", `{"webhook_url":"`+m.hook+`","events":["esim.provisioned"]}`))
	unused := m.good(m.order(turkey)).at("esims.0.iccid")
	m.good(m.esimfly("POST /esims/cancel", `{"iccid":"`+unused+`"}`))
}

// lookOn moves the clock, saves the world and has an event sent.
func (m mixer) lookOn() {
	if _, err := m.lever().Advance(time.Second); err != nil {
		m.Error(err)
	}
	if d, err := m.lever().Trigger(m.Context(), "roamify.webhook.low_balance"); err != nil || d.State != string(sim.Delivered) {
		m.Errorf("%+v: %v", d, err)
	}
	if !m.saves {
		return
	}
	r := m.send("/_sim/worlds/", "GET "+m.world+"/snapshot", nil, func(*http.Request, string) {})
	if _, err := sim.ReadSnapshot(r.body); err != nil {
		m.Errorf("%d %.200s: %v", r.status, r.body, err)
	}
}

// Sixty-four clients do all at once in one world at the three providers: buy, top up, have
// money back, use, listen, move the clock and save. Afterwards the money adds up to the
// cent from what was answered, and the journal has every call.
func TestMixedCrowd(t *testing.T) {
	t.Parallel()
	const clients, begin = 64, 100_000 * 100 // cents
	srv := sim.StartT(t, sim.Config{Providers: all.Providers(), Freeze: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)})
	c := &shop{T: t, srv: srv, world: "mixed"}
	for provider, settings := range map[string]map[string]any{
		"roamify": {"refunds": "on"}, "esimgo": {}, "esimfly": {"rateLimit": "off"},
	} {
		settings["balance"] = begin / 100.0
		if err := c.lever().Patch(sim.Patch{provider: settings}); err != nil {
			t.Fatal(err)
		}
	}
	ears := c.listen()
	var calls atomic.Int64
	var wg sync.WaitGroup
	for i := range clients {
		m := mixer{&shop{T: t, srv: srv, world: c.world, calls: (i + 1) * 1000}, ears["esimfly"].URL, &calls, i%8 == 0}
		work := []func(){func() { m.atRoamify(fmt.Sprint("shop-", i)) }, m.atESIMGo, m.atEsimfly, m.lookOn}
		wg.Go(func() {
			for n := range work {
				work[(i+n)%len(work)]() // not all the same at the same time
			}
		})
	}
	wg.Wait()
	c.advance(0) // until all events were delivered

	entries, ids := c.lever().Journal(sim.Filter{}), map[string]bool{}
	for _, e := range entries {
		ids[e.ID] = true
		if strings.Contains(e.Response.Body, `"secret"`) && !strings.Contains(e.Response.Body, `"secret":"[redacted]"`) {
			t.Errorf("a secret stands in the journal: %s", e.Response.Body)
		}
	}
	if len(entries) != int(calls.Load()) || len(ids) != len(entries) {
		t.Errorf("the journal has %d entries with %d ids, want %d", len(entries), len(ids), calls.Load())
	}
	want := map[string]int{"roamify": begin + refunded(c, clients), "esimgo": begin, "esimfly": begin}
	for _, e := range entries {
		want[e.Provider] += earned(e)
	}
	for provider, cents := range want {
		left := c.lever().View().Settings[provider]["balance"].(float64)
		if inCents(left) != cents || cents == begin {
			t.Errorf("%s has %v left, and its answers say %d cents", provider, left, cents)
		}
		if len(ears[provider].Got()) == 0 {
			t.Errorf("%s told of nothing", provider)
		}
	}
	for _, d := range c.lever().Deliveries() {
		if d.State != string(sim.Delivered) {
			t.Errorf("%s is %s", d.ID, d.State)
		}
	}
}

func inCents(amount float64) int { return int(math.Round(amount * 100)) }

// earned is by how many cents a call changed the balance, as its answer says.
func earned(e *sim.Entry) int {
	v := gjson.Parse(e.Response.Body)
	switch e.Operation {
	case "roamify.createOrder", "roamify.topUp":
		return -inCents(v.Get("data.total").Num)
	case "esimgo.createOrder":
		return -inCents(v.Get("total").Num)
	case "esimgo.topUp":
		return inCents(v.Get("amount").Num)
	case "esimgo.revokeBundle":
		if strings.Contains(v.Get("status").Str, "refunded to balance") {
			return 120 // what the bundle cost
		}
	case "esimfly.createOrder", "esimfly.topUp":
		return -inCents(v.Get("amount").Num)
	case "esimfly.cancelEsim":
		return inCents(v.Get("data.refunded_amount").Num)
	}
	return 0
}

// refunded are the cents that Roamify gave back, once to each client.
func refunded(c *shop, clients int) (cents int) {
	c.Helper()
	page := c.roamify("GET /refunds?limit=100").want(200)
	list := gjson.GetBytes(page.body, "data.refunds").Array()
	if len(list) != clients {
		c.Errorf("%d refunds, want %d", len(list), clients)
	}
	for _, r := range list {
		if r.Get("status").Str != "REFUNDED" {
			c.Errorf("a refund is %s", r.Raw)
		}
		cents += inCents(r.Get("amount").Num)
	}
	return cents
}
