package roamify

import (
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
)

const (
	// maxQuantity bounds an order, all its items together. Assumed: the pages name no
	// bound for eSIMs, and 5 for insurance.
	maxQuantity  = 50
	maxReference = 128 // assumed
)

var (
	orderBody = schema{keys: []key{
		{name: "items", kind: list, required: true, min: 1, of: &orderItem},
		{name: "referenceId", max: maxReference},
	}}
	orderItem = schema{keys: []key{
		{name: "packageId", required: true},
		{name: "quantity", kind: number, required: true, whole: true, min: 1},
	}}
)

// createOrder sells eSIMs. A known referenceId by itself answers the order that has it
// (owner's Overview page, step 3); with items it is a conflict, so that a retry cannot
// buy twice.
func createOrder(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	if o := recalled(tx, r); o != nil {
		return answer(o.wire()), nil
	}
	body, err := orderBody.body(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	o, err := newOrder(tx, body)
	if err != nil {
		return sim.Reply{}, err
	}
	noteRepeated(tx, r, o)
	place(tx, o)
	return answer(o.wire()), nil
}

// newOrder is what a body asks for, when it can be had and paid.
func newOrder(tx *sim.Tx[state], body object) (*order, error) {
	o := &order{Reference: body.text("referenceId")}
	if tx.State.reference(o.Reference) != nil {
		return nil, errDuplicateReference
	}
	if err := fill(tx, o, body); err != nil {
		return nil, err
	}
	if o.Total > tx.State.Balance {
		return nil, tooPoor(tx)
	}
	return o, nil
}

// recalled is the order meant by a body that is nothing but a known referenceId.
func recalled(tx *sim.Tx[state], r *sim.Request) *order {
	body, ok := r.JSON()
	if !ok || !body.IsObject() {
		return nil
	}
	alone, ref := true, gjson.Result{}
	body.ForEach(func(name, v gjson.Result) bool {
		alone, ref = name.Str == "referenceId", v
		return alone
	})
	if !alone || ref.Type != gjson.String {
		return nil
	}
	return tx.State.reference(ref.Str)
}

// fill puts one item into the order for each eSIM wanted.
func fill(tx *sim.Tx[state], o *order, body object) (err error) {
	items, _ := body.get("items")
	total := 0.0
	items.ForEach(func(_, v gjson.Result) bool {
		total += sim.Field(v, "quantity").Num
		return true
	})
	if total > maxQuantity {
		return errTooMany
	}
	items.ForEach(func(_, v gjson.Result) bool {
		id := sim.Field(v, "packageId").Str
		p := findPackage(id)
		if err = orderable(tx, id, p); err != nil {
			return false
		}
		for range int(sim.Field(v, "quantity").Num) {
			o.Items = append(o.Items, item{Package: p.ID, Price: price(tx, p)})
			o.Total += price(tx, p)
		}
		return true
	})
	return err
}

// orderable refuses a package that does not exist, or that exists in the list only.
func orderable(tx *sim.Tx[state], id string, p *esimPackage) error {
	switch {
	case p != nil && offered(tx, p) && !p.Retired:
		return nil
	case p == nil && strings.HasPrefix(id, "insurance-"):
		return errInsurance
	case (p == nil || !p.Retired) && tx.Setting("unknownPackage") == "404":
		return errPackageNotFound
	}
	return errUnknown
}

// noteRepeated tells a client that it may have bought twice: the same again, shortly
// after, and no referenceId that would have caught it.
func noteRepeated(tx *sim.Tx[state], r *sim.Request, o *order) {
	const shortly = time.Minute
	if o.Reference != "" || len(tx.State.Orders) == 0 {
		return
	}
	last := tx.State.Orders[len(tx.State.Orders)-1]
	same := func(a, b item) bool { return a.Package == b.Package && (!o.TopUp || a.ESIM == b.ESIM) }
	if last.TopUp != o.TopUp || last.Voucher != "" || last.Reference != "" || tx.Now.Sub(last.CreatedAt) > shortly ||
		!slices.EqualFunc(last.Items, o.Items, same) {
		return
	}
	r.Note(&oddOrderRepeated, "/referenceId", "send a referenceId of your own with each order: this one repeats "+last.ID+" and was charged again")
}

// place charges an order and brings it to completion. An item without an eSIM buys one.
func place(tx *sim.Tx[state], o *order) {
	o.ID, o.CreatedAt, o.UpdatedAt = tx.UUID(), tx.Now, tx.Now
	for i := range o.Items {
		if o.Items[i].ESIM == "" {
			e := &eSIM{
				ID: tx.UUID(), Order: o.ID, Package: o.Items[i].Package, CreatedAt: tx.Now, UpdatedAt: tx.Now,
			}
			e.give(findPackage(e.Package))
			if o.Instant {
				e.AppliedAt = tx.Now
			}
			tx.State.addESIM(e)
			o.Items[i].ESIM = e.ID
		}
	}
	tellBalance(tx, func() { tx.State.Balance -= o.Total })
	tx.State.addOrder(o)
	tx.Await(orderCompleted, o.ID)
	if o.open() {
		tx.Await(orderRequireAction, o.ID)
		tx.Await(orderCancelled, o.ID)
	}
}

var orderQuery = schema{
	keys:       []key{{name: "orderId"}, {name: "referenceId"}},
	exactlyOne: []string{"orderId", "referenceId"},
}

func getOrder(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	q, err := orderQuery.query(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	o := tx.State.order(q.text("orderId"))
	if o == nil {
		o = tx.State.reference(q.text("referenceId"))
	}
	if o == nil {
		return sim.Reply{}, errOrderNotFound
	}
	tx.Look(o.ID)
	return answer(o.wire()), nil
}

const defaultLimit = 50

var ordersQuery = schema{keys: []key{
	{name: "status", oneOf: orderStatuses},
	{name: "limit", kind: number, whole: true, min: 1},
	{name: "referenceId"},
}}

// listOrders answers the newest orders first; there is no second page.
func listOrders(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	q, err := ordersQuery.query(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	status, limit := q.text("status"), q.integer("limit", defaultLimit)
	list := wireOrders{Orders: []wireOrder{}}
	if ref := q.text("referenceId"); ref != "" {
		if o := tx.State.reference(ref); o != nil && (status == "" || status == o.status()) {
			list.Orders = append(list.Orders, o.wire())
		}
		return answer(list), nil
	}
	// Counting what there is spares a walk through all orders for the few that wait.
	there := tx.State.OrdersOf[status]
	if status == "" {
		there = len(tx.State.Orders)
	}
	limit = min(limit, there)
	for i := len(tx.State.Orders) - 1; len(list.Orders) < limit; i-- {
		if o := tx.State.Orders[i]; status == "" || status == o.status() {
			list.Orders = append(list.Orders, o.wire())
		}
	}
	return answer(list), nil
}

func (o *order) wire() wireOrder {
	w := wireOrder{
		ID: o.ID, ReferenceID: o.Reference, OrderType: orderType, Status: o.status(), Total: o.Total.Float(),
		Currency: currency, CreatedAt: epoch(o.CreatedAt), UpdatedAt: epoch(o.UpdatedAt), Items: make([]wireItem, len(o.Items)),
	}
	for i := range o.Items {
		w.Items[i] = o.wireItem(&o.Items[i])
	}
	return w
}

func (o *order) wireItem(i *item) wireItem {
	return wireItem{
		// The type is esim for a top-up too (owner's Create Top-up Order page).
		ESIMID: i.ESIM, PackageID: i.Package, Package: findPackage(i.Package).Name, Type: itemType,
		Price: i.Price.Float(), Currency: currency, CreatedAt: epoch(o.CreatedAt), UpdatedAt: epoch(o.UpdatedAt),
	}
}
