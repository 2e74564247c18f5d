package esimgo

import (
	"slices"
	"strings"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// device hears what a device does with an eSIM. What the organisation is told of it may
// come later, as policies say.
func device(tx *sim.Tx[state], p *esim.Profile, a esim.Action) (esim.Bytes, error) {
	e := held(tx, string(p.ICCID))
	if err := e.allows(tx, a.Kind); err != nil {
		return 0, err
	}
	switch a.Kind {
	case esim.Install:
		tx.Cancel("esim.released", e.ICCID)
		switch {
		case e.Installed:
		case e.Downloaded:
			tx.Await("esim.installed", e.ICCID)
		default:
			tx.Await("esim.downloaded", e.ICCID)
		}
	case esim.Remove:
		tx.Cancel("esim.downloaded", e.ICCID)
		tx.Cancel("esim.installed", e.ICCID)
		unregister(tx, e)
		if e.Downloaded || e.Installed {
			tx.Await("esim.released", e.ICCID)
		}
	case esim.Attach:
		// An eSIM registers on a network whatever the state of its bundles.
		if e.AttachedAt.IsZero() {
			tx.Await("esim.attached", e.ICCID)
		}
		registered(tx, e, a.Country)
	case esim.Use:
		used, err := use(tx, e, a.Bytes)
		if err == nil && e.Country == "" {
			registered(tx, e, p.LastCountry) // it has been on another device meanwhile
		}
		return used, err
	}
	return 0, nil
}

// allows refuses what the network or the SM-DP+ would: no profile is given out that was
// withdrawn or taken back for good, and a suspended one gets no service.
func (e *heldESIM) allows(tx *sim.Tx[state], kind esim.ActionKind) error {
	gone := e.gone()
	switch {
	case kind == esim.Remove:
	case gone != "":
		return &sim.EdgeError{ID: e.ICCID, State: gone, Wanted: "available"}
	case kind == esim.Install && !e.ReturnedAt.IsZero() && !tx.Now.Before(e.ReturnedAt.Add(returnsPeriod)):
		return &sim.EdgeError{ID: e.ICCID, State: "returned", Wanted: "in the account"}
	case kind != esim.Install && e.suspension() != "":
		return &sim.EdgeError{ID: e.ICCID, State: suspended, Wanted: "in service"}
	}
	return nil
}

// gone is the word for an eSIM that no device can have any more, else "".
func (e *heldESIM) gone() string {
	switch {
	case !e.DeactivatedAt.IsZero():
		return deactivated
	case !e.UnavailableAt.IsZero():
		return unavailableStatus
	}
	return ""
}

// use lets data flow: out of the active bundle, then out of the one queued longest, and
// so on (the order of several is assumed).
func use(tx *sim.Tx[state], e *heldESIM, wanted esim.Bytes) (used esim.Bytes, err error) {
	for used < wanted {
		a := usable(tx, e)
		if a == nil {
			break
		}
		untouched := a.untouched()
		used += a.take(tx.Now, wanted-used)
		if untouched {
			tell(tx, e, firstUse, firstUseOf(tx, a))
		}
		alert(tx, a)
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

// The words for an eSIM's profile (vendor's eSIM details pages of v2.2 and v2.5).
const (
	released          = "Released"
	downloaded        = "Downloaded"
	installed         = "Installed"
	unavailableStatus = "Unavailable"
	deactivated       = "Deactivated" // from v2.5 on
)

// downloadESIM passes esim.downloaded; installing is the next step.
func downloadESIM(tx *sim.Tx[state], iccid string) error {
	e, err := esimThat(tx, iccid, released)
	if err != nil {
		return err
	}
	e.Downloaded = true
	tellProfile(tx, e)
	tx.Await("esim.installed", iccid)
	return nil
}

// installESIM passes esim.installed.
func installESIM(tx *sim.Tx[state], iccid string) error {
	e, err := esimThat(tx, iccid, released, downloaded)
	if err != nil {
		return err
	}
	e.Downloaded, e.Installed = true, true
	if e.FirstInstall.IsZero() {
		e.FirstInstall = tx.Now
	}
	tellProfile(tx, e)
	return nil
}

// releaseESIM passes esim.released: the profile was removed from its device.
func releaseESIM(tx *sim.Tx[state], iccid string) error {
	e, err := esimThat(tx, iccid, downloaded, installed)
	if err != nil {
		return err
	}
	e.Downloaded, e.Installed = false, false
	tellProfile(tx, e)
	return nil
}

// attachESIM passes esim.attached.
func attachESIM(tx *sim.Tx[state], iccid string) error {
	e := held(tx, iccid)
	switch {
	case e == nil:
		return &sim.EdgeError{ID: iccid}
	case !e.AttachedAt.IsZero():
		return &sim.EdgeError{ID: iccid, State: "attached", Wanted: "never attached"}
	}
	e.AttachedAt = tx.Now
	e.remember(tx, "eSIM First Attachment", nil, "")
	tell(tx, e, firstAttachment, attachmentWire{firstAttachment, iccid})
	return nil
}

// withdrawESIM passes esim.unavailable.
func withdrawESIM(tx *sim.Tx[state], iccid string) error {
	e, err := esimThat(tx, iccid, released, downloaded, installed)
	if err != nil {
		return err
	}
	e.UnavailableAt = tx.Now
	unregister(tx, e)
	return nil
}

// esimThat is the eSIM of that ICCID, if its profile is in one of these states.
func esimThat(tx *sim.Tx[state], iccid string, states ...string) (*heldESIM, error) {
	e := held(tx, iccid)
	if e == nil {
		return nil, &sim.EdgeError{ID: iccid}
	}
	if status := e.status(); !slices.Contains(states, status) {
		return nil, &sim.EdgeError{ID: iccid, State: status, Wanted: strings.Join(states, " or ")}
	}
	return e, nil
}

// profileStatus is the API's word for the state of an eSIM.
func profileStatus(tx *sim.Tx[state], p *esim.Profile) string {
	return held(tx, string(p.ICCID)).status()
}

func (e *heldESIM) status() string {
	switch {
	case e.gone() != "":
		return e.gone()
	case e.Installed:
		return installed
	case e.Downloaded:
		return downloaded
	}
	return released
}

// statusIn is the word that a version has for it: before v2.5 none was Deactivated.
func (e *heldESIM) statusIn(r *sim.Request) string {
	if status := e.status(); status != deactivated || r.Mount == v25 {
		return status
	}
	return unavailableStatus
}
