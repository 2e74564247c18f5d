package esimgo

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// find is the bundle of that name that the organisation may order. Names are case-
// sensitive.
func find(tx *sim.Tx[state], name string) (*bundle, error) {
	if b := catalogue().byName[name]; b != nil && tx.Offered(name) {
		return b, nil
	}
	return nil, errBundleNotFound
}

// price is what a bundle costs in this world.
func price(tx *sim.Tx[state], b *bundle) money.Amount { return tx.Price(b.Name, b.Price) }

// listCatalogue is GET /catalogue. Documents show a bare array; every live client reads
// an object.
func listCatalogue(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	p, err := pageOf(tx, r, "perPage", 50)
	if err != nil {
		return sim.Reply{}, err
	}
	documented := tx.Setting("shapes") == "documented"
	style := styleOf(r, documented)
	style.Groups = true
	want := searchOf(r.Query)
	body := tx.Page(cataloguePage{p, want, style, documented}, func() []byte {
		return encodeCatalogue(tx, p, search(tx, want), style, documented)
	})
	return sim.Reply{Status: http.StatusOK, Body: body}, nil
}

// A cataloguePage is all that decides on the bytes of a page.
type cataloguePage struct {
	page
	catalogueSearch
	rowStyle
	documented bool
}

func encodeCatalogue(tx *sim.Tx[state], p page, rows []*bundle, style rowStyle, documented bool) []byte {
	from, to := p.bounds(len(rows))
	out := make([]byte, 0, 1024*(to-from)+64)
	if !documented {
		out = append(out, `{"bundles":`...)
	}
	out = append(out, '[')
	for i, b := range rows[from:to] {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendBundle(out, b, price(tx, b), style)
	}
	out = append(out, ']')
	if !documented {
		out = strconv.AppendInt(append(out, `,"pageCount":`...), int64(p.count(len(rows))), 10)
		out = strconv.AppendInt(append(out, `,"rows":`...), int64(len(rows)), 10)
		out = strconv.AppendInt(append(out, `,"pageSize":`...), int64(p.size), 10)
		out = append(out, '}')
	}
	return out
}

// getCatalogueBundle is GET /catalogue/bundle/{name}.
func getCatalogueBundle(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	b, err := find(tx, r.Param("name"))
	if err != nil {
		return sim.Reply{}, err
	}
	style := styleOf(r, tx.Setting("shapes") == "documented")
	style.Groups, style.Allowances = r.Mount == v25, r.Mount == v25
	return sim.Reply{Status: http.StatusOK, Body: appendBundle(nil, b, price(tx, b), style)}, nil
}

// styleOf is how a version shows bundles. billingType is there from v2.4 on, imageUrl in
// live answers only.
func styleOf(r *sim.Request, documented bool) rowStyle {
	style := rowStyle{Billing: r.Mount != v23}
	if !documented {
		style.Origin = r.Origin()
	}
	return style
}

// columns holds the catalogue in each order that can be asked for, sorted when first
// needed. A column that does not exist leaves it by name.
var columns = map[string]func() []*bundle{
	"dataAmount":     ordered(func(b *bundle) int64 { return b.Plan.megabytes() }),
	"duration":       ordered(func(b *bundle) int64 { return int64(b.Plan.Days) }),
	"roamingEnabled": ordered(func(b *bundle) int64 { return int64(len(b.Area.roaming)) }),
}

func ordered(column func(*bundle) int64) func() []*bundle {
	return sync.OnceValue(func() []*bundle {
		rows := slices.Clone(catalogue().rows)
		slices.SortStableFunc(rows, func(a, b *bundle) int { return int(column(a) - column(b)) })
		return rows
	})
}

// A catalogueSearch is what a query asks of the catalogue.
type catalogueSearch struct {
	description, group, region, countries, orderBy, direction string
}

func searchOf(q url.Values) catalogueSearch {
	return catalogueSearch{
		description: q.Get("description"), group: q.Get("group"), region: q.Get("region"), countries: q.Get("countries"),
		orderBy: q.Get("orderBy"), direction: q.Get("direction"),
	}
}

// search is the catalogue as filtered and sorted; the slice is shared and only read.
func search(tx *sim.Tx[state], want catalogueSearch) []*bundle {
	rows := catalogue().rows
	if by, ok := columns[want.orderBy]; ok {
		rows = by()
	}
	if keep := want.filters(); len(keep) > 0 {
		var kept []*bundle
		for _, b := range rows {
			if !slices.ContainsFunc(keep, func(k func(*bundle) bool) bool { return !k(b) }) {
				kept = append(kept, b)
			}
		}
		rows = kept
	}
	if tx.CatalogueChanged() {
		rows = slices.DeleteFunc(slices.Clone(rows), func(b *bundle) bool { return !tx.Offered(b.Name) })
	}
	if want.direction == "desc" {
		rows = slices.Clone(rows)
		slices.Reverse(rows)
	}
	return rows
}

func (c catalogueSearch) filters() (keep []func(*bundle) bool) {
	if s := c.description; s != "" {
		keep = append(keep, func(b *bundle) bool { return like(b.Description, s) })
	}
	if s := c.group; s != "" {
		keep = append(keep, func(b *bundle) bool { return b.Group == s })
	}
	if s := c.region; s != "" {
		keep = append(keep, func(b *bundle) bool { return strings.EqualFold(b.Area.Region, s) })
	}
	if s := c.countries; strings.Trim(s, ", ") != "" {
		codes := map[string]bool{}
		for code := range strings.SplitSeq(s, ",") {
			codes[strings.ToUpper(strings.TrimSpace(code))] = true
		}
		keep = append(keep, func(b *bundle) bool { return codes[b.Area.Code] })
	}
	return keep
}
