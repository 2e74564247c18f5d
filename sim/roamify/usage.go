package roamify

import (
	"github.com/esimsim/esimsim/internal/atlas"
	"github.com/esimsim/esimsim/sim"
)

var usageQuery = schema{keys: []key{{name: "iccid", required: true}}}

func getUsage(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	e, err := checked(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	return answer(e.usage()), nil
}

func getUsageDetails(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	e, err := checked(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	return answer(wireUsageDetails{wireUsage: e.usage(), DataUsages: e.days()}), nil
}

// checked finds the eSIM that is asked about, if its usage can be.
func checked(tx *sim.Tx[state], r *sim.Request) (*eSIM, error) {
	q, err := usageQuery.query(tx, r)
	if err != nil {
		return nil, err
	}
	e := byICCID(tx, q.text("iccid"))
	switch {
	case e == nil:
		return nil, errESIMNotFound
	case findPackage(e.Package).NoUsageCheck:
		return nil, errUsageUnsupported
	}
	tx.Look(e.ID)
	return e, nil
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

// days is the usage of each day and country. Its unit is the kilobyte, unlike that of
// what is left (usage details page: 10000 and 20000 of 1024).
func (e *eSIM) days() []wireDayUse {
	out := make([]wireDayUse, len(e.Usage))
	for i, u := range e.Usage {
		country, _ := atlas.ByISO(u.Country)
		out[i] = wireDayUse{Date: u.Day.Format("20060102"), Usage: int64(u.Bytes >> 10), Location: country.Name}
	}
	return out
}
