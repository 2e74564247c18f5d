// Run with: esimsim exec --fail-on violation,refused-key -- go test -count=1 ./...

package shop

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"testing"
)

const price = 272 // cents, of each of the two

func (w *world) offer() Offer {
	w.Helper()
	offers, err := w.shop.Esimfly.Offers(w.Context(), "Turkey")
	return w.pick(offers, "merhaba-7days-1gb", err)
}

func (w *world) topUpOffer(iccid string) Offer {
	w.Helper()
	offers, err := w.shop.Esimfly.TopUpOffers(w.Context(), iccid)
	return w.pick(offers, "merhaba-7days-1gb-topup", err)
}

func (w *world) pick(offers []Offer, code string, err error) Offer {
	w.Helper()
	i := slices.IndexFunc(offers, func(o Offer) bool { return o.Code == code })
	if err != nil || i < 0 {
		w.Fatalf("%s is not offered: %v %v", code, offers, err)
	}
	return offers[i]
}

// buy buys what has to succeed.
func (w *world) buy(saleID string) Sale {
	w.Helper()
	sale, err := w.shop.Buy(w.Context(), saleID, w.offer())
	if err != nil {
		w.Fatal(err)
	}
	return sale
}

// refused is the code of a refusal.
func refused(err error) string {
	if e, ok := errors.AsType[*RefusedError](err); ok {
		return e.Code
	}
	return ""
}

// equal compares what a test has with what it wants.
func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func (w *world) matches(text, pattern string) {
	w.Helper()
	if !regexp.MustCompile(pattern).MatchString(text) {
		w.Errorf("%q does not match %s", text, pattern)
	}
}

// deliveredAre compares the sales that were delivered, in whatever order.
func (w *world) deliveredAre(want ...string) {
	w.Helper()
	var ids []string
	for _, sale := range w.delivered {
		ids = append(ids, sale.ID)
	}
	slices.Sort(ids)
	if !slices.Equal(ids, want) {
		w.Errorf("delivered %v, want %v", ids, want)
	}
}

func TestDeliversAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sale := w.buy("sale-1")
	equal(t, "status", sale.Status, Delivered)
	w.matches(sale.ESIM.ICCID, `^89\d{17,18}$`)
	w.matches(sale.ESIM.LPA, `^LPA:1\$.+\$.+$`)
	w.matches(sale.ESIM.QRCode, `^(https?://|data:image/png;base64,)`)
	equal(t, "delivered", len(w.delivered), 1)
	equal(t, "eSIM delivered", w.delivered[0].ESIM, sale.ESIM)
	equal(t, "spent", w.spent(), price)
}

func TestSameSaleIsBoughtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wanted := w.offer()
	w.addRules("{on: esimfly.createOrder, first: 1, do: {delay: 200ms}}")
	var sales [3]Sale
	var clicks sync.WaitGroup // an impatient customer presses the button thrice
	for i := range sales {
		clicks.Go(func() { sales[i], _ = w.shop.Buy(t.Context(), "sale-1", wanted) })
	}
	clicks.Wait()
	for _, sale := range sales {
		equal(t, "status", sale.Status, Delivered)
		equal(t, "reference", sale.Reference, sales[0].Reference)
	}
	equal(t, "delivered", len(w.delivered), 1)
	equal(t, "spent", w.spent(), price)
}

func TestLostAnswerIsChargedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "esimfly-lost-response")
	equal(t, "status", w.buy("sale-1").Status, Delivered)
	equal(t, "spent", w.spent(), price)
}

func TestLostAnswerWhileTheOrderIsInFlight(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "esimfly-in-flight", "esimfly-lost-response")
	wanted := w.offer()
	if sale, err := w.shop.Buy(t.Context(), "sale-1", wanted); !errors.Is(err, ErrLost) || sale.Status != Ordering {
		t.Errorf("%v %v", sale, err)
	}
	w.advance("30s")
	equal(t, "status", w.buy("sale-1").Status, Delivered)
	equal(t, "spent", w.spent(), price)
}

func TestRefusalAfterALostAnswerTellsNothing(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"RATE_LIMIT_EXCEEDED", "DUPLICATE_REQUEST"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "esimfly-lost-response")
			w.addRules("{on: esimfly.createOrder, calls: [2], do: {error: " + code + "}}")
			if _, err := w.shop.Buy(t.Context(), "sale-1", w.offer()); !errors.Is(err, ErrLost) {
				t.Error(err)
			}
			w.shop.RefreshOpen(t.Context())
			equal(t, "delivered", len(w.delivered), 1)
			equal(t, "spent", w.spent(), price)
		})
	}
}

func TestHalfAnAnswerTellsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.addRules("{on: esimfly.createOrder, first: 1, phase: after, do: {respond: {status: 200, body: {success: true}}}}")
	if _, err := w.shop.Buy(t.Context(), "sale-1", w.offer()); !errors.Is(err, ErrLost) {
		t.Error(err)
	}
	w.shop.RefreshOpen(t.Context())
	equal(t, "delivered", len(w.delivered), 1)
	equal(t, "spent", w.spent(), price)
}

func TestGetsThroughABadDay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wanted := w.offer()
	w.switchOn("esimfly-flaky")
	var ids []string
	for i := range 10 {
		ids = append(ids, fmt.Sprintf("sale-%d", i))
		if _, err := w.shop.Buy(t.Context(), ids[i], wanted); err != nil && !errors.Is(err, ErrLost) {
			t.Error(err)
		}
	}
	for range 10 {
		w.shop.RefreshOpen(t.Context())
	}
	w.deliveredAre(ids...)
	equal(t, "spent", w.spent(), 10*price)
}

func TestRefusesAPriceThatHasRisen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "esimfly-price-drift")
	seen := w.offer()
	w.advance("10m")
	_, err := w.shop.Buy(t.Context(), "sale-1", seen)
	equal(t, "refusal", refused(err), "PRICE_MISMATCH")
	equal(t, "spent", w.spent(), 0)
	w.buy("sale-1") // the customer agrees to the new price
	equal(t, "spent", w.spent(), 295)
}

func TestWaitsForMoney(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.setBalance(2.71)
	sale, err := w.shop.Buy(t.Context(), "sale-1", w.offer())
	equal(t, "refusal", refused(err), "INSUFFICIENT_BALANCE")
	equal(t, "status", sale.Status, Refused)
	equal(t, "refusal of the sale", sale.Refusal, "INSUFFICIENT_BALANCE")
	equal(t, "delivered", len(w.delivered), 0)
	w.setBalance(2.72)
	equal(t, "status", w.buy("sale-1").Status, Delivered)
	equal(t, "spent", w.spent(), 100_000)
}

func TestDeliveryThatFailedIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	send := w.shop.Deliver
	w.shop.Deliver = func(Sale) error { return errNoMail }
	if _, err := w.shop.Buy(t.Context(), "sale-1", w.offer()); !errors.Is(err, errNoMail) {
		t.Error(err)
	}
	w.shop.Deliver = send
	w.shop.RefreshOpen(t.Context())
	equal(t, "delivered", len(w.delivered), 1)
	equal(t, "spent", w.spent(), price)
}

var errNoMail = errors.New("no mail today")

func TestDeliversWhenTheDetailsAreThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "esimfly-pending-details")
	sale := w.buy("sale-1")
	equal(t, "status", sale.Status, Pending)
	w.shop.RefreshOpen(t.Context())
	equal(t, "delivered", len(w.delivered), 0)
	w.advance("2m")
	w.shop.RefreshOpen(t.Context())
	w.shop.RefreshOpen(t.Context())
	equal(t, "delivered", len(w.delivered), 1)
	equal(t, "reference", w.delivered[0].Reference, sale.Reference)
	w.matches(w.delivered[0].ESIM.LPA, `^LPA:1\$`)
	equal(t, "spent", w.spent(), price)
}

func TestOrderFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "esimfly-order-failed")
	w.buy("sale-1")
	w.advance("2m")
	w.shop.RefreshOpen(t.Context())
	sale, _ := w.shop.Sales.Get("sale-1")
	equal(t, "status", sale.Status, Failed)
	equal(t, "delivered", len(w.delivered), 0)
	equal(t, "spent", w.spent(), 0)
}

func TestDeliversOnceHoweverEventsCome(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"webhook-duplicate", "webhook-reordered", "webhook-stale", "webhook-late"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "esimfly-pending-details", how)
			w.sendWebhooks()
			w.buy("sale-1")
			w.buy("sale-2")
			w.advance("15m")
			equal(t, "only 200", slices.Equal(slices.Compact(w.webhookStatuses()), []int{200}), true)
			w.deliveredAre("sale-1", "sale-2")
			equal(t, "spent", w.spent(), 2*price)
		})
	}
}

func TestRefusesAWrongSignature(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "esimfly-pending-details", "webhook-wrong-signature")
	w.sendWebhooks()
	w.buy("sale-1")
	w.advance("1h")
	if got := w.webhookStatuses(); !slices.Equal(got, []int{401, 401, 401, 401, 401}) {
		t.Error(got)
	}
	sale, _ := w.shop.Sales.Get("sale-1")
	equal(t, "status", sale.Status, Pending)
	w.shop.RefreshOpen(t.Context()) // what the timer is for
	equal(t, "delivered", len(w.delivered), 1)
}

func TestHasAnEventSentAgainUntilItCouldUseIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "esimfly-pending-details")
	w.sendWebhooks()
	sale := w.buy("sale-1")
	overtaken := sale
	overtaken.Reference = "" // as if it overtook the answer to the order
	w.shop.Sales.Put(overtaken)
	w.advance("2m")
	w.shop.Sales.Put(sale)
	send := w.shop.Deliver
	w.shop.Deliver = func(Sale) error { return errNoMail }
	w.advance("10s")
	w.shop.Deliver = send
	w.advance("30s")
	if got := w.webhookStatuses(); !slices.Equal(got, []int{404, 503, 200}) {
		t.Error(got)
	}
	equal(t, "delivered", len(w.delivered), 1)
}

func TestFollowsTheUseOfData(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "webhook-reordered")
	w.sendWebhooks()
	sale := w.buy("sale-1")
	w.use(sale.ESIM.ICCID, 600)
	w.use(sale.ESIM.ICCID, 300)
	w.advance("1h")
	sale, _ = w.shop.Sales.Get("sale-1")
	equal(t, "usage", sale.Usage, Usage{Status: "ACTIVE", RemainingMB: 1024 - 900})
	equal(t, "only 200", slices.Equal(slices.Compact(w.webhookStatuses()), []int{200}), true)
}

// topUp tops up what has to succeed.
func (w *world) topUp(topUpID, iccid string, offer Offer) TopUp {
	w.Helper()
	topUp, err := w.shop.TopUp(w.Context(), topUpID, iccid, offer)
	if err != nil {
		w.Fatal(err)
	}
	return topUp
}

func bought(t *testing.T, scenarios ...string) (w *world, iccid string, more Offer) {
	t.Helper()
	w = newWorld(t, scenarios...)
	iccid = w.buy("sale-1").ESIM.ICCID
	return w, iccid, w.topUpOffer(iccid)
}

func TestTopUpAddsData(t *testing.T) {
	t.Parallel()
	w, iccid, more := bought(t)
	first := w.topUp("top-up-1", iccid, more)
	equal(t, "the same again", w.topUp("top-up-1", iccid, more), first)
	sale, err := w.shop.Refresh(t.Context(), "sale-1")
	if err != nil {
		t.Error(err)
	}
	equal(t, "remaining", sale.Usage.RemainingMB, 2048)
	equal(t, "spent", w.spent(), 2*price)
}

func TestLostTopUpIsChargedOnce(t *testing.T) {
	t.Parallel()
	w, iccid, more := bought(t, "esimfly-topup-lost")
	w.matches(w.topUp("top-up-1", iccid, more).Reference, "^topup_")
	equal(t, "spent", w.spent(), 2*price)
}

func TestLostTopUpIsFoundLater(t *testing.T) {
	t.Parallel()
	w, iccid, more := bought(t)
	w.addRules(
		"{on: esimfly.topUp, first: 1, phase: after, do: {fault: reset}}",
		"{on: esimfly.listOrders, first: 2, do: {error: UNAVAILABLE}}",
	)
	if _, err := w.shop.TopUp(t.Context(), "top-up-1", iccid, more); !errors.Is(err, ErrLost) {
		t.Error(err)
	}
	w.matches(w.topUp("top-up-1", iccid, more).Reference, "^topup_")
	equal(t, "spent", w.spent(), 2*price)
}

func TestTopUpThatNeverArrivedIsMadeAgainOnRequest(t *testing.T) {
	t.Parallel()
	w, iccid, more := bought(t)
	// Neither an earlier one nor that of another eSIM is taken for it.
	w.topUp("top-up-1", iccid, more)
	if _, err := w.shop.Esimfly.TopUp(t.Context(), w.buy("sale-2").ESIM.ICCID, more); err != nil {
		t.Fatal(err)
	}
	w.addRules("{on: esimfly.topUp, first: 1, do: {fault: html502}}")
	if _, err := w.shop.TopUp(t.Context(), "top-up-2", iccid, more); !errors.Is(err, ErrLost) {
		t.Error(err)
	}
	equal(t, "spent", w.spent(), 4*price)
	w.topUp("top-up-2", iccid, more)
	equal(t, "spent", w.spent(), 5*price)
}

func TestTopUpThatCannotBePaidIsRefused(t *testing.T) {
	t.Parallel()
	w, iccid, more := bought(t)
	w.setBalance(0)
	_, err := w.shop.TopUp(t.Context(), "top-up-1", iccid, more)
	equal(t, "refusal", refused(err), "INSUFFICIENT_BALANCE")
}
