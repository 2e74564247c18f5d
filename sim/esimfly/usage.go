package esimfly

import (
	"github.com/esimsim/esimsim/sim"
)

// queryUsage tells what is left, of an eSIM or of the first one of an order. Which wins
// where both are named, and that a top-up is no order here, is assumed.
func queryUsage(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	iccid, reference := r.Query.Get("iccid"), r.Query.Get("order_id")
	if iccid == "" && reference == "" {
		return sim.Reply{}, errUsageParameter
	}
	noteUsageQuery(r)
	s := tx.State
	e := esimCalled(tx, iccid)
	if iccid == "" {
		if o := s.order(reference); o != nil && o.TopUp == "" && o.FailedAt.IsZero() {
			e = esimsOf(tx, o)[0]
		}
	}
	if e == nil || !s.orderOf(e).FailedAt.IsZero() {
		return sim.Reply{}, errUsageNotFound
	}
	o := s.orderOf(e)
	tx.Look(o.Reference)
	tx.Look(e.ICCID)
	return sim.Reply{Body: usageAnswer{Success: true, Data: usageData{
		ESIM: usageESIM{ICCID: o.iccid(e), OrderID: o.Reference, PackageName: o.PackageName, Status: e.status()},
		Data: e.data(), Validity: e.validity(),
	}}}, nil
}

func noteUsageQuery(r *sim.Request) {
	if r.Query.Get("iccid") != "" && r.Query.Get("order_id") != "" {
		r.Note(&oddUsageBoth, "query/order_id", "send iccid or order_id, not both: here the iccid counts")
	}
	for _, key := range []string{"from_date", "to_date"} {
		if r.Query.Get(key) != "" {
			r.Note(&oddUsageDates, "query/"+key, "leave out "+key+": it is reserved and has no effect yet")
		}
	}
}
