package esimgo

import (
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/esimsim/esimsim/sim"
)

// maxUnits bounds what one order may ask for (assumed). The vendor advises at most ten.
const (
	maxUnits     = 1000
	advisedUnits = 10
)

// An orderRequest is the body of POST /orders. The real server decodes it without regard
// to the case of names: the owner's page writes Order, the newer document order.
type orderRequest struct {
	Type   string
	Assign bool
	Lines  []lineRequest
}

type lineRequest struct {
	Type          string
	Quantity      int
	Item          string
	ICCIDs        []string
	AllowReassign bool
}

// createOrder is POST /orders: validate or buy.
func createOrder(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	req, err := decodeOrder(r)
	if err != nil {
		return sim.Reply{}, err
	}
	o, err := quote(tx, req)
	if err != nil {
		return sim.Reply{}, err
	}
	advise(r, o)
	affordable := o.Total <= tx.State.Balance
	if req.Type == "validate" {
		return sim.Reply{Status: http.StatusOK, Body: validationOf(o, affordable)}, nil
	}
	if !affordable {
		tellRefused(tx)
		return sim.Reply{}, errInsufficientBalance
	}
	noteRepeated(tx, r, o)
	spend(tx, o.Total)
	o.SourceIP = r.RemoteIP
	place(tx, o)
	return sim.Reply{Status: http.StatusOK, Body: receiptOf(tx, o)}, nil
}

func decodeOrder(r *sim.Request) (orderRequest, error) {
	var req orderRequest
	b, err := decode(r)
	if err != nil {
		return req, err
	}
	req.Type, req.Assign = b.text("type"), b.flag("assign")
	for item := range b.each("order") {
		line := b.inner(item)
		l := lineRequest{
			Type: line.text("type"), Quantity: line.integer("quantity"),
			Item: line.text("item"), AllowReassign: line.flag("allowReassign"),
		}
		for iccid := range line.each("iccids") {
			// The help centre tells users to send "" for a new eSIM; some send a blank.
			if s := line.asText(iccid); strings.TrimSpace(s) != "" {
				l.ICCIDs = append(l.ICCIDs, s)
			}
		}
		req.Lines = append(req.Lines, l)
	}
	if *b.wrong {
		return req, errInvalidBody
	}
	return req, nil
}

// quote finds what the request names, refuses what cannot be, and gives the order as it
// would be placed.
func quote(tx *sim.Tx[state], req orderRequest) (*order, error) {
	if req.Type != "validate" && req.Type != "transaction" {
		return nil, errInvalidType
	}
	if len(req.Lines) == 0 {
		return nil, errOrderRequired
	}
	o := &order{CreatedAt: tx.Now, Assign: req.Assign}
	units := 0
	for _, l := range req.Lines {
		line, err := quoteLine(tx, l, req.Assign)
		if err != nil {
			return nil, err
		}
		if units += line.Quantity; units > maxUnits {
			return nil, errQuantityTooLarge
		}
		o.Total += line.Price.Times(line.Quantity)
		o.Lines = append(o.Lines, line)
	}
	return o, nil
}

func quoteLine(tx *sim.Tx[state], l lineRequest, assign bool) (*orderLine, error) {
	switch {
	case l.Type != "bundle":
		return nil, errInvalidType
	case l.Quantity < 1:
		return nil, errQuantity
	case l.Quantity > maxUnits:
		return nil, errQuantityTooLarge
	case len(l.ICCIDs) > 0 && !assign:
		return nil, errICCIDsUnassigned
	case len(l.ICCIDs) > 0 && len(l.ICCIDs) != l.Quantity:
		return nil, errQuantityICCIDs
	}
	b, err := find(tx, l.Item)
	if err != nil {
		return nil, err
	}
	line := &orderLine{
		Bundle: b.Name, Quantity: l.Quantity, Price: price(tx, b), AllowReassign: l.AllowReassign,
	}
	if !assign {
		return line, nil
	}
	line.Targets = make([]string, l.Quantity)
	for i, iccid := range l.ICCIDs {
		if line.Targets[i], err = target(tx, iccid, b, l.AllowReassign); err != nil {
			return nil, err
		}
	}
	return line, nil
}

// target is the eSIM a bundle will go to, "" for a new one: an eSIM that cannot take the
// bundle is replaced where the caller allows it.
func target(tx *sim.Tx[state], iccid string, b *bundle, allowReassign bool) (string, error) {
	e, err := owned(tx, iccid)
	switch {
	case err != nil:
		return "", err
	case e.gone() == deactivated:
		return "", errDeactivated
	case e.Version == b.Version:
		return iccid, nil
	case allowReassign:
		return "", nil
	}
	return "", errIncompatible
}

// advise notes what works, but had better not be relied on.
func advise(r *sim.Request, o *order) {
	units := 0
	for _, l := range o.Lines {
		units += l.Quantity
	}
	if units > advisedUnits {
		r.Note(&oddLargeOrder, "/order", "order at most "+strconv.Itoa(advisedUnits)+" at a time, three seconds apart: the vendor asks for it")
	}
	if r.First("Idempotency-Key") != "" {
		r.Note(&oddIdempotencyKey, "header/Idempotency-Key", "do not rely on Idempotency-Key: the API knows none, so look for a lost order with GET /orders?createdAt=gte:…")
	}
}

// noteRepeated tells a client that it may have bought twice: the same again, shortly
// after. The last orders alone are looked at.
func noteRepeated(tx *sim.Tx[state], r *sim.Request, o *order) {
	const shortly, among = time.Minute, 20
	same := func(a, b *orderLine) bool {
		return a.Bundle == b.Bundle && a.Quantity == b.Quantity && a.AllowReassign == b.AllowReassign && slices.Equal(a.Targets, b.Targets)
	}
	since := tx.Now.Add(-shortly)
	for i, n := len(tx.State.Orders)-1, 0; i >= 0 && n < among; i, n = i-1, n+1 {
		last := tx.State.Orders[i]
		if last.CreatedAt.Before(since) {
			return
		}
		if last.Apply || last.Assign != o.Assign || !last.FailedAt.IsZero() || !slices.EqualFunc(last.Lines, o.Lines, same) {
			continue
		}
		r.Note(&oddOrderRepeated, "/order", "look for a lost order with GET /orders before sending it again: this one repeats "+last.Reference+" and was charged again")
		return
	}
}

// getOrder is GET /orders/{orderReference}.
func getOrder(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	o := tx.State.order(r.Param("orderReference"))
	if o == nil {
		return sim.Reply{}, errOrderNotFound
	}
	tx.Look(o.Reference)
	return sim.Reply{Status: http.StatusOK, Body: orderOf(tx, o)}, nil
}

// listOrders is GET /orders, the newest first.
func listOrders(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	p, err := pageOf(tx, r, "limit", 10)
	if err != nil {
		return sim.Reply{}, err
	}
	orders, err := ordersWithin(tx.State.Orders, r.Query["createdAt"])
	if err != nil {
		return sim.Reply{}, err
	}
	// Since v2.3 the eSIMs are there unless the caller says no.
	esims := r.Query.Get("includeIccids") != "false"
	from, to := p.bounds(len(orders))
	rows := make([]orderWire, 0, to-from)
	for i := from; i < to; i++ {
		rows = append(rows, rowOf(tx, orders[len(orders)-1-i], esims))
	}
	if tx.Setting("shapes") == "documented" {
		return sim.Reply{Status: http.StatusOK, Body: rows}, nil
	}
	return sim.Reply{Status: http.StatusOK, Body: orderList{
		Orders: rows, PageCount: p.count(len(orders)), Rows: len(orders), PageSize: p.size,
	}}, nil
}

// ordersWithin is the part of the list that was created in all of the spans. Orders stand
// in the order of time, since a world in which something was ordered never goes back.
func ordersWithin(orders []*order, filters []string) ([]*order, error) {
	from, to := 0, len(orders)
	for _, f := range filters {
		if f == "" {
			continue
		}
		s, ok := readSpan(f)
		if !ok {
			return nil, errCreatedAt
		}
		from = max(from, firstOrder(orders, func(o *order) bool { return !o.CreatedAt.Before(s.from) }))
		to = min(to, firstOrder(orders, func(o *order) bool { return o.CreatedAt.After(s.to) }))
	}
	return orders[from:max(from, to)], nil
}

func firstOrder(orders []*order, is func(*order) bool) int {
	return sort.Search(len(orders), func(i int) bool { return is(orders[i]) })
}
