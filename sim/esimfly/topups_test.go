package esimfly_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/golden"
)

func (c *client) topUp(iccid, code string) answer {
	c.t.Helper()
	return c.post("/topup/order", `{"iccid":"`+iccid+`","packageCode":"`+code+`"}`)
}

// The vendor's own sample, told in numbers: 3 GB for 15 days, 0.75 GB used, 5 GB and 30
// days on top.
func TestTopUp(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "topup"+newer)
	iccid := c.buy("2184410")
	c.advance(day)
	c.let(iccid, esim.Action{Kind: esim.Use, Bytes: 768 * esim.MiB})
	golden.JSON(t, "testdata/listTopupPackages.json", c.get("/topup/packages?iccid="+iccid).body)
	golden.JSON(t, "testdata/topUp.json", c.topUp(iccid, "TOPUP_2184411").body)
	if f := c.last().Findings; len(f) != 0 {
		t.Errorf("findings %v", f)
	}
	use := gjson.GetBytes(c.get("/esims/usage/query?iccid="+iccid).body, "data")
	if use.Get("data.total_mb").Int() != 8192 || use.Get("data.remaining_mb").Int() != 7424 || use.Get("validity.expires_at").Str != "2026-05-18T08:15:09Z" {
		t.Errorf("usage %s", use)
	}
	c.advance(45*day - time.Second)
	if got := gjson.GetBytes(c.get("/esims").body, "data.esims.0.status").Str; got != "ACTIVE" {
		t.Errorf("before its end it is %s", got)
	}
	c.advance(time.Second)
	if got := gjson.GetBytes(c.get("/esims").body, "data.esims.0.status").Str; got != "EXPIRED" {
		t.Errorf("at its end it is %s", got)
	}
}

// Who can be topped up, by provider class and state, and what becomes of it.
func TestTopUpRules(t *testing.T) {
	t.Parallel()
	const (
		notToppable = `{"success":false,"message":"eSIM cannot be topped up. Current status: %","code":"ESIM_NOT_TOPPABLE"}`
		noPackages  = `{"success":false,"error":"eSIM cannot be topped up. Current status: %","message":"Only ACTIVE, DEPLETED, or USED_EXPIRED eSIMs can be topped up (NEW is also allowed for esimfly eSIMs)","code":"ESIM_NOT_TOPPABLE"}`
		unsupported = `{"success":false,"error":"Top-ups not available for this eSIM","code":"TOPUP_NOT_SUPPORTED"}`
	)
	use := func(n esim.Bytes) func(*client, string) {
		return func(c *client, iccid string) { c.let(iccid, esim.Action{Kind: esim.Use, Bytes: n}) }
	}
	wait := func(d time.Duration) func(*client, string) {
		return func(c *client, _ string) { c.advance(d) }
	}
	both := func(a, b func(*client, string)) func(*client, string) {
		return func(c *client, iccid string) { a(c, iccid); b(c, iccid) }
	}
	nothing := func(*client, string) {}
	srv := server(t)
	for name, x := range map[string]struct {
		code, topup string
		before      func(*client, string)
		want        string // the status afterwards, or the refusal
		state       string // in refusals
		expires     string
		remaining   int64
	}{
		"new, esimfly":           {"merhaba-7days-1gb", "merhaba-7days-1gb-topup", nothing, "NEW", "", "2026-10-06T08:15:09Z", 2048},
		"active, esimfly":        {"merhaba-7days-1gb", "merhaba-7days-1gb-topup", use(esim.MiB), "ACTIVE", "", "2026-04-16T08:15:09Z", 2047},
		"depleted, esimfly":      {"merhaba-7days-1gb", "merhaba-7days-1gb-topup", use(esim.GiB), "ACTIVE", "", "2026-04-16T08:15:09Z", 1024},
		"used and expired":       {"merhaba-7days-1gb", "TOPUP_2184411", both(use(esim.GiB), wait(10*day)), "ACTIVE", "", "2026-05-12T08:15:09Z", 5120},
		"expired unused":         {"merhaba-7days-1gb", "merhaba-7days-1gb-topup", wait(180 * day), notToppable, "EXPIRED", "", 0},
		"cancelled":              {"merhaba-7days-1gb", "merhaba-7days-1gb-topup", func(c *client, iccid string) { c.post("/esims/cancel", `{"iccid":"`+iccid+`"}`) }, notToppable, "CANCELLED", "", 0},
		"deleted":                {"merhaba-7days-1gb", "merhaba-7days-1gb-topup", both(use(1), func(c *client, _ string) { c.act(esim.Remove, 0) }), notToppable, "DELETED", "", 0},
		"new, generic":           {"PHAJHEAYP", "TOPUP_PHAJHEAYP", nothing, notToppable, "NEW", "", 0},
		"active, generic":        {"PHAJHEAYP", "TOPUP_PHAJHEAYP", use(esim.MiB), "ACTIVE", "", "2026-04-16T08:15:09Z", 2047},
		"unlimited":              {"esim_UL_1D_TR_V2", "TOPUP_esim_UL_1D_TR_V2", use(1), unsupported, "", "", 0},
		"new, carrier":           {"VF-25000MB-1000T-1000V", "VF-25000MB-1000T-1000V-topup", nothing, notToppable, "NEW", "", 0},
		"active, carrier":        {"VF-25000MB-1000T-1000V", "VF-25000MB-1000T-1000V-topup", use(esim.GiB), "ACTIVE", "", "2026-06-01T08:15:09Z", 49 * 1024},
		"carrier, can_extend no": {"OT-50000MB-9999T-9999V", "OT-50000MB-9999T-9999V-topup", use(1), unsupported, "", "", 0},
		"async":                  {"RB77_5D", "TOPUP_RB77_5D", both(wait(3*time.Minute), func(c *client, _ string) { c.act(esim.Use, 1) }), unsupported, "", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := dial(t, srv, "topup-"+strings.NewReplacer(" ", "-", ",", "").Replace(name)+newer)
			c.buy(x.code)
			x.before(c, c.lastICCID())
			iccid := c.lastICCID()
			before := c.funds()
			list := c.get("/topup/packages?iccid=" + iccid)
			a := c.topUp(iccid, x.topup)
			if strings.HasPrefix(x.want, "{") {
				a.is(t, 400, strings.Replace(x.want, "%", x.state, 1))
				if x.want == notToppable {
					list.is(t, 400, strings.Replace(noPackages, "%", x.state, 1))
				} else if got := gjson.GetBytes(list.body, "data.pagination.total"); list.status != 200 || got.Int() != 0 {
					t.Errorf("packages: %s", list.body)
				}
				if after := c.funds(); after != before {
					t.Errorf("balance %s, was %s", after, before)
				}
				return
			}
			if a.status != 200 || !strings.Contains(string(list.body), `"package_code":"`+x.topup+`"`) {
				t.Fatalf("top-up: %d %s\npackages: %s", a.status, a.body, list.body)
			}
			e := gjson.GetBytes(c.get("/esims").body, "data.esims.0")
			if e.Get("status").Str != x.want || e.Get("validity.expires_at").Str != x.expires || e.Get("data.remaining_mb").Int() != x.remaining {
				t.Errorf("afterwards: %s", e)
			}
		})
	}
}

// lastICCID is that of the newest eSIM that was issued.
func (c *client) lastICCID() string {
	c.t.Helper()
	list := c.world.View().ESIMs
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1].ICCID
}

func TestTopUpRefuses(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "topup-refused")
	iccid := first(c.place(turkey))
	c.set("balance", 2.5)
	const (
		missing = `{"success":false,"message":"Missing required fields: iccid, packageCode","code":"MISSING_FIELDS"}`
		unknown = `{"success":false,"message":"Invalid top-up package code. Package not found.","code":"INVALID_TOPUP_PACKAGE"}`
		code    = `"packageCode":"merhaba-7days-1gb-topup"`
	)
	with := func(rest string) string { return `{"iccid":"` + iccid + `",` + rest + `}` }
	for body, want := range map[string]string{
		"":                            missing,
		"{}":                          missing,
		"{" + code + "}":              missing,
		with(`"packageCode":""`):      missing,
		`{"iccid":7,` + code + `}`:    missing,
		"[]":                          `{"success":false,"message":"Invalid request body","code":"INVALID_REQUEST"}`,
		with(code + `,"quantity":11`): `{"success":false,"message":"Quantity must be between 1 and 10","code":"INVALID_QUANTITY"}`,
		`{"iccid":"8932042000010078801",` + code + `}`:  `{"success":false,"error":"eSIM not found or access denied","code":"ESIM_NOT_FOUND"}`,
		with(`"packageCode":"merhaba-7days-1gb"`):       unknown,
		with(`"packageCode":"TOPUP_PHAJHEAYP"`):         unknown,
		with(`"packageCode":"europe-5gb-30days-topup"`): unknown,
		with(code + `,"price":2.71`):                    `{"success":false,"message":"Invalid price submitted","code":"PRICE_MISMATCH"}`,
		with(code):                                      `{"success":false,"error":"Insufficient balance","message":"Your current balance is $2.50. Required: $2.72","code":"INSUFFICIENT_BALANCE"}`,
		with(code + `,"quantity":2,"price":2.72`):       `{"success":false,"error":"Insufficient balance","message":"Your current balance is $2.50. Required: $5.44","code":"INSUFFICIENT_BALANCE"}`,
	} {
		c.post("/topup/order", body).is(t, 400, want)
	}
	c.post("/topup/order", with(`"packageCode":"ent_1234567"`)).is(t, 404, unknown)
	if got := c.funds(); got != "2.5" {
		t.Errorf("balance %s", got)
	}
	c.get("/topup/packages").is(t, 400, `{"success":false,"error":"ICCID parameter is required","message":"Topup packages are specific to an eSIM. Please provide the ICCID parameter.","code":"MISSING_ICCID"}`)
	c.get("/topup/packages?iccid=8932042000010078801").is(t, 403, `{"success":false,"error":"eSIM not found or access denied","code":"ESIM_ACCESS_DENIED"}`)
	c.get("/topup/packages?iccid="+iccid+"&limit=2&page=99").is(t, 200, `{"success":true,"data":{"packages":[],"pagination":{"page":99,"limit":2,"total":9,"total_pages":5}}}`)

	// Three at once, and no key that would make the second call the first.
	c.set("balance", 20.0)
	three := with(code + `,"quantity":3,"price":2.72`)
	for _, want := range []string{"4", "7"} {
		if got := gjson.GetBytes(c.post("/topup/order", three).body, "esimData.newTotalVolumeGB").Raw; got != want {
			t.Errorf("%s GB, want %s", got, want)
		}
	}
	if got := c.funds(); got != "3.68" {
		t.Errorf("balance %s", got)
	}
}

// A top-up whose data come later is paid at once, and cannot be paid back.
func TestTopUpComesLater(t *testing.T) {
	t.Parallel()
	c := scripted(t, "policies: {esimfly.topup.completed: {after: 5m}}\n")
	iccid := first(c.place(turkey))
	ref := gjson.GetBytes(c.topUp(iccid, "merhaba-7days-1gb-topup").body, "orderReference").Str
	total := func() int64 {
		return gjson.GetBytes(c.get("/esims/usage/query?iccid="+iccid).body, "data.data.total_mb").Int()
	}
	if ids, _ := c.listed("/orders?status=pending"); total() != 1024 || ids != "2504" {
		t.Errorf("%d MB, pending %s", total(), ids)
	}
	c.advance(5 * time.Minute)
	if ids, _ := c.listed("/orders?status=pending"); total() != 2048 || ids != "" {
		t.Errorf("%d MB, pending %s", total(), ids)
	}
	for id, want := range map[string]string{ref: "completed", "topup_1_a": "nothing by the id"} {
		if _, err := c.world.Pass("esimfly.topup.completed", id); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", id, err)
		}
	}
	for _, edge := range []string{"esimfly.order.provisioned", "esimfly.order.failed", "esimfly.order.accepted"} {
		if _, err := c.world.Pass(edge, ref); err == nil {
			t.Errorf("%s of a top-up", edge)
		}
	}
	c.look(ref).is(t, 404, `{"success":false,"message":"Order not found","code":"ORDER_NOT_FOUND"}`)
}
