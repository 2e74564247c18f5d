package roamify_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/esimsim/esimsim/sim"
)

// failed and invalid are the two shapes of error.
func failed(message string) string {
	return `{"message":` + strconv.Quote(message) + `,"status":"failed"}`
}
func invalid(complaint string) string { return `{"error":` + strconv.Quote(complaint) + `}` }

const (
	unauthorized  = "Unauthorized, please make sure your have provided the correct api key"
	unknownOrder  = "Order not found, please make sure your have provided the correct orderId or referenceId"
	unknownESIM   = "eSIM not found, please make sure your have provided the correct iccid or esimId"
	claimed       = "Order with the same referenceId already exists, please make sure your have provided a unique referenceId"
	tooPoor       = "Insufficient partner balance, please recharge it first before placing order"
	tooMany       = "Exceed maximum total quantity of 50, please make sure your have provided the correct quantity and the quantity does not exceed the maximum allowed quantity 50"
	noSuchPackage = "Package not found, please make sure your have provided the correct packageId"
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	a := open(t, "refusals", sim.Config{})
	e := a.apply(cambodia)
	unchecked := a.apply("esim-thailand-10days-50gb-all")
	a.post("/esim/order", `{"items":[{"packageId":"`+cambodia+`","quantity":1}],"referenceId":"taken"}`)
	a.set("balance", 4.99)
	item := func(s string) string { return `{"items":[{` + s + `}]}` }
	one := func(id string) string { return item(`"packageId":"` + id + `","quantity":1`) }
	topUp := func(iccid, id, more string) string {
		return `{"iccid":"` + iccid + `","packageId":"` + id + `"` + more + `}`
	}
	const (
		order, topup, apply, get, post = "/esim/order", "/esim/order/topup", "/esim/apply", http.MethodGet, http.MethodPost
	)
	before := a.dump()
	t.Cleanup(func() {
		if after := a.dump(); after != before {
			t.Errorf("refusals changed the state:\n%s\n%s", before, after)
		}
	})
	for i, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		// Observed in production.
		{post, order, `{"packageId":"x","quantity":1,"customerEmail":"a@b.c"}`, 400, invalid(`"items" is required`)},
		{post, order, one("esim-gr-30days-1gb-all"), 500, failed("Unknown error")},
		{post, order, one("7e51b2c4-0a9d-4f83-b6e7-3c8d1f02a957"), 500, failed("Unknown error")},
		{post, order, item(`"packageId":"` + cambodia + `","quantity":1,"days":7`), 400, invalid(`"items[0].days" is not allowed`)},

		{post, order, `{}`, 400, invalid(`"items" is required`)},
		{post, order, ``, 400, invalid(`"items" is required`)},
		{post, order, `{"referenceId":"nobody"}`, 400, invalid(`"items" is required`)},
		{post, order, `{"referenceId":"taken","x":1}`, 400, invalid(`"items" is required`)},
		{post, order, `{"referenceId":7}`, 400, invalid(`"items" is required`)},
		{post, order, `{"items":null}`, 400, invalid(`"items" must be an array`)},
		{post, order, `{"items":{}}`, 400, invalid(`"items" must be an array`)},
		{post, order, `{"items":"x","customer":{}}`, 400, invalid(`"items" must be an array`)},
		{post, order, `{"items":[]}`, 400, invalid(`"items" must contain at least 1 items`)},
		{post, order, `{"items":[7]}`, 400, invalid(`"items[0]" must be of type object`)},
		{post, order, `{"items":[{}]}`, 400, invalid(`"items[0].packageId" is required`)},
		{post, order, item(`"packageId":7`), 400, invalid(`"items[0].packageId" must be a string`)},
		{post, order, item(`"packageId":""`), 400, invalid(`"items[0].packageId" is not allowed to be empty`)},
		{post, order, item(`"packageId":"x"`), 400, invalid(`"items[0].quantity" is required`)},
		{post, order, item(`"packageId":"x","quantity":"1"`), 400, invalid(`"items[0].quantity" must be a number`)},
		{post, order, item(`"packageId":"x","quantity":null`), 400, invalid(`"items[0].quantity" must be a number`)},
		{post, order, item(`"packageId":"x","quantity":1.5`), 400, invalid(`"items[0].quantity" must be an integer`)},
		{post, order, item(`"packageId":"x","quantity":0`), 400, invalid(`"items[0].quantity" must be greater than or equal to 1`)},
		{post, order, item(`"packageId":"x","quantity":-3`), 400, invalid(`"items[0].quantity" must be greater than or equal to 1`)},
		{post, order, item(`"packageId":"x","quantity":1e300`), 400, invalid(`"items[0].quantity" must be a safe number`)},
		{post, order, item(`"packageId":"x","quantity":1e999`), 400, invalid(`"items[0].quantity" cannot be infinity`)},
		{post, order, `{"items":[{"packageId":"x","quantity":1},{"packageId":"x"}]}`, 400, invalid(`"items[1].quantity" is required`)},
		{post, order, `{"items":[{"packageId":"x","quantity":1}],"customer":{},"note":1}`, 400, invalid(`"customer" is not allowed`)},
		{post, order, `{"note":1,"items":[{"packageId":"x","quantity":1}],"referenceId":""}`, 400, invalid(`"referenceId" is not allowed to be empty`)},
		{post, order, `{"items":[{"packageId":"x","quantity":1}],"referenceId":["taken"]}`, 400, invalid(`"referenceId" must be a string`)},
		{
			post, order, `{"items":[{"packageId":"x","quantity":1}],"referenceId":"` + strings.Repeat("é", 129) + `"}`, 400,
			invalid(`"referenceId" length must be less than or equal to 128 characters long`),
		},
		{post, order, `[]`, 400, invalid(`"value" must be of type object`)},
		{post, order, `"items"`, 400, invalid("Invalid JSON body")},
		{post, order, `null`, 400, invalid("Invalid JSON body")},
		{post, order, `{"items":[`, 400, invalid("Invalid JSON body")},
		{post, order, `items=1`, 400, invalid("Invalid JSON body")},
		{post, order, item(`"packageId":"` + cambodia + `","quantity":51`), 400, failed(tooMany)},
		{post, order, `{"items":[{"packageId":"x","quantity":9e15},{"packageId":"x","quantity":1}]}`, 400, failed(tooMany)},
		{post, order, one(cambodia), 409, failed(tooPoor)},
		{post, order, `{"items":[{"packageId":"` + cambodia + `","quantity":1}],"referenceId":"taken"}`, 409, failed(claimed)},
		{post, order, one("esim-egypt-7days-5gb-all"), 500, failed("Unknown error")}, // listed, but no longer sold

		{post, topup, `{}`, 400, invalid(`"iccid" is required`)},
		{post, topup, `{"iccid":"` + e.ICCID + `"}`, 400, invalid(`"packageId" is required`)},
		{post, topup, `{"iccid":8944500}`, 400, invalid(`"iccid" must be a string`)},
		{post, topup, topUp(e.ICCID, cambodia, `,"quantity":1`), 400, invalid(`"quantity" is not allowed`)},
		{post, topup, topUp("8944500311209876541", cambodia, ""), 404, failed(unknownESIM)},
		{post, topup, topUp(e.ID, cambodia, ""), 404, failed(unknownESIM)},
		{post, topup, topUp(e.ICCID, "nothing", ""), 500, failed("Unknown error")},
		{post, topup, topUp(e.ICCID, portugal, ""), 400, failed("This package is not compatible with the eSIM")},
		{post, topup, topUp(e.ICCID, cambodia, `,"referenceId":"taken"`), 409, failed(claimed)},
		{post, topup, topUp(e.ICCID, cambodia, ""), 409, failed(tooPoor)},

		{get, "/esim/order", "", 400, invalid(`"value" must contain at least one of [orderId, referenceId]`)},
		{get, "/esim/order?orderId=a&referenceId=b", "", 400, invalid(`"value" contains a conflict between exclusive peers [orderId, referenceId]`)},
		{get, "/esim/order?orderId=", "", 400, invalid(`"orderId" is not allowed to be empty`)},
		{get, "/esim/order?orderId=a&orderId=b", "", 400, invalid(`"orderId" must be a string`)},
		{get, "/esim/order?esimId=" + e.ID, "", 400, invalid(`"esimId" is not allowed`)},
		{get, "/esim/order?orderId=nothing", "", 404, failed(unknownOrder)},
		{get, "/esim/order?referenceId=nothing", "", 404, failed(unknownOrder)},
		{get, "/esim/order/" + e.ID, "", 404, failed("Cannot GET /api/esim/order/" + e.ID)},

		{
			get, "/esim/orders?status=completed", "", 400,
			invalid(`"status" must be one of [PENDING, COMPLETED, ARCHIVED, CANCELLED, REFUNDED, REQUIRE_ACTION]`),
		},
		{get, "/esim/orders?limit=0", "", 400, invalid(`"limit" must be greater than or equal to 1`)},
		{get, "/esim/orders?limit=many", "", 400, invalid(`"limit" must be a number`)},
		{get, "/esim/orders?limit=2.5", "", 400, invalid(`"limit" must be an integer`)},
		{get, "/esim/orders?page=2", "", 400, invalid(`"page" is not allowed`)},

		{post, apply, `{}`, 400, invalid(`"value" must contain at least one of [esimId, referenceId]`)},
		{post, apply, `{"startDate":"2026-07-01"}`, 400, invalid(`"value" must contain at least one of [esimId, referenceId]`)},
		{post, apply, `{"iccid":"x"}`, 400, invalid(`"iccid" is not allowed`)},
		{post, apply, `{"esimId":7}`, 400, invalid(`"esimId" must be a string`)},
		{post, apply, `{"esimId":"x","startDate":"soon"}`, 400, invalid(`"startDate" must be in ISO 8601 date format`)},
		{post, apply, `{"esimId":"nothing"}`, 404, failed(unknownESIM)},
		{post, apply, `{"referenceId":"nothing"}`, 404, failed(unknownOrder)},

		{get, "/esim", "", 400, invalid(`"value" must contain at least one of [iccid, esimId]`)},
		{get, "/esim?iccid=1&esimId=2", "", 400, invalid(`"value" contains a conflict between exclusive peers [iccid, esimId]`)},
		{get, "/esim?iccid=1&esimId=2&x=3", "", 400, invalid(`"x" is not allowed`)},
		{get, "/esim?esimId=nothing", "", 404, failed(unknownESIM)},
		{get, "/esim?iccid=" + e.ID, "", 404, failed(unknownESIM)},
		{get, "/esim/usage", "", 400, invalid(`"iccid" is required`)},
		{get, "/esim/usage?iccid=1", "", 404, failed(unknownESIM)},
		{get, "/esim/usage?iccid=" + unchecked.ICCID, "", 400, failed("Usage check is not supported for this eSIM")},
		{get, "/esim/topup/packages", "", 400, invalid(`"iccid" is required`)},
		{get, "/esim/topup/packages?iccid=1", "", 404, failed(unknownESIM)},
		{get, "/esim/topup/packages?iccid=1&page=1", "", 400, invalid(`"page" is not allowed`)},

		{get, "/esim/packages?page=0", "", 400, invalid(`"page" must be greater than or equal to 1`)},
		{get, "/esim/packages?page=", "", 400, invalid(`"page" must be a number`)},
		{get, "/esim/packages?page=0x10", "", 400, invalid(`"page" must be a number`)},
		{get, "/esim/packages?page=1e999", "", 400, invalid(`"page" cannot be infinity`)},
		{get, "/esim/packages?pageSize=501", "", 400, invalid(`"pageSize" must be less than or equal to 500`)},
		{get, "/esim/packages?limit=10&offset=0", "", 400, invalid(`"limit" is not allowed`)},
		{get, "/esim/packages?offset=0&limit=10", "", 400, invalid(`"offset" is not allowed`)},
		{get, "/esim/packages?b%20c=1", "", 400, invalid(`"b c" is not allowed`)},
		{get, "/esim/packages?geography=galactic", "", 400, invalid(`"geography" must be one of [local, regional, global]`)},
		{get, "/esim/packages?isUnlimited=1", "", 400, invalid(`"isUnlimited" must be a boolean`)},
		{get, "/esim/packages?days=a&gbs=b", "", 400, invalid(`"days" must be a number`)},
		{get, "/esim/countries?country=PT", "", 400, invalid(`"country" is not allowed`)},
		{get, "/balance?currency=EUR", "", 400, invalid(`"currency" is not allowed`)},

		// Routes that clients have tried.
		{get, "/packages", "", 404, failed("Cannot GET /api/packages")},
		{get, "/packages?page=1", "", 404, failed("Cannot GET /api/packages")},
		{post, "/balance", "{}", 404, failed("Cannot POST /api/balance")},
		{http.MethodDelete, "/esim/order", "", 404, failed("Cannot DELETE /api/esim/order")},
		{get, "/health-check", "", 404, failed("Cannot GET /api/health-check")},
		{get, "/esim/a%20b", "", 404, failed("Cannot GET /api/esim/a%20b")},
	} {
		t.Run(fmt.Sprintf("%d %s %s %s", i, c.method, c.path, c.body), func(t *testing.T) {
			t.Parallel()
			a := a
			a.t = t
			r := a.call(c.method, c.path, c.body)
			r.want(c.status, c.want)
			if got := r.header.Get("Content-Type"); got != "application/json; charset=utf-8" {
				t.Errorf("content type %q", got)
			}
		})
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	a := open(t, "keys", sim.Config{})
	for _, header := range []string{
		"", "Bearer", "Bearer ", "roamify_demo", "Basic roamify_demo", "Bearer roamify_", "Bearer esimgo_demo",
		"Bearer eyJhbGciOiJIUzI1NiJ9.e30.x", "Bearer roamify_a b", "Bearer roamify_revoked", "Bearer roamify_revoked-7",
		"Bearer roamify_demo~no-such-scenario", "Bearer roamify_" + strings.Repeat("x", 65),
	} {
		a.do(http.MethodGet, "/api/balance", "", http.Header{"Authorization": {header}}).want(401, failed(unauthorized))
	}
	a.do(http.MethodGet, "/api/balance", "", nil).want(401, failed(unauthorized))
	a.do(http.MethodGet, "/api/nowhere", "", nil).want(404, failed("Cannot GET /api/nowhere"))
	for _, header := range []string{"Bearer roamify_demo", "bearer roamify_demo"} {
		a.do(http.MethodGet, "/api/balance", "", http.Header{"Authorization": {header}}).
			want(200, `{"status":"success","data":{"balance":1000,"currency":"USD"}}`)
	}
	a.do(http.MethodGet, "/api/balance", "", http.Header{"Authorization": {"Bearer roamify_forbidden"}}).
		want(403, failed("This action is not enabled for this API key, please contact support to have it enabled"))
}

func TestSettings(t *testing.T) {
	t.Parallel()
	a := open(t, "settings", sim.Config{})
	unknown := `{"items":[{"packageId":"esim-gr-30days-1gb-all","quantity":1}]}`
	a.set("unknownPackage", "404")
	a.post("/esim/order", unknown).want(404, failed(noSuchPackage))
	a.set("unknownPackage", "500")
	a.post("/esim/order", unknown).want(500, failed("Unknown error"))
	a.set("validationShape", "message")
	a.post("/esim/order", `{}`).want(400, failed(`"items" is required`))
	a.set("validationShape", "error")
	a.post("/esim/order", `{}`).want(400, invalid(`"items" is required`))
	a.set("balance", 2.7)
	a.get("/balance").want(200, `{"status":"success","data":{"balance":2.7,"currency":"USD"}}`)
	for _, v := range []any{-1.0, 1e10, "5", nil} {
		if err := a.lever().Patch(sim.Patch{"roamify": {"balance": v}}); err == nil {
			t.Errorf("balance took %v", v)
		}
	}
	for name, v := range map[string]any{"edition": "2020-01", "validationShape": "x", "unknownPackage": 404.5} {
		if err := a.lever().Patch(sim.Patch{"roamify": {name: v}}); err == nil {
			t.Errorf("%s took %v", name, v)
		}
	}
	a.set("edition", "2026-06")
}

// In strict mode the engine refuses in its own sentence, which goes into the vendor's body.
func TestStrict(t *testing.T) {
	t.Parallel()
	a := open(t, "strict", sim.Config{Validate: sim.ModeStrict})
	r := a.post("/esim/order/topup", `{"iccid":"1"}`)
	var refused struct{ Error string }
	if err := json.Unmarshal(r.body, &refused); r.status != 400 || err != nil || !strings.Contains(refused.Error, "packageId") {
		t.Errorf("got %d %s", r.status, r.body)
	}
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	a := open(t, "large", sim.Config{})
	a.post("/esim/order", `{"x":"`+strings.Repeat("x", 1<<20)+`"}`).want(413, failed("request entity too large"))
}

// Every error that a scenario may name answers in these words.
func TestNamedErrors(t *testing.T) {
	t.Parallel()
	const (
		order = "roamify.createOrder"
		body  = `{"items":[{"packageId":"` + cambodia + `","quantity":1}]}`
	)
	for _, c := range []struct {
		on, name string
		status   int
		want     string
	}{
		{order, "UNAUTHENTICATED", 401, failed(unauthorized)},
		{order, "UNKNOWN_ERROR", 500, failed("Unknown error")},
		{order, "INTERNAL", 500, failed("Unknown error")},
		{order, "PACKAGE_NOT_FOUND", 500, failed("Unknown error")},
		{order, "ORDER_FAILED", 500, failed("Unknown error")},
		{order, "RATE_LIMITED", 429, failed("Too many requests, please try again later")},
		{order, "UNAVAILABLE", 503, failed("Service unavailable")},
		{order, "VALIDATION", 400, invalid(`"items" is required`)},
		{order, "INSUFFICIENT_BALANCE", 409, failed(tooPoor)},
		{order, "DUPLICATE_REFERENCE", 409, failed(claimed)},
		{order, "QUANTITY_EXCEEDED", 400, failed(tooMany)},
		{
			"roamify.getBalance", "VALIDATION", 400,
			failed("Missing required fields, please provide all required fields according to the documentation"),
		},
		{"roamify.getOrder", "NOT_FOUND", 404, failed(unknownOrder)},
		{"roamify.getEsim", "NOT_FOUND", 404, failed(unknownESIM)},
		{"roamify.topUp", "INCOMPATIBLE_PACKAGE", 400, failed("This package is not compatible with the eSIM")},
		{"roamify.applyEsim", "PENDING_PROCESSING", 409, failed("eSIM is still pending processing")},
		{"roamify.getUsage", "USAGE_UNSUPPORTED", 400, failed("Usage check is not supported for this eSIM")},
		{
			"roamify.applyEsim", "START_DATE_REQUIRED", 400,
			failed("This eSIM package requires startDate, please provide startDate in ISO 8601 format (e.g. 2026-07-01)"),
		},
	} {
		t.Run(c.on+" "+c.name, func(t *testing.T) {
			t.Parallel()
			a := open(t, "ci~fail", sim.Config{Library: fstest.MapFS{"fail.yaml": {Data: []byte(
				"version: 1\nname: fail\nrules: [{on: " + c.on + ", do: {error: " + c.name + "}}]\n")}}})
			call := map[string]func() reply{
				order:                func() reply { return a.post("/esim/order", body) },
				"roamify.getBalance": func() reply { return a.get("/balance") },
				"roamify.getOrder":   func() reply { return a.get("/esim/order?orderId=1") },
				"roamify.getEsim":    func() reply { return a.get("/esim?esimId=1") },
				"roamify.getUsage":   func() reply { return a.get("/esim/usage?iccid=1") },
				"roamify.topUp":      func() reply { return a.post("/esim/order/topup", `{"iccid":"1","packageId":"1"}`) },
				"roamify.applyEsim":  func() reply { return a.post("/esim/apply", `{"esimId":"1"}`) },
			}[c.on]
			r := call()
			r.want(c.status, c.want)
			if got := r.header.Get("Retry-After"); (got == "60") != (c.status == 429) {
				t.Errorf("Retry-After %q", got)
			}
		})
	}
}
