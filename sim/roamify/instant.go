package roamify

import "github.com/esimsim/esimsim/sim"

// instantBody is that of an order. The page has no startDate, without which packages that
// ask for one could not be ordered so; that it may be sent is assumed.
var instantBody = schema{keys: append(orderBody.keys[:len(orderBody.keys):len(orderBody.keys)], key{name: "startDate", kind: date})}

// createInstantOrder sells eSIMs and generates them at once. Where a policy holds the
// order or its eSIMs up, they are answered as they are, and get ready without an apply.
func createInstantOrder(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	body, err := instantBody.body(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	o, err := newOrder(tx, body)
	if err != nil {
		return sim.Reply{}, err
	}
	start, dated := body.date("startDate")
	for _, i := range o.Items {
		if findPackage(i.Package).TravelDate && !dated {
			return sim.Reply{}, errStartDate
		}
	}
	if dated {
		notePastDate(tx, r, start)
	}
	noteRepeated(tx, r, o)
	o.Instant = true
	place(tx, o)
	w := wireInstantOrder{
		ID: o.ID, ReferenceID: o.Reference, OrderType: orderType, Status: o.status(), Total: o.Total.Float(),
		Currency: currency, CreatedAt: epoch(o.CreatedAt), UpdatedAt: epoch(o.UpdatedAt), ESIMs: make([]wireESIM, len(o.Items)),
	}
	for i := range o.Items {
		w.ESIMs[i] = tx.State.esim(o.Items[i].ESIM).wire(tx, r)
	}
	return answer(w), nil
}
