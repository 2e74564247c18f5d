package esimfly

import (
	"encoding/base64"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// messageKDDI is what api-docs print for a pending order; others than KDDI's are assumed
// to be told as on the Create Order page.
const messageKDDI = "Order created successfully. KDDI eSIM is being provisioned."

// answer26 is what the buyer is told. The images stand in the answer itself, and are
// drawn after the world's turn.
func (o *order) answer26(tx *sim.Tx[state]) any {
	if o.status() == orderPending {
		return o.pending26()
	}
	a := orderAnswer26{
		Success: true, Message: messageCompleted, OrderReference: o.Reference, ESIMID: o.ID,
		PackageName: o.PackageName, NewBalance: tx.State.Balance.Float(), Currency: o.currency().code,
		PaymentMethod: "balance", Status: orderCompleted,
		Amount: o.Amount.Float(), Profit: o.currency().share(o.Amount, profitRate26).Float(), FinalPrice: o.Amount.Float(),
		ProcessingTimeMS: o.processed(),
		ESIMs:            make([]orderESIM26, 0, o.Quantity),
	}
	codes := make([]esim.ActivationCode, 0, o.Quantity)
	for _, e := range esimsOf(tx, o) {
		p := tx.ESIM(e.ICCID)
		codes = append(codes, p.Code)
		a.ESIMs = append(a.ESIMs, e.deliver26(p, o.pack()))
	}
	a.LPAString, a.DirectAppleInstallURL = a.ESIMs[0].LPAString, a.ESIMs[0].DirectAppleInstallURL
	return sim.Later(func() ([]byte, error) {
		for i, code := range codes {
			uri, err := dataURI(code)
			if err != nil {
				return nil, err
			}
			a.ESIMs[i].QRCodeURL = uri
		}
		a.QRCodeURL = a.ESIMs[0].QRCodeURL
		return marshal(a)
	})
}

func (o *order) pending26() pendingAnswer26 {
	message := messagePending
	if o.class() == classAsync {
		message = messageKDDI
	}
	return pendingAnswer26{
		Success: true, Message: message, OrderReference: o.Reference, PackageName: o.PackageName,
		Status: orderPending, Amount: o.Amount.Float(), IsPending: true, ESIMs: []orderESIM26{},
	}
}

// deliver26 is an eSIM in the answer to its order, without the image.
func (e *soldESIM) deliver26(p *esim.Profile, of *pack) orderESIM26 {
	w := e.words(p)
	imsi, msisdn := numbers(p, of)
	return orderESIM26{
		ICCID: e.ICCID, LPAString: p.Code.LPA(),
		DirectAppleInstallURL: p.Code.AppleURL(), DirectAndroidInstallURL: p.Code.AndroidURL(),
		Status: orderWord(w.status), IMSI: imsi, MSISDN: msisdn,
		SIMStatus: w.sim, ESIMStatus: w.esim, ProfileStatus: w.raw,
		Unlimited: e.unlimited(), TotalVolume: e.volume(), TotalDuration: e.Days,
		ExpiredTime: e.expires().UTC().Format(wireMillis),
	}
}

// volume is in bytes, and null when unlimited.
func (e *soldESIM) volume() *int64 {
	if e.unlimited() {
		return nil
	}
	return ptr(int64(e.Volume))
}

// dataURI draws a code into an address of its own.
func dataURI(code esim.ActivationCode) (string, error) {
	image, err := code.QR()
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(image), err
}

// project26 shows an order with its first eSIM. Here the image is a link: so has the
// field's own description, though one sample of api-docs holds a data URI.
func (o *order) project26(tx *sim.Tx[state], r *sim.Request) orderStatus26 {
	out := orderStatus26{
		ID: o.ID, PackageName: o.PackageName, PackageCode: o.PackageCode, Status: o.status(),
		Amount: o.Amount.Float(), FinalPrice: o.Amount.Float(), OrderDate: formatTime(o.PlacedAt),
		OrderReference: o.Reference, PaymentMethod: "balance", PaymentStatus: o.paymentStatus(),
	}
	e := esimsOf(tx, o)[0]
	p := profile(tx, e)
	w := e.words(p)
	out.ESIM = orderStatusESIM26{
		Status: orderWord(w.status), SIMStatus: w.sim, ESIMStatus: w.esim, ProfileStatus: w.raw,
		Unlimited: e.unlimited(), TotalVolume: int64(e.Volume), TotalDuration: e.Days,
		ExpiredTime: formatTime(e.expires()),
	}
	if p == nil {
		out.ESIM.Status, out.ESIM.IsPending = o.pendingWord(), out.Status == orderPending
		return out
	}
	out.ESIM.ICCID, out.ESIM.QRCodeURL, out.ESIM.LPAString = &e.ICCID, r.QRLink(e.ICCID), p.Code.LPA()
	out.ESIM.DirectAppleInstallURL, out.ESIM.DirectAndroidInstallURL = p.Code.AppleURL(), p.Code.AndroidURL()
	out.ESIM.IMSI, out.ESIM.MSISDN = numbers(p, o.pack())
	return out
}
