package roamify

import "github.com/esimsim/esimsim/sim"

var noKeys schema

func getBalance(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	if _, err := noKeys.query(tx, r); err != nil {
		return sim.Reply{}, err
	}
	return answer(wireBalance{Balance: tx.State.Balance.Float(), Currency: currency}), nil
}
