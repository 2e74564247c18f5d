package roamify

import (
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// device follows what a phone does with an eSIM. An eSIM that is expired or revoked, or
// that a policy keeps from being installed or active, gives no service.
func device(tx *sim.Tx[state], p *esim.Profile, a esim.Action) (esim.Bytes, error) {
	e := tx.State.esim(p.ID)
	switch a.Kind {
	case esim.Remove:
		if !e.InstalledAt.IsZero() && e.DeletedAt.IsZero() {
			tx.Await(esimDeleted, e.ID)
		}
		return 0, nil
	case esim.Install:
		if _, err := living(tx, e.ID, ready, installed); err != nil {
			return 0, err
		}
		if e.life() == ready || !e.DeletedAt.IsZero() {
			tx.Await(esimInstalled, e.ID)
		}
		return 0, nil
	}
	if _, err := living(tx, e.ID, installed); err != nil {
		return 0, err
	}
	if a.Kind == esim.Attach {
		if !e.InactiveAt.IsZero() {
			tx.Await(esimActive, e.ID)
		}
		return 0, nil
	}
	return use(tx, e, p.LastCountry, a.Bytes)
}

// use takes data from what is left; the first use starts the validity.
func use(tx *sim.Tx[state], e *eSIM, country string, wanted esim.Bytes) (used esim.Bytes, err error) {
	if !e.active() {
		tx.Await(esimActive, e.ID)
	}
	if !e.active() {
		return 0, &sim.EdgeError{ID: e.ID, State: e.life(), Wanted: "active"}
	}
	if used = wanted; !e.Unlimited {
		used = min(wanted, e.left())
	}
	if used > 0 {
		before := e.Used
		e.Used += used
		e.UpdatedAt = tx.Now
		e.log(tx.Now, country, used)
		e.tellShares(tx, before)
	}
	if !e.Unlimited && e.left() == 0 && e.DepletedAt.IsZero() {
		tx.Await(esimDepleted, e.ID)
	}
	return used, nil
}

// log adds to the usage of a day in a country.
func (e *eSIM) log(now time.Time, country string, b esim.Bytes) {
	today := now.Truncate(day)
	for i := len(e.Usage) - 1; i >= 0 && e.Usage[i].Day.Equal(today); i-- {
		if e.Usage[i].Country == country {
			e.Usage[i].Bytes += b
			return
		}
	}
	e.Usage = append(e.Usage, dayUse{Day: today, Country: country, Bytes: b})
}
