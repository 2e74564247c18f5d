package esimgo

import (
	"net/http"
	"time"

	"github.com/esimsim/esimsim/sim"
)

// The states that v2.5 gives an eSIM besides that of its profile (deactivated is one too).
const (
	inService = "Active"
	suspended = "Suspended"
)

// deletionNotice is how long an eSIM lives on once its deletion was asked for (vendor's
// notification pages of 2026).
const deletionNotice = 7 * 24 * time.Hour

// state is the word of v2.5.
func (e *heldESIM) state() string {
	switch {
	case !e.DeactivatedAt.IsZero():
		return deactivated
	case e.suspension() != "":
		return suspended
	}
	return inService
}

// suspension says who suspended an eSIM, in the words proposed for v2.5; "" for nobody.
func (e *heldESIM) suspension() string {
	switch {
	case !e.BarredAt.IsZero():
		return "Policy"
	case !e.SuspendedAt.IsZero():
		return "Partner"
	}
	return ""
}

// getSuspension is GET /esims/{iccid}/suspend, which no page describes further.
func getSuspension(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	e, err := owned(tx, r.Param("iccid"))
	if err != nil {
		return sim.Reply{}, err
	}
	tx.Look(e.ICCID)
	by := e.suspension()
	return sim.Reply{Status: http.StatusOK, Body: suspensionWire{Suspended: by != "", Type: by}}, nil
}

// suspendESIM is POST /esims/{iccid}/suspend. To suspend twice does no harm.
func suspendESIM(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	b, err := decode(r)
	if err != nil {
		return sim.Reply{}, err
	}
	_, given := b.get("suspend")
	on := b.flag("suspend")
	switch {
	case *b.wrong:
		return sim.Reply{}, errInvalidBody
	case !given:
		return sim.Reply{}, errSuspendRequired
	}
	e, err := owned(tx, r.Param("iccid"))
	switch {
	case err != nil:
		return sim.Reply{}, err
	case e.gone() == deactivated:
		return sim.Reply{}, errDeactivated
	case !on && !e.BarredAt.IsZero():
		return sim.Reply{}, errPolicySuspension
	}
	status := "eSIM unsuspended successfully"
	tx.Cancel("esim.suspended", e.ICCID)
	tx.Cancel("esim.resumed", e.ICCID)
	if on {
		status = "eSIM suspended successfully"
		if e.SuspendedAt.IsZero() {
			tx.Await("esim.suspended", e.ICCID)
		}
	} else if !e.SuspendedAt.IsZero() {
		tx.Await("esim.resumed", e.ICCID)
	}
	return sim.Reply{Status: http.StatusCreated, Body: statusWire{Status: status}}, nil
}

// deleteESIM is DELETE /esims/{iccid}: it is deactivated for good after a week.
func deleteESIM(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	e, err := owned(tx, r.Param("iccid"))
	switch {
	case err != nil:
		return sim.Reply{}, err
	case e.gone() == deactivated:
		return sim.Reply{}, errDeactivated
	case !e.ScheduledAt.IsZero():
		return sim.Reply{}, errDeletionPending
	}
	tx.Await("esim.scheduled", e.ICCID)
	return sim.Reply{Status: http.StatusOK, Body: statusWire{Status: "eSIM deletion scheduled"}}, nil
}

// inState is the eSIM of that ICCID if nothing keeps it from an edge; until is the state
// that does.
func inState(tx *sim.Tx[state], iccid, wanted string, at func(*heldESIM) bool) (*heldESIM, error) {
	e := held(tx, iccid)
	switch {
	case e == nil:
		return nil, &sim.EdgeError{ID: iccid}
	case !at(e):
		return nil, &sim.EdgeError{ID: iccid, State: e.state(), Wanted: wanted}
	}
	return e, nil
}

// suspendPassed passes esim.suspended.
func suspendPassed(tx *sim.Tx[state], iccid string) error {
	e, err := inState(tx, iccid, inService, func(e *heldESIM) bool { return e.DeactivatedAt.IsZero() && e.SuspendedAt.IsZero() })
	if err != nil {
		return err
	}
	e.SuspendedAt = tx.Now
	return nil
}

// resumePassed passes esim.resumed. A suspension by policy stays.
func resumePassed(tx *sim.Tx[state], iccid string) error {
	e, err := inState(tx, iccid, suspended, func(e *heldESIM) bool { return e.DeactivatedAt.IsZero() && !e.SuspendedAt.IsZero() })
	if err != nil {
		return err
	}
	e.SuspendedAt = time.Time{}
	stay(tx, e)
	return nil
}

// barESIM passes esim.barred.
func barESIM(tx *sim.Tx[state], iccid string) error {
	e, err := inState(tx, iccid, inService+" or "+suspended, func(e *heldESIM) bool { return e.DeactivatedAt.IsZero() && e.BarredAt.IsZero() })
	if err != nil {
		return err
	}
	e.BarredAt = tx.Now
	return nil
}

// scheduleESIM passes esim.scheduled.
func scheduleESIM(tx *sim.Tx[state], iccid string) error {
	e, err := inState(tx, iccid, "not scheduled for deletion", func(e *heldESIM) bool { return e.DeactivatedAt.IsZero() && e.ScheduledAt.IsZero() })
	if err != nil {
		return err
	}
	e.ScheduledAt = tx.Now
	tell(tx, e, deletionScheduled, deletionOf(tx, deletionScheduled, iccid))
	tx.At("esim.deactivated", iccid, tx.Now.Add(deletionNotice))
	return nil
}

// deactivateESIM passes esim.deactivated.
func deactivateESIM(tx *sim.Tx[state], iccid string) error {
	e, err := inState(tx, iccid, inService+" or "+suspended, func(e *heldESIM) bool { return e.DeactivatedAt.IsZero() })
	if err != nil {
		return err
	}
	e.DeactivatedAt = tx.Now
	unregister(tx, e)
	tell(tx, e, deletionDone, deletionOf(tx, deletionDone, iccid))
	return nil
}
