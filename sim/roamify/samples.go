package roamify

import (
	"slices"
	"strings"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// The payloads of events that are sent on demand: about the newest thing that fits, or
// about one that is made up and nowhere else.

func sampleUsage(tx *sim.Tx[state]) any {
	e := newest(tx, func(e *eSIM) bool { return e.word() == activated && e.metered() })
	return esimHook(tx, usageHook, e.usageHook(tx))
}

func sampleStatus(tx *sim.Tx[state]) any {
	e := newest(tx, func(e *eSIM) bool { return e.ICCID != "" })
	return esimHook(tx, statusHook, e.statusHook(tx, e.word()))
}

// newest is the eSIM bought last of those that fit, or one that is made up.
func newest(tx *sim.Tx[state], fits func(*eSIM) bool) *eSIM {
	for _, e := range slices.Backward(tx.State.ESIMs) {
		if fits(e) {
			return e
		}
	}
	p := findPackage("esim-portugal-30days-5gb-all")
	began := tx.Now.Add(-2 * day)
	e := &eSIM{
		ID: idOf("sample eSIM"), ICCID: "8944500202607018429", Package: p.ID,
		ReadyAt: began, InstalledAt: began, StartedAt: began, ExpiresAt: began.Add(time.Duration(p.Days) * day),
	}
	e.give(p)
	for _, use := range []struct {
		ago  time.Duration
		used esim.Bytes
	}{{2 * day, 402 * esim.MiB}, {day, 878 * esim.MiB}} {
		e.Used += use.used
		e.log(tx.Now.Add(-use.ago), "PT", use.used)
	}
	return e
}

// sampleLowBalance is the account's own state where that is low, else three quarters of
// its threshold.
func sampleLowBalance(tx *sim.Tx[state]) any {
	percent := 0
	for i, low := range tx.State.low() {
		if low {
			percent = lowShares[i]
		}
	}
	if percent > 0 {
		return lowHook(tx, tx.State.Balance, percent)
	}
	return lowHook(tx, tx.State.threshold().Share(0.75), 75)
}

// sampleAffiliateOrder is a sale of the package that was bought last.
func sampleAffiliateOrder(tx *sim.Tx[state]) any {
	const rate = 8.5
	p := findPackage("esim-portugal-7days-1gb-all")
	if n := len(tx.State.ESIMs); n > 0 {
		p = findPackage(tx.State.ESIMs[n-1].Package)
	}
	total := price(tx, p).Share(margin)
	return wireAffiliateHook{EventCategory: "affiliate", EventType: affiliateHook, Data: wireAffiliateData{
		Timestamp: epoch(tx.Now), PartnerName: "Northwind Trips", PartnerID: "nw-7731",
		CommissionRate: rate, CommissionAmount: total.Share(rate / 100).Float(),
		OrderData: wireAffiliateOrder{
			OrderID: idOf("sample order"), OrderTotal: total.Float(), OrderSubtotal: total.Float(), OrderCurrency: currency,
			OrderStatus: strings.ToLower(completed),
			OrderItems:  []wireAffiliateItem{{ItemID: p.ID, ItemName: p.Name, ItemQuantity: 1, ItemPrice: total.Float()}},
		},
	}}
}

// sampleRefund is the newest request that was decided so, else one that nobody made.
func sampleRefund(tx *sim.Tx[state], name string) any {
	for _, f := range slices.Backward(tx.State.Refunds) {
		if f.status() == strings.ToUpper(name) {
			return refundHook(tx, f, tx.State.esim(f.ESIM), name)
		}
	}
	f := &refund{ID: idOf("sample refund"), RefundedAt: tx.Now}
	if name == rejectedHook {
		f = &refund{ID: f.ID, RejectedAt: tx.Now, Rejection: "Data already used"}
	}
	return refundHook(tx, f, newest(tx, func(e *eSIM) bool { return e.ICCID != "" }), name)
}
