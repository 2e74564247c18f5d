package esimfly

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

const (
	maxQuantity = 10
	// profitRate is 0.2 of 2.72, as on the page; the vendor's formula is not published.
	profitRate = 0.0735

	messageCompleted = "Order processed successfully"
	messagePending   = "Order created successfully, eSIM details will be available shortly"
	notePending      = "The order was placed successfully but eSIM details are being processed. " +
		"Please check order status in a few minutes."
)

// A purchase is what a request for an order asks for.
type purchase struct {
	code     string
	price    gjson.Result // of one
	quantity int
}

// createOrder charges the balance and provisions the eSIMs, now or later. The order of
// its checks is assumed: fields, quantity, package, price, balance.
func createOrder(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	body, err := orderBody(r)
	if err != nil {
		return sim.Reply{}, err
	}
	want, err := readPurchase(body)
	if err != nil {
		return sim.Reply{}, err
	}

	p := offered(tx, want.code)
	if p == nil {
		return sim.Reply{}, errInvalidPackage
	}

	cost := price(tx, p)
	if !equals(want.price, cost) {
		return sim.Reply{}, errPriceMismatch
	}
	total := cost.Times(want.quantity)
	if tx.State.Balance < total {
		return sim.Reply{}, insufficientBalance(tx.State.Balance, total)
	}

	noteOddities(r, body, p)
	o := place(tx, p, want.quantity, total)
	if o.status() == orderFailed {
		return sim.Reply{}, errOrderProcessing
	}
	return sim.Reply{Body: o.answer(tx, r)}, nil
}

// orderBody is the object sent. That nothing at all counts as missing fields is assumed.
func orderBody(r *sim.Request) (gjson.Result, error) {
	body, ok := r.JSON()
	switch {
	case len(bytes.TrimSpace(r.Body)) == 0:
		return body, errMissingFields
	case !ok || !body.IsObject():
		return body, errInvalidRequest
	}
	return body, nil
}

// readPurchase refuses what lacks a required field. What becomes of fields of another type
// is assumed: a text that is none is missing, a price that is no number does not match.
func readPurchase(body gjson.Result) (p purchase, err error) {
	code, name := sim.Field(body, "packageCode"), sim.Field(body, "packageName")
	p.code, p.price, p.quantity = code.String(), sim.Field(body, "price"), 1
	if !filled(code) || !filled(name) || p.price.Type == gjson.Null {
		return p, errMissingFields
	}
	if q := sim.Field(body, "quantity"); q.Type != gjson.Null {
		n := q.Num
		if q.Type != gjson.Number || n < 1 || n > maxQuantity || n != float64(int(n)) {
			return p, errInvalidQuantity
		}
		p.quantity = int(n)
	}
	return p, nil
}

func filled(v gjson.Result) bool { return v.Type == gjson.String && v.Str != "" }

// equals compares to the cent; how the API compares is nowhere documented.
func equals(v gjson.Result, cost money.Amount) bool {
	if v.Type != gjson.Number {
		return false
	}
	sent, err := money.Parse(v.Raw)
	return err == nil && sent == cost
}

// noteOddities records what the API takes no notice of. That it reads a body under any
// content type is assumed.
func noteOddities(r *sim.Request, body gjson.Result, p *pack) {
	if ct := r.Header.Get("Content-Type"); !isJSON(ct) {
		r.Note(sim.Finding{
			Code: "esimfly.content-type", Pointer: "header/Content-Type", Basis: string(sim.Brief),
			Message: fmt.Sprintf("send the header Content-Type: application/json, not %q", ct),
		})
	}
	if name := sim.Field(body, "packageName").Str; name != p.item.Name {
		r.Note(sim.Finding{
			Code: "esimfly.package-name", Pointer: "/packageName", Basis: string(sim.Assumed),
			Message: fmt.Sprintf("send the name that the package has in the catalogue, %q", p.item.Name),
		})
	}
	if d := sim.Field(body, "duration"); d.Type == gjson.Number && d.Num != float64(p.item.ValidityDays) {
		r.Note(sim.Finding{
			Code: "esimfly.duration", Pointer: "/duration", Basis: string(sim.Assumed),
			Message: fmt.Sprintf("send validity_days of the package, %d, or leave the duration out", p.item.ValidityDays),
		})
	}
}

func isJSON(contentType string) bool {
	mediaType, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(mediaType), "application/json")
}

// place charges the account and brings the order to its edges. By default it never
// comes to fail, and is provisioned at once.
func place(tx *sim.Tx[state], p *pack, quantity int, total money.Amount) *order {
	s := tx.State
	o := &order{
		Reference: newReference(tx), ID: s.NextID,
		PackageCode: p.item.PackageCode, PackageName: p.item.Name, Volume: p.volume, Days: p.item.ValidityDays,
		Quantity: quantity, Amount: total, PlacedAt: tx.Now,
		ProcessingMS: 1000 + tx.Rand().IntN(1000),
	}
	s.NextID += quantity
	s.Balance -= total
	s.addOrder(o)
	if tx.Await(edgeFailed, o.Reference); o.status() != orderFailed {
		tx.Await(edgeProvisioned, o.Reference)
	}
	return o
}

// newReference is order_, the time in seconds and five characters, as on the page.
func newReference(tx *sim.Tx[state]) string {
	for {
		ref := "order_" + strconv.FormatInt(tx.Now.Unix(), 10) + "_" + tx.Text(5, "abcdefghijklmnopqrstuvwxyz0123456789")
		if tx.State.order(ref) == nil {
			return ref
		}
	}
}

// getOrder looks one order up; each look may be the one by which its details are there.
func getOrder(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	reference := r.Query.Get("orderReference")
	if reference == "" {
		return sim.Reply{}, errMissingReference
	}
	o := tx.State.order(reference)
	if o == nil {
		return sim.Reply{}, errOrderNotFound
	}
	tx.Look(reference)
	return sim.Reply{Body: orderStatusAnswer{Success: true, Order: o.project(tx, r)}}, nil
}

// answer is what the buyer is told. While details are pending each eSIM has a stand-in
// for its ICCID.
func (o *order) answer(tx *sim.Tx[state], r *sim.Request) orderAnswer {
	a := orderAnswer{
		Success: true, Message: messageCompleted, OrderReference: o.Reference, ESIMID: o.ID,
		PackageName: o.PackageName, NewBalance: tx.State.Balance.Float(),
		PaymentMethod: "balance", Status: o.status(),
		Amount: o.Amount.Float(), Profit: o.Amount.Share(profitRate).Float(), FinalPrice: o.Amount.Float(),
		ProcessingTimeMS: o.ProcessingMS,
		ESIMs:            make([]orderESIM, 0, o.Quantity),
	}
	if a.Status == orderPending {
		a.Message, a.Note = messagePending, notePending
		for i := range o.Quantity {
			a.ESIMs = append(a.ESIMs, orderESIM{ICCID: o.placeholder(i), Status: "PENDING", IsPending: true})
		}
		return a
	}
	for _, iccid := range o.ICCIDs {
		a.ESIMs = append(a.ESIMs, orderESIM{
			ICCID: iccid, QRCodeURL: r.QRLink(iccid), DirectAppleInstallURL: appleURL(tx, iccid),
			Status: orderWord(tx.State.esim(iccid).status()),
		})
	}
	// Delivery at once takes longer to answer: 3245 ms on the page, against 1523.
	a.ProcessingTimeMS += 1500
	a.QRCodeURL, a.DirectAppleInstallURL = a.ESIMs[0].QRCodeURL, a.ESIMs[0].DirectAppleInstallURL
	return a
}

// project shows an order with its first eSIM, as the page has one object whatever the
// quantity.
func (o *order) project(tx *sim.Tx[state], r *sim.Request) orderStatus {
	out := orderStatus{
		ID: o.ID, PackageName: o.PackageName, PackageCode: o.PackageCode, Status: o.status(),
		Amount: o.Amount.Float(), FinalPrice: o.Amount.Float(), OrderDate: formatTime(o.PlacedAt),
		OrderReference: o.Reference, PaymentMethod: "balance", PaymentStatus: "succeeded",
		ESIM: orderStatusESIM{
			ICCID: o.placeholder(0), Status: "PENDING", Unlimited: o.unlimited(),
			TotalVolume: int64(o.Volume), TotalDuration: o.Days, ExpiredTime: formatTime(o.installBy()),
		},
	}
	switch out.Status {
	case orderFailed:
		// assumed: a failed order keeps the stand-in, so that clients find an object
		out.PaymentStatus, out.ESIM.Status = "refunded", statusCancelled
	case orderCompleted:
		e := tx.State.esim(o.ICCIDs[0])
		out.ESIM = orderStatusESIM{
			ICCID: e.ICCID, Status: orderWord(e.status()),
			QRCodeURL: r.QRLink(e.ICCID), DirectAppleInstallURL: appleURL(tx, e.ICCID),
			Unlimited: e.unlimited(), TotalVolume: int64(e.Volume), TotalDuration: e.Days,
			ExpiredTime: formatTime(e.expires()),
		}
	}
	return out
}

// orderWord is how orders write the status of an eSIM: New where lists say NEW.
func orderWord(status string) string {
	if status == statusNew {
		return "New"
	}
	return status
}

func (o *order) installBy() time.Time { return o.PlacedAt.Add(installWithin) }

// placeholder stands for an ICCID to come: PENDING_B, the time to the minute, a running
// number of four digits, and the time in milliseconds.
func (o *order) placeholder(i int) string {
	return fmt.Sprintf("PENDING_B%s%04d_%d",
		o.PlacedAt.UTC().Format("0601021504"), (o.ID+i-firstID+1)%10000, o.PlacedAt.UnixMilli())
}

func appleURL(tx *sim.Tx[state], iccid string) string { return tx.ESIM(iccid).Code.AppleURL() }
