package roamify

import (
	"time"

	"github.com/esimsim/esimsim/sim"
)

// The transitions of eSIMs, and what their packages give.

const (
	day = 24 * time.Hour
	// installWindow is expiredAt in the vendor's samples of a profile just made.
	installWindow = 365 * day
)

// The words that events and webhooks have for an eSIM beside those of its status (status
// webhook page).
const (
	activated = "ACTIVATED"
	inactive  = "INACTIVE"
	deleted   = "DELETED"
)

// living is the eSIM by that id if its life is one of those wanted.
func living(tx *sim.Tx[state], id string, wanted ...string) (*eSIM, error) {
	e := tx.State.esim(id)
	if e == nil {
		return nil, &sim.EdgeError{ID: id, Wanted: wanted[0]}
	}
	for _, w := range wanted {
		if e.life() == w {
			return e, nil
		}
	}
	return nil, &sim.EdgeError{ID: id, State: e.life(), Wanted: wanted[0]}
}

// generate makes the profile of an eSIM, which its order must have been completed for.
func generate(tx *sim.Tx[state], id string) error {
	e, err := living(tx, id, fresh)
	if err != nil {
		return err
	}
	if o := tx.State.order(e.Order); o.CompletedAt.IsZero() {
		return &sim.EdgeError{ID: id, State: "of an order that is " + o.status(), Wanted: fresh}
	}
	p := tx.Issue(sim.Issue{
		Prefix: "8944500", SMDPAddress: "smdp.roamify.test", MatchingID: matchingID(tx), ID: e.ID,
		Countries: findPackage(e.Package).Group.Countries,
	})
	tx.State.alterESIM(e, tx.Now, func() {
		if e.AppliedAt.IsZero() {
			e.AppliedAt = tx.Now // the edge was forced
		}
		e.ICCID, e.ReadyAt, e.ExpiresAt = string(p.ICCID), tx.Now, tx.Now.Add(installWindow)
	})
	tx.At(esimExpired, id, e.ExpiresAt)
	e.tell(tx, e.word())
	tx.Await(esimUnknown, id)
	return nil
}

// matchingID has three groups of four, as vendors print them.
func matchingID(tx *sim.Tx[state]) string {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRSTVWXYZ"
	return tx.Text(4, alphabet) + "-" + tx.Text(4, alphabet) + "-" + tx.Text(4, alphabet)
}

// install is for the first time, or again after the profile was deleted.
func install(tx *sim.Tx[state], id string) error {
	e, err := living(tx, id, ready, installed)
	if err != nil {
		return err
	}
	if e.life() == installed && e.DeletedAt.IsZero() {
		return &sim.EdgeError{ID: id, State: installed, Wanted: ready}
	}
	tx.State.alterESIM(e, tx.Now, func() {
		if e.InstalledAt.IsZero() {
			e.InstalledAt = tx.Now
		}
		e.DeletedAt = time.Time{}
	})
	e.note(installed, tx.Now)
	e.tell(tx, installed)
	return nil
}

// activate starts the validity of an installed eSIM, or switches its line on again.
func activate(tx *sim.Tx[state], id string) error {
	e, err := living(tx, id, installed)
	if err != nil {
		return err
	}
	if e.active() {
		return &sim.EdgeError{ID: id, State: "active", Wanted: installed}
	}
	tx.State.alterESIM(e, tx.Now, func() {
		if e.StartedAt.IsZero() {
			e.StartedAt, e.ExpiresAt = tx.Now, tx.Now.Add(time.Duration(e.Days)*day)
		}
		e.InactiveAt = time.Time{}
	})
	e.note(activated, tx.Now)
	e.tell(tx, activated)
	tx.At(esimExpired, id, e.ExpiresAt)
	tx.Await(esimInactive, id)
	return nil
}

// active says that its validity runs and its line is on.
func (e *eSIM) active() bool { return !e.StartedAt.IsZero() && e.InactiveAt.IsZero() }

// deactivate switches the line off; the validity goes on.
func deactivate(tx *sim.Tx[state], id string) error {
	e, err := living(tx, id, installed)
	if err != nil {
		return err
	}
	if !e.active() {
		return &sim.EdgeError{ID: id, State: "not active", Wanted: "active"}
	}
	tx.State.alterESIM(e, tx.Now, func() { e.InactiveAt = tx.Now })
	e.note(inactive, tx.Now)
	e.tell(tx, inactive)
	return nil
}

func deplete(tx *sim.Tx[state], id string) error {
	e, err := living(tx, id, installed)
	switch {
	case err != nil:
		return err
	case !e.usedUp():
		return &sim.EdgeError{ID: id, State: "not used up", Wanted: "used up"}
	case !e.DepletedAt.IsZero():
		return &sim.EdgeError{ID: id, State: "depleted", Wanted: "used up"}
	}
	tx.State.alterESIM(e, tx.Now, func() { e.DepletedAt = tx.Now })
	e.tellUsage(tx)
	return nil
}

// usedUp says that no data is left.
func (e *eSIM) usedUp() bool { return !e.Unlimited && e.left() <= 0 }

// expire ends an eSIM: it was not used in its install window, or its validity is over.
func expire(tx *sim.Tx[state], id string) error {
	e, err := living(tx, id, ready, installed)
	if err != nil {
		return err
	}
	tx.State.alterESIM(e, tx.Now, func() {
		if e.ExpiredAt = tx.Now; e.ExpiresAt.After(tx.Now) {
			e.ExpiresAt = tx.Now
		}
	})
	e.note(expired, tx.Now)
	e.tell(tx, expired)
	return nil
}

// remove is the deletion from a device; the eSIM stays what it is.
func remove(tx *sim.Tx[state], id string) error {
	e := tx.State.esim(id)
	switch {
	case e == nil:
		return &sim.EdgeError{ID: id, Wanted: installed}
	case e.InstalledAt.IsZero():
		return &sim.EdgeError{ID: id, State: e.life(), Wanted: installed}
	case !e.DeletedAt.IsZero():
		return &sim.EdgeError{ID: id, State: "deleted", Wanted: installed}
	}
	tx.State.alterESIM(e, tx.Now, func() { e.DeletedAt = tx.Now })
	e.note(deleted, tx.Now)
	e.tell(tx, deleted)
	return nil
}

// revoke takes an eSIM away for good.
func revoke(tx *sim.Tx[state], id string) error {
	e, err := living(tx, id, fresh, ready, installed, expired)
	if err != nil {
		return err
	}
	tx.State.alterESIM(e, tx.Now, func() { e.RevokedAt, e.UnknownAt = tx.Now, time.Time{} })
	e.note(revoked, tx.Now)
	e.tell(tx, revoked)
	return nil
}

// lose is a supplier that cannot be asked any more. The eSIM works as before.
func lose(tx *sim.Tx[state], id string) error {
	e, err := living(tx, id, fresh, ready, installed, expired)
	if err != nil {
		return err
	}
	if !e.UnknownAt.IsZero() {
		return &sim.EdgeError{ID: id, State: unknown, Wanted: e.life()}
	}
	tx.State.alterESIM(e, tx.Now, func() { e.UnknownAt = tx.Now })
	e.note(unknown, tx.Now)
	e.tell(tx, unknown)
	tx.Await(esimRecovered, id)
	return nil
}

func recoverESIM(tx *sim.Tx[state], id string) error {
	e, err := living(tx, id, fresh, ready, installed, expired)
	if err != nil {
		return err
	}
	if e.UnknownAt.IsZero() {
		return &sim.EdgeError{ID: id, State: e.life(), Wanted: unknown}
	}
	tx.State.alterESIM(e, tx.Now, func() { e.UnknownAt = time.Time{} })
	e.tell(tx, e.word())
	return nil
}

// extend gives an eSIM what a top-up brings. Assumed, as the pages tell only that it
// tops up: data is added, and the validity lasts at least the package's days from now.
// What an expired eSIM had left is lost, and the top-up begins at once.
func extend(tx *sim.Tx[state], e *eSIM, p *esimPackage) {
	before := e.word()
	tx.State.alterESIM(e, tx.Now, func() {
		if !e.ExpiredAt.IsZero() {
			e.ExpiredAt, e.Days, e.Unlimited, e.Allowed, e.Used, e.SMS, e.Minutes = time.Time{}, 0, false, 0, 0, 0, 0
			if e.StartedAt.IsZero() {
				e.ExpiresAt = tx.Now.Add(installWindow)
			} else {
				e.StartedAt = tx.Now
			}
		}
		e.give(p)
		e.DepletedAt = time.Time{}
		if until := tx.Now.Add(time.Duration(p.Days) * day); !e.StartedAt.IsZero() && until.After(e.ExpiresAt) {
			e.ExpiresAt = until
		}
	})
	tx.Cancel(esimDepleted, e.ID)
	tx.At(esimExpired, e.ID, e.ExpiresAt)
	if now := e.word(); now != before {
		e.tell(tx, now)
	}
}

// give adds what a package holds.
func (e *eSIM) give(p *esimPackage) {
	e.Days = max(e.Days, p.Days)
	e.Unlimited = e.Unlimited || p.Unlimited > 0
	e.Allowed += p.Data
	e.SMS += p.SMS
	e.Minutes += p.Minutes
}
