package esimfly

import (
	"bytes"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

const (
	maxQuantity = 10
	maxKey      = 200 // characters of an idempotency key

	// Parts of an order that the vendor calls the partner's profit: 0.2 of 2.72 as on the
	// page, and what most samples of api-docs come to. The formula is not published.
	profitRate   = 0.0735
	profitRate26 = 0.0939
)

// A purchase is what a request for an order asks for.
type purchase struct {
	code     string
	price    gjson.Result // of one; null where the edition lets it be left out
	quantity int
	key      string // the idempotency key; "" for none

	reference string // chosen by a fixture; "" has one made
}

// createOrder charges the balance and provisions the eSIMs, now or later. The order of
// its checks is assumed: fields, quantity, key, package, price, balance.
func createOrder(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	body, err := object(r, errMissingFields)
	if err != nil {
		return sim.Reply{}, err
	}
	want, err := readPurchase(tx, body)
	if err != nil {
		return sim.Reply{}, err
	}
	if first, err := repeated(tx, r, want); err != nil || first != nil {
		return sim.Reply{Body: first}, err
	}
	p := offered(tx, want.code)
	if p == nil {
		return sim.Reply{}, noPackage(tx, want.code)
	}

	c := purse(tx)
	cost := price(tx, p)
	if want.price.Type != gjson.Null && !equals(want.price, cost, c) {
		return sim.Reply{}, errPriceMismatch
	}
	total := cost.Times(want.quantity)
	if tx.State.Balance < total {
		return sim.Reply{}, insufficientBalance(tx.State.Balance, total)
	}

	noteOddities(tx, r, body, p)
	noteRepeated(tx, r, want)
	o := place(tx, body, p, want, total)
	if o.status() == orderFailed {
		return sim.Reply{}, errOrderProcessing
	}
	if newer(tx) {
		return sim.Reply{Body: o.answer26(tx)}, nil
	}
	return sim.Reply{Body: o.answer(tx, r)}, nil
}

// object is the object sent; missing is the answer to nothing at all, which is assumed.
func object(r *sim.Request, missing error) (sim.Object, error) {
	body, ok := r.JSON()
	switch {
	case len(bytes.TrimSpace(r.Body)) == 0:
		return nil, missing
	case !ok || !body.IsObject():
		return nil, errInvalidRequest
	}
	return sim.ObjectOf(body), nil
}

// readPurchase refuses what lacks a required field: the page wants code, name and price,
// the newer edition the code alone. What becomes of fields of another type is assumed: a
// text that is none is missing, a price that is no number does not match.
func readPurchase(tx *sim.Tx[state], body sim.Object) (p purchase, err error) {
	code := body.Field("packageCode")
	p.code, p.price = code.String(), body.Field("price")
	if !filled(code) {
		return p, errMissingFields
	}
	if !newer(tx) && (!filled(body.Field("packageName")) || p.price.Type == gjson.Null) {
		return p, errMissingFields
	}
	if p.quantity, err = readQuantity(body); err != nil || !newer(tx) {
		return p, err
	}
	key := body.Field("idempotency_key")
	if key.Type != gjson.Null && (key.Type != gjson.String || utf8.RuneCountInString(key.Str) > maxKey) {
		return p, errInvalidKey
	}
	p.key = key.Str
	return p, nil
}

func readQuantity(body sim.Object) (int, error) {
	q := body.Field("quantity")
	if q.Type == gjson.Null {
		return 1, nil
	}
	n := q.Num
	if q.Type != gjson.Number || n < 1 || n > maxQuantity || n != float64(int(n)) {
		return 0, errInvalidQuantity
	}
	return int(n), nil
}

func filled(v gjson.Result) bool { return v.Type == gjson.String && v.Str != "" }

// equals compares to the smallest sum of the currency; how the API compares is nowhere
// documented.
func equals(v gjson.Result, cost money.Amount, c currency) bool {
	if v.Type != gjson.Number {
		return false
	}
	sent, err := money.Parse(v.Raw)
	return err == nil && c.round(float64(sent)) == cost
}

// noPackage tells of a code that is not on offer. Only the newer edition knows enterprises'
// own packages.
func noPackage(tx *sim.Tx[state], code string) error {
	if newer(tx) && isOwnCode(code) {
		return errPackageNotFound
	}
	return errInvalidPackage
}

// isOwnCode says whether a code is of the form of enterprises' own packages.
func isOwnCode(code string) bool { return strings.HasPrefix(code, "ent_") }

// place charges the account and brings the order to its edges.
func place(tx *sim.Tx[state], body sim.Object, p *pack, want purchase, total money.Amount) *order {
	s := tx.State
	reference := newReference(tx, "order_")
	if want.reference != "" {
		reference = want.reference
	}
	o := &order{
		Reference: reference, ID: s.NextID,
		PackageCode: p.item.PackageCode, PackageName: p.item.Name, Volume: p.volume, Days: p.item.ValidityDays,
		Quantity: want.quantity, Amount: total, Kind: s.Kind, PlacedAt: tx.Now,
		ProcessingMS: 1000 + tx.Rand().IntN(1000),
		FlagURL:      body.Field("flagUrl").Str, Key: want.key,
	}
	if o.FlagURL == "" && len(p.item.LocationNetworkList) == 1 {
		o.FlagURL = p.item.LocationNetworkList[0].LocationLogo
	}
	s.Balance -= total
	s.addOrder(o)
	if newer(tx) {
		if o.CallbackURL = body.Field("callbackUrl").Str; o.CallbackURL != "" {
			tx.Listen()
		}
		s.Unaccepted = append(s.Unaccepted, s.ByReference[o.Reference])
		tx.Await(edgeAccepted, o.Reference)
	} else {
		o.AcceptedAt = tx.Now // the page knows no such step
		proceed(tx, o)
	}
	o.Deferred = o.status() == orderPending
	return o
}

const referenceLetters = "abcdefghijklmnopqrstuvwxyz0123456789"

// newReference is order_ or topup_, the time and five characters.
func newReference(tx *sim.Tx[state], prefix string) string {
	head := referenceAt(tx, prefix, tx.Now)
	for {
		ref := head + tx.Text(5, referenceLetters)
		if tx.State.order(ref) == nil {
			return ref
		}
	}
}

// referenceAt is a reference without the five characters. The page has the time of orders
// in seconds, all that came later in milliseconds.
func referenceAt(tx *sim.Tx[state], prefix string, at time.Time) string {
	n := at.UnixMilli()
	if prefix == "order_" && !newer(tx) {
		n = at.Unix()
	}
	return prefix + strconv.FormatInt(n, 10) + "_"
}

// getOrder looks one order up; each look may be the one by which its details are there.
// That a top-up is not found here is assumed.
func getOrder(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	reference := r.Query.Get("orderReference")
	if reference == "" {
		return sim.Reply{}, errMissingReference
	}
	o := tx.State.order(reference)
	if o == nil || o.TopUp != "" {
		return sim.Reply{}, errOrderNotFound
	}
	tx.Look(reference)
	if newer(tx) {
		return sim.Reply{Body: orderStatusAnswer26{Success: true, Order: o.project26(tx, r)}}, nil
	}
	return sim.Reply{Body: orderStatusAnswer{Success: true, Order: o.project(tx, r)}}, nil
}

// paymentStatus says refunded where the whole was paid back; the page has succeeded alone.
func (o *order) paymentStatus() string {
	switch o.status() {
	case orderFailed, orderCancelled:
		return "refunded"
	}
	return "succeeded"
}
