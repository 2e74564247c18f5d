package roamify_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/golden"
	"github.com/esimsim/esimsim/sim"
)

func (a account) put(path, body string) reply {
	a.t.Helper()
	return a.call(http.MethodPut, path, body)
}

// data201 is data of an answer that made something.
func data201[T any](r reply) T {
	r.t.Helper()
	if r.status != http.StatusCreated {
		r.t.Fatalf("got %d %s, want 201", r.status, r.body)
	}
	r.status = http.StatusOK
	return data[T](r)
}

type (
	voucher struct {
		ID, Code, RedeemURL, Status, ReferenceID, ESIMID, OrderID string
		RedeemedAt                                                *int64
		UpdatedAt                                                 int64
	}
	batch struct {
		ReferenceID                 string
		RequestedQuantity, Quantity int
		Vouchers                    []voucher
	}
)

func withFeature(t *testing.T, world string, names ...string) account {
	t.Helper()
	a := open(t, world, sim.Config{})
	for _, name := range names {
		a.set(name, "on")
	}
	return a
}

func TestVouchers(t *testing.T) {
	t.Parallel()
	a := withFeature(t, "demo", "vouchers")
	r := a.post("/esim/vouchers", `{"packageId":"`+cambodia+`","quantity":2,"referenceId":"hotel"}`)
	made := data201[batch](r)
	golden.JSON(t, "testdata/createVouchers.json", r.body)
	one, two := made.Vouchers[0], made.Vouchers[1]
	if got := data[balance](a.get("/balance")).Balance; got != 990 {
		t.Errorf("the balance is %v", got)
	}
	a.page(one.RedeemURL).shows(one.Code, "Cambodia", "ACTIVE", "1 GB - 7 Days")

	a.get("/esim/voucher/" + one.ID).golden("getVoucher-active")
	if got := data[order](a.get("/esim/order?orderId=" + one.OrderID)); got.Items[0].ESIMID != one.ESIMID || got.Total != 5 {
		t.Errorf("its order is %+v", got)
	}
	a.advance(time.Hour)
	if a.pass("voucher.redeemed", one.ID) || !a.pass("voucher.redeemed", one.ID) {
		t.Error("a voucher is redeemed once")
	}
	spoken := strings.ToLower(one.Code[:4] + "%20-" + one.Code[4:8] + ".%C3%A9" + one.Code[8:])
	taken := a.get("/esim/voucher/code/" + spoken)
	taken.golden("getVoucher-redeemed")
	a.get("/esim/voucher/"+one.ID).want(200, string(taken.body))
	e := data[eSIM](a.get("/esim?esimId=" + one.ESIMID))
	if e.Status != "READY" {
		t.Errorf("its eSIM is %s", e.Status)
	}
	a.page(one.RedeemURL).shows("REDEEMED", e.ESIM.LPACode, e.ESIM.QRCodeURL)
	a.put("/esim/voucher/"+one.ID+"/revoke", "").want(409, failed("Voucher has already been redeemed and can no longer be revoked"))

	a.put("/esim/voucher/"+two.ID+"/revoke", "").golden("revokeVoucher")
	a.put("/esim/voucher/"+two.ID+"/revoke", "").want(409, failed("Only active vouchers can be revoked, this voucher is no longer active"))
	if got := data[eSIM](a.get("/esim?esimId=" + two.ESIMID)).Status; got != "REVOKED" {
		t.Errorf("its eSIM is %s", got)
	}
	if !a.pass("voucher.redeemed", two.ID) || !a.pass("voucher.cancelled", one.ID) || !a.pass("voucher.redeemed", "x") {
		t.Error("an edge passed that the state does not allow")
	}
	a.get("/esim/vouchers?referenceId=hotel").golden("listVouchers")
	for query, want := range map[string]int{
		"": 2, "?status=REDEEMED": 1, "?status=ACTIVE": 0, "?packageId=" + cambodia: 2, "?packageId=x": 0, "?limit=1": 1, "?referenceId=x": 0,
	} {
		if got := data[batch](a.get("/esim/vouchers" + query)); len(got.Vouchers) != want {
			t.Errorf("%s: %d vouchers, want %d", query, len(got.Vouchers), want)
		}
	}
	if got := data[batch](a.get("/esim/vouchers?limit=1")); got.Vouchers[0].ID != two.ID || got.ReferenceID != "" {
		t.Errorf("the newest is %+v", got)
	}
}

func TestVoucherRefusals(t *testing.T) {
	t.Parallel()
	const notFound = "Voucher not found, please make sure you have provided the correct voucher ID or code"
	a := withFeature(t, "refused", "vouchers")
	a.post("/esim/vouchers", `{"packageId":"`+cambodia+`","referenceId":"taken"}`)
	a.post("/esim/order", `{"items":[{"packageId":"`+cambodia+`","quantity":1}],"referenceId":"order"}`)
	before := a.dump()
	with := func(more string) string { return `{"packageId":"` + cambodia + `"` + more + `}` }
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"POST", "/esim/vouchers", `{}`, 400, invalid(`"packageId" is required`)},
		{"POST", "/esim/vouchers", with(`,"quantity":"2"`), 400, invalid(`"quantity" must be a number`)},
		{"POST", "/esim/vouchers", with(`,"quantity":0`), 400, invalid(`"quantity" must be greater than or equal to 1`)},
		{"POST", "/esim/vouchers", with(`,"quantity":11`), 400, invalid(`"quantity" must be less than or equal to 10`)},
		{"POST", "/esim/vouchers", with(`,"quantity":1.5`), 400, failed("Invalid quantity, please provide a whole number of at least 1")},
		{"POST", "/esim/vouchers", with(`,"notes":1`), 400, invalid(`"notes" must be a string`)},
		{"POST", "/esim/vouchers", with(`,"referenceId":""`), 400, invalid(`"referenceId" is not allowed to be empty`)},
		{"POST", "/esim/vouchers", with(`,"items":[]`), 400, invalid(`"items" is not allowed`)},
		{
			"POST", "/esim/vouchers", with(`,"referenceId":"taken"`), 409,
			failed("Vouchers with the same referenceId already exist, please make sure you have provided a unique referenceId"),
		},
		{
			"POST", "/esim/vouchers", `{"packageId":"x"}`, 403,
			failed("This packageId is not allowed for voucher creation with this API key, please use one of the packages allowed for your account"),
		},
		{"POST", "/esim/vouchers", `{"packageId":"esim-egypt-7days-5gb-all"}`, 500, failed("Failed to create vouchers, please try again later")},
		{"GET", "/esim/vouchers?limit=0", "", 400, invalid(`"limit" must be greater than or equal to 1`)},
		{"GET", "/esim/vouchers?limit=1.5", "", 400, invalid(`"limit" must be an integer`)},
		{"GET", "/esim/vouchers?status=NEW", "", 400, invalid(`"status" must be one of [ACTIVE, REDEEMED, CANCELLED]`)},
		{"GET", "/esim/voucher/x", "", 404, failed(notFound)},
		{"GET", "/esim/voucher/x?y=1", "", 400, invalid(`"y" is not allowed`)},
		{"GET", "/esim/voucher/code/ABC", "", 404, failed(notFound)},
		{"PUT", "/esim/voucher/x/revoke", "", 404, failed(notFound)},
	} {
		a.call(c.method, c.path, c.body).want(c.status, c.want)
	}
	a.set("balance", 4.0)
	a.post("/esim/vouchers", with("")).want(409, failed(tooPoor))
	a.set("balance", 990.0)
	if a.dump() != before {
		t.Error("refusals changed the state")
	}

	// Orders have references of their own.
	if r := a.post("/esim/vouchers", with(`,"referenceId":"order"`)); r.status != http.StatusCreated {
		t.Errorf("got %d %s", r.status, r.body)
	}
	a.post("/esim/order", `{"items":[{"packageId":"`+cambodia+`","quantity":1}]}`).findings("")
}

// A balance for two makes two of five.
func TestVouchersInPart(t *testing.T) {
	t.Parallel()
	a := withFeature(t, "part", "vouchers")
	a.set("balance", 12.5)
	got := data201[batch](a.post("/esim/vouchers", `{"packageId":"`+cambodia+`","quantity":5,"notes":""}`))
	if got.RequestedQuantity != 5 || got.Quantity != 2 || len(got.Vouchers) != 2 || got.ReferenceID != "" {
		t.Errorf("made %+v", got)
	}
	if left := data[balance](a.get("/balance")).Balance; left != 2.5 {
		t.Errorf("the balance is %v", left)
	}
}

func TestVoucherByPolicy(t *testing.T) {
	t.Parallel()
	a := open(t, "ci~own", library("settings: {roamify: {vouchers: on}}\npolicies: {roamify.voucher.redeemed: {polls: 2}, roamify.order.completed: {after: 1m}}"))
	v := data201[batch](a.post("/esim/vouchers", `{"packageId":"`+cambodia+`"}`)).Vouchers[0]
	if !a.pass("voucher.redeemed", v.ID) {
		t.Error("redeemed before its order is completed")
	}
	a.advance(time.Minute)
	var seen []string
	for range 3 {
		seen = append(seen, data[voucher](a.get("/esim/voucher/"+v.ID)).Status)
	}
	if !slices.Equal(seen, []string{"ACTIVE", "REDEEMED", "REDEEMED"}) {
		t.Errorf("looked like %v", seen)
	}
}
