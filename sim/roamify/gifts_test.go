package roamify_test

import (
	"strings"
	"testing"
	"time"
)

func TestGifts(t *testing.T) {
	t.Parallel()
	a := withFeature(t, "demo", "gifts")
	a.set("edition", "2025-07")
	gift := func(id, more string) string {
		return `{"orderId":"` + id + `","senderEmail":"ana@example.org","amount":25,"currency":"EUR"` + more + `}`
	}
	r := a.post("/gifts/gift", gift("gc-1", `,"sender":"Ana"`))
	r.golden("2025-07/createGift")
	a.get("/gifts/gift?orderId=gc-1").want(200, string(r.body))
	a.post("/gifts/gift", gift("gc-1", "")).
		want(409, failed("Gift with the same orderId already exists, please make sure your have provided a unique orderId"))
	a.advance(time.Hour)
	a.put("/gifts/gift", strings.Replace(gift("gc-1", ""), "25", "19.99", 1)).golden("2025-07/updateGift")
	a.post("/gifts/revoke", `{"orderId":"gc-1"}`).golden("2025-07/revokeGift")
	const done = "Only new gifts can be changed, this gift is no longer new"
	a.post("/gifts/revoke", `{"orderId":"gc-1"}`).want(409, failed(done))
	a.put("/gifts/gift", gift("gc-1", "")).want(409, failed(done))
	for _, status := range []string{"redeemed", "expired", "refunded"} {
		a.post("/gifts/gift", gift(status, `,"sender":""`))
		if a.pass("gift."+status, status) || !a.pass("gift.voided", status) {
			t.Errorf("a gift is %s once", status)
		}
	}
	if !a.pass("gift.redeemed", "nothing") {
		t.Error("nothing was redeemed")
	}
	a.get("/gifts/gifts").golden("2025-07/listGifts")
	for status, want := range map[string]int{"NEW": 0, "REDEEMED": 1, "EXPIRED": 1, "VOIDED": 1, "REFUNDED": 1, "UNKNOWN": 0} {
		if got := data[struct{ Gifts []struct{} }](a.get("/gifts/gifts?status=" + status)).Gifts; len(got) != want {
			t.Errorf("%d gifts are %s", len(got), status)
		}
	}
	const missing = "Gift not found, please make sure your have provided the correct orderId"
	a.get("/gifts/gift?orderId=x").want(404, failed(missing))
	a.put("/gifts/gift", gift("x", "")).want(404, failed(missing))
	a.post("/gifts/revoke", `{"orderId":"x"}`).want(404, failed(missing))
	for body, want := range map[string]string{
		`{}`: `"orderId" is required`,
		strings.Replace(gift("a", ""), "ana@example.org", "ana", 1): `"senderEmail" must be a valid email`,
		strings.Replace(gift("a", ""), ":25", ":0", 1):              `"amount" must be a positive number`,
		gift("a", `,"to":"b"`):                                      `"to" is not allowed`,
		gift("a", `,"sender":7`):                                    `"sender" must be a string`,
	} {
		a.post("/gifts/gift", body).want(400, invalid(want))
	}
	if got := string(a.post("/gifts/gift", strings.Replace(gift("a", ""), "EUR", "XXX", 1)).body); !strings.HasPrefix(got, `{"error":"\"currency\" must be one of [USD, CAD, EUR, `) {
		t.Errorf("another currency: %s", got)
	}
	if got := data[balance](a.get("/balance")).Balance; got != 1000 {
		t.Errorf("the balance is %v", got)
	}
}
