package roamify

import "github.com/esimsim/esimsim/sim"

// getHistory answers what was sold for an eSIM, the oldest first (assumed): the package
// it was bought with, and the top-ups that have come.
func getHistory(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	q, err := usageQuery.query(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	e := byICCID(tx, q.text("iccid"))
	if e == nil {
		return sim.Reply{}, errESIMNotFound
	}
	bought := tx.State.order(e.Order)
	list := []wireItem{bought.wireItem(bought.item(e.ID))}
	for _, id := range e.TopUps {
		if o := tx.State.order(id); !o.CompletedAt.IsZero() {
			list = append(list, o.wireItem(o.item(e.ID)))
		}
	}
	return answer(list), nil
}
