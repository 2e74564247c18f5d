package roamify_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/golden"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/simtest"
)

// A hookedAccount is one whose events go to a receiver.
type hookedAccount struct {
	account
	to *simtest.Receiver
}

func hooked(t *testing.T, name string, cfg sim.Config) hookedAccount {
	t.Helper()
	h := hookedAccount{open(t, name, cfg), simtest.Listen(t)}
	h.aim(map[string]any{"url": h.to.URL})
	return h
}

func (h hookedAccount) aim(target any) {
	h.t.Helper()
	if err := h.lever().Patch(sim.Patch{"webhooks": {"roamify": target}}); err != nil {
		h.t.Fatal(err)
	}
}

// got are the bodies that came in once all that is due was sent.
func (h hookedAccount) got() (bodies []string) {
	h.t.Helper()
	h.advance(0)
	for _, in := range h.to.Got() {
		bodies = append(bodies, in.Body)
	}
	return bodies
}

// after are the bodies that came of f alone.
func (h hookedAccount) after(f func()) []string {
	h.t.Helper()
	n := len(h.got())
	f()
	return h.got()[n:]
}

// told is what is at a path in each body, without the quotes of texts.
func told(bodies []string, path string) string {
	var out []string
	for _, b := range bodies {
		out = append(out, gjson.Get(b, path).String())
	}
	return strings.Join(out, " ")
}

// ofType are the bodies of one event.
func ofType(bodies []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(bodies), func(b string) bool { return gjson.Get(b, "event_type").Str != name })
}

func array(bodies []string) []byte { return []byte("[" + strings.Join(bodies, ",") + "]") }

func signatureOf(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return hex.EncodeToString(mac.Sum(nil))
}

// All events of an eSIM's life, whole, and what each attempt carries.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	h := hooked(t, "demo", sim.Config{})
	o := data[order](h.post("/esim/order", `{"items":[{"packageId":"`+portugal+`","quantity":1}],"referenceId":"trip-20260701-0042"}`))
	id := o.Items[0].ESIMID
	if got := h.got(); len(got) != 0 {
		t.Errorf("an order alone: %v", got)
	}
	step := func(f func()) { h.advance(time.Hour); f() }
	h.post("/esim/apply", `{"esimId":"`+id+`"}`)
	step(func() { h.act(id, esim.Action{Kind: esim.Install}) })
	step(func() { h.use(id, 402*esim.MiB) })
	h.advance(2 * time.Hour)
	step(func() { h.use(id, 1000*esim.MiB) }) // past 25 %
	h.advance(time.Hour)                      // a report
	step(func() { h.pass("esim.inactive", id) })
	h.advance(8 * time.Hour) // no report
	step(func() { h.act(id, esim.Action{Kind: esim.Attach, Country: "ES"}) })
	step(func() { h.act(id, esim.Action{Kind: esim.Remove}) })
	step(func() { h.act(id, esim.Action{Kind: esim.Install}) })
	step(func() { h.pass("esim.unknown", id) })
	step(func() { h.pass("esim.recovered", id) })
	step(func() { h.use(id, 10*esim.GiB) }) // past all the others
	step(func() { h.pass("esim.expired", id) })
	step(func() { h.pass("esim.revoked", id) })
	h.advance(24 * time.Hour)
	got := h.got()
	golden.JSON(t, "testdata/webhooks/life.json", array(got))

	const statuses = "NEW INSTALLED ACTIVATED INACTIVE ACTIVATED DELETED INSTALLED UNKNOWN ACTIVATED EXPIRED REVOKED"
	if s := told(ofType(got, "status"), "data.status"); s != statuses {
		t.Errorf("statuses %s", s)
	}
	if left := told(ofType(got, "usage"), "data.usage_data.remaining_data"); left != "3718 3718 0 0 0 0" {
		t.Errorf("left %s", left)
	}
	for _, in := range h.to.Got() {
		if in.Header.Get("X-Roamify-Signature") != signatureOf("whsec_roamify_demo", in.Body) || in.Header.Get("Content-Type") != "application/json" {
			t.Errorf("headers %v of %s", in.Header, in.Body)
		}
	}
	if sent := h.lever().Deliveries()[0].Attempts[0].Request.Header; len(sent["X-Roamify-Signature"]) != 1 {
		t.Errorf("sent %v", sent)
	}
}

// Where nobody listens nothing is sent and nothing waits to be reported, and to listen
// changes no id.
func TestNobodyListens(t *testing.T) {
	t.Parallel()
	a := open(t, "demo", sim.Config{})
	e := a.apply(cambodia)
	a.use(e.ID, esim.GiB)
	happened, err := a.lever().Advance(24 * time.Hour)
	if err != nil || len(happened) != 0 || len(a.lever().Deliveries()) != 0 {
		t.Errorf("%v %v", happened, err)
	}
	h := hooked(t, "demo", sim.Config{})
	if got := h.apply(cambodia); got.ID != e.ID || got.ICCID != e.ICCID {
		t.Errorf("listening changed ids: %+v, want %+v", got, e)
	}
}

// One alert for each share of the data, with the figures after the use.
func TestUsageAlerts(t *testing.T) {
	t.Parallel()
	h := hooked(t, "demo", sim.Config{})
	e := h.apply(cambodia) // 1024 MB
	left := func(b esim.Bytes) string {
		return told(ofType(h.after(func() { h.use(e.ID, b) }), "usage"), "data.usage_data.remaining_data")
	}
	for _, c := range []struct {
		used esim.Bytes
		want string
	}{
		{256*esim.MiB - 1, ""},
		{1, "768"},
		{1, ""},
		{512 * esim.MiB, "255 255"},
		{1000 * esim.MiB, "0 0"},
		{1, ""},
	} {
		if got := left(c.used); got != c.want {
			t.Errorf("after %d bytes: left %q, want %q", c.used, got, c.want)
		}
	}
	h.topUp(e.ICCID, cambodia) // half of 2048 is used
	if got := left(512 * esim.MiB); got != "512" {
		t.Errorf("after a top-up: left %q", got)
	}
	if got := left(512 * esim.MiB); got != "0 0" {
		t.Errorf("at the end: left %q", got)
	}
	for _, without := range []string{"esim-japan-8days-un2gb-all", "esim-thailand-10days-50gb-all"} {
		other := h.apply(without)
		if got := ofType(h.after(func() { h.use(other.ID, 60*esim.GiB) }), "usage"); len(got) != 0 {
			t.Errorf("%s: %v", without, got)
		}
	}

	t.Run("the last is told when it is depleted", func(t *testing.T) {
		t.Parallel()
		h := hooked(t, "ci~own", library("policies: {roamify.esim.depleted: {after: 5m}}"))
		e := h.apply(cambodia)
		if got := ofType(h.after(func() { h.use(e.ID, esim.GiB) }), "usage"); len(got) != 4 {
			t.Errorf("at once: %v", got)
		}
		if got := h.after(func() { h.advance(5 * time.Minute) }); told(got, "event_type") != "usage" {
			t.Errorf("five minutes later: %v", got)
		}
	})
}

// Every four hours while the eSIM is active, used or not.
func TestUsageReports(t *testing.T) {
	t.Parallel()
	at := func(bodies []string) (out string) {
		for _, b := range ofType(bodies, "usage") {
			out += time.Unix(gjson.Get(b, "data.timestamp").Int(), 0).Sub(frozen).String() + " "
		}
		return out
	}
	day := func(h hookedAccount) string {
		h.t.Helper()
		return at(h.after(func() { h.advance(24 * time.Hour) }))
	}
	h := hooked(t, "ci", sim.Config{})
	e := h.apply(cambodia)
	if got := day(h); got != "" {
		t.Errorf("before first use: %s", got)
	}
	h.use(e.ID, esim.MiB)
	if got := day(h); got != "28h0m0s 32h0m0s 36h0m0s 40h0m0s 44h0m0s 48h0m0s " {
		t.Errorf("on the first day: %s", got)
	}
	if got := len(h.after(func() { h.advance(30 * days) })); got != 5*6+5+1 {
		t.Errorf("%d events until it expired", got)
	}

	unlimited := h.apply("esim-japan-8days-un2gb-all")
	h.use(unlimited.ID, esim.GiB)
	got := h.after(func() { h.advance(4 * time.Hour) })
	if len(got) != 1 || gjson.Get(got[0], "data.usage_data").Raw != `{"isUnlimited":true,"allowed_data":9007199254740991,"remaining_data":9007199254740991,"allowed_sms":0,"remaining_sms":0,"allowed_voice":0,"remaining_voice":0}` {
		t.Errorf("unlimited: %v", got)
	}
	unmetered := h.apply("esim-thailand-10days-50gb-all")
	h.use(unmetered.ID, esim.GiB)
	if !h.pass("esim.reported", unmetered.ID) || !h.pass("esim.reported", e.ID) {
		t.Error("a report of an eSIM that has none")
	}

	t.Run("who listens later", func(t *testing.T) {
		t.Parallel()
		h := hooked(t, "ci", sim.Config{})
		h.aim(nil)
		h.use(h.apply(cambodia).ID, esim.MiB)
		h.advance(time.Hour)
		h.aim(map[string]any{"url": h.to.URL})
		if got := at(h.after(func() { h.advance(9 * time.Hour) })); got != "5h0m0s 9h0m0s " {
			t.Errorf("reports at %s", got)
		}
		h.aim(nil)
		h.advance(24 * time.Hour)
		if happened, err := h.lever().Advance(24 * time.Hour); err != nil || len(happened) != 0 {
			t.Errorf("nobody listens any more: %v %v", happened, err)
		}
		h.aim(map[string]any{"url": h.to.URL})
		fork, err := h.lever().Fork("copy")
		if err != nil {
			t.Fatal(err)
		}
		if happened, err := fork.Advance(8 * time.Hour); err != nil || len(happened) != 4 {
			t.Errorf("in a copy: %v %v", happened, err)
		}
	})
	t.Run("by policy", func(t *testing.T) {
		t.Parallel()
		h := hooked(t, "ci~own", library("policies: {roamify.esim.reported: never}"))
		id := h.apply(cambodia).ID
		h.use(id, esim.MiB)
		if got := day(h); got != "" {
			t.Errorf("reports at %s", got)
		}
		if got := at(h.after(func() { h.pass("esim.reported", id) })); got != "24h0m0s " {
			t.Errorf("by hand: %s", got)
		}
	})
}

// The balance falls below its threshold and to parts of it, and is filled again.
func TestBalanceEvents(t *testing.T) {
	t.Parallel()
	h := hooked(t, "demo", sim.Config{})
	shares := func(f func()) string {
		t.Helper()
		return told(ofType(h.after(f), "low_balance"), "data.threshold_percentage")
	}
	set := func(name string, v float64) func() { return func() { h.set(name, v) } }
	buy := func() { h.order(cambodia) } // for 5
	for _, c := range []struct {
		what string
		do   func()
		want string
	}{
		{"a new account", buy, ""},
		{"down to the threshold", set("balance", 50), ""},
		{"below it", buy, "100"},
		{"again", buy, ""},
		{"37.49", set("balance", 37.49), "75"},
		{"27.49", func() { buy(); buy() }, ""},
		{"up and down", func() { h.set("balance", 42.5); buy() }, "75"},
		{"all at once", func() { h.set("balance", 52.0); h.set("balance", 0.0) }, "100 75 50 25"},
		{"a higher threshold", func() { h.set("balance", 90.0); h.set("lowBalanceThreshold", 100.0) }, "100"},
		{"never", func() { h.set("lowBalanceThreshold", 0.0); h.set("balance", 0.0) }, ""},
	} {
		if got := shares(c.do); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}

	h.set("lowBalanceThreshold", 50.0)
	h.set("balance", 42.5)
	if got := strings.Join(h.after(buy), ""); got != `{"event_type":"low_balance","event_category":"partner","data":{"timestamp":1775117709,"balance":37.5,"threshold":50,"threshold_percentage":75,"currency":"USD"}}` {
		t.Errorf("low: %s", got)
	}
	if got := strings.Join(h.after(set("balance", 500.25)), ""); got != `{"event_type":"top_up","event_category":"partner","data":{"timestamp":1775117709,"balance":500.25,"currency":"USD"}}` {
		t.Errorf("filled: %s", got)
	}
	if got := h.after(set("balance", 500.25)); len(got) != 0 {
		t.Errorf("nothing added: %v", got)
	}
	o := h.order(cambodia)
	if got := h.after(func() { h.pass("order.refunded", o.ID) }); told(got, "data.status") != "REVOKED" {
		t.Errorf("money that comes back is no top-up: %v", got)
	}
	if err := h.lever().Patch(sim.Patch{"roamify": {"lowBalanceThreshold": -1.0}}); err == nil {
		t.Error("a threshold below nothing")
	}
}

// A purchase that the balance does not cover is refused, told of, and changes nothing.
func TestInsufficientBalanceEvent(t *testing.T) {
	t.Parallel()
	h := hooked(t, "demo", sim.Config{})
	h.set("vouchers", "on")
	e := h.apply(cambodia)
	h.set("balance", 4.99)
	const order = `{"items":[{"packageId":"` + cambodia + `","quantity":1}],"referenceId":"r"}`
	before := h.dump()
	for path, body := range map[string]string{
		"/esim/order":         order,
		"/esim/order/instant": order,
		"/esim/order/topup":   `{"iccid":"` + e.ICCID + `","packageId":"` + cambodia + `"}`,
		"/esim/vouchers":      `{"packageId":"` + cambodia + `"}`,
	} {
		got := h.after(func() {
			h.post(path, body).want(409, failed("Insufficient partner balance, please recharge it first before placing order"))
		})
		if one := strings.Join(got, ""); one != `{"event_type":"insufficient_balance","event_category":"partner","data":{"timestamp":1775117709,"balance":4.99,"currency":"USD"}}` {
			t.Errorf("%s: %s", path, one)
		}
	}
	if h.dump() != before {
		t.Error("a refused purchase changed the account")
	}
}

// What people decide about a refund is told; to ask, to look and to take back are not.
func TestRefundEvents(t *testing.T) {
	t.Parallel()
	h := hooked(t, "demo", sim.Config{})
	h.set("refunds", "on")
	used, fresh := h.apply(cambodia), h.order(cambodia).Items[0].ESIMID
	h.use(used.ID, esim.MiB)
	decide := func(id, edge string) []string {
		return h.after(func() {
			f := h.refund(id)
			h.pass("refund.processing", f.RefundID)
			h.pass(edge, f.RefundID)
		})
	}
	h.to.Answer(func(in simtest.Received) int {
		if strings.Contains(in.Body, "rejected") && in.Header.Get("X-Roamify-Signature") != "" {
			return 500
		}
		return 200
	})
	rejected := decide(used.ID, "refund.rejected")
	h.to.Answer(nil)
	granted := decide(fresh, "refund.refunded")
	golden.JSON(t, "testdata/webhooks/refunds.json", array(append(rejected, granted...)))
	if got := h.after(func() { h.advance(5 * time.Second) }); len(got) != 1 || got[0] != rejected[0] {
		t.Errorf("sent again: %v, want %v", got, rejected)
	}
	if got := h.after(func() { h.put("/refund/"+h.refund(used.ID).RefundID+"/cancel", "") }); len(got) != 0 {
		t.Errorf("taken back: %v", got)
	}
}

// Three more attempts, and nothing but 200 will do.
func TestWebhookLadder(t *testing.T) {
	t.Parallel()
	h := hooked(t, "demo", sim.Config{})
	h.aim(map[string]any{"url": h.to.URL, "secret": "whsec_own"})
	answers := []int{500, 201, 302, 204, 200}
	h.to.Answer(func(in simtest.Received) int { return answers[min(in.N, len(answers))-1] })
	h.set("balance", 2000.0)
	h.advance(time.Hour)
	log := h.lever().Deliveries()[0]
	var at []time.Duration
	for _, try := range log.Attempts {
		at = append(at, try.At.Sub(frozen))
	}
	if want := []time.Duration{0, 5 * time.Second, 35 * time.Second, 215 * time.Second}; !slices.Equal(at, want) || log.State != "failed" {
		t.Errorf("%s after attempts at %v, want failed after %v", log.State, at, want)
	}
	if in := h.to.Got()[0]; in.Header.Get("X-Roamify-Signature") != signatureOf("whsec_own", in.Body) {
		t.Errorf("not signed with the target's own secret: %v", in.Header)
	}
}

// The overview page prefixes the types of events about eSIMs, and no others.
func TestWebhookEventTypePrefix(t *testing.T) {
	t.Parallel()
	h := hooked(t, "demo~own", library("settings: {roamify: {webhookEventTypePrefix: true}}\nrules: [{on: roamify.webhook.usage, do: {webhook: {duplicate: 2}}}]"))
	e := h.apply(cambodia)
	h.use(e.ID, 256*esim.MiB)
	h.set("balance", 2000.0)
	if got := told(h.got(), "event_type"); got != "esim_status esim_status esim_status esim_usage esim_usage top_up" {
		t.Errorf("types %s", got)
	}
	h.set("webhookEventTypePrefix", false)
	if got := h.after(func() { h.use(e.ID, 256*esim.MiB) }); told(got, "event_type") != "usage usage" {
		t.Errorf("types %s", told(got, "event_type"))
	}
}

// Any event can be had at once, about what there is or about something made up, and
// having it changes nothing.
func TestWebhookSamples(t *testing.T) {
	t.Parallel()
	samples := func(h hookedAccount) []string {
		h.t.Helper()
		before := h.dump()
		got := h.after(func() {
			for _, name := range []string{"usage", "status", "low_balance", "insufficient_balance", "top_up", "order", "refunded", "rejected"} {
				if _, err := h.lever().Trigger(t.Context(), "roamify.webhook."+name); err != nil {
					h.t.Error(err)
				}
			}
		})
		if h.dump() != before {
			h.t.Error("a sample changed the account")
		}
		return got
	}
	h := hooked(t, "demo", sim.Config{})
	h.get("/balance") // opens the account
	golden.JSON(t, "testdata/webhooks/samples-empty.json", array(samples(h)))

	h.set("refunds", "on")
	o := data[order](h.post("/esim/order", `{"items":[{"packageId":"`+portugal+`","quantity":3}],"referenceId":"trip"}`))
	h.post("/esim/apply", `{"referenceId":"trip"}`)
	h.use(o.Items[2].ESIMID, 100*esim.MiB)
	for i, edge := range []string{"refunded", "rejected"} {
		f := h.refund(o.Items[i].ESIMID)
		h.pass("refund.processing", f.RefundID)
		h.pass("refund."+edge, f.RefundID)
	}
	h.set("balance", 24.0)
	golden.JSON(t, "testdata/webhooks/samples-used.json", array(samples(h)))
}
