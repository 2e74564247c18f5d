package esimfly_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/golden"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/internal/phone"
)

const (
	noIdentifier = `{"success":false,"message":"Provide either iccid or esimId","code":"MISSING_IDENTIFIER"}`
	noESIM       = `{"success":false,"message":"eSIM not found","code":"ESIM_NOT_FOUND"}`
	noBody       = `{"success":false,"message":"Invalid request body","code":"INVALID_REQUEST"}`
)

// What all operations on one eSIM refuse alike.
func TestActionsRefuse(t *testing.T) {
	t.Parallel()
	srv := server(t)
	c := dial(t, srv, "actions")
	c.place(turkey)
	others := first(dial(t, srv, "actions-of-another").place(turkey))
	for path, rest := range map[string]string{
		"/esims/cancel": "", "/esims/suspend": `"action":"suspend",`, "/esims/send-sms": `"message":"x",`,
		"/esims/status": "", "/esims/network-events": "", "/esims/usage-report": "",
	} {
		with := func(id string) string { return "{" + strings.TrimSuffix(rest+id, ",") + "}" }
		for id, want := range map[string]string{
			"": noIdentifier, `"iccid":""`: noIdentifier, `"iccid":null,"esimId":null`: noIdentifier, `"iccid":8932042`: noIdentifier,
			`"esimId":"2503"`: noIdentifier, `"ICCID":"x"`: noIdentifier,
		} {
			c.post(path, with(id)).is(t, 400, want)
		}
		for _, id := range []string{
			`"iccid":"8932042000010078801"`, `"iccid":"` + others + `"`, `"esimId":1`, `"esimId":-1`, `"esimId":2504`,
			`"esimId":2503.5`, `"esimId":1e300`, `"iccid":"x","esimId":2503`,
		} {
			c.post(path, with(id)).is(t, 404, noESIM)
		}
		if path != "/esims/suspend" {
			c.post(path, "").is(t, 400, noIdentifier)
		}
		c.post(path, "[]").is(t, 400, noBody)
		c.post(path, `{"iccid"`).is(t, 400, noBody)
		if a := c.get(path); a.status != 405 || a.header.Get("Allow") != "POST" {
			t.Errorf("GET %s: %d, Allow %q", path, a.status, a.header.Get("Allow"))
		}
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "cancel")
	iccid := first(c.place(turkey))
	body := `{"iccid":"` + iccid + `"}`
	golden.JSON(t, "testdata/cancelEsim.json", c.post("/esims/cancel", body).body)
	if got := c.funds(); got != "1000" {
		t.Errorf("balance %s", got)
	}
	c.post("/esims/cancel", body).is(t, 400, `{"success":false,"message":"This eSIM has already been cancelled and cannot be cancelled again","code":"ALREADY_CANCELLED"}`)
	golden.JSON(t, "testdata/2025-08/getOrder-cancelled.json", c.look(gjson.GetBytes(c.get("/orders").body, "data.orders.0.order_reference").Str).body)
	golden.JSON(t, "testdata/listEsims-cancelled.json", c.get("/esims").body)
	if passed := c.advance(400 * day); len(passed) != 0 {
		t.Errorf("a cancelled eSIM went on: %v", passed)
	}
	for _, kind := range []esim.ActionKind{esim.Install, esim.Use} {
		if _, err := phone.Act(c.world, iccid, esim.Action{Kind: kind, Bytes: 1}, esim.MiB); err == nil {
			t.Errorf("%s of a cancelled eSIM", kind)
		}
	}
	if got := c.funds(); got != "1000" {
		t.Errorf("balance %s", got)
	}
}

// All of an order goes at once, as far as it was never used.
func TestCancelOrder(t *testing.T) {
	t.Parallel()
	srv := server(t)
	three := strings.Replace(turkey, `"quantity":1`, `"quantity":3`, 1)

	c := dial(t, srv, "cancel-3")
	c.place(three)
	all := gjson.GetBytes(c.post("/esims/cancel", `{"esimId":2504}`).body, "data")
	if all.Get("total_esims").Int() != 3 || all.Get("cancelled_esims").Int() != 3 || all.Get("refunded_amount").Raw != "8.16" || all.Get("partial_cancellation").Bool() || c.funds() != "1000" {
		t.Errorf("cancelled %s, balance %s", all, c.funds())
	}

	c = dial(t, srv, "cancel-2-of-3")
	made := c.place(three)
	c.let(first(made), esim.Action{Kind: esim.Use, Bytes: 1})
	golden.JSON(t, "testdata/cancelEsim-partial.json", c.post("/esims/cancel", `{"esimId":2503}`).body)
	if got := c.funds(); got != "997.28" {
		t.Errorf("balance %s", got)
	}
	golden.JSON(t, "testdata/cancelEsim-not-eligible.json", c.post("/esims/cancel", `{"esimId":2503}`).body)
	c.post("/esims/cancel", `{"esimId":2505}`).is(t, 400, `{"success":false,"message":"This eSIM has already been cancelled and cannot be cancelled again","code":"ALREADY_CANCELLED"}`)
	if got := gjson.GetBytes(c.look(gjson.GetBytes(made.body, "orderReference").Str).body, "order.status").Str; got != "completed" {
		t.Errorf("the order is %s", got)
	}

	c = dial(t, srv, "cancel-1-of-1")
	c.place(strings.Replace(turkey, `"quantity":1`, `"quantity":2`, 1))
	c.let("2504", esim.Action{Kind: esim.Install})
	if got := gjson.GetBytes(c.post("/esims/cancel", `{"esimId":2503}`).body, "message").Str; got != "1 of 2 eSIMs cancelled successfully." {
		t.Errorf("message %q", got)
	}
}

// Why an eSIM cannot be cancelled.
func TestCancelReasons(t *testing.T) {
	t.Parallel()
	srv := server(t)
	for name, x := range map[string]struct {
		before func(*client)
		want   string
	}{
		"installed": {func(c *client) { c.act(esim.Install, 0) }, "This eSIM has already been installed and cannot be cancelled or refunded"},
		"attached":  {func(c *client) { c.act(esim.Attach, 0) }, "This eSIM has already been activated and cannot be cancelled or refunded"},
		"used":      {func(c *client) { c.act(esim.Use, 1) }, "This eSIM has already been activated and cannot be cancelled or refunded"},
		"expired":   {func(c *client) { c.advance(180 * day) }, "This eSIM has expired and cannot be cancelled or refunded"},
	} {
		c := dial(t, srv, "reason-"+name)
		c.place(turkey)
		x.before(c)
		a := c.post("/esims/cancel", `{"esimId":2503}`)
		if got := gjson.GetBytes(a.body, "details.ineligibleEsims.0.reason").Str; a.status != 400 || got != x.want {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
		if got := c.funds(); got != "997.28" {
			t.Errorf("%s: balance %s", name, got)
		}
	}
}

// Money that comes back later, or by another way.
func TestRefunds(t *testing.T) {
	t.Parallel()
	c := scripted(t, "policies: {esimfly.esim.refunded: {after: 2d}}\n")
	iccid := first(c.place(turkey))
	golden.JSON(t, "testdata/cancelEsim-refund-request.json", c.post("/esims/cancel", `{"esimId":2503}`).body)
	if got := c.funds(); got != "997.28" {
		t.Errorf("balance %s", got)
	}
	c.advance(2 * day)
	if got := c.funds(); got != "1000" {
		t.Errorf("balance %s", got)
	}
	if _, err := c.world.Pass("esimfly.esim.refunded", iccid); err == nil {
		t.Error("paid back twice")
	}

	c = dial(t, server(t), "separate"+newer)
	iccid = c.buy("OT-50000MB-9999T-9999V")
	golden.JSON(t, "testdata/cancelEsim-separate.json", c.post("/esims/cancel", `{"esimId":2503}`).body)
	if _, err := c.world.Pass("esimfly.esim.refunded", iccid); err == nil || c.funds() != "981.1" {
		t.Errorf("balance %s, %v", c.funds(), err)
	}
}

func TestSuspend(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "suspend")
	iccid := first(c.place(turkey))
	c.act(esim.Use, esim.MiB)
	suspend, activate := `{"iccid":"`+iccid+`","action":"suspend"}`, `{"action":"activate","esimId":2503}`
	cut := `{"success":true,"message":"eSIM suspended. Network access has been blocked.","data":{"iccid":"` + iccid + `","action":"suspend","esim_status":"Disconnected"}}`
	back := `{"success":true,"message":"eSIM activated. Network access has been restored.","data":{"iccid":"` + iccid + `","action":"activate","esim_status":"Active"}}`
	shows := func(status, word string) {
		t.Helper()
		e := gjson.GetBytes(c.get("/esims").body, "data.esims.0")
		if e.Get("status").Str != status || e.Get("esim_status").Str != word {
			t.Errorf("%s, %s; want %s, %s", e.Get("status"), e.Get("esim_status"), status, word)
		}
	}
	c.post("/esims/suspend", suspend).is(t, 200, cut)
	shows("ACTIVE", "Disconnected")
	for _, kind := range []esim.ActionKind{esim.Use, esim.Attach} {
		_, err := phone.Act(c.world, iccid, esim.Action{Kind: kind, Bytes: 1}, esim.MiB)
		var refused *sim.EdgeError
		if !errors.As(err, &refused) || refused.State != "suspended" {
			t.Errorf("%s while suspended: %v", kind, err)
		}
	}
	again := c.post("/esims/suspend", suspend)
	again.is(t, 200, cut)
	if got := again.header.Get("X-Esimsim-Findings"); got != "esimfly.no-effect" {
		t.Errorf("findings %q", got)
	}
	c.post("/esims/suspend", activate).is(t, 200, back)
	shows("ACTIVE", "Active")
	c.act(esim.Use, esim.MiB)
	c.post("/esims/suspend", suspend).is(t, 200, cut)
	c.advance(7 * day)
	shows("EXPIRED", "Not Active")

	const invalid = `{"success":false,"message":"action must be \"suspend\" or \"activate\"","code":"INVALID_ACTION"}`
	for _, body := range []string{"{}", `{"action":"stop","esimId":2503}`, `{"action":1,"esimId":2503}`, `{"action":"SUSPEND","esimId":2503}`} {
		c.post("/esims/suspend", body).is(t, 400, invalid)
	}
	c.post("/esims/suspend", "").is(t, 400, invalid)

	const unsupported = `{"success":false,"message":"Suspend/activate is only available for eSIMfly eSIMs","code":"UNSUPPORTED_PROVIDER"}`
	for _, code := range []string{"PHAJHEAYP", "RB77_5D", "OT-50000MB-9999T-9999V"} {
		c := dial(t, c.srv, "unsupported-"+code+newer)
		c.place(`{"packageCode":"` + code + `"}`)
		c.post("/esims/suspend", `{"esimId":2503,"action":"suspend"}`).is(t, 400, unsupported)
	}
}

func TestSendSMS(t *testing.T) {
	t.Parallel()
	srv := server(t)
	c := dial(t, srv, "sms")
	c.place(turkey)
	text := func(s string) string { return `{"esimId":2503,"message":"` + s + `"}` }
	const missing = `{"success":false,"message":"Message is required","code":"MISSING_MESSAGE"}`
	c.post("/esims/send-sms", text("Merhaba")).is(t, 200, `{"success":true,"message":"SMS sent successfully"}`)
	c.post("/esims/send-sms", text(strings.Repeat("ğ", 500))).is(t, 200, `{"success":true,"message":"SMS sent successfully"}`)
	c.post("/esims/send-sms", text(strings.Repeat("ğ", 501))).is(t, 400, `{"success":false,"message":"Message cannot exceed 500 characters","code":"MESSAGE_TOO_LONG"}`)
	c.post("/esims/send-sms", text("")).is(t, 400, missing)
	c.post("/esims/send-sms", `{"esimId":2503}`).is(t, 400, missing)
	c.post("/esims/send-sms", `{"esimId":2503,"message":7}`).is(t, 400, missing)
	c.post("/esims/cancel", `{"esimId":2503}`)
	c.post("/esims/send-sms", text("Merhaba")).is(t, 400, `{"success":false,"message":"Failed to send SMS","code":"SMS_FAILED"}`)

	c = dial(t, srv, "sms-generic"+newer)
	c.buy("PHAJHEAYP")
	c.post("/esims/send-sms", text("Hello")).is(t, 400, `{"success":false,"message":"SMS is not supported for this eSIM","code":"SMS_NOT_SUPPORTED"}`)
	for path, want := range map[string]string{
		"/esims/network-events": `{"success":false,"message":"Network events are not available for this eSIM","code":"NOT_SUPPORTED"}`,
		"/esims/usage-report":   `{"success":false,"message":"Usage reports are not available for this eSIM","code":"NOT_SUPPORTED"}`,
	} {
		c.post(path, `{"esimId":2503}`).is(t, 400, want)
	}
	c = dial(t, srv, "sms-carrier"+newer)
	c.buy("OT-50000MB-9999T-9999V")
	c.post("/esims/send-sms", text("Hello")).is(t, 200, `{"success":true,"message":"SMS sent successfully"}`)
}

// A device abroad: the network says so, and gives no data; home again it goes on.
func TestWrongNetwork(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "abroad")
	c.place(turkey)
	body := `{"esimId":2503}`
	golden.JSON(t, "testdata/getEsimStatus-new.json", c.post("/esims/status", body).body)
	golden.JSON(t, "testdata/listNetworkEvents-none.json", c.post("/esims/network-events", body).body)
	golden.JSON(t, "testdata/getUsageReport-none.json", c.post("/esims/usage-report", body).body)
	attach := func(country string) { c.let("last", esim.Action{Kind: esim.Attach, Country: country}) }
	attach("BG")
	_, err := phone.Act(c.world, "last", esim.Action{Kind: esim.Use, Bytes: 1}, esim.MiB)
	var refused *sim.EdgeError
	if !errors.As(err, &refused) || refused.Wanted != "attached in TR" {
		t.Errorf("data abroad: %v", err)
	}
	c.advance(10 * time.Hour)
	attach("TR")
	c.act(esim.Use, 100*esim.MiB)
	c.advance(day)
	c.act(esim.Use, 200*esim.MiB+esim.MiB/2)
	c.post("/esims/suspend", `{"esimId":2503,"action":"suspend"}`)
	golden.JSON(t, "testdata/listNetworkEvents-abroad.json", c.post("/esims/network-events", body).body)
	golden.JSON(t, "testdata/getEsimStatus-suspended.json", c.post("/esims/status", body).body)
	c.advance(5*day + 14*time.Hour + time.Second)
	if got := gjson.GetBytes(c.post("/esims/network-events", body).body, "data.wrong_network_count").Int(); got != 0 {
		t.Errorf("after a week %d events abroad are told", got)
	}
}

// Reports by days and countries add up to what was used.
func TestUsageReport(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "report"+newer)
	c.buy("europe-5gb-30days")
	use := func(country string, mb esim.Bytes) {
		c.let("last", esim.Action{Kind: esim.Attach, Country: country})
		c.act(esim.Use, mb*esim.MiB)
	}
	use("DE", 100)
	use("FR", 50)
	c.advance(day)
	use("FR", 300)
	c.advance(day)
	use("DE", 1)
	use("FR", 2)
	use("DE", 4)
	golden.JSON(t, "testdata/getUsageReport-europe.json", c.post("/esims/usage-report", `{"esimId":2503,"days":3}`).body)
	for days, want := range map[string]string{
		"1": "1 7", "2": "2 307", "7": "7 457", "90": "90 457", "91": "90 457", "1e9": "90 457",
		"0": "7 457", "-1": "7 457", "1.5": "7 457", `"3"`: "7 457", "null": "7 457",
	} {
		r := gjson.GetBytes(c.post("/esims/usage-report", `{"esimId":2503,"days":`+days+`}`).body, "data")
		if got := r.Get("period_days").Raw + " " + r.Get("summary.total_data_mb").Raw; got != want {
			t.Errorf("%s days: %s, want %s", days, got, want)
		}
	}
	c.advance(7 * day)
	if got := gjson.GetBytes(c.post("/esims/usage-report", `{"esimId":2503}`).body, "data.summary.total_data_mb").Raw; got != "0" {
		t.Errorf("a week later %s MB", got)
	}
}

// The words for the state of an eSIM, in their five places.
func TestWords(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		policies string
		do       func(*client)
		want     string
	}{
		"new":         {"", func(*client) {}, "NEW|Assigned (Not Installed)|AFFECTED||Not Installed"},
		"downloading": {"policies: {esimfly.esim.installed: manual}\n", func(c *client) { c.act(esim.Install, 0) }, "NEW|Assigned (Not Installed)|AFFECTED|BPP installation|Not Installed"},
		"given up": {"policies: {esimfly.esim.installed: manual}\n", func(c *client) {
			c.act(esim.Install, 0)
			c.act(esim.Remove, 0)
		}, "NEW|Assigned (Not Installed)|AFFECTED||Not Installed"},
		"installed": {"", func(c *client) { c.act(esim.Install, 0) }, "NEW|Installed|AFFECTED|Enable|Enabled"},
		"active":    {"", func(c *client) { c.act(esim.Use, 1) }, "ACTIVE|Active|AFFECTED|Enable|Enabled"},
		"suspended": {"", func(c *client) {
			c.act(esim.Use, 1)
			c.post("/esims/suspend", `{"esimId":2503,"action":"suspend"}`)
		}, "ACTIVE|Disconnected|AFFECTED|Enable|Enabled"},
		"suspended when new": {"", func(c *client) { c.post("/esims/suspend", `{"esimId":2503,"action":"suspend"}`) }, "NEW|Disconnected|AFFECTED||Not Installed"},
		"depleted":           {"", func(c *client) { c.act(esim.Use, esim.GiB) }, "DEPLETED|Not Active|AFFECTED|Enable|Enabled"},
		"expired":            {"", func(c *client) { c.act(esim.Use, 1); c.advance(7 * day) }, "EXPIRED|Not Active|AFFECTED|Enable|Enabled"},
		"expired unused":     {"", func(c *client) { c.advance(180 * day) }, "EXPIRED|Not Active|AFFECTED||Not Installed"},
		"cancelled":          {"", func(c *client) { c.post("/esims/cancel", `{"esimId":2503}`) }, "CANCELLED|Not Active|FREE||Not Installed"},
		"deleted":            {"", func(c *client) { c.act(esim.Use, 1); c.act(esim.Remove, 0) }, "DELETED|Not Active|FREE|Delete|Not Installed"},
	} {
		c := scripted(t, x.policies)
		c.place(turkey)
		x.do(c)
		e := gjson.GetBytes(c.get("/esims").body, "data.esims.0")
		live := gjson.GetBytes(c.post("/esims/status", `{"esimId":2503}`).body, "data")
		got := strings.Join([]string{e.Get("status").Str, e.Get("esim_status").Str, e.Get("sim_status").Str, e.Get("profile_status").Str, live.Get("profile").Str}, "|")
		if got != x.want {
			t.Errorf("%s: %s, want %s", name, got, x.want)
		}
		for list, other := range map[string]string{"status": "status", "esim_status": "esim_status", "sim_status": "smdp_status"} {
			if e.Get(list).Raw != live.Get(other).Raw {
				t.Errorf("%s: list says %s, live status %s", name, e.Get(list), live.Get(other))
			}
		}
	}
}

// What only a rule can bring about.
func TestScriptedActions(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]string{
		"esimfly.getEsimStatus, do: {error: PROVIDER_ERROR}": `{"success":false,"message":"Failed to fetch live status from the provider","code":"PROVIDER_ERROR"}`,
		"esimfly.getEsimStatus, do: {error: FORBIDDEN}":      `{"success":false,"message":"You do not have permission to access this eSIM","code":"FORBIDDEN"}`,
		"esimfly.getEsimStatus, do: {error: INTERNAL}":       `{"success":false,"error":"Internal server error"}`,
		"esimfly.getEsimStatus, do: {error: RATE_LIMITED}":   tooMany,
	} {
		c := scripted(t, "rules: [{on: "+rule+"}]\n")
		c.place(turkey)
		if a := c.post("/esims/status", `{"esimId":2503}`); string(a.body) != want {
			t.Errorf("%s: %d %s", rule, a.status, a.body)
		}
	}
	c := scripted(t, "rules: [{on: esimfly.cancelEsim, do: {error: FORBIDDEN}}]\n")
	c.post("/esims/cancel", `{"esimId":2503}`).is(t, 403, `{"success":false,"message":"You do not have permission to cancel this eSIM","code":"FORBIDDEN"}`)
	c = scripted(t, "rules: [{on: esimfly.queryUsage, do: {error: INTERNAL}}]\n")
	c.get("/esims/usage/query?iccid=1").is(t, 500, `{"error":"Internal Server Error","message":"Failed to fetch usage"}`)
}

// The stand-in for an ICCID names the eSIM as long as it is shown.
func TestPlaceholder(t *testing.T) {
	t.Parallel()
	c := scripted(t, "policies: {esimfly.order.provisioned: {after: 5m}}\n")
	made := c.place(strings.Replace(turkey, `"quantity":1`, `"quantity":2`, 1))
	c.advance(time.Second)
	c.place(turkey)
	second := gjson.GetBytes(made.body, "esims.1.iccid").Str
	body := `{"iccid":"` + second + `"}`
	refused := gjson.GetBytes(c.post("/esims/cancel", body).body, "details")
	if refused.Get("totalEsims").Int() != 2 || refused.Get("ineligibleEsims.1.iccid").Str != second || refused.Get("ineligibleEsims.1.reason").Str != "eSIM is still being provisioned" {
		t.Errorf("cancellation: %s", refused)
	}
	usage := gjson.GetBytes(c.get("/esims/usage/query?iccid="+second).body, "data.esim")
	if usage.Get("iccid").Str != second || usage.Get("status").Str != "NEW" {
		t.Errorf("usage of %s", usage)
	}
	if ids, _ := c.listed("/esims?search=" + second); ids != "2504" {
		t.Errorf("the search finds %q", ids)
	}
	const waits = `{"success":false,"message":"eSIM is still being provisioned","code":"NOT_SUPPORTED"}`
	c.post("/esims/suspend", `{"action":"suspend","iccid":"`+second+`"}`).is(t, 400, waits)
	c.post("/esims/network-events", body).is(t, 400, waits)
	c.post("/esims/usage-report", body).is(t, 400, waits)
	c.post("/esims/send-sms", `{"message":"x","iccid":"`+second+`"}`).is(t, 400, `{"success":false,"message":"Failed to send SMS","code":"SMS_FAILED"}`)
	if got := gjson.GetBytes(c.post("/esims/status", body).body, "data.iccid").Str; got != second {
		t.Errorf("status of %q", got)
	}
	for _, other := range []string{
		"PENDING_B", "PENDING_B2604020815", "PENDING_B2604020815000", "PENDING_B2604020815-001_1", second + "0",
		strings.Replace(second, "0002_", "0003_", 1), strings.Replace(second, "0002_", "0000_", 1),
	} {
		c.post("/esims/cancel", `{"iccid":"`+other+`"}`).is(t, 404, noESIM)
	}
	c.advance(5 * time.Minute)
	c.post("/esims/cancel", body).is(t, 404, noESIM)

	c = scripted(t, "policies: {esimfly.order.provisioned: never, esimfly.order.failed: {after: 1m}}\n")
	second = first(c.place(turkey))
	c.advance(time.Minute)
	c.post("/esims/cancel", `{"iccid":"`+second+`"}`).is(t, 404, noESIM)
	c.get("/esims/usage/query?iccid="+second).is(t, 404, `{"error":"Not Found","message":"eSIM not found or you do not have access to it"}`)
}

// What a new eSIM was topped up with comes back with it.
func TestCancelToppedUp(t *testing.T) {
	t.Parallel()
	for policies, want := range map[string]string{
		"": "cancelled",
		"policies: {esimfly.esim.refunded: {after: 1h}}\n":   "cancelled",
		"policies: {esimfly.topup.completed: {after: 1h}}\n": "failed",
	} {
		c := scripted(t, policies)
		iccid := first(c.place(turkey))
		for _, code := range []string{"merhaba-15days-2gb-topup", "merhaba-7days-1gb-topup"} {
			if a := c.topUp(iccid, code); a.status != 200 {
				t.Fatalf("%d %s", a.status, a.body)
			}
		}
		spent := 1000 - gjson.Parse(c.funds()).Num
		a := gjson.GetBytes(c.post("/esims/cancel", `{"esimId":2503}`).body, "data")
		if back := a.Get("refunded_amount").Num; !strings.Contains(policies, "refunded") && back-spent > 1e-6 || back > 0 && spent-back > 1e-6 || a.Get("cancel_results.0.refundAmount").Num != back {
			t.Errorf("%s: spent %v: %s", policies, spent, a)
		}
		c.advance(2 * time.Hour)
		if got := c.funds(); got != "1000" {
			t.Errorf("%s: balance %s", policies, got)
		}
		if got := gjson.GetBytes(c.get("/orders").body, "data.orders.#.status").Raw; got != `["`+want+`","`+want+`","cancelled"]` {
			t.Errorf("%s: orders %s", policies, got)
		}
		if got := gjson.GetBytes(c.get("/orders").body, "data.summary").Raw; !strings.Contains(got, `"total_revenue":0`) {
			t.Errorf("%s: %s", policies, got)
		}
	}
}

// Countries that alternate within a day are counted together.
func TestUsageToAndFro(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "to-and-fro"+newer)
	c.buy("europe-5gb-30days")
	for i := range 200 {
		c.let("last", esim.Action{Kind: esim.Attach, Country: []string{"DE", "FR"}[i%2]})
		c.act(esim.Use, esim.MiB)
	}
	taken, err := c.world.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(taken)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(raw), `"Date"`); n != 2 {
		t.Errorf("%d rows are kept, want 2", n)
	}
	r := gjson.GetBytes(c.post("/esims/usage-report", `{"esimId":2503}`).body, "data")
	if got := r.Get("by_country.#.data_mb").Raw; got != "[100,100]" {
		t.Errorf("report %s", r)
	}
}

// A carrier's eSIM is on the carrier's network.
func TestStatusOfCarrier(t *testing.T) {
	t.Parallel()
	srv := server(t)
	for code, want := range map[string]string{"OT-50000MB-9999T-9999V": "O2", "VF-25000MB-1000T-1000V": "Vodafone UK"} {
		c := dial(t, srv, "carrier-"+code+newer)
		c.buy(code)
		c.act(esim.Attach, 0)
		if got := gjson.GetBytes(c.post("/esims/status", `{"esimId":2503}`).body, "data.last_network.operator").Str; got != want {
			t.Errorf("%s is on %q", code, got)
		}
		if got := c.find(code).Get("locationNetworkList.0.operatorList.0.operatorName").Str; got != want {
			t.Errorf("%s lists %q first", code, got)
		}
	}
}
