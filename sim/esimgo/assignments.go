package esimgo

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// The states of an assignment, as the owner's page writes them.
const (
	processing = "Processing"
	queued     = "Queued"
	active     = "Active"
	depleted   = "Depleted"
	expired    = "Expired"
	lapsed     = "Lapsed"
	revoked    = "Revoked"
)

// state derives the word from what has happened.
func (a *assignment) state() string {
	switch {
	case !a.RevokedAt.IsZero():
		return revoked
	case !a.LapsedAt.IsZero():
		return lapsed
	case !a.ExpiredAt.IsZero():
		return expired
	case !a.DepletedAt.IsZero():
		return depleted
	case !a.StartedAt.IsZero():
		return active
	case !a.QueuedAt.IsZero():
		return queued
	}
	return processing
}

// over says that the assignment shows only to those who ask for used ones: what is
// depleted still shows.
func (a *assignment) over() bool {
	state := a.state()
	return state == expired || state == lapsed || state == revoked
}

func (a *assignment) id() string        { return strconv.Itoa(a.ID) }
func (a *assignment) reference() string { return a.Order + "-" + strconv.Itoa(a.Index) }
func (a *assignment) endsAt() time.Time { return a.StartedAt.Add(a.Length) }

// day counts the periods of 24 hours since the start, of which an unlimited bundle has
// an allowance each. After the end it stays with the last.
func (a *assignment) day(now time.Time) int {
	if end := a.endsAt(); !now.Before(end) {
		now = end.Add(-1)
	}
	return int(now.Sub(a.StartedAt) / (24 * time.Hour))
}

// remaining is what is left; of an unlimited bundle, of today's allowance.
func (a *assignment) remaining(now time.Time) esim.Bytes {
	if a.Unlimited && !a.StartedAt.IsZero() && a.day(now) != a.Day {
		return a.Volume
	}
	return max(a.Volume-a.Used, 0)
}

// untouched says that no data has come out of the assignment yet.
func (a *assignment) untouched() bool { return a.Used == 0 && a.Day == 0 }

// take uses data of an active assignment and says how much there was. Past its allowance
// an unlimited bundle is slow, but does not end.
func (a *assignment) take(now time.Time, wanted esim.Bytes) esim.Bytes {
	if a.Unlimited {
		if day := a.day(now); day != a.Day {
			a.Day, a.Used = day, 0
		}
		a.Used += min(wanted, a.Volume-a.Used)
		return wanted
	}
	used := min(wanted, a.remaining(now))
	a.Used += used
	return used
}

// assign puts a bundle on an eSIM: one assignment, or one for each month. It was paid for
// with the order, or with the stock it comes from.
func assign(tx *sim.Tx[state], o *order, l *orderLine, unit int, e *heldESIM) {
	s, b := tx.State, catalogue().byName[l.Bundle]
	months := b.Plan.assignments()
	bought, price, usage := o.CreatedAt, l.Price, 0
	if unit < len(l.Usages) {
		from := s.stock(l.Usages[unit])
		bought, price, usage = from.BoughtAt, from.Price, from.ID
	}
	var first *assignment
	part := price / money.Amount(months)
	for month := range months {
		worth := part
		if month == 0 {
			worth = price - part.Times(months-1) // with what does not divide
		}
		a := &assignment{
			ID: s.FirstID + len(s.Assigned), ICCID: e.ICCID, Bundle: b.Name, Order: o.Reference, Index: len(o.Assigned),
			AssignedAt: tx.Now, BoughtAt: bought, Price: worth, Usage: usage, Months: months,
			Length: b.Plan.length(), Volume: b.Plan.volume(), Unlimited: b.Plan.unlimited(),
		}
		o.Assigned = append(o.Assigned, len(s.Assigned))
		e.Assigned = append(e.Assigned, len(s.Assigned))
		s.Assigned = append(s.Assigned, a)
		if first == nil {
			first = a
		}
		tx.Await("bundle.queued", a.id())
	}
	e.acted(tx, "Bundle Applied")
	e.remember(tx, "Bundle Applied", first, "")
}

// cover adds the countries of a bundle to those where an eSIM that was there before works.
func cover(tx *sim.Tx[state], iccid string, countries []string) {
	p := tx.ESIM(iccid)
	for _, iso := range countries {
		if !slices.Contains(p.Countries, iso) {
			// The list may still be the catalogue's own.
			p.Countries = append(slices.Clip(p.Countries), iso)
		}
	}
}

// queueBundle passes bundle.queued. From here on the assignment can lapse.
func queueBundle(tx *sim.Tx[state], id string) error {
	a, err := assignmentIn(tx, id, processing)
	if err != nil {
		return err
	}
	a.QueuedAt = tx.Now
	e := held(tx, a.ICCID)
	tx.At("bundle.lapsed", id, lapse(latest(a.AssignedAt, lastActive(tx, e))))
	return nil
}

// lastActive is when an eSIM has, or had, its last day with an active assignment: only
// those let data flow. It is zero for one that was never used.
func lastActive(tx *sim.Tx[state], e *heldESIM) (last time.Time) {
	for _, i := range e.Assigned {
		if a := tx.State.Assigned[i]; !a.StartedAt.IsZero() {
			last = latest(last, a.stopsAt())
		}
	}
	return last
}

// stopsAt is when an assignment that was started ceases, or ceased, to be active.
func (a *assignment) stopsAt() time.Time {
	for _, at := range []time.Time{a.DepletedAt, a.ExpiredAt, a.RevokedAt} {
		if !at.IsZero() {
			return at
		}
	}
	return a.endsAt()
}

// postpone puts off the lapse of what is queued on an eSIM: the months without activity count
// from the last.
func postpone(tx *sim.Tx[state], e *heldESIM) {
	last := lastActive(tx, e)
	for _, i := range e.Assigned {
		if a := tx.State.Assigned[i]; a.state() == queued {
			tx.At("bundle.lapsed", a.id(), lapse(latest(a.AssignedAt, last)))
		}
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// activateBundle passes bundle.active: the days begin to count.
func activateBundle(tx *sim.Tx[state], id string) error {
	a, err := assignmentIn(tx, id, queued)
	if err != nil {
		return err
	}
	a.StartedAt = tx.Now
	tx.Cancel("bundle.lapsed", id)
	tx.At("bundle.expired", id, a.endsAt())
	e := held(tx, a.ICCID)
	e.remember(tx, "eSIM First Use", a, "")
	postpone(tx, e)
	return nil
}

// depleteBundle passes bundle.depleted. An unlimited bundle never is.
func depleteBundle(tx *sim.Tx[state], id string) error {
	a, err := assignmentIn(tx, id, active)
	if err != nil {
		return err
	}
	if a.Unlimited {
		return &sim.EdgeError{ID: id, State: "unlimited", Wanted: active}
	}
	untouched := a.untouched()
	a.Used, a.DepletedAt = a.Volume, tx.Now
	if untouched {
		tell(tx, held(tx, a.ICCID), firstUse, firstUseOf(tx, a))
	}
	alert(tx, a)
	postpone(tx, held(tx, a.ICCID))
	return nil
}

// expireBundle passes bundle.expired.
func expireBundle(tx *sim.Tx[state], id string) error {
	a, err := assignmentIn(tx, id, active, depleted)
	if err != nil {
		return err
	}
	a.ExpiredAt = tx.Now
	tx.Cancel("bundle.depleted", id)
	e := held(tx, a.ICCID)
	e.remember(tx, "Bundle Expired", a, "")
	postpone(tx, e)
	return nil
}

// lapseBundle passes bundle.lapsed.
func lapseBundle(tx *sim.Tx[state], id string) error {
	a, err := assignmentIn(tx, id, queued)
	if err != nil {
		return err
	}
	a.LapsedAt = tx.Now
	held(tx, a.ICCID).remember(tx, "Bundle Lapsed", a, "")
	return nil
}

// assignmentIn is the assignment of that id, if it is in one of these states.
func assignmentIn(tx *sim.Tx[state], id string, states ...string) (*assignment, error) {
	a := tx.State.assignment(id)
	if a == nil {
		return nil, &sim.EdgeError{ID: id}
	}
	if !slices.Contains(states, a.state()) {
		return nil, &sim.EdgeError{ID: id, State: a.state(), Wanted: strings.Join(states, " or ")}
	}
	return a, nil
}
