package roamify

import (
	"time"

	"github.com/esimsim/esimsim/sim"
)

// getHealth needs no token (assumed). A token that is sent chooses the world, so that a
// scenario can make the service look ill.
func getHealth(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	if _, err := noKeys.query(tx, r); err != nil {
		return sim.Reply{}, err
	}
	up := max(0, tx.Now.Sub(tx.State.OpenedAt))
	return answer(wireHealth{Status: "ok", Environment: "development", Uptime: int64(up / time.Second)}), nil
}
