package esimgo

import (
	"time"

	"github.com/esimsim/esimsim/sim"
)

// returnsPeriod is the least time after which an eSIM that went back to the vendor, and
// was installed meanwhile, is given to the account again (owner's page).
const returnsPeriod = 4 * 24 * time.Hour

// leaves says whether an eSIM goes back to the vendor with the revoking of an assignment:
// when no bundle is left on it, nor on its way to it, and it is not installed.
func leaves(tx *sim.Tx[state], e *heldESIM, revoked *assignment) bool {
	if e.Installed || !e.ReturnedAt.IsZero() || underWay(tx, e.ICCID, "") {
		return false
	}
	for _, i := range e.Assigned {
		if a := tx.State.Assigned[i]; a != revoked && !a.over() {
			return false
		}
	}
	return true
}

// returnESIM passes esim.returned: the account cannot reach the eSIM any more.
func returnESIM(tx *sim.Tx[state], iccid string) error {
	e := held(tx, iccid)
	switch {
	case e == nil:
		return &sim.EdgeError{ID: iccid}
	case !e.ReturnedAt.IsZero():
		return &sim.EdgeError{ID: iccid, State: "returned", Wanted: "in the account"}
	case e.Installed:
		return &sim.EdgeError{ID: iccid, State: installed, Wanted: "not installed"}
	case !leaves(tx, e, nil):
		return &sim.EdgeError{ID: iccid, State: "with a bundle", Wanted: "without a bundle"}
	}
	e.ReturnedAt = tx.Now
	unregister(tx, e)
	tx.State.Away++
	e.remember(tx, "eSIM Returned", nil, "")
	tx.At("esim.restored", iccid, tx.Now.Add(returnsPeriod))
	return nil
}

// restoreESIM passes esim.restored, if the eSIM was installed in time. One that was not
// is the vendor's for good.
func restoreESIM(tx *sim.Tx[state], iccid string) error {
	e := held(tx, iccid)
	switch {
	case e == nil:
		return &sim.EdgeError{ID: iccid}
	case e.ReturnedAt.IsZero():
		return &sim.EdgeError{ID: iccid, State: "in the account", Wanted: "returned"}
	case !e.Installed:
		return &sim.EdgeError{ID: iccid, State: e.status(), Wanted: installed}
	}
	e.ReturnedAt = time.Time{}
	tx.State.Away--
	return nil
}
