package esimfly

import (
	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// device follows what happens to an eSIM out there. An expired one does nothing any
// more but go; first use activates it, and the last byte depletes it.
func device(tx *sim.Tx[state], p *esim.Profile, a esim.Action) (esim.Bytes, error) {
	iccid := string(p.ICCID)
	e := tx.State.esim(iccid)
	if e == nil {
		return 0, &sim.EdgeError{ID: iccid}
	}
	if a.Kind == esim.Remove {
		return 0, nil
	}
	if !e.ExpiredAt.IsZero() {
		return 0, e.refuse(statusNew + ", " + statusActive + " or " + statusDepleted)
	}
	switch {
	case a.Kind == esim.Install && p.InstalledAt.IsZero() && e.InstalledAt.IsZero():
		tx.Await(edgeInstalled, iccid)
	case a.Kind == esim.Use:
		return use(tx, e, a.Bytes), nil
	}
	return 0, nil
}

// use takes no more than is left.
func use(tx *sim.Tx[state], e *soldESIM, bytes esim.Bytes) esim.Bytes {
	used := bytes
	if !e.unlimited() {
		used = min(bytes, e.Volume-e.Used)
	}
	if used <= 0 {
		return 0
	}
	first := e.Used == 0
	if e.Used += used; first && e.status() == statusNew {
		tx.Await(edgeActive, e.ICCID)
	} else {
		awaitDepletion(tx, e)
	}
	return used
}

// awaitDepletion brings a used-up eSIM to its edge. One that is not active yet gets
// there when it is.
func awaitDepletion(tx *sim.Tx[state], e *soldESIM) {
	if !e.unlimited() && e.Used == e.Volume && e.status() == statusActive {
		tx.Await(edgeDepleted, e.ICCID)
	}
}

// status is the word of the eSIM list, for the control plane.
func status(tx *sim.Tx[state], p *esim.Profile) string {
	if e := tx.State.esim(string(p.ICCID)); e != nil {
		return e.status()
	}
	return ""
}

func (e *soldESIM) refuse(wanted string) error {
	return &sim.EdgeError{ID: e.ICCID, State: e.status(), Wanted: wanted}
}

// find gives the eSIM whose edge is to be passed.
func find(tx *sim.Tx[state], iccid string) (*soldESIM, error) {
	if e := tx.State.esim(iccid); e != nil {
		return e, nil
	}
	return nil, &sim.EdgeError{ID: iccid}
}

func install(tx *sim.Tx[state], iccid string) error {
	e, err := find(tx, iccid)
	if err != nil {
		return err
	}
	if !e.InstalledAt.IsZero() || !e.ExpiredAt.IsZero() {
		return e.refuse(statusNew + " and not installed")
	}
	e.InstalledAt = tx.Now
	return nil
}

func activate(tx *sim.Tx[state], iccid string) error {
	e, err := find(tx, iccid)
	if err != nil {
		return err
	}
	if e.status() != statusNew {
		return e.refuse(statusNew)
	}
	e.ActivatedAt = tx.Now
	tx.At(edgeExpired, iccid, e.expires())
	awaitDepletion(tx, e)
	return nil
}

// deplete uses up what is left, where it is forced.
func deplete(tx *sim.Tx[state], iccid string) error {
	e, err := find(tx, iccid)
	if err != nil {
		return err
	}
	if e.status() != statusActive || e.unlimited() {
		return e.refuse(statusActive + " with a limited volume")
	}
	e.Used, e.DepletedAt = e.Volume, tx.Now
	return nil
}

func expire(tx *sim.Tx[state], iccid string) error {
	e, err := find(tx, iccid)
	if err != nil {
		return err
	}
	if !e.ExpiredAt.IsZero() {
		return e.refuse(statusNew + ", " + statusActive + " or " + statusDepleted)
	}
	e.ExpiredAt = tx.Now
	return nil
}
