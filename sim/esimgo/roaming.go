package esimgo

import (
	"slices"
	"time"

	"github.com/esimsim/esimsim/sim"
)

// visitMemory is how long a country counts as visited after an eSIM has left it, and how
// often a stay is told of (vendor's LocationUpdate page).
const visitMemory = 24 * time.Hour

// A visit is a stay in a country that is over.
type visit struct {
	Country string // ISO code
	EndedAt time.Time
}

// registered follows an eSIM onto a network of a country. Nobody is told of one that it
// has left within the last day, until it has stayed there for a day again.
func registered(tx *sim.Tx[state], e *heldESIM, country string) {
	if country == "" {
		return
	}
	if country != e.Country {
		unregister(tx, e)
		e.Visits = slices.DeleteFunc(e.Visits, func(v visit) bool { return !v.EndedAt.After(tx.Now.Add(-visitMemory)) })
		known := slices.ContainsFunc(e.Visits, func(v visit) bool { return v.Country == country })
		e.Country, e.CountryAt = country, tx.Now
		if !known && toBeTold(tx, e) {
			tx.Await("esim.located", e.ICCID) // and thereafter each day
			return
		}
	}
	stay(tx, e)
}

// unregister ends the stay of an eSIM where it is.
func unregister(tx *sim.Tx[state], e *heldESIM) {
	tx.Cancel("esim.located", e.ICCID)
	if e.Country != "" {
		e.Visits = append(e.Visits, visit{e.Country, tx.Now})
		e.Country = ""
	}
}

// stay has the country told again at the next full day of the stay.
func stay(tx *sim.Tx[state], e *heldESIM) {
	if e.Country != "" && toBeTold(tx, e) {
		// By seconds: a Duration ends after 292 years.
		days := (tx.Now.Unix()-e.CountryAt.Unix())/int64(visitMemory/time.Second) + 1
		tx.At("esim.located", e.ICCID, e.CountryAt.AddDate(0, 0, int(days)))
	}
}

// toBeTold says whether the organisation hears where an eSIM is: nothing waits for those
// who do not listen.
func toBeTold(tx *sim.Tx[state], e *heldESIM) bool { return e.ReturnedAt.IsZero() && tx.Heard() }

// locateESIM passes esim.located.
func locateESIM(tx *sim.Tx[state], iccid string) error {
	e := held(tx, iccid)
	switch {
	case e == nil:
		return &sim.EdgeError{ID: iccid}
	case e.Country == "":
		return &sim.EdgeError{ID: iccid, State: "on no network", Wanted: "on a network"}
	case e.suspension() != "":
		return &sim.EdgeError{ID: iccid, State: suspended, Wanted: inService}
	}
	tell(tx, e, countryChange, countryChangeOf(iccid, e.Country))
	stay(tx, e)
	return nil
}
