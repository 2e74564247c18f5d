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
		if limit, err = strconv.Atoi(s); err != nil || limit < 1 || limit > 200 {
			return sim.Reply{}, errAssignmentsLimit
		}
	}
	all := r.Query.Get("includeUsed") == "true"
	w := appliedBundles{Bundles: []appliedBundle{}}
	place := map[string]int{}
	for _, a := range looked(tx, e, "") {
		if state := a.state(); limit == 0 || !all && (state == expired || state == lapsed) {
			continue
		}
		limit--
		i, ok := place[a.Bundle]
		if !ok {
			i = len(w.Bundles)
			place[a.Bundle] = i
			w.Bundles = append(w.Bundles, appliedBundle{Name: a.Bundle, Description: catalogue().byName[a.Bundle].Description})
		}
		w.Bundles[i].Assignments = append(w.Bundles[i].Assignments, assignmentOf(tx, a))
	}
	return sim.Reply{Status: http.StatusOK, Body: w}, nil
}

// getESIMBundle is GET /esims/{iccid}/bundles/{name}. The owner's page promises the latest
// assignment of that bundle and shows a list: it is the first of them.
func getESIMBundle(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	e, err := owned(tx, r.Param("iccid"))
	if err != nil {
		return sim.Reply{}, err
	}
	found := looked(tx, e, r.Param("name"))
	if len(found) == 0 {
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
		BundleState: a.state(), AssignmentDateTime: a.AssignedAt.Format(nanos), AssignmentReference: a.reference(),
		Unlimited: a.Unlimited,
	}
	if !a.StartedAt.IsZero() {
		w.StartTime, w.EndTime = a.StartedAt.Format(seconds), a.endsAt().Format(seconds)
	}
	if tx.Setting("stateCase") == "lower" {
		w.BundleState = strings.ToLower(w.BundleState)
	}
	return w
}
