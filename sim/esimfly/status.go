package esimfly

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// readStatus is the live status of an eSIM. It is a POST, and so no look at it. What changed
// is told at once then.
func readStatus(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	body, err := identified(r)
	if err != nil {
		return sim.Reply{}, err
	}
	e, err := named(tx, body)
	if err != nil {
		return sim.Reply{}, err
	}
	tellStatus(tx, e)
	o, p := tx.State.orderOf(e), profile(tx, e)
	w := e.words(p)
	out := liveStatus{
		ICCID: o.iccid(e), Status: w.status, ESIMStatus: w.esim, SMDPStatus: w.sim, Profile: w.profile,
		Unlimited: e.unlimited(), LastNetwork: networkOf(p, o.pack()),
		ActivationDate: formatIf(e.ActivatedAt, wireMillis), LastUsageDate: formatIf(e.UsedAt, wireMillis),
		ExpiryDate: formatIf(e.expires(), wireMillis),
		DataUsage:  liveUsage{UsedGB: gigabytes(e.Used), Unlimited: e.unlimited()},
	}
	if !e.unlimited() {
		out.DataUsage.TotalGB = ptr(gigabytes(e.Volume))
	}
	if e.Device != nil {
		out.Device = deviceWire{&e.Device.Model, &e.Device.IMEI}
	}
	return sim.Reply{Body: dataAnswer[liveStatus]{Success: true, Message: "Live eSIM status retrieved", Data: out}}, nil
}

// networkOf is where the eSIM was last seen.
func networkOf(p *esim.Profile, of *pack) (last lastNetwork) {
	if p == nil || p.LastCountry == "" {
		return last
	}
	n, country := meet(p.LastCountry, of.item.carrier())
	last.Country, last.CountryISO2 = &country, ptr(p.LastCountry) // the profile goes on while this is written
	if n.MCC != "" {
		mnc := strings.TrimLeft(n.MNC[:len(n.MNC)-1], "0") + n.MNC[len(n.MNC)-1:]
		last.Operator, last.MCC, last.MNC, last.ConnectionType = &n.Brand, &n.MCC, &mnc, ptr(connection(n))
	}
	return last
}

// eventTime says no zone, and means UTC.
const eventTime = "2006-01-02T15:04:05"

// observed is the eSIM that a request names, if its network is seen; elsewhere is the
// refusal of one whose is not.
func observed(tx *sim.Tx[state], r *sim.Request, elsewhere error) (body sim.Object, e *soldESIM, err error) {
	if body, err = identified(r); err == nil {
		e, err = named(tx, body)
	}
	if err == nil {
		err = tx.State.watches(e, elsewhere)
	}
	return body, e, err
}

// listNetworkEvents gives what the network saw in the last seven days, newest first.
func listNetworkEvents(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	_, e, err := observed(tx, r, errNoEvents)
	if err != nil {
		return sim.Reply{}, err
	}
	p := tx.ESIM(e.ICCID)
	out := networkEvents{ICCID: e.ICCID, Events: []eventWire{}}
	for _, v := range slices.Backward(e.Events) {
		if tx.Now.Sub(v.At) > eventDays*day {
			break
		}
		out.Events = append(out.Events, v.wire(p))
		out.TotalEvents++
		if !v.Allowed {
			out.WrongNetworkCount++
		}
	}
	return sim.Reply{Body: dataAnswer[networkEvents]{Success: true, Message: "Network events retrieved", Data: out}}, nil
}

func (v event) wire(p *esim.Profile) eventWire {
	n, country := meet(v.Country, "")
	out := eventWire{
		Time: v.At.UTC().Format(eventTime), EventType: v.Type, ReqType: v.Request, Operator: n.Brand, MCC: n.MCC, MNC: n.MNC,
		Country: country, CountryISO2: v.Country, IsAllowed: v.Allowed,
	}
	if v.Type == eventSession {
		out.MSISDN, out.APN, out.ConnectionType = &p.MSISDN, ptr("plus"), ptr(connection(n))
		out.DataResponse = ptr(fmt.Sprintf("9700: Success %.2f Mb", megabytes(v.Bytes)))
	}
	return out
}

// reportUsage sums up the days until today, in UTC. What is no number of days counts as
// seven, and more than ninety as ninety; both are assumed.
func reportUsage(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	body, e, err := observed(tx, r, errNoReport)
	if err != nil {
		return sim.Reply{}, err
	}
	days := 7
	if d := body.Field("days"); d.Type == gjson.Number && d.Num >= 1 && d.Num == float64(int64(d.Num)) {
		days = int(min(d.Num, reportDays))
	}
	out := e.report(tx.Now.UTC().Truncate(day), days)
	return sim.Reply{Body: dataAnswer[usageReport]{Success: true, Message: "Usage report retrieved", Data: out}}, nil
}

func (e *soldESIM) report(today time.Time, days int) usageReport {
	from := today.AddDate(0, 0, 1-days)
	out := usageReport{
		ICCID: e.ICCID, PeriodDays: days, StartDate: from.Format(wireMillis), EndDate: today.Format(wireMillis),
		DailyUsage: []dailyWire{}, ByCountry: []countryUsage{},
	}
	var total esim.Bytes
	byDay, byCountry := volumes[time.Time]{}, volumes[string]{}
	for _, d := range slices.Backward(e.Daily) {
		if d.Date.Before(from) {
			break
		}
		total += d.Bytes
		byDay.add(d.Date, d.Bytes)
		byCountry.add(d.Country, d.Bytes)
	}
	for _, d := range byDay {
		out.DailyUsage = append(out.DailyUsage, dailyWire{d.of.Format(time.DateOnly), megabytes(d.bytes), gigabytes(d.bytes)})
	}
	slices.SortStableFunc(byCountry, func(a, b volume[string]) int { return cmp.Compare(b.bytes, a.bytes) })
	for _, c := range byCountry {
		n, country := meet(c.of, "")
		mb, gb := megabytes(c.bytes), gigabytes(c.bytes)
		out.ByCountry = append(out.ByCountry, countryUsage{
			Country: country, MCC: n.MCC, DataMB: mb, DataGB: gb,
			Operators: []operatorUsage{{Operator: n.Brand, MNC: n.MNC, DataMB: mb, DataGB: gb}},
		})
	}
	out.Summary = reportSummary{TotalDataMB: megabytes(total), TotalDataGB: gigabytes(total)}
	if n := esim.Bytes(len(byDay)); n > 0 {
		out.Summary.AvgDailyMB, out.Summary.AvgDailyGB = megabytes(total/n), gigabytes(total/n)
	}
	return out
}

// volumes add up by what comes, in the order of its coming.
type volumes[K comparable] []volume[K]

type volume[K comparable] struct {
	of    K
	bytes esim.Bytes
}

func (v *volumes[K]) add(of K, bytes esim.Bytes) {
	for i := range *v {
		if (*v)[i].of == of {
			(*v)[i].bytes += bytes
			return
		}
	}
	*v = append(*v, volume[K]{of, bytes})
}
