package esimgo

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/esimsim/esimsim/sim"
)

// listESIMBundles is GET /esims/{iccid}/bundles: the newest assignments, by bundle. Those
// that are over are left out unless asked for; a depleted one still shows.
func listESIMBundles(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	e, err := owned(tx, r.Param("iccid"))
	if err != nil {
		return sim.Reply{}, err
	}
	limit := 15
	if s := r.Query.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if inRange := err == nil && n >= 1 && n <= 200; inRange {
			limit = n
		} else if !tx.Lenient() {
			return sim.Reply{}, errAssignmentsLimit
		}
	}
	all := r.Query.Get("includeUsed") == "true"
	rows := []appliedBundle{}
	place := map[string]int{}
	for _, a := range looked(tx, e, "") {
		if limit == 0 || !all && a.over() {
			continue
		}
		limit--
		i, ok := place[a.Bundle]
		if !ok {
			i = len(rows)
			place[a.Bundle] = i
			rows = append(rows, appliedBundle{Name: a.Bundle, Description: catalogue().byName[a.Bundle].Description})
		}
		rows[i].Assignments = append(rows[i].Assignments, assignmentOf(tx, a))
	}
	if len(rows) == 0 && underWay(tx, e.ICCID, "") {
		return sim.Reply{}, errProcessing
	}
	if r.Mount != v23 {
		return sim.Reply{Status: http.StatusOK, Body: appliedBundles{Bundles: rows}}, nil
	}
	older := make([]appliedBundle23, len(rows))
	for i, b := range rows {
		older[i] = appliedBundle23{Name: b.Name, Assignments: b.Assignments}
	}
	return sim.Reply{Status: http.StatusOK, Body: appliedBundles23{Bundles: older}}, nil
}

// getESIMBundle is GET /esims/{iccid}/bundles/{name}. The owner's page promises the latest
// assignment of that bundle and shows a list: it is the first of them.
func getESIMBundle(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	e, err := owned(tx, r.Param("iccid"))
	if err != nil {
		return sim.Reply{}, err
	}
	found := looked(tx, e, r.Param("name"))
	switch {
	case len(found) == 0 && underWay(tx, e.ICCID, r.Param("name")):
		return sim.Reply{}, errProcessing
	case len(found) == 0:
		return sim.Reply{}, errBundleNotFound
	}
	var w assignmentList
	for _, a := range found {
		w.Assignments = append(w.Assignments, assignmentOf(tx, a))
	}
	return sim.Reply{Status: http.StatusOK, Body: w}, nil
}

// looked are the assignments of an eSIM, of one bundle or of all, the newest first. Each
// counts as looked at.
func looked(tx *sim.Tx[state], e *heldESIM, name string) (found []*assignment) {
	for _, i := range slices.Backward(e.Assigned) {
		if a := tx.State.Assigned[i]; name == "" || a.Bundle == name {
			tx.Look(a.id())
			found = append(found, a)
		}
	}
	return found
}

func assignmentOf(tx *sim.Tx[state], a *assignment) assignmentWire {
	w := assignmentWire{
		ID: a.id(), CallTypeGroup: "data", InitialQuantity: int64(a.Volume), RemainingQuantity: int64(a.remaining(tx.Now)),
		BundleState: stateWord(tx, a.state()), AssignmentDateTime: a.AssignedAt.Format(nanos), AssignmentReference: a.reference(),
		Unlimited: a.Unlimited,
	}
	if !a.StartedAt.IsZero() {
		w.StartTime, w.EndTime = a.StartedAt.Format(seconds), a.endsAt().Format(seconds)
	}
	return w
}

// stateWord is a state as the world wants it written.
func stateWord(tx *sim.Tx[state], state string) string {
	if tx.Setting("stateCase") == "lower" {
		return strings.ToLower(state)
	}
	return state
}
