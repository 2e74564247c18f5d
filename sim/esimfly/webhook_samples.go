package esimfly

import (
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// A subject is what a sample of an event is about: an eSIM of the account, as it might be
// when the event comes about. It is a copy, free to be changed.
type subject struct {
	order   *order
	esim    soldESIM
	profile esim.Profile
}

// subjectOf is the newest eSIM that fits, or one that is made up: of a package that does.
func subjectOf(tx *sim.Tx[state], code string, fits func(*order, *soldESIM) bool) subject {
	s := tx.State
	for i := len(s.ESIMs) - 1; i >= 0; i-- {
		e := s.ESIMs[i]
		o := s.orderOf(e)
		if p := profile(tx, e); p != nil && fits(o, e) {
			return subject{o, *e, *p}
		}
	}
	return madeUp(tx, code)
}

// madeUp was bought an hour ago.
func madeUp(tx *sim.Tx[state], code string) subject {
	p := catalogue().byCode[code]
	at := tx.Now.Add(-time.Hour)
	o := &order{
		Reference: referenceAt(tx, "order_", at) + "q8m2x", ID: firstID,
		PackageCode: code, PackageName: p.item.Name, Volume: p.volume, Days: p.item.ValidityDays, PlacedAt: at, ProvisionedAt: at,
	}
	return subject{
		order: o,
		esim:  soldESIM{ICCID: "8932042000010078801", ID: firstID, Volume: o.Volume, Days: o.Days, InstallBy: o.installBy()},
		profile: esim.Profile{
			ICCID: "8932042000010078801", IMSI: "260010188812345", MSISDN: "48267700112",
			Code: esim.ActivationCode{SMDPAddress: smdpAddress, MatchingID: "K7Q2-9XTD-41PA"},
		},
	}
}

// The packages of what is made up: KDDI's, and one on esimfly's own network.
const (
	sampleAsync = "RB77_5D"
	sampleOwn   = "2184410"
)

func anyESIM(*order, *soldESIM) bool { return true }

func ownESIM(o *order, _ *soldESIM) bool { return watched(o.class()) }

// install puts it on a device, unless it is on one.
func (s *subject) install(now time.Time) {
	if s.profile.EID == "" {
		s.profile.EID = "89049032000001000000000000000059"
	}
	if s.esim.InstalledAt.IsZero() {
		s.esim.InstalledAt = now
	}
}

func sample(tx *sim.Tx[state], name string, data any) any {
	return eventBody{name, tx.Now.UTC().Format(wireMillis), data}
}

func sampleProvisioned(tx *sim.Tx[state]) any {
	s := subjectOf(tx, sampleAsync, anyESIM)
	return sample(tx, hookProvisioned, provisionedOf(s.order, &s.esim, &s.profile))
}

func sampleInstalled(tx *sim.Tx[state]) any {
	s := subjectOf(tx, sampleOwn, ownESIM)
	s.install(tx.Now)
	return sample(tx, hookInstalled, installedOf(s.order, &s.esim, &s.profile))
}

func sampleProfile(tx *sim.Tx[state]) any {
	s := subjectOf(tx, sampleOwn, ownESIM)
	s.install(tx.Now)
	return sample(tx, hookProfile, profileOf(s.order, &s.esim, &s.profile, downloading, rawEnabled, tx.Now))
}

// sampleStatus tells of the status that an eSIM is in, or of first use where that is NEW.
func sampleStatus(tx *sim.Tx[state]) any {
	s := subjectOf(tx, sampleOwn, anyESIM)
	e := &s.esim
	from, to := statusNew, e.status()
	switch {
	case to == statusNew:
		to, e.ActivatedAt, e.EndsAt = statusActive, tx.Now, tx.Now.AddDate(0, 0, e.Days)
	case to != statusActive && !e.ActivatedAt.IsZero():
		from = statusActive
	}
	return sample(tx, hookStatus, statusOf(s.order, e, from, to, tx.Now))
}

// sampleUsage tells of the last threshold that an eSIM went past, or of the first as if it
// had.
func sampleUsage(tx *sim.Tx[state]) any {
	s := subjectOf(tx, sampleOwn, func(o *order, e *soldESIM) bool { return ownESIM(o, e) && !e.unlimited() })
	e, mb := &s.esim, thresholds[0]
	e.Used = max(e.Used, e.Volume-esim.Bytes(mb)*esim.MiB)
	for _, at := range thresholds {
		if e.Volume-e.Used <= esim.Bytes(at)*esim.MiB {
			mb = at
		}
	}
	return sample(tx, hookUsage, usageOf(s.order, e, mb, tx.State.packageID(e), tx.Now))
}
