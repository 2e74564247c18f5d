package esimgo

import (
	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// device hears what a device does with an eSIM. What the organisation is told of it may
// come later, as policies say.
func device(tx *sim.Tx[state], p *esim.Profile, a esim.Action) (esim.Bytes, error) {
	e := tx.State.esim(string(p.ICCID))
	switch a.Kind {
	case esim.Install:
		tx.Cancel("esim.released", e.ICCID)
		if !e.Installed {
			tx.Await("esim.installed", e.ICCID)
		}
	case esim.Remove:
		tx.Cancel("esim.installed", e.ICCID)
		if e.Installed {
			tx.Await("esim.released", e.ICCID)
		}
	case esim.Use:
		return use(tx, e, a.Bytes)
	case esim.Attach:
		// An eSIM registers on a network whatever the state of its bundles.
	}
	return 0, nil
}

// use lets data flow: out of the active bundle, then out of the one queued longest, and
// so on (the order of several is assumed).
func use(tx *sim.Tx[state], e *heldESIM, wanted esim.Bytes) (used esim.Bytes, err error) {
	for used < wanted {
		a := usable(tx, e)
		if a == nil {
			break
		}
		used += a.take(tx.Now, wanted-used)
		if !a.Unlimited && a.remaining(tx.Now) == 0 {
			tx.Await("bundle.depleted", a.id())
		}
	}
	if used == 0 && wanted > 0 {
		return 0, &sim.EdgeError{ID: e.ICCID, State: withoutData(tx, e), Wanted: queued + " or " + active}
	}
	return used, nil
}

// usable is the assignment that data comes out of now, started if need be; nil when there
// is none, or when a policy keeps it waiting.
func usable(tx *sim.Tx[state], e *heldESIM) *assignment {
	var next *assignment
	for _, i := range e.Assigned {
		a := tx.State.Assigned[i]
		switch a.state() {
		case active:
			if a.Unlimited || a.remaining(tx.Now) > 0 {
				return a
			}
		case queued:
			if next == nil {
				next = a
			}
		}
	}
	if next == nil {
		return nil
	}
	if next.DataAt.IsZero() {
		next.DataAt = tx.Now
		tx.Await("bundle.active", next.id())
	}
	if next.state() != active {
		return nil
	}
	return next
}

// withoutData says in what state an eSIM is that has no data to use.
func withoutData(tx *sim.Tx[state], e *heldESIM) string {
	if n := len(e.Assigned); n > 0 {
		return tx.State.Assigned[e.Assigned[n-1]].state()
	}
	return "without a bundle"
}

// installESIM passes esim.installed.
func installESIM(tx *sim.Tx[state], iccid string) error {
	e, err := esimThat(tx, iccid, false)
	if err != nil {
		return err
	}
	e.Installed = true
	if e.FirstInstall.IsZero() {
		e.FirstInstall = tx.Now
	}
	return nil
}

// releaseESIM passes esim.released: the profile was removed from its device.
func releaseESIM(tx *sim.Tx[state], iccid string) error {
	e, err := esimThat(tx, iccid, true)
	if err != nil {
		return err
	}
	e.Installed = false
	return nil
}

func esimThat(tx *sim.Tx[state], iccid string, installed bool) (*heldESIM, error) {
	e := tx.State.esim(iccid)
	switch {
	case e == nil:
		return nil, &sim.EdgeError{ID: iccid}
	case e.Installed != installed:
		return nil, &sim.EdgeError{ID: iccid, State: statusOf(e), Wanted: statusOf(&heldESIM{Installed: installed})}
	}
	return e, nil
}

// profileStatus is the API's word for the state of an eSIM.
func profileStatus(tx *sim.Tx[state], p *esim.Profile) string {
	return statusOf(tx.State.esim(string(p.ICCID)))
}

func statusOf(e *heldESIM) string {
	if e.Installed {
		return "Installed"
	}
	return "Released"
}
