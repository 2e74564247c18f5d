package esimgo

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// listESIMs is GET /esims, the newest first unless a column is asked for.
func listESIMs(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	p, err := pageOf(tx, r, "perPage", 10)
	if err != nil {
		return sim.Reply{}, err
	}
	keep, err := esimFilter(r.Query)
	if err != nil {
		return sim.Reply{}, err
	}
	list := esimOrder{keep: keep, away: tx.State.Away, byICCID: r.Query.Get("orderBy") == "iccid"}
	list.newest = !list.byICCID
	switch r.Query.Get("direction") {
	case "asc":
		list.newest = false
	case "desc":
		list.newest = true
	}
	page, rows := list.page(tx.State.ESIMs, p)
	if r.Mount == v25 {
		w := esimList25{ESIMs: []esimRow25{}, PageCount: p.count(rows), Rows: rows, PageSize: p.size}
		for _, e := range page {
			w.ESIMs = append(w.ESIMs, esimRow25{esimRow: rowOfESIM(e), State: e.state(), MSISDN: tx.ESIM(e.ICCID).MSISDN})
		}
		return sim.Reply{Status: http.StatusOK, Body: w}, nil
	}
	w := esimList{ESIMs: []esimRow{}, PageCount: p.count(rows), Rows: rows, PageSize: p.size}
	for _, e := range page {
		w.ESIMs = append(w.ESIMs, rowOfESIM(e))
	}
	return sim.Reply{Status: http.StatusOK, Body: w}, nil
}

// An esimOrder says which eSIMs of an account are listed, and how they stand.
type esimOrder struct {
	keep    func(*heldESIM) bool // nil for all
	away    int                  // how many have left the account
	byICCID bool
	newest  bool // the last one first
}

func (o esimOrder) lists(e *heldESIM) bool {
	return e.ReturnedAt.IsZero() && (o.keep == nil || o.keep(e))
}

// page gives one page of what an account holds, and how many rows all pages have. Nothing
// but the page is made, unless the rows must be sorted.
func (o esimOrder) page(held []*heldESIM, p page) (out []*heldESIM, rows int) {
	every := o.keep == nil && o.away == 0
	if o.byICCID {
		sorted := make([]*heldESIM, 0, len(held))
		for _, e := range held {
			if o.lists(e) {
				sorted = append(sorted, e)
			}
		}
		slices.SortFunc(sorted, func(a, b *heldESIM) int { return strings.Compare(a.ICCID, b.ICCID) })
		held, every = sorted, true
	}
	rows = o.count(held, every)
	from, to := p.bounds(rows)
	out = make([]*heldESIM, 0, to-from)
	at, nth := 0, 0 // the place, and how many rows stand before it
	if every {
		at, nth = from, from
	}
	for ; nth < to; at++ {
		e := held[at]
		if o.newest {
			e = held[len(held)-1-at]
		}
		if !every && !o.lists(e) {
			continue
		}
		if nth++; nth > from {
			out = append(out, e)
		}
	}
	return out, rows
}

func (o esimOrder) count(held []*heldESIM, every bool) (rows int) {
	switch {
	case every:
		return len(held)
	case o.keep == nil:
		return len(held) - o.away
	}
	for _, e := range held {
		if o.lists(e) {
			rows++
		}
	}
	return rows
}

func rowOfESIM(e *heldESIM) esimRow {
	return esimRow{
		ICCID: e.ICCID, CustomerRef: e.CustomerRef, LastAction: e.LastAction,
		ActionDate: e.ActionAt.Format(seconds), AssignedDate: e.AssignedAt.Format(seconds),
	}
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
	facts := esimFacts{
		ICCID: e.ICCID, MatchingID: p.Code.MatchingID, SMDPAddress: p.Code.SMDPAddress,
		ProfileStatus: e.statusIn(r), PIN: p.PIN, PUK: p.PUK, FirstInstalled: installDate(tx, e),
	}
	links := linksOf(p.Code, additionalFields(r))
	var w any
	switch r.Mount {
	case v23:
		w = esimWire23{esimFacts: facts, AppleInstallURL: links.Apple}
	case v25:
		w = esimWire25{
			esimFacts: facts, CustomerRef: e.CustomerRef, State: e.state(), MSISDN: p.MSISDN,
			AppleInstallURL: links.Apple, AndroidInstallURL: links.Android,
		}
	default:
		w = esimWire{esimFacts: facts, CustomerRef: e.CustomerRef, AppleInstallURL: links.Apple}
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

// wanted are the additional fields that a request asks for.
type wanted struct{ Apple, Android bool }

// links are the addresses that open an installation; those not wanted are empty.
type links struct{ Apple, Android string }

func linksOf(code esim.ActivationCode, w wanted) (l links) {
	if w.Apple {
		l.Apple = code.AppleURL()
	}
	if w.Android {
		l.Android = code.AndroidURL()
	}
	return l
}

// additionalFields reads the query key of that name: appleInstallUrl, and from v2.5 on
// installUrl, which is the addresses for both kinds of telephone.
func additionalFields(r *sim.Request) (w wanted) {
	for _, list := range r.Query["additionalFields"] {
		for field := range strings.SplitSeq(list, ",") {
			switch field = strings.TrimSpace(field); {
			case field == "":
			case field == "appleInstallUrl":
				w.Apple = true
			case field == "installUrl" && r.Mount == v25:
				w.Apple, w.Android = true, true
			default:
				r.Note(&oddAdditionalField, "query/additionalFields", "ask for appleInstallUrl or nothing: "+strings.TrimPrefix(r.Mount, "/")+" has no additional field "+strconv.Quote(field))
			}
		}
	}
	return w
}

// updateESIM is PUT /esims. The page has both values twice, in the body and in the query:
// the body wins.
func updateESIM(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	iccid, named := r.Query.Get("iccid"), r.Query.Has("iccid")
	ref, given := r.Query.Get("customerRef"), r.Query.Has("customerRef")
	if len(r.Body) > 0 {
		b, err := decode(r)
		if err != nil {
			return sim.Reply{}, err
		}
		if _, ok := b.get("iccid"); ok {
			iccid, named = b.text("iccid"), true
		}
		if _, ok := b.get("customerRef"); ok {
			ref, given = b.text("customerRef"), true
		}
		if *b.wrong {
			return sim.Reply{}, errInvalidBody
		}
	}
	switch {
	case !named || iccid == "":
		return sim.Reply{}, errICCIDRequired
	case !given:
		return sim.Reply{}, errCustomerRef
	}
	e, err := owned(tx, iccid)
	if err != nil {
		return sim.Reply{}, err
	}
	e.CustomerRef = ref
	e.acted(tx, "eSIM Updated")
	e.remember(tx, "eSIM Updated", nil, "")
	return done("success"), nil
}

// done answers an action. The owner's page has its word under message, the vendor's newer
// one under status.
func done(word string) sim.Reply {
	return sim.Reply{Status: http.StatusOK, Body: actionWire{Message: word, Status: word}}
}
