package esimgo

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/esimsim/esimsim/sim"
)

// refundPeriod is how long after its purchase an unused bundle comes back (owner's page:
// typically 60 days).
const refundPeriod = 60 * 24 * time.Hour

// A refund is what the organisation gets for a bundle that is revoked.
type refund string

const (
	toNobody    refund = ""
	toInventory refund = "inventory"
	toBalance   refund = "balance"
)

// revokeBundle is DELETE /esims/{iccid}/bundles/{name}.
func revokeBundle(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	e, err := owned(tx, r.Param("iccid"))
	if err != nil {
		return sim.Reply{}, err
	}
	a, err := byName(tx, e, r.Param("name"))
	if err != nil {
		return sim.Reply{}, err
	}
	offer, toBalance := r.Query.Get("offerId"), r.Query.Get("refundToBalance") == "true"
	switch {
	case toBalance && offer != "":
		// It says which assignment is meant, whichever the name alone would.
		if a = offered(tx, e, a.Bundle, offer); a == nil {
			return sim.Reply{}, errOfferNotFound
		}
	case toBalance && refundable(tx, a) && !validates(r):
		// It is asked for only where there is something to give for it.
		return sim.Reply{}, errOfferRequired
	}
	return revoke(tx, r, e, a)
}

// revokeAssignment is DELETE /esims/{iccid}/bundles/{name}/assignments/{assignmentId} and
// its deprecated twin, which ends in applications/{assignmentId}.
func revokeAssignment(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	e, err := owned(tx, r.Param("iccid"))
	if err != nil {
		return sim.Reply{}, err
	}
	a := tx.State.assignment(r.Param("assignmentId"))
	if a == nil || a.ICCID != e.ICCID || a.Bundle != r.Param("name") {
		return sim.Reply{}, errBundleNotFound
	}
	if !a.revocable() {
		return sim.Reply{}, errNotRevocable
	}
	return revoke(tx, r, e, a)
}

// byName is the assignment that revoking a bundle by its name means.
func byName(tx *sim.Tx[state], e *heldESIM, name string) (*assignment, error) {
	var all []*assignment // that can be revoked, in the order of assignment
	found := false
	for _, i := range e.Assigned {
		if a := tx.State.Assigned[i]; a.Bundle == name {
			found = true
			if a.revocable() {
				all = append(all, a)
			}
		}
	}
	switch {
	case len(all) == 0 && underWay(tx, e.ICCID, name):
		return nil, errProcessing
	case !found:
		return nil, errBundleNotFound
	case len(all) == 0:
		return nil, errNotRevocable
	}
	if tx.Setting("revokeTarget") == "oldest" {
		if i := slices.IndexFunc(all, (*assignment).unused); i >= 0 {
			return all[i], nil
		}
	}
	return all[len(all)-1], nil
}

// offered is the assignment that an offer is about: its number tells which.
func offered(tx *sim.Tx[state], e *heldESIM, name, offer string) *assignment {
	for _, i := range e.Assigned {
		if a := tx.State.Assigned[i]; a.Bundle == name && a.offer() == offer && a.revocable() && refundable(tx, a) {
			return a
		}
	}
	return nil
}

// offer is the id under which an assignment can be given back (its form is assumed).
func (a *assignment) offer() string { return strconv.Itoa(a.ID % 100_000_000) }

func (a *assignment) revocable() bool {
	return slices.Contains(revocable, a.state()) && a.Refund == toNobody
}

var revocable = []string{processing, queued, active, depleted}

// unused says that it was never started.
func (a *assignment) unused() bool { return a.StartedAt.IsZero() && a.Used == 0 }

// refundable says that an assignment is worth something when it is revoked.
func refundable(tx *sim.Tx[state], a *assignment) bool {
	return tx.Setting("refunds") == "true" && a.unused() && !tx.Now.After(a.BoughtAt.Add(refundPeriod))
}

// options are the ways it can be given back. A month of a longer bundle is no bundle that
// the inventory could hold (assumed).
func options(tx *sim.Tx[state], a *assignment) []revokeOption {
	found := []revokeOption{}
	if !refundable(tx, a) {
		return found
	}
	if a.Months == 1 {
		found = append(found, revokeOption{Type: string(toInventory)})
	}
	return append(found, revokeOption{Type: string(toBalance), OfferID: a.offer(), Amount: new(a.Price.Float()), Currency: currency})
}

func validates(r *sim.Request) bool { return r.Query.Get("type") == "validate" }

// revoke tells what would become of an assignment, or does it.
func revoke(tx *sim.Tx[state], r *sim.Request, e *heldESIM, a *assignment) (sim.Reply, error) {
	switch r.Query.Get("type") {
	case "validate":
		return sim.Reply{Status: http.StatusOK, Body: revocationWire{
			Status: "Bundle can be revoked", Options: options(tx, a), Returned: leaves(tx, e, a),
		}}, nil
	case "", "transaction":
	default:
		return sim.Reply{}, errInvalidType
	}
	status := "Successfully Revoked Bundle"
	switch {
	case !refundable(tx, a):
	case r.Query.Get("refundToBalance") == "true":
		a.Refund = toBalance
		status += ", bundle has been refunded to balance"
	case a.Months == 1:
		a.Refund = toInventory
		status += ", bundle has been refunded to inventory"
	}
	tx.Await("bundle.revoked", a.id())
	return sim.Reply{Status: http.StatusOK, Body: statusWire{Status: status}}, nil
}

// revokePassed passes bundle.revoked: the bundle is off the eSIM, and its worth where the
// organisation wants it.
func revokePassed(tx *sim.Tx[state], id string) error {
	a, err := assignmentIn(tx, id, revocable...)
	if err != nil {
		return err
	}
	for _, edge := range []string{"bundle.queued", "bundle.active", "bundle.depleted", "bundle.expired", "bundle.lapsed"} {
		tx.Cancel(edge, id)
	}
	e := held(tx, a.ICCID)
	last := leaves(tx, e, a)
	a.RevokedAt = tx.Now
	if !a.StartedAt.IsZero() {
		postpone(tx, e)
	}
	e.remember(tx, "Bundle Revoked", a, "")
	switch a.Refund {
	case toBalance:
		credit(tx, a.Price)
		e.acted(tx, "Bundle Refund")
		e.remember(tx, "Bundle Refunded To Balance", a, "")
	case toInventory:
		restock(tx, a)
		e.acted(tx, "Bundle Refund")
		e.remember(tx, "Bundle Refunded to Inventory", a, "")
	case toNobody:
		e.acted(tx, "Bundle Revoked")
	}
	if last {
		tx.Await("esim.returned", e.ICCID)
	}
	return nil
}
