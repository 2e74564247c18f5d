package roamify

import (
	"time"

	"github.com/esimsim/esimsim/sim"
)

var applyBody = schema{
	keys:       []key{{name: "esimId"}, {name: "referenceId"}, {name: "startDate", kind: date}},
	atLeastOne: []string{"esimId", "referenceId"},
}

// applyEsim generates the profile of one eSIM, or with a referenceId those of all eSIMs
// of that order. What was generated before is answered again.
func applyEsim(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	body, err := applyBody.body(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	start, dated := body.date("startDate")
	all, err := wanted(tx, r, body)
	if err != nil {
		return sim.Reply{}, err
	}
	for _, e := range all {
		if findPackage(e.Package).TravelDate && e.AppliedAt.IsZero() && !dated {
			return sim.Reply{}, errStartDate
		}
	}
	if err := generatable(tx, all); err != nil {
		return sim.Reply{}, err
	}
	if dated {
		notePastDate(tx, r, start)
	}
	for _, e := range all {
		e.apply(tx)
	}
	return generated(tx, r, all, body.text("referenceId") != "")
}

// apply asks for the profile, once.
func (e *eSIM) apply(tx *sim.Tx[state]) {
	if e.AppliedAt.IsZero() && e.life() == fresh {
		e.AppliedAt = tx.Now
		tx.Await(esimReady, e.ID)
	}
}

// generatable refuses eSIMs whose order is not there yet. Those that never will be there
// are refused when there is no other.
func generatable(tx *sim.Tx[state], all []*eSIM) error {
	gone := 0
	for _, e := range all {
		o := tx.State.order(e.Order)
		switch {
		case e.ICCID != "":
		case e.life() == revoked, o.CompletedAt.IsZero() && !o.open():
			gone++
		case o.open():
			return errPending
		}
	}
	if gone == len(all) {
		return errRevoked
	}
	return nil
}

// notePastDate tells of a day that is over, which the owner's page does not forbid.
func notePastDate(tx *sim.Tx[state], r *sim.Request, start time.Time) {
	if today := tx.Now.Truncate(day); start.Before(today) {
		r.Note(&oddPastStartDate, "/startDate", "send a startDate that is not over: it lies before today, "+today.Format(time.DateOnly))
	}
}

// wanted lists the eSIMs that an apply names.
func wanted(tx *sim.Tx[state], r *sim.Request, body object) (all []*eSIM, err error) {
	id, ref := body.text("esimId"), body.text("referenceId")
	if ref == "" {
		e := tx.State.esim(id)
		if e == nil {
			return nil, errESIMNotFound
		}
		return []*eSIM{e}, nil
	}
	o := tx.State.reference(ref)
	if o == nil {
		return nil, errOrderNotFound
	}
	if id != "" {
		r.Note(&oddESIMIDIgnored, "/esimId", "send either esimId or referenceId: with a referenceId all eSIMs of its order are generated")
	}
	for _, i := range o.Items {
		all = append(all, tx.State.esim(i.ESIM))
	}
	return all, nil
}

// generated answers the profiles, or that one of them is not there yet. The answer for a
// referenceId is an array even of one.
func generated(tx *sim.Tx[state], r *sim.Request, all []*eSIM, array bool) (sim.Reply, error) {
	out := make([]wireESIM, len(all))
	for i, e := range all {
		if e.life() == fresh {
			return sim.Reply{}, errPending
		}
		out[i] = e.wire(tx, r)
	}
	if array {
		return answer(out), nil
	}
	return answer(out[0]), nil
}

var esimQuery = schema{
	keys:       []key{{name: "iccid"}, {name: "esimId"}},
	exactlyOne: []string{"iccid", "esimId"},
}

func getEsim(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	q, err := esimQuery.query(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	e := tx.State.esim(q.text("esimId"))
	if e == nil {
		e = byICCID(tx, q.text("iccid"))
	}
	if e == nil {
		return sim.Reply{}, errESIMNotFound
	}
	tx.Look(e.ID)
	return answer(e.wire(tx, r)), nil
}

var esimsQuery = schema{keys: []key{
	{name: "status", oneOf: esimStatuses},
	{name: "limit", kind: number, whole: true, min: 1},
	{name: "referenceId"},
}}

// listEsims answers a bare array, the newest first.
func listEsims(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	q, err := esimsQuery.query(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	status, limit := q.text("status"), q.integer("limit", defaultLimit)
	list := []wireESIM{}
	if ref := q.text("referenceId"); ref != "" {
		o := tx.State.reference(ref)
		for i := 0; o != nil && i < len(o.Items) && len(list) < limit; i++ {
			if e := tx.State.esim(o.Items[len(o.Items)-1-i].ESIM); status == "" || status == e.status() {
				list = append(list, e.wire(tx, r))
			}
		}
		return answer(list), nil
	}
	// Counting what there is spares a walk through all eSIMs for the few that fit.
	there := tx.State.ESIMsOf[status]
	if status == "" {
		there = len(tx.State.ESIMs)
	}
	limit = min(limit, there)
	for i := len(tx.State.ESIMs) - 1; len(list) < limit; i-- {
		if e := tx.State.ESIMs[i]; status == "" || status == e.status() {
			list = append(list, e.wire(tx, r))
		}
	}
	return answer(list), nil
}

func (e *eSIM) wire(tx *sim.Tx[state], r *sim.Request) wireESIM {
	p := findPackage(e.Package)
	return wireESIM{
		ID: e.ID, ICCID: e.ICCID, Status: e.status(), Activation: firstUse, WithTopUp: !p.NoTopUp,
		WithHotspot: p.hotspot(), WithDataRoaming: true, WithUsageCheck: !p.NoUsageCheck,
		ESIM: e.profile(tx, r),
		APN:  wireAPN{APNAutomatic: p.APN == "", APNName: p.APN},
		Data: wireESIMData{IsUnlimited: e.Unlimited},
		Call: wireESIMCall{WithCall: e.Minutes > 0, CallType: "all"},
		SMS:  wireESIMSMS{WithSMS: e.SMS > 0, SMSType: "all"}, Notes: p.notes(),
		CreatedAt: epoch(e.CreatedAt), UpdatedAt: epoch(e.UpdatedAt), ExpiredAt: epoch(e.ExpiresAt),
	}
}

// profile is what a device needs, in the shape of the edition; all of it is empty until
// the eSIM is generated.
func (e *eSIM) profile(tx *sim.Tx[state], r *sim.Request) any {
	var w wireProfile
	if p := tx.ESIM(e.ICCID); p != nil {
		w = wireProfile{
			LPACode: p.Code.LPA(), SMDPAddress: p.Code.SMDPAddress, ActivationCode: p.Code.MatchingID,
			QRCodeURL:       r.QRLink(e.ICCID),
			IOSQuickInstall: p.Code.AppleURL(), AndroidQuickInstall: p.Code.AndroidURL(),
		}
	}
	if older(tx) {
		return wireProfile202507{
			LPACode: w.LPACode, SMDPAddress: w.SMDPAddress, ActivationCode: w.ActivationCode,
			QRCodeURL: w.QRCodeURL, IOSQuickInstall: w.IOSQuickInstall,
		}
	}
	return w
}
