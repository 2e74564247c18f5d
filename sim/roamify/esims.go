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
		if findPackage(tx, e.Package).TravelDate && e.AppliedAt.IsZero() && !dated {
			return sim.Reply{}, errStartDate
		}
	}
	for _, e := range all {
		if tx.State.order(e.Order).status() == pending {
			return sim.Reply{}, errPending
		}
	}
	if today := tx.Now.Truncate(day); dated && start.Before(today) {
		r.Note(sim.Finding{
			Code: "roamify.past-start-date", Pointer: "/startDate", Basis: string(sim.Assumed),
			Message: "send a startDate that is not over: it lies before today, " + today.Format(time.DateOnly),
		})
	}
	for _, e := range all {
		if e.AppliedAt.IsZero() {
			e.AppliedAt = tx.Now
			tx.Await(esimReady, e.ID)
		}
	}
	return generated(tx, r, all, body.text("referenceId") != "")
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
		r.Note(sim.Finding{
			Code: "roamify.esim-id-ignored", Pointer: "/esimId", Basis: string(sim.Assumed),
			Message: "send either esimId or referenceId: with a referenceId all eSIMs of its order are generated",
		})
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
		if e.status() == fresh {
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
		e = tx.State.profile(q.text("iccid"))
	}
	if e == nil {
		return sim.Reply{}, errESIMNotFound
	}
	tx.Look(e.ID)
	return answer(e.wire(tx, r)), nil
}

func (e *eSIM) wire(tx *sim.Tx[state], r *sim.Request) wireESIM {
	p := findPackage(tx, e.Package)
	w := wireESIM{
		ID: e.ID, ICCID: e.ICCID, Status: e.status(), Activation: firstUse, WithTopUp: !p.NoTopUp,
		WithHotspot: p.hotspot(), WithDataRoaming: true, WithUsageCheck: !p.NoUsageCheck,
		APN:  wireAPN{APNAutomatic: p.APN == "", APNName: p.APN},
		Data: wireESIMData{IsUnlimited: e.Unlimited},
		Call: wireESIMCall{WithCall: e.Minutes > 0, CallType: "all"},
		SMS:  wireESIMSMS{WithSMS: e.SMS > 0, SMSType: "all"}, Notes: p.notes(),
		CreatedAt: epoch(e.CreatedAt), UpdatedAt: epoch(e.UpdatedAt), ExpiredAt: epoch(e.ExpiresAt),
	}
	if profile := tx.ESIM(e.ICCID); profile != nil {
		code := profile.Code
		w.ESIM = wireProfile{
			LPACode: code.LPA(), SMDPAddress: code.SMDPAddress, ActivationCode: code.MatchingID,
			QRCodeURL:       r.QRLink(e.ICCID),
			IOSQuickInstall: code.AppleURL(), AndroidQuickInstall: code.AndroidURL(),
		}
	}
	return w
}
