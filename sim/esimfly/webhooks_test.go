package esimfly_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/golden"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/esimfly"
	"github.com/esimsim/esimsim/sim/simtest"
)

// subscribe lets the key's events go to a receiver, all but where some are named, and
// gives the secret that signs them.
func (c *client) subscribe(to *simtest.Receiver, events ...string) string {
	c.t.Helper()
	list, err := json.Marshal(events)
	if err != nil {
		c.t.Fatal(err)
	}
	a := c.do(http.MethodPut, "/webhooks", fmt.Sprintf(`{"webhook_url":%q,"events":%s}`, to.URL, list), nil)
	if a.status != 200 {
		c.t.Fatalf("%d %s", a.status, a.body)
	}
	return gjson.GetBytes(a.body, "webhook.secret").Str
}

// flush waits until all that is due was sent.
func (c *client) flush() { c.t.Helper(); c.advance(0) }

var uuid4 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// genuine holds an event against what api-docs say of its headers.
func genuine(t *testing.T, in simtest.Received, secret string) {
	t.Helper()
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(in.Body))
	for name, want := range map[string]string{
		"X-Webhook-Signature": fmt.Sprintf("sha256=%x", mac.Sum(nil)),
		"X-Webhook-Event":     gjson.Get(in.Body, "event").Str,
		"Content-Type":        "application/json",
		"User-Agent":          "eSIMfly-Webhook/1.0",
	} {
		if got := in.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if id := in.Header.Get("X-Webhook-Id"); !uuid4.MatchString(id) {
		t.Errorf("X-Webhook-Id %q", id)
	}
	if at := in.Header.Get("X-Webhook-Timestamp"); len(at) != len("2026-10-05T09:22:10.640Z") {
		t.Errorf("X-Webhook-Timestamp %q", at)
	}
}

// told are the events in a few words: name, what changed, and when.
func told(list []simtest.Received) (out []string) {
	for _, in := range list {
		b := gjson.Parse(in.Body)
		name := strings.TrimPrefix(b.Get("event").Str, "esim.")
		d := b.Get("data")
		at, err := time.Parse(time.RFC3339, b.Get("timestamp").Str)
		if err != nil {
			name += " " + err.Error()
		}
		what := ""
		switch name {
		case "profile.updated":
			what = fmt.Sprintf(" %s>%s", d.Get("previous_profile_status"), d.Get("profile_status"))
		case "status.changed":
			what = fmt.Sprintf(" %s>%s", d.Get("old_status"), d.Get("new_status"))
		case "usage.threshold":
			what = fmt.Sprintf(" %s", d.Get("threshold_remaining_mb"))
		}
		out = append(out, name+what+" "+at.Sub(start).String())
	}
	return out
}

func (c *client) heard(to *simtest.Receiver, want ...string) {
	c.t.Helper()
	c.flush()
	if got := told(to.Got()); !slices.Equal(got, want) {
		c.t.Errorf("told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// An eSIM's whole life, as its events tell it.
func TestEventsOfALife(t *testing.T) {
	t.Parallel()
	c, to := dial(t, server(t), "hooks"+newer), simtest.Listen(t)
	secret := c.subscribe(to, "esim.provisioned", "esim.installed", "esim.profile.updated", "esim.status.changed", "esim.usage.threshold")
	iccid := c.buy("2184410") // at once, and so without an event
	c.advance(time.Hour)
	c.let(iccid, esim.Action{Kind: esim.Install})
	c.let(iccid, esim.Action{Kind: esim.Install})
	c.advance(time.Hour)
	c.let(iccid, esim.Action{Kind: esim.Use, Bytes: 2572*esim.MiB - 1})
	c.let(iccid, esim.Action{Kind: esim.Use, Bytes: 1}) // comes down to 500 MB
	c.let(iccid, esim.Action{Kind: esim.Use, Bytes: 300 * esim.MiB})
	c.advance(29 * time.Minute)
	c.let(iccid, esim.Action{Kind: esim.Use, Bytes: 180 * esim.MiB}) // past two at once
	c.advance(time.Hour)
	c.let(iccid, esim.Action{Kind: esim.Use, Bytes: esim.GiB})
	c.advance(time.Hour)
	c.topUp(iccid, "TOPUP_2184411")
	c.advance(time.Hour)
	c.let(iccid, esim.Action{Kind: esim.Use, Bytes: 4700 * esim.MiB}) // of another package
	c.let(iccid, esim.Action{Kind: esim.Remove})
	c.advance(400 * day)
	c.heard(
		to,
		"profile.updated >BPP installation 1h0m0s", "profile.updated BPP installation>Enable 1h0m0s", "installed 1h0m0s",
		"usage.threshold 500 2h0m0s", "usage.threshold 200 2h0m0s", "usage.threshold 100 2h29m0s", "usage.threshold 50 2h29m0s",
		"status.changed NEW>ACTIVE 2h30m0s", "status.changed ACTIVE>DEPLETED 3h59m0s", "status.changed DEPLETED>ACTIVE 4h59m0s",
		"usage.threshold 500 5h29m0s", "profile.updated Enable>Delete 5h29m0s", "status.changed ACTIVE>DELETED 5h59m0s",
	)
	ids := map[string]bool{}
	for i, in := range to.Got() {
		genuine(t, in, secret)
		ids[in.Header.Get("X-Webhook-Id")] = true
		if in.Header.Get("X-Webhook-Timestamp") != gjson.Get(in.Body, "timestamp").Str {
			t.Errorf("attempt of %s: %v", in.Body, in.Header)
		}
		if slices.Contains([]int{0, 1, 2, 4, 7, 10, 11}, i) {
			golden.JSON(t, fmt.Sprintf("testdata/webhook-life-%02d-%s.json", i+1, gjson.Get(in.Body, "event").Str), []byte(in.Body))
		}
	}
	if len(ids) != len(to.Got()) {
		t.Errorf("%d ids of %d events", len(ids), len(to.Got()))
	}
}

// Those who were told to wait are told when it is over, one eSIM after the other.
func TestEventProvisioned(t *testing.T) {
	t.Parallel()
	srv := server(t)
	for edition, name := range map[string]string{"": "2025-08", newer: "2026-09"} {
		c, to := dial(t, srv, "provisioned"+edition), simtest.Listen(t)
		secret := c.subscribe(to, "esim.provisioned")
		c.place(`{"packageCode":"RB77_5D","packageName":"Japan 5GB 5Days","price":5.90,"quantity":2}`)
		c.heard(to)
		c.advance(time.Hour)
		c.heard(to, "provisioned 3m0s", "provisioned 3m0s")
		for _, in := range to.Got() {
			genuine(t, in, secret)
		}
		golden.JSON(t, "testdata/"+name+"/webhook-esim.provisioned.json", scanned(t, []byte(to.Got()[1].Body)))
		golden.JSON(t, "testdata/"+name+"/getWebhook-delivered.json", []byte(strings.ReplaceAll(string(c.get("/webhooks").body), to.URL, "http://127.0.0.1:9090/esimfly")))
	}

	// Whatever made them wait: here the look at the order that finds it ready, which has its
	// answer first.
	c, to := scripted(t, "policies: {esimfly.order.provisioned: {polls: 2}}\n"), simtest.Listen(t)
	c.subscribe(to, "esim.provisioned")
	ref := gjson.GetBytes(c.place(turkey).body, "orderReference").Str
	c.look(ref)
	c.heard(to)
	c.look(ref)
	c.heard(to, "provisioned 0s")
}

// The status is told of within half an hour, or at once when somebody asks for it, and
// what did not last is not.
func TestEventStatusChanged(t *testing.T) {
	t.Parallel()
	srv := server(t)
	const only = "esim.status.changed"
	for name, x := range map[string]struct {
		policies string
		do       func(c *client, iccid string)
		want     []string
	}{
		"synced": {"", func(c *client, _ string) { c.act(esim.Use, 1); c.advance(time.Hour) }, []string{"status.changed NEW>ACTIVE 30m0s"}},
		"asked for": {"", func(c *client, iccid string) {
			c.act(esim.Use, 1)
			for range 2 {
				c.post("/esims/status", `{"iccid":"`+iccid+`"}`)
			}
			c.advance(time.Hour)
		}, []string{"status.changed NEW>ACTIVE 0s"}},
		"two at once": {"", func(c *client, _ string) {
			c.act(esim.Use, 1)
			c.advance(20 * time.Minute)
			c.act(esim.Use, esim.GiB)
			c.advance(time.Hour)
		}, []string{"status.changed NEW>DEPLETED 30m0s"}},
		"not for long": {"", func(c *client, iccid string) {
			c.act(esim.Use, 1)
			c.advance(time.Hour)
			c.act(esim.Use, esim.GiB)
			c.topUp(iccid, "merhaba-7days-1gb-topup")
			c.advance(time.Hour)
			c.act(esim.Use, esim.GiB) // and again
			c.advance(time.Hour)
		}, []string{"status.changed NEW>ACTIVE 30m0s", "status.changed ACTIVE>DEPLETED 2h30m0s"}},
		"cancelled": {"", func(c *client, iccid string) {
			c.post("/esims/cancel", `{"iccid":"`+iccid+`"}`)
			c.advance(400 * day)
		}, []string{"status.changed NEW>CANCELLED 30m0s"}},
		"never used": {"", func(c *client, _ string) { c.advance(200 * day) }, []string{"status.changed NEW>EXPIRED 4320h30m0s"}},
		"at once":    {"policies: {esimfly.esim.synced: immediate}\n", func(c *client, _ string) { c.act(esim.Use, esim.GiB) }, []string{"status.changed NEW>ACTIVE 0s", "status.changed ACTIVE>DEPLETED 0s"}},
		"never":      {"policies: {esimfly.esim.synced: never}\n", func(c *client, _ string) { c.act(esim.Use, 1); c.advance(10 * day) }, nil},
		"suspended": {"", func(c *client, iccid string) {
			c.post("/esims/suspend", `{"iccid":"`+iccid+`","action":"suspend"}`)
			c.advance(day)
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := dial(t, srv, "status-"+strings.ReplaceAll(name, " ", "-"))
			if x.policies != "" {
				c = scripted(t, x.policies)
			}
			to := simtest.Listen(t)
			secret := c.subscribe(to, only)
			iccid := first(c.place(turkey))
			x.do(c, iccid)
			c.heard(to, x.want...)
			for _, in := range to.Got() {
				genuine(t, in, secret)
			}
			if x.policies == "" && len(x.want) == 1 {
				golden.JSON(t, "testdata/webhook-status-"+strings.ReplaceAll(name, " ", "-")+".json", []byte(to.Got()[0].Body))
			}
		})
	}
}

// Which eSIMs have which events.
func TestEventsByClass(t *testing.T) {
	t.Parallel()
	srv := server(t)
	all := []string{"installed", "profile.updated", "status.changed", "usage.threshold"}
	for code, want := range map[string][]string{
		"merhaba-7days-1gb":       all,
		"ent_1234567":             {"installed", "profile.updated", "status.changed"}, // unlimited
		"PHAJHEAYP":               {"status.changed"},
		"esim_UL_1D_TR_V2":        {"status.changed"},
		"RB77_5D":                 {"provisioned", "status.changed"},
		"VF-25000MB-1000T-1000V":  {"status.changed"},
		"OT-50000MB-9999T-9999V":  {"status.changed"},
		"merhaba-7days-1gb/none":  {},
		"merhaba-7days-1gb/usage": {"usage.threshold"},
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			code, only, some := strings.Cut(code, "/")
			c, to := dial(t, srv, "class-"+strings.ReplaceAll(code, "_", "-")+only+newer), simtest.Listen(t)
			if strings.HasPrefix(code, "ent_") {
				c.set("account", "enterprise-own")
			}
			switch {
			case only == "usage":
				c.subscribe(to, "esim.usage.threshold")
			case some:
				c.do(http.MethodPut, "/webhooks", `{"webhook_url":"`+to.URL+`","events":[]}`, nil)
			default:
				c.subscribe(to)
			}
			c.place(`{"packageCode":"` + code + `"}`)
			c.advance(time.Hour)
			c.act(esim.Use, 100*esim.GiB)
			c.advance(time.Hour)
			var got []string
			for _, in := range to.Got() {
				got = append(got, strings.TrimPrefix(gjson.Get(in.Body, "event").Str, "esim."))
			}
			slices.Sort(got)
			if got = slices.Compact(got); !slices.Equal(got, want) {
				t.Errorf("told %v, want %v", got, want)
			}
		})
	}
}

// An order's own address goes before the key's, which goes before what the simulator was
// told.
func TestCallbackURL(t *testing.T) {
	t.Parallel()
	own, key, plane := simtest.Listen(t), simtest.Listen(t), simtest.Listen(t)
	srv := server(t)
	c := dial(t, srv, "callback"+newer)
	order := func(to *simtest.Receiver) string {
		c.t.Helper()
		return `{"packageCode":"RB77_5D","callbackUrl":"` + to.URL + `"}`
	}
	// Nobody is told of the first, as nobody listened when it became ready.
	c.place(kddi)
	c.advance(time.Hour)
	c.place(order(own))
	c.advance(time.Hour)
	c.heard(own, "provisioned 1h3m0s")
	genuine(t, own.Got()[0], "whsec_callback")

	c.patch("webhooks", "esimfly", map[string]any{"url": plane.URL})
	c.place(kddi)
	c.place(order(own))
	c.advance(time.Hour)
	c.heard(plane, "provisioned 2h3m0s")
	c.heard(own, "provisioned 1h3m0s", "provisioned 2h3m0s")
	genuine(t, plane.Got()[0], "whsec_callback")
	c.patch("webhooks", "esimfly", map[string]any{"url": plane.URL, "secret": "of the plane"})
	c.place(order(own))
	c.advance(time.Hour)
	genuine(t, own.Got()[2], "of the plane")

	secret := c.subscribe(key, "esim.provisioned")
	c.place(kddi)
	c.place(order(own))
	c.advance(time.Hour)
	c.act(esim.Use, 6*esim.GiB) // not what the key asked for
	c.advance(time.Hour)
	c.heard(key, "provisioned 4h3m0s")
	c.heard(own, "provisioned 1h3m0s", "provisioned 2h3m0s", "provisioned 3h3m0s", "provisioned 4h3m0s")
	genuine(t, key.Got()[0], secret)
	genuine(t, own.Got()[3], secret)
	if n := len(plane.Got()); n != 1 {
		t.Errorf("%d went to the plane's", n)
	}
	c.do(http.MethodPut, "/webhooks", `{"webhook_url":null}`, nil)
	c.act(esim.Remove, 0)
	c.advance(time.Hour)
	if got := told(own.Got()[4:]); !slices.Equal(got, []string{"status.changed DEPLETED>DELETED 6h30m0s"}) {
		t.Errorf("without the key's choice %v", got)
	}

	// What cannot be sent to is noted, taken, and logged as failed.
	for _, link := range []string{"shop", "ftp://127.0.0.1/", "http://203.0.113.7/hook", "http://169.254.169.254/"} {
		a := c.place(`{"packageCode":"RB77_5D","callbackUrl":"` + link + `"}`)
		if got := a.header.Get("X-Esimsim-Findings"); !strings.Contains(got, "esimfly.callback-url") {
			t.Errorf("%s: findings %q", link, got)
		}
	}
	c.advance(time.Hour)
	log := c.world.Deliveries()
	for i, why := range []string{`unsupported protocol scheme ""`, `unsupported protocol scheme "ftp"`, "203.0.113.7 is neither loopback nor private: allow it with --allow-webhook-host", "169.254.169.254 is neither"} {
		d := log[len(log)-4+i]
		if d.State != "failed" || len(d.Attempts) != 5 || !strings.Contains(d.Attempts[0].Error, why) {
			t.Errorf("%s: %s %+v", why, d.State, d.Attempts)
		}
	}

	// The older edition has no such field.
	c = dial(t, srv, "callback-2025-08")
	a := c.place(strings.Replace(turkey, `{`, `{"callbackUrl":"`+own.URL+`",`, 1))
	if got := a.header.Get("X-Esimsim-Findings"); got != "body.undeclared" {
		t.Errorf("findings %q", got)
	}
	before := len(own.Got())
	c.act(esim.Use, esim.GiB)
	c.advance(time.Hour)
	if n := len(own.Got()); n != before {
		t.Errorf("%d more went to an address that the edition does not know", n-before)
	}
}

// Five attempts with the waits that api-docs name, of the same bytes under the same id.
func TestEventLadder(t *testing.T) {
	t.Parallel()
	c, to := dial(t, server(t), "ladder"+newer), simtest.Listen(t)
	secret := c.subscribe(to, "esim.provisioned", "esim.status.changed")
	to.Answer(func(in simtest.Received) int {
		if strings.Contains(in.Body, "esim.provisioned") {
			return []int{500, 302, 404, 199 + 1, 500}[(in.N-1)%5]
		}
		return 503
	})
	c.place(kddi)
	recent := func() string {
		t.Helper()
		var rows []string
		for _, d := range gjson.GetBytes(c.get("/webhooks").body, "recent_deliveries").Array() {
			rows = append(rows, fmt.Sprintf("%s %s %s %s %s %s", d.Get("id"), d.Get("event"), d.Get("status"), d.Get("attempts"), d.Get("last_attempt"), d.Get("delivered_at")))
		}
		return strings.Join(rows, ", ")
	}
	c.advance(3 * time.Minute)
	if got := recent(); got != "1 esim.provisioned retrying 1 2026-04-02T08:18:09.000Z " {
		t.Errorf("after the first attempt: %s", got)
	}
	c.advance(time.Hour)
	if got := recent(); got != "1 esim.provisioned delivered 4 2026-04-02T08:20:49.000Z 2026-04-02T08:20:49.000Z" {
		t.Errorf("delivered: %s", got)
	}
	c.act(esim.Use, 1)
	c.advance(time.Hour)
	if got := recent(); got != "2 esim.status.changed failed 5 2026-04-02T10:00:49.000Z , 1 esim.provisioned delivered 4 2026-04-02T08:20:49.000Z 2026-04-02T08:20:49.000Z" {
		t.Errorf("failed: %s", got)
	}
	var waits []string
	for _, d := range c.world.Deliveries() {
		for i, a := range d.Attempts[1:] {
			waits = append(waits, a.At.Sub(d.Attempts[i].At).String())
		}
	}
	if got := strings.Join(waits, " "); got != "10s 30s 2m0s 10s 30s 2m0s 10m0s" {
		t.Errorf("waits %s", got)
	}
	list := to.Got()
	for i, in := range list {
		genuine(t, in, secret)
		if i > 0 && i < 4 && (in.Body != list[0].Body || in.Header.Get("X-Webhook-Id") != list[0].Header.Get("X-Webhook-Id")) {
			t.Errorf("attempt %d differs from the first", i+1)
		}
	}
	if at := list[3].Header.Get("X-Webhook-Timestamp"); at != "2026-04-02T08:20:49.000Z" {
		t.Errorf("the fourth attempt is of %s", at)
	}

	// The settings show ten of them, the newest first.
	to.Answer(nil)
	for range 6 {
		c.place(`{"packageCode":"RB77_5D","quantity":2}`)
		c.advance(time.Hour)
	}
	rows := gjson.GetBytes(c.get("/webhooks").body, "recent_deliveries")
	if rows.Get("#").Int() != 10 || rows.Get("0.id").Int() != 14 || rows.Get("9.id").Int() != 5 {
		t.Errorf("deliveries %s", rows)
	}
}

// How long a receiver may take can be set for all addresses that the API was told.
func TestEventTimeout(t *testing.T) {
	t.Parallel()
	c, plane := dial(t, server(t), "timeout"+newer), simtest.Listen(t)
	c.patch("webhooks", "esimfly", map[string]any{"url": plane.URL, "timeout": "20ms"})
	slow, release := simtest.Listen(t), make(chan struct{})
	t.Cleanup(func() { close(release) })
	slow.Answer(func(simtest.Received) int { <-release; return 200 })
	c.subscribe(slow)
	c.place(kddi)
	c.place(`{"packageCode":"RB85_4D","callbackUrl":"` + slow.URL + `"}`)
	c.advance(time.Hour)
	for _, d := range c.world.Deliveries() {
		if d.State != "failed" || len(d.Attempts) != 5 || d.Attempts[0].Error != "no answer within 20ms" {
			t.Errorf("%+v", d)
		}
	}
}

// A public address, or a name that may lead to one, is taken by the API, and nothing is
// sent there.
func TestEventToPublicAddress(t *testing.T) {
	t.Parallel()
	for world, host := range map[string]string{"public": "203.0.113.7", "named": "hooks.example.com"} {
		c := dial(t, server(t), world+newer)
		if a := c.do(http.MethodPut, "/webhooks", `{"webhook_url":"https://`+host+`/hook"}`, nil); a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		unsent(t, c, host)
	}
}

// unsent fails unless an event to that host fails, and says why.
func unsent(t *testing.T, c *client, host string) {
	t.Helper()
	c.place(kddi)
	c.advance(time.Hour)
	if got := gjson.GetBytes(c.get("/webhooks").body, "recent_deliveries.0"); got.Get("status").Str != "failed" || got.Get("attempts").Int() != 5 || got.Get("delivered_at").Type != gjson.Null {
		t.Errorf("delivery %s", got)
	}
	if d := c.world.Deliveries()[0]; d.Attempts[0].Error != host+" is neither loopback nor private: allow it with --allow-webhook-host" {
		t.Errorf("%+v", d)
	}
}

// A world that nobody listens to has nothing to wait for.
func TestNoEvents(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "deaf"+newer)
	c.place(kddi)
	c.advance(time.Hour)
	c.act(esim.Use, esim.GiB)
	for _, w := range c.world.View().Waiting {
		if w.Edge == "esimfly.esim.synced" {
			t.Errorf("waiting %+v", w)
		}
	}
	if got := c.world.Deliveries(); len(got) != 0 {
		t.Errorf("sent %+v", got)
	}
	// Whoever listens now hears of what comes, not of what was.
	to := simtest.Listen(t)
	c.subscribe(to)
	c.post("/esims/status", `{"esimId":2503}`)
	c.advance(time.Hour)
	c.act(esim.Use, 100*esim.GiB)
	c.advance(time.Hour)
	c.heard(to, "status.changed ACTIVE>DEPLETED 2h30m0s")
	if _, err := c.world.Pass("esimfly.esim.synced", c.lastICCID()); err == nil {
		t.Error("told of nothing")
	}
}

// Samples are about what the account has, or else made up, and change nothing.
func TestEventSamples(t *testing.T) {
	t.Parallel()
	srv := server(t)
	for name, x := range map[string]struct {
		prepare func(*client)
		change  string // of status
		used    string // percent
		ours    int    // how many are about the account's own eSIM
	}{
		"empty":   {func(c *client) { c.get("/balance") }, "NEW>ACTIVE", "84", 0},
		"foreign": {func(c *client) { c.buy("PHAJHEAYP"); c.act(esim.Use, 1) }, "NEW>ACTIVE", "84", 2},
		"new":     {func(c *client) { c.buy("2184410") }, "NEW>ACTIVE", "84", 5},
		"used":    {func(c *client) { c.buy("2184410"); c.act(esim.Use, 2900*esim.MiB) }, "NEW>ACTIVE", "94", 5},
		"over":    {func(c *client) { c.buy("2184410"); c.act(esim.Use, 1); c.act(esim.Remove, 0) }, "ACTIVE>DELETED", "84", 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, to := dial(t, srv, "sample-"+name+newer), simtest.Listen(t)
			x.prepare(c)
			c.patch("webhooks", "esimfly", map[string]any{"url": to.URL})
			before := c.account()
			for _, event := range []string{"esim.provisioned", "esim.installed", "esim.profile.updated", "esim.status.changed", "esim.usage.threshold"} {
				d, err := c.world.Trigger(t.Context(), "esimfly.webhook."+event)
				if err != nil {
					t.Fatal(err)
				}
				if name == "empty" || name == "used" {
					body := []byte(d.Attempts[0].Request.Body)
					golden.JSON(t, "testdata/webhook-sample-"+name+"-"+event+".json", scanned(t, body))
				}
			}
			ours := 0
			for _, in := range to.Got() {
				genuine(t, in, "whsec_sample-"+name)
				if gjson.Get(in.Body, "data.iccid").Str == c.lastICCID() {
					ours++
				}
			}
			list := to.Got()
			change, used := told(list)[3], gjson.Get(list[4].Body, "data.used_percent").Raw
			if ours != x.ours || change != "status.changed "+x.change+" 0s" || used != x.used {
				t.Errorf("%d are the account's own; %s; used %s %%", ours, change, used)
			}
			if after := c.account(); after != before {
				t.Errorf("before %s\nafter %s", before, after)
			}
			if got := gjson.GetBytes(c.get("/webhooks").body, "recent_deliveries.#.order_reference"); len(got.Array()) != 5 || got.Get("0").Str == "" {
				t.Errorf("deliveries of %s", got)
			}
		})
	}
}

// account is the state of the client's own, with its chance.
func (c *client) account() string {
	c.t.Helper()
	s, err := c.world.Snapshot()
	if err != nil {
		c.t.Fatal(err)
	}
	a := s.Accounts["esimfly"]
	return fmt.Sprintf("%s %x %x", a.State, a.IDs, a.People)
}

// A scenario meddles with events as with any other.
func TestEventMisbehaves(t *testing.T) {
	t.Parallel()
	c := scripted(t, "rules:\n  - {on: esimfly.webhook.esim.installed, do: {webhook: {signature: wrong}}}\n  - {on: esimfly.webhook.esim.profile.updated, calls: [1], do: {webhook: {stale: 1h}}}\n")
	to := simtest.Listen(t)
	secret := c.subscribe(to)
	c.place(turkey)
	c.act(esim.Install, 0)
	c.flush()
	list := to.Got()
	if got := gjson.Get(list[0].Body, "timestamp").Str; got != "2026-04-02T07:15:09.000Z" || list[0].Header.Get("X-Webhook-Timestamp") != got {
		t.Errorf("stale: %v %s", list[0].Header, list[0].Body)
	}
	genuine(t, list[1], secret)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(list[2].Body))
	if got := list[2].Header.Get("X-Webhook-Signature"); len(got) != 71 || got == fmt.Sprintf("sha256=%x", mac.Sum(nil)) {
		t.Errorf("signature %s", got)
	}
}

// Events that are due come after the world was put back as before, once.
func TestEventsAfterRestore(t *testing.T) {
	t.Parallel()
	c, to := dial(t, server(t), "again"+newer), simtest.Listen(t)
	c.subscribe(to, "esim.status.changed")
	c.buy("2184410")
	c.act(esim.Use, 1)
	taken, err := c.world.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	other, err := c.world.Fork("other" + newer)
	if err != nil {
		t.Fatal(err)
	}
	c.advance(time.Hour)
	if err := c.world.Restore(taken); err != nil {
		t.Fatal(err)
	}
	for _, w := range []*sim.World{c.world, other} {
		if _, err := w.Advance(time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	const one = "status.changed NEW>ACTIVE 30m0s"
	c.heard(to, one, one, one)
}

// What a world begins with is no news, and what becomes of it is.
func TestEventsAfterFixture(t *testing.T) {
	t.Parallel()
	for state, want := range map[string][]string{
		"NEW": {"status.changed NEW>ACTIVE 24h30m0s"}, "ACTIVE": nil, "DEPLETED": nil, "CANCELLED": nil, "DELETED": nil,
		"EXPIRED": nil, "pending_details": {"provisioned 24h0m0s", "status.changed NEW>ACTIVE 24h30m0s"},
	} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			to := simtest.Listen(t)
			srv := sim.StartT(t, sim.Config{
				Providers: []*sim.Provider{esimfly.Provider()}, Freeze: start, Webhooks: map[string]sim.Target{"esimfly": {URL: to.URL}},
			})
			c := dial(t, srv, "fixed")
			f := sim.Fixture{ESIMs: []sim.FixtureESIM{{Provider: fixedProvider, Item: "merhaba-7days-1gb", State: state}}}
			if strings.HasPrefix(state, "pending") {
				f = sim.Fixture{Orders: []sim.FixtureOrder{{Provider: fixedProvider, Item: "merhaba-7days-1gb", State: state, Reference: fixedOrder}}}
			}
			if _, err := c.world.Start(f); err != nil {
				t.Fatal(err)
			}
			c.advance(day)
			c.heard(to)
			if len(want) == 2 {
				if _, err := c.world.Pass("esimfly.order.provisioned", fixedOrder); err != nil {
					t.Fatal(err)
				}
			}
			if len(want) > 0 {
				if _, err := c.world.Pass("esimfly.esim.active", c.lastICCID()); err != nil {
					t.Fatal(err)
				}
			}
			c.advance(day)
			var got []string
			for _, line := range told(to.Got()) {
				if !strings.HasPrefix(line, "profile") {
					got = append(got, line)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("told %v, want %v", got, want)
			}
		})
	}
}
