package roamify_test

import (
	"strings"
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
)

type refundRequest struct {
	RefundID, Status, RejectionReason string
	Amount                            float64
	UpdatedAt                         int64
}

func coded(message, code, more string) string {
	return strings.TrimSuffix(failed(message), "}") + `,"code":"` + code + `"` + more + "}"
}

func (a account) refund(esimID string) refundRequest {
	a.t.Helper()
	return data[refundRequest](a.post("/refund", `{"esimId":"`+esimID+`","reason":"NOT_USED"}`))
}

func TestRefund(t *testing.T) {
	t.Parallel()
	a := withFeature(t, "demo", "refunds")
	o := data[order](a.post("/esim/order", `{"items":[{"packageId":"`+cambodia+`","quantity":2}]}`))
	e := data[eSIM](a.post("/esim/apply", `{"esimId":"`+o.Items[0].ESIMID+`"}`))
	r := a.post("/refund", `{"iccid":"`+e.ICCID+`","reason":"NOT_USED","notes":""}`)
	r.golden("createRefund")
	f := data[refundRequest](r)
	a.get("/refund?refundId="+f.RefundID).want(200, string(r.body))
	if got := data[balance](a.get("/balance")).Balance; got != 990 {
		t.Errorf("asking moved money: %v", got)
	}
	open := coded("A refund request is already open for this eSIM", "REFUND_ALREADY_OPEN", `,"refundId":"`+f.RefundID+`"`)
	again := `{"esimId":"` + e.ID + `","reason":"NOT_USED"}`
	a.post("/refund", again).want(409, open)
	if !a.pass("refund.refunded", f.RefundID) || !a.pass("refund.rejected", f.RefundID) {
		t.Error("decided before anybody looked")
	}
	a.advance(time.Hour)
	if a.pass("refund.processing", f.RefundID) || !a.pass("refund.cancelled", f.RefundID) {
		t.Error("looked at, it cannot be taken back")
	}
	a.post("/refund", again).want(409, open)
	a.put("/refund/"+f.RefundID+"/cancel", "").
		want(409, coded("Only pending refund requests can be cancelled, this one is no longer pending", "REFUND_NOT_PENDING", ""))
	if a.pass("refund.refunded", f.RefundID) || !a.pass("refund.rejected", f.RefundID) {
		t.Error("not refunded")
	}
	a.get("/refund?refundId=" + f.RefundID).golden("getRefund-refunded")
	a.post("/refund", again).want(422, coded("This eSIM has already been refunded", "ESIM_ALREADY_REFUNDED", ""))
	if got := data[balance](a.get("/balance")).Balance; got != 995 {
		t.Errorf("the balance is %v", got)
	}
	if got := data[eSIM](a.get("/esim?esimId=" + e.ID)).Status; got != "REVOKED" || a.statusOf(o) != "COMPLETED" {
		t.Errorf("the eSIM is %s, the order %s", got, a.statusOf(o))
	}

	// With the second, the whole order is refunded.
	f = a.refund(o.Items[1].ESIMID)
	a.pass("refund.processing", f.RefundID)
	a.pass("refund.refunded", f.RefundID)
	if got := data[balance](a.get("/balance")).Balance; got != 1000 || a.statusOf(o) != "REFUNDED" {
		t.Errorf("the balance is %v, the order %s", got, a.statusOf(o))
	}
}

// What is refunded while its order is pending is not paid back again, and never comes.
func TestRefundWhilePending(t *testing.T) {
	t.Parallel()
	a := open(t, "ci~own", library("settings: {roamify: {refunds: on}}\npolicies: {roamify.order.completed: {after: 1h}}"))
	grant := func(id string) {
		f := a.refund(id)
		a.pass("refund.processing", f.RefundID)
		a.pass("refund.refunded", f.RefundID)
	}
	o := data[order](a.post("/esim/order", `{"items":[{"packageId":"`+cambodia+`","quantity":2}]}`))
	grant(o.Items[0].ESIMID)
	if a.statusOf(o) != "PENDING" || a.pass("order.cancelled", o.ID) {
		t.Error("half of it cannot be cancelled")
	}
	if got := data[balance](a.get("/balance")).Balance; got != 1000 || a.statusOf(o) != "CANCELLED" {
		t.Errorf("the balance is %v, the order %s", got, a.statusOf(o))
	}
	alone := a.order(cambodia)
	grant(alone.Items[0].ESIMID)
	a.advance(time.Hour)
	if got := a.statusOf(alone); got != "REFUNDED" || !a.pass("esim.ready", alone.Items[0].ESIMID) {
		t.Errorf("the other order is %s", got)
	}
	a.post("/refund", `{"esimId":"`+o.Items[1].ESIMID+`","reason":"x"}`).want(422, coded("This eSIM has already been refunded", "ESIM_ALREADY_REFUNDED", ""))
}

func TestRefundRejected(t *testing.T) {
	t.Parallel()
	a := withFeature(t, "rejected", "refunds")
	e := a.apply(cambodia)
	for _, want := range []string{"Rejected after review", "Data already used"} {
		f := a.refund(e.ID)
		a.pass("refund.processing", f.RefundID)
		a.pass("refund.rejected", f.RefundID)
		got := data[refundRequest](a.get("/refund?refundId=" + f.RefundID))
		if got.Status != "REJECTED" || got.RejectionReason != want {
			t.Errorf("got %+v, want %s", got, want)
		}
		a.use(e.ID, esim.MiB)
	}
	f := a.refund(e.ID)
	a.put("/refund/"+f.RefundID+"/cancel", "").golden("cancelRefund")
	for query, want := range map[string]int{"": 3, "?status=REJECTED": 2, "?status=CANCELLED": 1, "?status=PENDING": 0, "?limit=1": 1} {
		if got := data[struct{ Refunds []refundRequest }](a.get("/refunds" + query)).Refunds; len(got) != want {
			t.Errorf("%s: %d requests, want %d", query, len(got), want)
		}
	}
	a.get("/refunds?limit=1").golden("listRefunds")
}

func TestRefundsInBulk(t *testing.T) {
	t.Parallel()
	a := withFeature(t, "demo", "refunds")
	one, two := a.order(cambodia).Items[0].ESIMID, a.order(portugal).Items[0].ESIMID
	ask := func(ids ...string) string {
		for i, id := range ids {
			ids[i] = `{"esimId":"` + id + `","reason":"OTHER"}`
		}
		return `{"refunds":[` + strings.Join(ids, ",") + `]}`
	}
	before := a.dump()
	a.post("/refunds", ask(one, one)).want(400, invalid(`"refunds[1]" contains a duplicate value`))
	a.post("/refunds", ask(one, "nothing")).want(404, coded(unknownESIM, "ESIM_NOT_FOUND", ""))
	a.post("/refunds", `{"refunds":[]}`).want(400, invalid(`"refunds" must contain at least 1 items`))
	a.post("/refunds", `{"refunds":[{"reason":"x"}]}`).want(400, invalid(`"refunds[0]" must contain at least one of [esimId, iccid]`))
	a.post("/refund", `{"reason":"x","esimId":"a","iccid":"b"}`).want(400, invalid(`"value" contains a conflict between exclusive peers [esimId, iccid]`))
	a.post("/refund", `{"esimId":"a"}`).want(400, invalid(`"reason" is required`))
	a.post("/refund", `{"iccid":"a","reason":"x"}`).want(404, coded(unknownESIM, "ESIM_NOT_FOUND", ""))
	a.get("/refund").want(400, invalid(`"refundId" is required`))
	missing := coded("Refund request not found, please make sure you have provided the correct refundId", "REFUND_NOT_FOUND", "")
	a.get("/refund?refundId=x").want(404, missing)
	a.put("/refund/x/cancel", "").want(404, missing)
	a.get("/refunds?status=OPEN").want(400, invalid(`"status" must be one of [PENDING, PROCESSING, REFUNDED, REJECTED, CANCELLED]`))
	if a.dump() != before {
		t.Error("refusals changed the state")
	}
	a.post("/refunds", ask(one, two)).golden("createRefunds")
}

// An eSIM whose order was refunded meanwhile is not paid back twice.
func TestRefundOnce(t *testing.T) {
	t.Parallel()
	a := open(t, "ci~own", library("settings: {roamify: {refunds: on}}\npolicies: {roamify.refund.processing: {after: 1h}, roamify.refund.refunded: {after: 1d}}"))
	o := a.order(cambodia)
	f := a.refund(o.Items[0].ESIMID)
	a.advance(time.Hour)
	a.pass("order.refunded", o.ID)
	a.advance(days)
	if got := data[balance](a.get("/balance")).Balance; got != 1000 {
		t.Errorf("the balance is %v", got)
	}
	if got := data[refundRequest](a.get("/refund?refundId=" + f.RefundID)); got.Status != "PROCESSING" || a.pass("refund.rejected", f.RefundID) {
		t.Errorf("the request is %+v", got)
	}
	late := a.order(cambodia)
	f = a.refund(late.Items[0].ESIMID)
	a.advance(25 * time.Hour)
	if got := data[refundRequest](a.get("/refund?refundId=" + f.RefundID)); got.Status != "REFUNDED" || a.statusOf(late) != "REFUNDED" {
		t.Errorf("by policy: %+v", got)
	}
}
