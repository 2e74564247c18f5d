package roamify_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/esimsim/esimsim/sim"
)

// What an account has not been given is refused before anything else is looked at.
func TestFeaturesOff(t *testing.T) {
	t.Parallel()
	const (
		vouchers = "Voucher creation is not enabled for this API key, please contact support to have it enabled"
		other    = "This action is not enabled for this API key, please contact support to have it enabled"
	)
	a := open(t, "off", sim.Config{})
	for _, c := range []struct{ method, path, want string }{
		{"POST", "/esim/vouchers", vouchers},
		{"GET", "/esim/vouchers?x=1", vouchers},
		{"GET", "/esim/voucher/1", vouchers},
		{"GET", "/esim/voucher/code/1", vouchers},
		{"PUT", "/esim/voucher/1/revoke", vouchers},
		{"POST", "/refund", other},
		{"POST", "/refunds", other},
		{"GET", "/refund", other},
		{"GET", "/refunds?x=1", other},
		{"PUT", "/refund/1/cancel", other},
		{"GET", "/esim/northwind/packages", other},
	} {
		a.call(c.method, c.path, "").want(403, failed(c.want))
	}
	gifts := []struct{ method, path string }{
		{"POST", "/gifts/gift"}, {"GET", "/gifts/gift"}, {"PUT", "/gifts/gift"}, {"GET", "/gifts/gifts"}, {"POST", "/gifts/revoke"},
	}
	for _, c := range gifts {
		a.set("gifts", "on")
		a.call(c.method, c.path, "").want(404, failed("Cannot "+c.method+" /api"+c.path))
	}
	a.set("edition", "2025-07")
	a.set("gifts", "off")
	for _, c := range gifts {
		a.call(c.method, c.path, "").want(403, failed(other))
	}
}

// A scenario gives features and takes packages away.
func TestCatalogueChanges(t *testing.T) {
	t.Parallel()
	cfg := sim.Config{Library: fstest.MapFS{"own.yaml": {Data: []byte(`version: 1
name: own
settings: {roamify: {affiliate: on, vouchers: on}}
catalogue:
  roamify:
    esim-cambodia-7days-1gb-all: {price: 4.5}
    esim-cambodia-30days-1gb-all: {price: 0.25, from: 1h}
    esim-cambodia-15days-2gb-all: {gone: true}
    esim-thailand-7days-1gb-all: {gone: true, from: 1h}
    esim-global-one-year-365days-0gb-all: {gone: true}
    esim-global-one-year-365days-5gb-all: {gone: true}
    esim-global-one-year-365days-20gb-all: {gone: true}
    esim-global-one-year-365days-100gb-all: {gone: true}
`)}}}
	a := open(t, "ci~own", cfg)
	const gone = `{"items":[{"packageId":"esim-cambodia-15days-2gb-all","quantity":1}]}`
	g := a.groups("?country=Cambodia")[0]
	if len(g.Packages) != 11 || g.MinPrice != 4.5 || g.Packages[0].Price != 4.5 {
		t.Errorf("listed from %v: %+v", g.MinPrice, g.Packages)
	}
	if o := a.order(cambodia); o.Total != 4.5 {
		t.Errorf("ordered for %v", o.Total)
	}
	a.post("/esim/order", gone).want(500, failed("Unknown error"))
	a.post("/esim/vouchers", `{"packageId":"esim-cambodia-15days-2gb-all"}`).
		want(403, failed("This packageId is not allowed for voucher creation with this API key, please use one of the packages allowed for your account"))
	a.set("unknownPackage", "404")
	a.post("/esim/order", gone).want(404, failed(noSuchPackage))

	// A group that has nothing left is listed nowhere.
	if got := a.groups("?country=Global+One+Year"); len(got) != 0 {
		t.Errorf("an empty group is listed: %+v", got)
	}
	if got := string(a.get("/esim/countries?geography=global").body); strings.Contains(got, "One Year") {
		t.Errorf("and so is its name: %s", got)
	}
	shop := a.get("/esim/northwind/packages")
	if strings.Contains(string(shop.body), "Global One Year") || !strings.Contains(string(shop.body), `"name":"1 GB - 7 Days","price":5.4,`) {
		t.Error("the affiliate catalogue does not follow")
	}

	e := a.apply(cambodia)
	top := func() string { return string(a.get("/esim/topup/packages?iccid=" + e.ICCID + "&gbs=1").body) }
	if got := top(); !strings.Contains(got, `"price":4.5,`) || !strings.Contains(got, `"price":5.6,`) {
		t.Errorf("top-ups: %s", got)
	}
	a.topUp(e.ICCID, "esim-cambodia-15days-2gb-all").want(404, failed(noSuchPackage))
	if len(a.groups("?packageId=esim-thailand-7days-1gb-all")) != 1 {
		t.Error("withdrawn too early")
	}
	thai := a.apply("esim-thailand-7days-1gb-all")
	a.advance(time.Hour)
	if got := a.groups("?country=Cambodia")[0]; got.MinPrice != 0.25 || !strings.Contains(top(), `"price":0.25,`) {
		t.Errorf("an hour later from %v: %s", got.MinPrice, top())
	}
	if len(a.groups("?packageId=esim-thailand-7days-1gb-all")) != 0 {
		t.Error("withdrawn too late")
	}
	// What was sold before is what it was.
	if got := data[eSIM](a.get("/esim?esimId=" + thai.ID)); got.Status != "READY" {
		t.Errorf("an eSIM of a package that is gone: %+v", got)
	}
}
