package roamify

import (
	"github.com/esimsim/esimsim/sim"
)

var topUpBody = schema{keys: []key{
	{name: "iccid", required: true},
	{name: "packageId", required: true},
	{name: "referenceId", max: maxReference},
}}

// topUp sells one package to an eSIM that has been generated.
func topUp(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	body, err := topUpBody.body(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	e := byICCID(tx, body.text("iccid"))
	if e == nil {
		return sim.Reply{}, errESIMNotFound
	}
	reference := body.text("referenceId")
	if tx.State.reference(reference) != nil {
		return sim.Reply{}, errDuplicateReference
	}
	p := findPackage(body.text("packageId"))
	if err := orderable(tx, body.text("packageId"), p); err != nil {
		return sim.Reply{}, err
	}
	if !e.takes(p) {
		return sim.Reply{}, errIncompatible
	}
	if price(tx, p) > tx.State.Balance {
		return sim.Reply{}, tooPoor(tx)
	}
	o := &order{
		Reference: reference, TopUp: true, Total: price(tx, p),
		Items: []item{{ESIM: e.ID, Package: p.ID, Price: price(tx, p)}},
	}
	noteRepeated(tx, r, o)
	place(tx, o)
	e.TopUps = append(e.TopUps, o.ID)
	return answer(o.wire()), nil
}

// takes says whether a package can top this eSIM up. Assumed: any of the same
// destination, while the eSIM is not revoked.
func (e *eSIM) takes(p *esimPackage) bool {
	bought := findPackage(e.Package)
	return !bought.NoTopUp && !p.NoTopUp && p.Group == bought.Group && e.life() != revoked
}

var topUpPackagesQuery = schema{keys: []key{
	{name: "iccid", required: true},
	{name: "days", kind: number},
	{name: "gbs", kind: number},
	{name: "isUnlimited", kind: flag},
	{name: "packageId"},
}}

func listTopUpPackages(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	q, err := topUpPackagesQuery.query(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	e := byICCID(tx, q.text("iccid"))
	if e == nil {
		return sim.Reply{}, errESIMNotFound
	}
	f := filterOf(q)
	list := []wireTopUpPackage{}
	for _, p := range findPackage(e.Package).Group.Packages {
		if f.fits(p) && e.takes(p) && !p.Retired && offered(tx, p) {
			list = append(list, p.wireTopUp(tx))
		}
	}
	return answer(list), nil
}

func (p *esimPackage) wireTopUp(tx *sim.Tx[state]) wireTopUpPackage {
	w := p.flat()
	return wireTopUpPackage{
		PackageID: w.PackageID, Package: w.Package, Plan: w.Plan, Activation: w.Activation, Day: w.Day,
		Price: price(tx, p).Float(), WithHotspot: w.WithHotspot, WithDataRoaming: w.WithDataRoaming,
		WithDestinationInstall: w.WithDestinationInstall, WithUsageCheck: w.WithUsageCheck,
		APN:   wireAPN{APNAutomatic: w.IsAPNAutomatic, APNName: w.APN},
		Data:  wireData{IsUnlimited: w.IsUnlimited, DataAmount: w.DataAmount, DataUnit: w.DataUnit},
		Call:  wireCall{WithCall: w.WithCall, CallType: w.CallType, CallAmount: w.CallAmount, CallUnit: w.CallUnit},
		SMS:   wireSMS{WithSMS: w.WithSMS, SMSType: w.SMSType, SMSAmount: w.SMSAmount, SMSUnit: w.SMSUnit},
		Notes: p.notes(),
	}
}
