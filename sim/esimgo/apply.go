package esimgo

import (
	"net/http"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
)

// An applyRequest is the body of POST /esims/apply in either of its forms: one bundle,
// onto an eSIM or onto a number of new ones, or a list, each onto a new eSIM.
type applyRequest struct {
	ICCID   string
	Bundles []applyLine
}

type applyLine struct {
	Name          string
	Repeat        int
	AllowReassign bool
}

// applyBundle is POST /esims/apply: it takes bundles out of the inventory, which costs
// nothing, and makes an order of its own for them.
func applyBundle(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	req, err := decodeApply(r)
	if err != nil {
		return sim.Reply{}, err
	}
	o, err := applied(tx, req)
	if err != nil {
		return sim.Reply{}, err
	}
	o.SourceIP = r.RemoteIP
	w := applyWire{}
	for _, l := range o.Lines {
		b := catalogue().byName[l.Bundle]
		for i := range l.Targets {
			l.Usages = append(l.Usages, takeFromStock(tx, l.Bundle))
			// The answer always has the ICCID, however long the bundle takes to get there.
			if l.Targets[i] == "" {
				e := issue(tx, b)
				e.acted(tx, "Bundle Applied")
				l.Targets[i], l.Issued = e.ICCID, append(l.Issued, e.ICCID)
			}
			w.ESIMs = append(w.ESIMs, appliedESIM{ICCID: l.Targets[i], Status: "ACTIVE", Bundle: l.Bundle})
		}
	}
	place(tx, o)
	w.ApplyReference = o.Reference
	return sim.Reply{Status: http.StatusOK, Body: w}, nil
}

// decodeApply reads the names of the owner's page (bundle, and bundles as names) and
// those of the newer document (name, and bundles as objects).
func decodeApply(r *sim.Request) (applyRequest, error) {
	b, err := decode(r)
	if err != nil {
		return applyRequest{}, err
	}
	req := applyRequest{ICCID: b.text("iccid")}
	single := applyLine{Name: b.text("name"), Repeat: b.integer("repeat"), AllowReassign: b.flag("allowReassign")}
	if name := b.text("bundle"); single.Name == "" {
		single.Name = name
	}
	for v := range b.each("bundles") {
		req.Bundles = append(req.Bundles, readApplyLine(b, v))
	}
	start := b.text("startTime")
	if *b.wrong {
		return req, errInvalidBody
	}
	if err := checkStart(r, start); err != nil {
		return req, err
	}
	return forms(req, single)
}

func readApplyLine(b body, v gjson.Result) applyLine {
	if v.Type == gjson.String {
		return applyLine{Name: v.String()}
	}
	in := b.inner(v)
	return applyLine{Name: in.text("name"), Repeat: in.integer("repeat"), AllowReassign: in.flag("allowReassign")}
}

// checkStart takes a startTime and tells that it changes nothing: it is for bundles
// without autostart, and all in the catalogue have it.
func checkStart(r *sim.Request, start string) error {
	if start == "" {
		return nil
	}
	if _, err := time.Parse(time.RFC3339, start); err != nil {
		return errStartTime
	}
	r.Note(&oddStartTime, "/startTime", "leave out startTime: a bundle with autostart begins with its first use")
	return nil
}

// addESIMBundle is POST /esims/{iccid}/bundles, deprecated: as often as it says, out of the
// inventory onto that eSIM.
func addESIMBundle(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	b, err := decode(r)
	if err != nil {
		return sim.Reply{}, err
	}
	single := applyLine{Name: b.text("name"), Repeat: b.integer("repeat")}
	start := b.text("startTime")
	if *b.wrong {
		return sim.Reply{}, errInvalidBody
	}
	if err := checkStart(r, start); err != nil {
		return sim.Reply{}, err
	}
	req, err := forms(applyRequest{}, single)
	if err != nil {
		return sim.Reply{}, err
	}
	req.ICCID = r.Param("iccid")
	o, err := applied(tx, req)
	if err != nil {
		return sim.Reply{}, err
	}
	o.SourceIP = r.RemoteIP
	for _, l := range o.Lines {
		for range l.Targets {
			l.Usages = append(l.Usages, takeFromStock(tx, l.Bundle))
		}
	}
	place(tx, o)
	return sim.Reply{Status: http.StatusOK, Body: statusWire{Status: "ACTIVE"}}, nil
}

// forms refuses what does not go together and makes a list of the single form.
func forms(req applyRequest, single applyLine) (applyRequest, error) {
	switch {
	case len(req.Bundles) > 0 && single.Name != "":
		return req, errNameOrBundles
	case len(req.Bundles) > 0 && req.ICCID != "":
		return req, errICCIDWithBundles
	case req.ICCID != "" && single.Repeat != 0:
		return req, errICCIDWithRepeat
	}
	if len(req.Bundles) == 0 {
		req.Bundles = []applyLine{single}
	}
	units := 0
	for i := range req.Bundles {
		l := &req.Bundles[i]
		switch {
		case l.Name == "":
			return req, errNameRequired
		case l.Repeat < 0:
			return req, errRepeat
		case l.Repeat == 0:
			l.Repeat = 1
		}
		if units += min(l.Repeat, maxUnits+1); units > maxUnits {
			return req, errRepeatTooLarge
		}
	}
	return req, nil
}

// applied is the order that the request comes to, if the inventory has enough for it.
func applied(tx *sim.Tx[state], req applyRequest) (*order, error) {
	o := &order{CreatedAt: tx.Now, Assign: true, Apply: true}
	wanted := map[string]int{}
	for _, l := range req.Bundles {
		// What is owned can be applied, on sale or not.
		b := catalogue().byName[l.Name]
		if b == nil {
			return nil, errBundleNotFound
		}
		line := &orderLine{Bundle: b.Name, AllowReassign: l.AllowReassign, Targets: make([]string, l.Repeat)}
		if req.ICCID != "" {
			iccid, err := target(tx, req.ICCID, b, l.AllowReassign)
			if err != nil {
				return nil, err
			}
			for i := range line.Targets {
				line.Targets[i] = iccid
			}
		}
		if wanted[b.Name] += l.Repeat; wanted[b.Name] > inStock(tx, b.Name) {
			return nil, errNoInventory
		}
		o.Lines = append(o.Lines, line)
	}
	return o, nil
}
