package esimfly

import (
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// device follows what happens to an eSIM out there. One that is over does nothing any
// more but go, and a suspended one finds no network; first use activates it, and the last
// byte depletes it. That what is deleted on the device cannot be installed again is
// assumed.
func device(tx *sim.Tx[state], p *esim.Profile, a esim.Action) (esim.Bytes, error) {
	iccid := string(p.ICCID)
	e := esimOf(tx, iccid)
	if e == nil {
		return 0, &sim.EdgeError{ID: iccid}
	}
	if a.Kind == esim.Remove {
		tx.Cancel(edgeInstalled, iccid)
		if e.removable() {
			tx.Await(edgeDeleted, iccid)
		}
		return 0, nil
	}
	if e.over() {
		return 0, e.refuse(alive)
	}
	if a.Kind == esim.Install {
		if p.InstalledAt.IsZero() && e.InstalledAt.IsZero() {
			tellProfile(tx, e, downloading)
			tx.Await(edgeInstalled, iccid)
		}
		return 0, nil
	}
	if !e.SuspendedAt.IsZero() {
		return 0, &sim.EdgeError{ID: iccid, State: "suspended", Wanted: alive}
	}
	if a.Kind == esim.Attach {
		e.attach(tx, p, a.Country)
		return 0, nil
	}
	return use(tx, p, e, a.Bytes)
}

const alive = statusNew + ", " + statusActive + " or " + statusDepleted

// over says that an eSIM is no good any more, unless a top-up revives it.
func (e *soldESIM) over() bool {
	switch e.status() {
	case statusExpired, statusCancelled, statusDeleted:
		return true
	}
	return false
}

// removable says whether there is something to delete.
func (e *soldESIM) removable() bool {
	return !e.over() && !(e.InstalledAt.IsZero() && e.ActivatedAt.IsZero())
}

// use takes no more than is left. Outside its countries an eSIM gets no data at all.
func use(tx *sim.Tx[state], p *esim.Profile, e *soldESIM, bytes esim.Bytes) (esim.Bytes, error) {
	if !covers(p, p.LastCountry) {
		return 0, &sim.EdgeError{
			ID: e.ICCID, State: fmt.Sprintf("attached in %s, which its package does not cover", p.LastCountry),
			Wanted: "attached in " + p.Countries[0],
		}
	}
	used := min(bytes, math.MaxInt64-e.Used)
	if !e.unlimited() {
		used = min(used, e.Volume-e.Used)
	}
	if tx.State.orderOf(e).class() == classEnterprise {
		used = draw(tx, used)
	}
	if used <= 0 {
		return 0, nil
	}
	first := e.Used == 0
	e.Used += used
	e.UsedAt = tx.Now
	e.session(tx, p.LastCountry, used)
	tellUsage(tx, e, used)
	if first && e.status() == statusNew {
		tx.Await(edgeActive, e.ICCID)
	} else {
		awaitDepletion(tx, e)
	}
	return used, nil
}

// covers says whether the eSIM works in a country; before it was anywhere, it does.
func covers(p *esim.Profile, country string) bool {
	return country == "" || slices.Contains(p.Countries, country)
}

// gigabyteEUR is what an enterprise pays its network; assumed.
const gigabyteEUR = money.Amount(150)

// draw pays for data out of an enterprise's balance, as far as that goes: at zero all its
// eSIMs are cut off, until there is money again (api-docs, Enterprise). What comes to less
// than the currency's smallest sum is paid for together with what follows.
func draw(tx *sim.Tx[state], bytes esim.Bytes) esim.Bytes {
	s, c := tx.State, purse(tx)
	price, funds := uint64(c.of(gigabyteEUR, eur)/c.step), uint64(max(0, s.Balance)/c.step)
	if bytes <= 0 || funds == 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(bytes), price)
	lo, carry := bits.Add64(lo, s.Unpaid, 0)
	cost, rest := bits.Div64(hi+carry, lo, uint64(esim.GiB))
	if cost > funds {
		hi, lo = bits.Mul64(funds, uint64(esim.GiB))
		lo, carry = bits.Sub64(lo, s.Unpaid, 0)
		paid, over := bits.Div64(hi-carry, lo, price)
		if over > 0 {
			paid++ // the byte that takes the last of it
		}
		bytes, cost, rest = esim.Bytes(paid), funds, 0
	}
	s.Balance -= money.Amount(cost) * c.step
	s.Unpaid = rest
	return bytes
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
	if e := esimOf(tx, string(p.ICCID)); e != nil {
		return e.status()
	}
	return ""
}

func (e *soldESIM) refuse(wanted string) error {
	return &sim.EdgeError{ID: e.ICCID, State: e.status(), Wanted: wanted}
}

// find gives the eSIM whose edge is to be passed.
func find(tx *sim.Tx[state], iccid string) (*soldESIM, error) {
	if e := esimOf(tx, iccid); e != nil {
		return e, nil
	}
	return nil, &sim.EdgeError{ID: iccid}
}

func install(tx *sim.Tx[state], iccid string) error {
	e, err := find(tx, iccid)
	if err != nil {
		return err
	}
	if !e.InstalledAt.IsZero() || e.over() {
		return e.refuse(statusNew + " and not installed")
	}
	e.InstalledAt, e.Device = tx.Now, newHandset(tx)
	tellProfile(tx, e, rawEnabled)
	tellInstalled(tx, e)
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
	e.ActivatedAt, e.EndsAt = tx.Now, tx.Now.AddDate(0, 0, e.Days)
	tx.At(edgeExpired, iccid, e.EndsAt)
	tellProfile(tx, e, rawEnabled)
	e.changed(tx, statusNew)
	awaitDepletion(tx, e)
	return nil
}

// deplete uses up what is left, where it is forced: the network saw that in the country
// where the eSIM was last, or in its first one.
func deplete(tx *sim.Tx[state], iccid string) error {
	e, err := find(tx, iccid)
	if err != nil {
		return err
	}
	if e.status() != statusActive || e.unlimited() {
		return e.refuse(statusActive + " with a limited volume")
	}
	if rest := e.Volume - e.Used; rest > 0 {
		p := profile(tx, e)
		country := p.LastCountry
		if country == "" || !covers(p, country) {
			country = p.Countries[0]
		}
		e.Used, e.UsedAt = e.Volume, tx.Now
		e.session(tx, country, rest)
		tellUsage(tx, e, rest)
	}
	e.DepletedAt = tx.Now
	e.hangUp(tx)
	e.changed(tx, statusActive)
	return nil
}

func expire(tx *sim.Tx[state], iccid string) error {
	e, err := find(tx, iccid)
	if err != nil {
		return err
	}
	if e.over() {
		return e.refuse(alive)
	}
	was := e.status()
	e.ExpiredAt = tx.Now
	e.hangUp(tx)
	e.changed(tx, was)
	return nil
}

// remove follows the deletion of the profile on its device.
func remove(tx *sim.Tx[state], iccid string) error {
	e, err := find(tx, iccid)
	if err != nil {
		return err
	}
	if !e.removable() {
		return e.refuse("installed, and " + alive)
	}
	was := e.status()
	e.DeletedAt = tx.Now
	tx.Cancel(edgeExpired, iccid)
	e.hangUp(tx)
	tellProfile(tx, e, rawDeleted)
	e.changed(tx, was)
	return nil
}
