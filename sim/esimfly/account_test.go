package esimfly_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/golden"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/esimfly"
	"github.com/esimsim/esimsim/sim/internal/phone"
)

// An account in dinars counts whole ones.
func TestIQD(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "dinar"+newer)
	c.buy("merhaba-7days-1gb") // still in dollars
	c.set("account", "iqd")
	c.get("/balance").is(t, 200, `{"success":true,"data":{"balance":1316410,"currency":"IQD"}}`)
	p := c.find("merhaba-7days-1gb")
	if p.Get("cost").Raw != "3590" || p.Get("currency").Str != "IQD" {
		t.Errorf("package %s", p)
	}
	made := c.place(`{"packageCode":"merhaba-7days-1gb","price":3590,"quantity":2}`)
	golden.JSON(t, "testdata/2026-09/createOrder-iqd.json", scanned(t, made.body))
	c.order(`{"packageCode":"merhaba-7days-1gb","price":2.72}`).is(t, 400, `{"success":false,"message":"Invalid price submitted","code":"PRICE_MISMATCH"}`)
	c.set("balance", 3000.0)
	c.order(bare).is(t, 400, `{"success":false,"message":"Insufficient balance","code":"INSUFFICIENT_BALANCE","currentBalance":3000,"requiredBalance":3590,"needToLoad":590}`)
	c.topUp(first(made), "merhaba-7days-1gb-topup").is(t, 400, `{"success":false,"error":"Insufficient balance","message":"Your current balance is IQD 3000. Required: IQD 3590","code":"INSUFFICIENT_BALANCE"}`)

	// Orders in another currency are not listed, and paid back at the same rate.
	if ids, _ := c.listed("/orders"); ids != "2504" {
		t.Errorf("orders %s", ids)
	}
	c.post("/esims/cancel", `{"esimId":2503}`)
	c.get("/balance").is(t, 200, `{"success":true,"data":{"balance":6590,"currency":"IQD"}}`)
	c.set("account", "usd")
	if ids, _ := c.listed("/orders"); ids != "2503" || c.funds() != "4.99" {
		t.Errorf("orders %s, balance %s", ids, c.funds())
	}
}

// A managed enterprise account buys from the common catalogue, in euros.
func TestEnterprise(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "managed"+newer)
	c.set("account", "enterprise")
	golden.JSON(t, "testdata/getBalance-enterprise.json", c.get("/balance").body)
	if p := c.find("merhaba-7days-1gb"); p.Get("cost").Raw != "2.5" || p.Get("currency").Str != "EUR" || p.Get("provider").Exists() {
		t.Errorf("package %s", p)
	}
	if got := gjson.GetBytes(c.place(bare).body, "newBalance").Raw; got != "917.5" {
		t.Errorf("balance %s", got)
	}
}

// A self-service one sells its own packages, and pays for what its eSIMs use.
func TestEnterpriseOwn(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "own"+newer)
	c.set("account", "enterprise-own")
	golden.JSON(t, "testdata/listPackages-enterprise.json", c.get("/esims/packages").body)
	if n := gjson.GetBytes(c.get("/esims/packages?type=local").body, "data.pagination.total").Int(); n != 0 {
		t.Errorf("%d local packages", n)
	}
	const unknown = `{"success":false,"message":"Package not found","code":"PACKAGE_NOT_FOUND"}`
	c.order(`{"packageCode":"ent_9999999"}`).is(t, 404, unknown)
	c.order(bare).is(t, 400, `{"success":false,"message":"Invalid package code. Package not found in database.","code":"INVALID_PACKAGE"}`)
	iccid := c.buy("ent_1234567")
	c.set("balance", 3.0)
	if a, err := phone.Act(c.world, iccid, esim.Action{Kind: esim.Use, Bytes: esim.GiB}, esim.MiB); err != nil || a.Used != esim.GiB || c.funds() != "1.5" {
		t.Errorf("used %d, balance %s, %v", a.Used, c.funds(), err)
	}
	if a, err := phone.Act(c.world, iccid, esim.Action{Kind: esim.Use, Bytes: 5 * esim.GiB}, esim.MiB); err != nil || a.Used != esim.GiB || c.funds() != "0" {
		t.Errorf("used %d, balance %s, %v", a.Used, c.funds(), err)
	}
	if a, err := phone.Act(c.world, iccid, esim.Action{Kind: esim.Use, Bytes: 1}, esim.MiB); err != nil || a.Used != 0 {
		t.Errorf("at zero: used %d, %v", a.Used, err)
	}
	c.set("balance", 1.0)
	if a, err := phone.Act(c.world, iccid, esim.Action{Kind: esim.Use, Bytes: esim.MiB}, esim.MiB); err != nil || a.Used != esim.MiB {
		t.Errorf("funded again: used %d, %v", a.Used, err)
	}
	c.topUp(iccid, "ent_9999999").is(t, 404, `{"success":false,"message":"Invalid top-up package code. Package not found.","code":"INVALID_TOPUP_PACKAGE"}`)
	golden.JSON(t, "testdata/topUp-enterprise.json", c.topUp(iccid, "ent_1234568").body)
}

// A scenario's prices and withdrawals hold for lists, orders and top-ups alike.
func TestCatalogueChanges(t *testing.T) {
	t.Parallel()
	c := scripted(t, `catalogue:
  esimfly:
    merhaba-7days-1gb: {price: 2.95}
    2184410: {gone: true}
    merhaba-15days-2gb-topup: {price: 1.5}
    TOPUP_2184411: {gone: true}
    merhaba-30days-3gb: {gone: true, from: 10m}
`)
	if p := c.find("merhaba-7days-1gb"); p.Get("cost").Raw != "2.95" {
		t.Errorf("package %s", p)
	}
	c.order(turkey).is(t, 400, `{"success":false,"message":"Invalid price submitted","code":"PRICE_MISMATCH"}`)
	iccid := first(c.place(strings.Replace(turkey, "2.72", "2.95", 1)))
	c.order(`{"packageCode":"2184410","packageName":"Turkey 3GB 15Days","price":4.36}`).is(t, 400, `{"success":false,"message":"Invalid package selected","code":"INVALID_PACKAGE"}`)
	codes := func() string {
		return gjson.GetBytes(c.get("/topup/packages?iccid="+iccid).body, "data.packages.#.package_code").Raw
	}
	for code, want := range map[string]bool{
		`"merhaba-7days-1gb-topup"`: true, `"TOPUP_2184410"`: false, `"TOPUP_2184411"`: false, `"merhaba-30days-3gb-topup"`: true,
	} {
		if strings.Contains(codes(), code) != want {
			t.Errorf("%s on offer: %v, want %v", code, !want, want)
		}
	}
	for code, want := range map[string]string{"merhaba-7days-1gb-topup": "2.95", "merhaba-15days-2gb-topup": "1.5"} {
		if got := gjson.GetBytes(c.topUp(iccid, code).body, "amount").Raw; got != want {
			t.Errorf("%s cost %s, want %s", code, got, want)
		}
	}
	_, before := c.packages("")
	c.advance(10 * time.Minute)
	_, after := c.packages("")
	if before.Get("total").Int()-after.Get("total").Int() != 1 || strings.Contains(codes(), `"merhaba-30days-3gb-topup"`) {
		t.Errorf("ten minutes later: %s, was %s; %s", after, before, codes())
	}
}

// A key of the user's own is signed with the secret that came with it; where any key is
// taken, no signature can be checked.
func TestOwnKeys(t *testing.T) {
	t.Parallel()
	own := sim.Key{Provider: "esimfly", Value: "live_4711", Secret: "s3cret"}
	srv := sim.StartT(t, sim.Config{Providers: []*sim.Provider{esimfly.Provider()}, Freeze: start, Keys: []sim.Key{own}})
	call := func(srv *sim.Server, code, secret string, n int) int {
		c := &client{t: t, srv: srv}
		req := c.request(http.MethodGet, "/balance", "")
		sign(req, nil, code, secret, start, requestID(n))
		return send(t, req).status
	}
	for i, x := range []struct {
		code, secret string
		status       int
	}{
		{"live_4711", "s3cret", 200},
		{"live_4711", "sk_default", 401},
		{"esf_other", "sk_other", 200},
		{"esf_other", "s3cret", 401},
		{"live_4712", "s3cret", 401},
	} {
		if got := call(srv, x.code, x.secret, i); got != x.status {
			t.Errorf("%s with %s: %d, want %d", x.code, x.secret, got, x.status)
		}
	}
	anyone := sim.StartT(t, sim.Config{Providers: []*sim.Provider{esimfly.Provider()}, Freeze: start, Auth: sim.AuthAny})
	if got := call(anyone, "whatever", "nobody knows", 1); got != 200 {
		t.Errorf("any key: %d", got)
	}
}
