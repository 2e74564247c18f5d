package roamify_test

import (
	"strings"
	"testing"

	"github.com/esimsim/esimsim/internal/golden"
	"github.com/esimsim/esimsim/sim"
)

// Edition 2025-07: the whole catalogue at once, country as an ISO code, and shapes
// without what came in 2026.
func TestEdition202507(t *testing.T) {
	t.Parallel()
	a := open(t, "demo", sim.Config{})
	a.set("edition", "2025-07")
	r := a.get("/esim/packages")
	if got := data[struct{ Packages []group }](r).Packages; len(got) != 262 {
		t.Errorf("%d groups at once", len(got))
	}
	if strings.Contains(string(r.body), "requirements") {
		t.Error("packages have requirements")
	}
	for query, want := range map[string][2]int{ // groups, packages
		"?country=JP":                       {1, 15},
		"?country=AF":                       {2, 24},
		"?country=AF&geography=regional":    {1, 12},
		"?country=JP&days=7&gbs=1":          {1, 1},
		"?country=Japan":                    {0, 0},
		"?packageId=" + cambodia:            {1, 1},
		"?country=JP&packageId=" + cambodia: {1, 1},
		"?isUnlimited=true&geography=local": {249, 1250},
	} {
		groups, packages := a.groups(query), 0
		for _, g := range groups {
			packages += len(g.Packages)
		}
		if len(groups) != want[0] || packages != want[1] {
			t.Errorf("%s: %d groups with %d packages, want %v", query, len(groups), packages, want)
		}
	}
	a.get("/esim/packages?country=KH&days=7&gbs=1").golden("2025-07/listPackages")
	a.get("/esim/packages?country=KH").findings("")
	a.get("/esim/packages?country=Cambodia").findings("roamify.unknown-country")
	for _, key := range []string{"page", "pageSize", "countryCode", "limit"} {
		a.get("/esim/packages?"+key+"=1").want(400, invalid(`"`+key+`" is not allowed`))
	}

	id := a.order(cambodia).Items[0].ESIMID
	a.post("/esim/apply", `{"esimId":"`+id+`"}`).golden("2025-07/applyEsim")
	if got := string(a.get("/esims").body); strings.Contains(got, "android") {
		t.Errorf("a link for Android: %s", got)
	}
	dated := a.order("esim-japan-8days-un2gb-all").Items[0].ESIMID
	a.post("/esim/apply", `{"esimId":"`+dated+`"}`).
		want(400, failed("This eSIM package requires startDate, please provide startDate in ISO 8601 format (e.g. 2026-07-01)"))

	// The two editions say the same of the same package, but for what is new.
	a.set("edition", "2026-06")
	now := string(a.get("/esim/packages?country=Japan").body)
	a.set("edition", "2025-07")
	then := string(a.get("/esim/packages?country=JP").body)
	for _, flag := range []string{"true", "false"} {
		now = strings.ReplaceAll(now, `"requirements":{"travelDate":`+flag+`},`, "")
	}
	if now != then {
		t.Errorf("2026-06: %s\n2025-07: %s", now, then)
	}
}

// Every error that a page documents, or that was observed, in a file of its own.
func TestErrorGoldens(t *testing.T) {
	t.Parallel()
	const body = `{"items":[{"packageId":"` + cambodia + `","quantity":1}]}`
	order := func(a account) reply { return a.post("/esim/order", body) }
	topUp := func(a account) reply { return a.post("/esim/order/topup", `{"iccid":"1","packageId":"1"}`) }
	vouch := func(a account) reply { return a.post("/esim/vouchers", `{"packageId":"`+cambodia+`"}`) }
	refund := func(a account) reply { return a.post("/refund", `{"esimId":"1","reason":"x"}`) }
	revoke := func(a account) reply { return a.put("/esim/voucher/1/revoke", "") }
	for _, c := range []struct {
		operation, name string
		status          int
		call            func(account) reply
	}{
		{"createOrder", "UNAUTHENTICATED", 401, order},
		{"createOrder", "UNKNOWN_ERROR", 500, order},
		{"createOrder", "VALIDATION", 400, order},
		{"createOrder", "INVALID_QUANTITY", 400, order},
		{"createOrder", "QUANTITY_EXCEEDED", 400, order},
		{"createOrder", "DUPLICATE_REFERENCE", 409, order},
		{"createOrder", "INSUFFICIENT_BALANCE", 409, order},
		{"createOrder", "PACKAGE_NOT_FOUND", 500, order},
		{"createOrder", "ORDER_FAILED", 500, order},
		{"createInstantOrder", "VALIDATION", 400, func(a account) reply { return a.post("/esim/order/instant", body) }},
		{"topUp", "VALIDATION", 400, topUp},
		{"topUp", "NOT_FOUND", 404, topUp},
		{"topUp", "INCOMPATIBLE_PACKAGE", 400, topUp},
		{"getOrder", "NOT_FOUND", 404, func(a account) reply { return a.get("/esim/order?orderId=1") }},
		{"applyEsim", "PENDING_PROCESSING", 409, func(a account) reply { return a.post("/esim/apply", `{"esimId":"1"}`) }},
		{"applyEsim", "START_DATE_REQUIRED", 400, func(a account) reply { return a.post("/esim/apply", `{"esimId":"1"}`) }},
		{"applyEsim", "ESIM_REVOKED", 409, func(a account) reply { return a.post("/esim/apply", `{"esimId":"1"}`) }},
		{"getUsageDetails", "USAGE_UNSUPPORTED", 400, func(a account) reply { return a.get("/esim/usage/details?iccid=1") }},
		{"getEvents", "NOT_FOUND", 404, func(a account) reply { return a.get("/esim/event?iccid=1") }},
		{"getHealth", "UNAVAILABLE", 503, func(a account) reply { return a.get("/health") }},
		{"createVouchers", "FORBIDDEN", 403, vouch},
		{"createVouchers", "PACKAGE_NOT_ALLOWED", 403, vouch},
		{"createVouchers", "INVALID_QUANTITY", 400, vouch},
		{"createVouchers", "DUPLICATE_REFERENCE", 409, vouch},
		{"createVouchers", "INTERNAL", 500, vouch},
		{"createVouchers", "UNAVAILABLE", 503, vouch},
		{"listVouchers", "INTERNAL", 500, func(a account) reply { return a.get("/esim/vouchers") }},
		{"getVoucher", "NOT_FOUND", 404, func(a account) reply { return a.get("/esim/voucher/1") }},
		{"revokeVoucher", "VOUCHER_REDEEMED", 409, revoke},
		{"revokeVoucher", "VOUCHER_INACTIVE", 409, revoke},
		{"revokeVoucher", "INTERNAL", 500, revoke},
		{"createRefund", "REFUND_ALREADY_OPEN", 409, refund},
		{"createRefund", "ESIM_ALREADY_REFUNDED", 422, refund},
		{"createRefund", "INTERNAL", 500, refund},
	} {
		t.Run(c.operation+" "+c.name, func(t *testing.T) {
			t.Parallel()
			a := open(t, "ci~own", library("rules: [{on: roamify."+c.operation+", do: {error: "+c.name+"}}]"))
			r := c.call(a)
			if r.status != c.status {
				t.Errorf("status %d, want %d", r.status, c.status)
			}
			golden.JSON(t, "testdata/errors/"+c.operation+"-"+c.name+".json", r.body)
		})
	}
}
