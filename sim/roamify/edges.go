package roamify

import (
	"time"

	"github.com/esimsim/esimsim/sim"
)

// The names of the edges. The id of an order's is the order's, of all others the esimId.
const (
	orderCompleted = "order.completed"
	esimReady      = "esim.ready"
	esimInstalled  = "esim.installed"
	esimActive     = "esim.active"
	esimDepleted   = "esim.depleted"
	esimExpired    = "esim.expired"
)

var edges = []sim.Edge[state]{
	{
		Name: orderCompleted, Pass: completeOrder,
		Basis: sim.Brief, Source: "owner's Orders page: PENDING and COMPLETED; recorded orders were COMPLETED at once",
	},
	{
		Name: esimReady, Pass: generate,
		Basis: sim.Brief, Source: "owner's Overview page, step 4; eSIM page: NEW and READY",
	},
	{
		Name: esimInstalled, Pass: install,
		Basis: sim.Documented, Source: "eSIM page: READY and INSTALLED",
	},
	{
		Name: esimActive, Pass: activate,
		Basis: sim.Documented, Source: "packages page: activation first-use; usage page: startedAt",
	},
	{
		Name: esimDepleted, Pass: deplete,
		Basis: sim.Documented, Source: "usage webhook page: 100 % of data",
	},
	{
		Name: esimExpired, Pass: expire,
		Basis: sim.Documented, Source: "eSIM page: EXPIRED; expiredAt of its samples",
	},
}

const (
	day = 24 * time.Hour
	// installWindow is expiredAt in the vendor's samples of a profile just made.
	installWindow = 365 * day
)

func completeOrder(tx *sim.Tx[state], id string) error {
	o := tx.State.order(id)
	switch {
	case o == nil:
		return &sim.EdgeError{ID: id, Wanted: pending}
	case o.status() != pending:
		return &sim.EdgeError{ID: id, State: o.status(), Wanted: pending}
	}
	o.CompletedAt = tx.Now
	tx.State.Pending--
	for _, i := range o.Items {
		e := tx.State.esim(i.ESIM)
		e.UpdatedAt = tx.Now
		if o.TopUp {
			extend(tx, e, findPackage(tx, i.Package))
		}
	}
	return nil
}

// generate makes the profile of an eSIM, which its order must have been completed for.
func generate(tx *sim.Tx[state], id string) error {
	e, err := standing(tx, id, fresh)
	if err != nil {
		return err
	}
	if o := tx.State.order(e.Order); o.status() != completed {
		return &sim.EdgeError{ID: id, State: "of an order that is " + o.status(), Wanted: fresh}
	}
	p := tx.Issue(sim.Issue{
		Prefix: "8944500", SMDPAddress: "smdp.roamify.test", MatchingID: matchingID(tx), ID: e.ID,
		Countries: findPackage(tx, e.Package).Group.Countries,
	})
	if e.AppliedAt.IsZero() {
		e.AppliedAt = tx.Now // the edge was forced
	}
	e.ICCID = string(p.ICCID)
	tx.State.ESIMByICCID[e.ICCID] = tx.State.ESIMByID[e.ID]
	e.ReadyAt, e.UpdatedAt, e.ExpiresAt = tx.Now, tx.Now, tx.Now.Add(installWindow)
	tx.At(esimExpired, id, e.ExpiresAt)
	return nil
}

// matchingID has three groups of four, as vendors print them.
func matchingID(tx *sim.Tx[state]) string {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRSTVWXYZ"
	return tx.Text(4, alphabet) + "-" + tx.Text(4, alphabet) + "-" + tx.Text(4, alphabet)
}

func install(tx *sim.Tx[state], id string) error {
	e, err := standing(tx, id, ready)
	if err != nil {
		return err
	}
	e.InstalledAt, e.UpdatedAt = tx.Now, tx.Now
	return nil
}

// activate starts the validity of an installed eSIM.
func activate(tx *sim.Tx[state], id string) error {
	e, err := standing(tx, id, installed)
	if err != nil {
		return err
	}
	if !e.StartedAt.IsZero() {
		return &sim.EdgeError{ID: id, State: "active", Wanted: installed}
	}
	e.StartedAt, e.UpdatedAt, e.ExpiresAt = tx.Now, tx.Now, tx.Now.Add(time.Duration(e.Days)*day)
	tx.At(esimExpired, id, e.ExpiresAt)
	return nil
}

func deplete(tx *sim.Tx[state], id string) error {
	e, err := standing(tx, id, installed)
	switch {
	case err != nil:
		return err
	case e.Unlimited || e.left() > 0:
		return &sim.EdgeError{ID: id, State: "not used up", Wanted: "used up"}
	case !e.DepletedAt.IsZero():
		return &sim.EdgeError{ID: id, State: "depleted", Wanted: "used up"}
	}
	e.DepletedAt, e.UpdatedAt = tx.Now, tx.Now
	return nil
}

// expire ends an eSIM: it was not used in its install window, or its validity is over.
func expire(tx *sim.Tx[state], id string) error {
	e, err := standing(tx, id, ready, installed)
	if err != nil {
		return err
	}
	e.ExpiredAt, e.UpdatedAt = tx.Now, tx.Now
	if e.ExpiresAt.After(tx.Now) {
		e.ExpiresAt = tx.Now
	}
	return nil
}

// standing is the eSIM by that id if its status is one of those wanted.
func standing(tx *sim.Tx[state], id string, wanted ...string) (*eSIM, error) {
	e := tx.State.esim(id)
	if e == nil {
		return nil, &sim.EdgeError{ID: id, Wanted: wanted[0]}
	}
	for _, w := range wanted {
		if e.status() == w {
			return e, nil
		}
	}
	return nil, &sim.EdgeError{ID: id, State: e.status(), Wanted: wanted[0]}
}

// extend gives an eSIM what a top-up brings. Assumed, as the pages tell only that it
// tops up: data is added, and the validity lasts at least the package's days from now.
// What an expired eSIM had left is lost, and the top-up begins at once.
func extend(tx *sim.Tx[state], e *eSIM, p *esimPackage) {
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
	tx.Cancel(esimDepleted, e.ID)
	if until := tx.Now.Add(time.Duration(p.Days) * day); !e.StartedAt.IsZero() && until.After(e.ExpiresAt) {
		e.ExpiresAt = until
	}
	tx.At(esimExpired, e.ID, e.ExpiresAt)
}

// give adds what a package holds.
func (e *eSIM) give(p *esimPackage) {
	e.Days = max(e.Days, p.Days)
	e.Unlimited = e.Unlimited || p.Unlimited > 0
	e.Allowed += p.Data
	e.SMS += p.SMS
	e.Minutes += p.Minutes
}
