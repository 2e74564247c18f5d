package esimgo

import (
	"net/http"
	"strconv"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// acted notes what the organisation, or the network, did last to an eSIM, in a word of the
// list that eSIMs can be filtered by.
func (e *heldESIM) acted(tx *sim.Tx[state], action string) {
	e.LastAction, e.ActionAt = action, tx.Now
}

// remember adds to the history of an eSIM, of one of its assignments or of none. Its names
// are the vendor's (history page of v2.4).
func (e *heldESIM) remember(tx *sim.Tx[state], name string, a *assignment, alert string) {
	ev := event{Name: name, Alert: alert, At: tx.Now}
	if a != nil {
		ev.Bundle, ev.State = a.Bundle, a.state()
	}
	e.History = append(e.History, ev)
}

// thresholds are the percents of a bundle at which its use is told (vendor's Utilisation
// page). The last is told once the bundle is depleted.
var thresholds = [...]int{1, 50, 80, 100}

// alert tells of each threshold that the use of an assignment has come to. An unlimited
// one has none.
func alert(tx *sim.Tx[state], a *assignment) {
	for ; !a.Unlimited && a.Alerts < len(thresholds); a.Alerts++ {
		percent := thresholds[a.Alerts]
		if a.Used*100 < a.Volume*esim.Bytes(percent) || percent == 100 && a.DepletedAt.IsZero() {
			return
		}
		if percent == 1 && tx.Setting("onePercentAlert") == "off" {
			continue
		}
		e := held(tx, a.ICCID)
		e.acted(tx, "eSIM Utilisation Alert")
		e.remember(tx, "eSIM Utilisation Alert", a, strconv.Itoa(percent)+"% Used")
		tell(tx, e, utilisation, utilisationOf(tx, a))
	}
}

// getHistory is GET /esims/{iccid}/history, the oldest first. The owner's page shows all
// fields in every entry; what does not apply is empty.
func getHistory(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	e, err := owned(tx, r.Param("iccid"))
	if err != nil {
		return sim.Reply{}, err
	}
	if r.Mount == v23 {
		rows := make([]eventWire23, 0, len(e.History))
		for _, ev := range e.History {
			rows = append(rows, eventWire23{ev.Name, ev.Bundle, ev.At.Format(nanos), stateWord(tx, ev.State), ev.Alert})
		}
		return sim.Reply{Status: http.StatusOK, Body: rows}, nil
	}
	rows := make([]eventWire, 0, len(e.History))
	for _, ev := range e.History {
		rows = append(rows, eventWire{ev.Name, ev.Bundle, ev.Bundle, ev.At.Format(nanos), stateWord(tx, ev.State), ev.Alert})
	}
	return sim.Reply{Status: http.StatusOK, Body: rows}, nil
}
