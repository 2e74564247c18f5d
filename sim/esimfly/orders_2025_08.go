package esimfly

import (
	"fmt"
	"time"

	"github.com/esimsim/esimsim/sim"
)

const (
	messageCompleted = "Order processed successfully"
	messagePending   = "Order created successfully, eSIM details will be available shortly"
	notePending      = "The order was placed successfully but eSIM details are being processed. " +
		"Please check order status in a few minutes."
)

// answer is what the buyer is told. While details are pending each eSIM has a stand-in
// for its ICCID.
func (o *order) answer(tx *sim.Tx[state], r *sim.Request) orderAnswer {
	a := orderAnswer{
		Success: true, Message: messageCompleted, OrderReference: o.Reference, ESIMID: o.ID,
		PackageName: o.PackageName, NewBalance: tx.State.Balance.Float(),
		PaymentMethod: "balance", Status: o.status(),
		Amount: o.Amount.Float(), Profit: o.currency().share(o.Amount, profitRate).Float(), FinalPrice: o.Amount.Float(),
		ProcessingTimeMS: o.processed(),
		ESIMs:            make([]orderESIM, 0, o.Quantity),
	}
	if a.Status == orderPending {
		a.Message, a.Note = messagePending, notePending
		for i := range o.Quantity {
			a.ESIMs = append(a.ESIMs, orderESIM{ICCID: o.placeholder(o.ID + i), Status: "PENDING", IsPending: true})
		}
		return a
	}
	for _, e := range esimsOf(tx, o) {
		a.ESIMs = append(a.ESIMs, orderESIM{
			ICCID: e.ICCID, QRCodeURL: r.QRLink(e.ICCID), DirectAppleInstallURL: tx.ESIM(e.ICCID).Code.AppleURL(),
			Status: orderWord(e.status()),
		})
	}
	a.QRCodeURL, a.DirectAppleInstallURL = a.ESIMs[0].QRCodeURL, a.ESIMs[0].DirectAppleInstallURL
	return a
}

// project shows an order with its first eSIM, as the page has one object whatever the
// quantity.
func (o *order) project(tx *sim.Tx[state], r *sim.Request) orderStatus {
	out := orderStatus{
		ID: o.ID, PackageName: o.PackageName, PackageCode: o.PackageCode, Status: o.status(),
		Amount: o.Amount.Float(), FinalPrice: o.Amount.Float(), OrderDate: formatTime(o.PlacedAt),
		OrderReference: o.Reference, PaymentMethod: "balance", PaymentStatus: o.paymentStatus(),
	}
	e := esimsOf(tx, o)[0]
	out.ESIM = orderStatusESIM{
		ICCID: e.ICCID, Status: orderWord(e.status()),
		Unlimited: e.unlimited(), TotalVolume: int64(e.Volume), TotalDuration: e.Days,
		ExpiredTime: formatTime(e.expires()),
	}
	if e.pending() {
		out.ESIM.ICCID, out.ESIM.Status = o.placeholder(e.ID), o.pendingWord()
		return out
	}
	out.ESIM.QRCodeURL, out.ESIM.DirectAppleInstallURL = r.QRLink(e.ICCID), tx.ESIM(e.ICCID).Code.AppleURL()
	return out
}

// processed is how long the answer took: delivery at once takes longer, 3245 ms on the
// page against 1523.
func (o *order) processed() int {
	if o.status() == orderPending {
		return o.ProcessingMS
	}
	return o.ProcessingMS + 1500
}

// pendingWord is the status of an eSIM without its details. That a failed order keeps the
// stand-in, so that clients find an object, is assumed.
func (o *order) pendingWord() string {
	if o.status() == orderFailed {
		return statusCancelled
	}
	return "PENDING"
}

func (o *order) installBy() time.Time { return o.PlacedAt.Add(installWithin) }

// placeholder stands for the ICCID of an eSIM to come: PENDING_B, the time to the minute,
// a running number of four digits, and the time in milliseconds.
func (o *order) placeholder(id int) string {
	return fmt.Sprintf("PENDING_B%s%04d_%d",
		o.PlacedAt.UTC().Format("0601021504"), (id-firstID+1)%10000, o.PlacedAt.UnixMilli())
}
