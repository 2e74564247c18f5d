package esimgo

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/esimsim/esimsim/sim"
)

// listESIMs is GET /esims, the newest first unless a column is asked for.
func listESIMs(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	p, err := readPage(r.Query, "perPage", 10)
	if err != nil {
		return sim.Reply{}, err
	}
	keep, err := esimFilter(r.Query)
	if err != nil {
		return sim.Reply{}, err
	}
	rows := tx.State.ESIMs
	if keep != nil {
		rows = slices.DeleteFunc(slices.Clone(rows), func(e *heldESIM) bool { return !keep(e) })
	}
	newest := true
	if r.Query.Get("orderBy") == "iccid" {
		newest = false
		rows = slices.Clone(rows)
		slices.SortFunc(rows, func(a, b *heldESIM) int { return strings.Compare(a.ICCID, b.ICCID) })
	}
	switch r.Query.Get("direction") {
	case "asc":
		newest = false
	case "desc":
		newest = true
	}
	from, to := p.bounds(len(rows))
	w := esimList{ESIMs: make([]esimRow, 0, to-from), PageCount: p.count(len(rows)), Rows: len(rows), PageSize: p.size}
	for i := from; i < to; i++ {
		e := rows[i]
		if newest {
			e = rows[len(rows)-1-i]
		}
		w.ESIMs = append(w.ESIMs, esimRow{
			ICCID: e.ICCID, CustomerRef: e.CustomerRef, LastAction: e.LastAction,
			ActionDate: e.ActionAt.Format(seconds), AssignedDate: e.AssignedAt.Format(seconds),
		})
	}
	return sim.Reply{Status: http.StatusOK, Body: w}, nil
}

// esimFilter reads filterBy and filter: a text is searched, a date may have an operator.
// It is nil where nothing is to be filtered, also by a column that does not exist.
func esimFilter(q url.Values) (func(*heldESIM) bool, error) {
	value := q.Get("filter")
	if value == "" {
		return nil, nil
	}
	text := func(column func(*heldESIM) string) (func(*heldESIM) bool, error) {
		return func(e *heldESIM) bool { return like(column(e), value) }, nil
	}
	date := func(column func(*heldESIM) time.Time) (func(*heldESIM) bool, error) {
		s, ok := readSpan(value)
		if !ok {
			return nil, errFilter
		}
		// The list shows whole seconds, so those are what can be asked for.
		return func(e *heldESIM) bool { return s.has(column(e).Truncate(time.Second)) }, nil
	}
	switch q.Get("filterBy") {
	case "iccid":
		return text(func(e *heldESIM) string { return e.ICCID })
	case "customerRef":
		return text(func(e *heldESIM) string { return e.CustomerRef })
	case "lastAction":
		return text(func(e *heldESIM) string { return e.LastAction })
	case "actionDate":
		return date(func(e *heldESIM) time.Time { return e.ActionAt })
	case "assignedDate":
		return date(func(e *heldESIM) time.Time { return e.AssignedAt })
	}
	return nil, nil
}

// getESIM is GET /esims/{iccid}.
func getESIM(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	e, err := owned(tx, r.Param("iccid"))
	if err != nil {
		return sim.Reply{}, err
	}
	tx.Look(e.ICCID)
	p := tx.ESIM(e.ICCID)
	w := esimWire{
		ICCID: e.ICCID, MatchingID: p.Code.MatchingID, SMDPAddress: p.Code.SMDPAddress,
		ProfileStatus: statusOf(e), PIN: p.PIN, PUK: p.PUK, FirstInstalled: installDate(tx, e), CustomerRef: e.CustomerRef,
	}
	if wantsAppleURL(r) {
		w.AppleInstallURL = p.Code.AppleURL()
	}
	return sim.Reply{Status: http.StatusOK, Body: w}, nil
}

// installDate is milliseconds since 1970 here (vendor's second revision), and a date in
// the owner's page; nothing before the first installation.
func installDate(tx *sim.Tx[state], e *heldESIM) json.RawMessage {
	switch {
	case e.FirstInstall.IsZero():
		return nil
	case tx.Setting("shapes") == "documented":
		return json.RawMessage(strconv.Quote(e.FirstInstall.Format(seconds)))
	}
	return json.RawMessage(strconv.FormatInt(e.FirstInstall.UnixMilli(), 10))
}

// wantsAppleURL reads additionalFields, which v2.4 knows one value of.
func wantsAppleURL(r *sim.Request) (apple bool) {
	for _, list := range r.Query["additionalFields"] {
		for field := range strings.SplitSeq(list, ",") {
			switch field = strings.TrimSpace(field); field {
			case "appleInstallUrl":
				apple = true
			case "":
			default:
				r.Note(sim.Finding{
					Code: "esimgo.additional-field", Pointer: "query/additionalFields", Basis: string(sim.Documented),
					Message: "ask for appleInstallUrl or nothing: v2.4 has no additional field " + strconv.Quote(field),
				})
			}
		}
	}
	return apple
}
