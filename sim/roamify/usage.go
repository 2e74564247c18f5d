package roamify

import (
	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

var usageQuery = schema{keys: []key{{name: "iccid", required: true}}}

func getUsage(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	q, err := usageQuery.query(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	e := tx.State.profile(q.text("iccid"))
	if e == nil {
		return sim.Reply{}, errESIMNotFound
	}
	if findPackage(tx, e.Package).NoUsageCheck {
		return sim.Reply{}, errUsageUnsupported
	}
	tx.Look(e.ID)
	return answer(e.usage()), nil
}

// usage has no instants before first use, whatever the install window (assumed). Text
// messages and calls are sold, but nothing here uses them.
func (e *eSIM) usage() wireUsage {
	w := wireUsage{
		ID: e.ID, ICCID: e.ICCID, Status: e.status(), StartedAt: none, ExpiredAt: none,
		AllowedData: megabytes(e.Allowed), RemainingData: megabytes(e.left()),
		AllowedSMS: e.SMS, RemainingSMS: e.SMS, AllowedVoice: e.Minutes, RemainingVoice: e.Minutes,
	}
	if !e.StartedAt.IsZero() {
		w.StartedAt, w.ExpiredAt = epoch(e.StartedAt), epoch(e.ExpiresAt)
	}
	if e.Unlimited {
		w.AllowedData, w.RemainingData = unlimited, unlimited
	}
	return w
}

// device follows what a phone does with an eSIM. An eSIM that is expired, or that a
// policy keeps from being installed or active, gives no service.
func device(tx *sim.Tx[state], p *esim.Profile, a esim.Action) (esim.Bytes, error) {
	e := tx.State.esim(p.ID)
	if a.Kind == esim.Remove {
		return 0, nil // REST has no word for a profile that was deleted
	}
	if a.Kind == esim.Install {
		if _, err := standing(tx, e.ID, ready, installed); err != nil {
			return 0, err
		}
		if e.status() == ready {
			tx.Await(esimInstalled, e.ID)
		}
		return 0, nil
	}
	if _, err := standing(tx, e.ID, installed); err != nil {
		return 0, err
	}
	if a.Kind == esim.Attach {
		return 0, nil
	}
	return use(tx, e, a.Bytes)
}

// use takes data from what is left; the first use starts the validity.
func use(tx *sim.Tx[state], e *eSIM, wanted esim.Bytes) (used esim.Bytes, err error) {
	if e.StartedAt.IsZero() {
		tx.Await(esimActive, e.ID)
	}
	if e.StartedAt.IsZero() {
		return 0, &sim.EdgeError{ID: e.ID, State: e.status(), Wanted: "active"}
	}
	if used = wanted; !e.Unlimited {
		used = min(wanted, e.left())
	}
	e.Used += used
	if used > 0 {
		e.UpdatedAt = tx.Now
	}
	if !e.Unlimited && e.left() == 0 && e.DepletedAt.IsZero() {
		tx.Await(esimDepleted, e.ID)
	}
	return used, nil
}
