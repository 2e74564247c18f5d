package esimfly

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/esimsim/esimsim/sim"
)

// An orderFilter is what a list of orders is asked for.
type orderFilter struct {
	currency       string // orders in others are never listed
	status, search string
	from, to       time.Time // zero for none; both inclusive
}

// listOrders gives a page of the account's orders, top-ups among them. The summary is of
// the whole account; that filters do not touch it is assumed.
func listOrders(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	s := tx.State
	code := purse(tx).code
	f := readOrderFilter(r, code)
	at := pageOf(r.Query, defaultRows)
	sum := s.Sums[code]
	by, ascending := readSort(r)
	var rows []*order
	if by == "created_at" && !ascending {
		total := -1
		if f == (orderFilter{currency: code}) {
			total = sum.Orders
		}
		rows = newest(s.Orders, total, f.keeps, &at)
	} else {
		rows = sorted(s.Orders, f, by, ascending, &at)
	}
	out := ordersData{
		Orders:     make([]listedOrder, 0, len(rows)),
		Summary:    ordersSummary{TotalOrders: sum.Completed, TotalRevenue: sum.Revenue.Float()},
		Pagination: at,
	}
	for _, o := range rows {
		out.Orders = append(out.Orders, o.list(tx))
	}
	return sim.Reply{Body: ordersAnswer{Success: true, Data: out}}, nil
}

func readOrderFilter(r *sim.Request, currency string) orderFilter {
	q := r.Query
	f := orderFilter{currency: currency, search: strings.ToLower(q.Get("search"))}
	if st := q.Get("status"); st != "all" {
		f.status = st
	}
	f.from = readDate(r, "from_date", 0)
	f.to = readDate(r, "to_date", day-time.Nanosecond)
	return f
}

// readDate reads an instant or a day; of a day it takes the start and adds rest. What is
// neither is passed over, which is assumed.
func readDate(r *sim.Request, key string, rest time.Duration) time.Time {
	text := r.Query.Get(key)
	if text == "" {
		return time.Time{}
	}
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t
	}
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return t.Add(rest)
	}
	r.Note(&oddDate, "query/"+key, "send "+key+" as ISO 8601, such as 2026-04-02 or 2026-04-02T08:15:09Z: this one is passed over")
	return time.Time{}
}

// readSort takes the default for what is unknown, which is assumed.
func readSort(r *sim.Request) (by string, ascending bool) {
	q := r.Query
	if by = q.Get("sort_by"); by != "amount" && by != "status" {
		by = "created_at"
	}
	return by, strings.EqualFold(q.Get("sort_order"), "asc")
}

func (f orderFilter) keeps(o *order) bool {
	switch {
	case o.currency().code != f.currency,
		f.status != "" && f.status != o.listStatus(),
		!f.from.IsZero() && o.PlacedAt.Before(f.from),
		!f.to.IsZero() && o.PlacedAt.After(f.to):
		return false
	}
	return f.search == "" || containsFold(f.search, o.Reference, o.PackageName, o.PackageCode)
}

// sorted is the page of a list in another order than the natural one.
func sorted(all []*order, f orderFilter, by string, ascending bool, at *pagination) []*order {
	var rows []*order
	for _, o := range all {
		if f.keeps(o) {
			rows = append(rows, o)
		}
	}
	slices.SortStableFunc(rows, func(a, b *order) int {
		var n int
		switch by {
		case "amount":
			n = cmp.Compare(a.Amount, b.Amount)
		case "status":
			n = cmp.Compare(a.listStatus(), b.listStatus())
		default:
			n = cmp.Compare(a.ID, b.ID)
		}
		if ascending {
			return n
		}
		return -n
	})
	at.count(len(rows))
	if at.Page > at.TotalPages {
		return nil
	}
	from := (at.Page - 1) * at.Limit
	return rows[from:min(from+at.Limit, len(rows))]
}

// listStatus says pending where an order itself says pending_details.
func (o *order) listStatus() string {
	if st := o.status(); st != orderPending {
		return st
	}
	return "pending"
}

func (o *order) list(tx *sim.Tx[state]) listedOrder {
	out := listedOrder{
		ID: o.ID, OrderReference: o.Reference, PackageName: o.PackageName, PackageCode: o.PackageCode,
		Amount: o.Amount.Float(), Currency: o.currency().code, Status: o.listStatus(),
		FlagURL: o.flag(), CreatedAt: formatTime(o.PlacedAt),
	}
	if !o.FailedAt.IsZero() {
		return out
	}
	e := esimsOf(tx, o)[0]
	p := profile(tx, e)
	w := e.words(p)
	out.ESIM = &orderedESIM{
		SIMStatus: w.sim, ESIMStatus: w.esim, ProfileStatus: w.raw,
		Unlimited: e.unlimited(), TotalVolume: e.volume(), TotalDuration: e.Days,
	}
	if p != nil {
		out.ESIM.ICCID, out.ESIM.ExpiredTime = &e.ICCID, formatIf(e.expires(), wireMillis)
		out.ESIM.IMSI, out.ESIM.MSISDN = numbers(p, tx.State.orderOf(e).pack())
	}
	return out
}
