package roamify

import (
	"slices"
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
		return answer(o.wire(tx)), nil
	}
	body, err := orderBody.body(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	o := &order{Reference: body.text("referenceId")}
	if tx.State.reference(o.Reference) != nil {
		return sim.Reply{}, errDuplicateReference
	}
	if err := fill(tx, o, body); err != nil {
		return sim.Reply{}, err
	}
	if o.Total > tx.State.Balance {
		return sim.Reply{}, errInsufficientBalance
	}
	noteRepeated(tx, r, o)
	place(tx, o)
	return answer(o.wire(tx)), nil
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
		p := findPackage(tx, sim.Field(v, "packageId").Str)
		if err = orderable(tx, p); err != nil {
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
func orderable(tx *sim.Tx[state], p *esimPackage) error {
	switch {
	case p == nil && tx.Setting("unknownPackage") == "404":
		return errPackageNotFound
	case p == nil, p.Retired:
		return errUnknown
	}
	return nil
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
	if last.TopUp != o.TopUp || last.Reference != "" || tx.Now.Sub(last.CreatedAt) > shortly ||
		!slices.EqualFunc(last.Items, o.Items, same) {
		return
	}
	r.Note(sim.Finding{
		Code: "roamify.order-repeated", Pointer: "/referenceId", Basis: string(sim.Documented),
		Message: "send a referenceId of your own with each order: this one repeats " + last.ID + " and was charged again",
	})
}

// place charges an order and brings it to completion. An item without an eSIM buys one.
func place(tx *sim.Tx[state], o *order) {
	o.ID, o.CreatedAt = tx.UUID(), tx.Now
	for i := range o.Items {
		if o.Items[i].ESIM == "" {
			e := &eSIM{
				ID: tx.UUID(), Order: o.ID, Package: o.Items[i].Package, CreatedAt: tx.Now, UpdatedAt: tx.Now,
			}
			e.give(findPackage(tx, e.Package))
			tx.State.addESIM(e)
			o.Items[i].ESIM = e.ID
		}
	}
	tx.State.Balance -= o.Total
	tx.State.addOrder(o)
	tx.Await(orderCompleted, o.ID)
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
	return answer(o.wire(tx)), nil
}

const defaultLimit = 50

var ordersQuery = schema{keys: []key{
	{name: "status", oneOf: []string{pending, completed, "ARCHIVED", "CANCELLED", "REFUNDED", "REQUIRE_ACTION"}},
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
			list.Orders = append(list.Orders, o.wire(tx))
		}
		return answer(list), nil
	}
	// Counting what there is spares a walk through all orders for the few that wait.
	limit = min(limit, tx.State.count(status))
	for i := len(tx.State.Orders) - 1; len(list.Orders) < limit; i-- {
		if o := tx.State.Orders[i]; status == "" || status == o.status() {
			list.Orders = append(list.Orders, o.wire(tx))
		}
	}
	return answer(list), nil
}

// count is how many orders have that status, or are there at all for "".
func (s *state) count(status string) int {
	switch status {
	case "":
		return len(s.Orders)
	case pending:
		return s.Pending
	case completed:
		return len(s.Orders) - s.Pending
	}
	return 0
}

func (o *order) wire(tx *sim.Tx[state]) wireOrder {
	created, updated := o.CreatedAt, o.CreatedAt
	if o.CompletedAt.After(updated) {
		updated = o.CompletedAt
	}
	w := wireOrder{
		ID: o.ID, ReferenceID: o.Reference, OrderType: "api", Status: o.status(), Total: o.Total.Float(),
		Currency: currency, CreatedAt: epoch(created), UpdatedAt: epoch(updated), Items: make([]wireItem, len(o.Items)),
	}
	for i, it := range o.Items {
		// The type is esim for a top-up too (owner's Create Top-up Order page).
		w.Items[i] = wireItem{
			ESIMID: it.ESIM, PackageID: it.Package, Package: findPackage(tx, it.Package).Name, Type: "esim",
			Price: it.Price.Float(), Currency: currency, CreatedAt: epoch(created), UpdatedAt: epoch(updated),
		}
	}
	return w
}
