package roamify

import (
	"time"

	"github.com/esimsim/esimsim/sim"
)

var eventsQuery = schema{
	keys:       []key{{name: "iccid"}, {name: "esimId"}, {name: "referenceId"}},
	atLeastOne: []string{"iccid", "esimId", "referenceId"},
}

// getEvents answers what happened to an eSIM, without the envelope of other answers.
func getEvents(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	q, err := eventsQuery.query(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	return events(tx, q)
}

// getEventsOldPath and postEvents are how the vendor's pages spelt it until 2026-06.
func getEventsOldPath(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	noteOldSpelling(r)
	return getEvents(tx, r)
}

func postEvents(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	noteOldSpelling(r)
	// Clients that give the query alone send {} or nothing as the body.
	if v, ok := r.JSON(); len(r.Body) == 0 || ok && v.IsObject() && len(v.Map()) == 0 {
		return getEvents(tx, r)
	}
	body, err := eventsQuery.body(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	return events(tx, body)
}

func noteOldSpelling(r *sim.Request) {
	r.Note(&oddOldSpelling, "", "call GET /api/esim/event: the vendor's page has had that spelling since 2026-06")
}

func events(tx *sim.Tx[state], q object) (sim.Reply, error) {
	e, err := named(tx, q)
	if err != nil {
		return sim.Reply{}, err
	}
	tx.Look(e.ID)
	w := wireEvents{
		ICCID: e.ICCID, ESIMID: e.ID, ReferenceID: tx.State.order(e.Order).Reference,
		Events: make([]wireEvent, len(e.Events)), Locations: []string{},
	}
	eid := ""
	if p := tx.ESIM(e.ICCID); p != nil {
		eid = p.EID
	}
	for i, v := range e.Events {
		w.Events[i] = wireEvent{
			ICCID: e.ICCID, EID: eid, Status: v.Status, TimeStamp: v.At.Unix(), DateTime: v.At.UTC().Format(time.DateTime),
		}
	}
	return sim.Reply{Body: w}, nil
}

// named finds an eSIM by the first id that was sent. A referenceId stands for the first
// eSIM of its order (assumed).
func named(tx *sim.Tx[state], q object) (*eSIM, error) {
	e := tx.State.esim(q.text("esimId"))
	if iccid := q.text("iccid"); iccid != "" {
		e = byICCID(tx, iccid)
	}
	if ref := q.text("referenceId"); ref != "" && q.text("iccid") == "" && q.text("esimId") == "" {
		o := tx.State.reference(ref)
		if o == nil {
			return nil, errOrderNotFound
		}
		e = tx.State.esim(o.Items[0].ESIM)
	}
	if e == nil {
		return nil, errESIMNotFound
	}
	return e, nil
}
