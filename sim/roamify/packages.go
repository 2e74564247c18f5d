package roamify

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

var geographies = []string{"local", "regional", "global"}

var countriesQuery = schema{keys: []key{{name: "geography", oneOf: geographies, fold: true}}}

func listCountries(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	q, err := countriesQuery.query(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	f := filter{geography: strings.ToLower(q.text("geography"))}
	list := wireCountries{Countries: []wireCountry{}}
	for _, g := range theCatalogue().Groups {
		if f.group(g) && f.sells(tx, g) {
			list.Countries = append(list.Countries, wireCountry{Code: g.CountryCode, Name: g.CountryName})
		}
	}
	return answer(list), nil
}

const (
	defaultPageSize = 50
	maxPageSize     = 500 // assumed
)

var (
	packagesQuery = schema{keys: append([]key{
		{name: "page", kind: number, whole: true, min: 1},
		{name: "pageSize", kind: number, whole: true, min: 1, max: maxPageSize},
		{name: "country"},
		{name: "countryCode"},
	}, packageFilters...)}
	// packagesQuery202507 has no pages; clients were seen to be refused for one. What
	// else they sent before 2026-06 are these keys.
	packagesQuery202507 = schema{keys: append([]key{{name: "country"}}, packageFilters...)}

	packageFilters = []key{
		{name: "geography", oneOf: geographies, fold: true},
		{name: "days", kind: number},
		{name: "gbs", kind: number},
		{name: "isUnlimited", kind: flag},
		{name: "packageId"},
	}
)

// listPackages answers one page of the catalogue. There is no count of pages: a client
// goes on until a page has fewer groups than it asked for. Edition 2025-07 answers all at
// once.
func listPackages(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	want, all := &packagesQuery, older(tx)
	if all {
		want = &packagesQuery202507
	}
	q, err := want.query(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	f, number, size := filterOf(q), 1, len(theCatalogue().Groups)
	if f.name, f.code = q.text("country"), q.text("countryCode"); all {
		f.name, f.code = "", f.name
	} else {
		number, size = q.integer("page", 1), q.integer("pageSize", defaultPageSize)
	}
	noteUnknownCountry(r, f)
	if f.packageID != "" {
		f = filter{packageID: f.packageID}
	}
	key := packagesPage{f, number, size, tx.Setting("edition"), r.Origin()}
	return sim.Reply{Body: tx.Page(key, func() []byte { return f.encodePage(tx, number, size, r.Origin()) })}, nil
}

// A packagesPage is all that decides on the bytes of a page.
type packagesPage struct {
	filter
	number, size    int
	edition, origin string
}

func (f filter) encodePage(tx *sim.Tx[state], number, size int, origin string) []byte {
	groups := f.page(tx, number, size)
	const usual = 8 << 10 // of a group
	b := append(make([]byte, 0, 64+usual*len(groups)), `{"status":"success","data":{"packages":[`...)
	for _, g := range groups {
		b = append(g.appendJSON(tx, b, origin, f), ',')
	}
	return append(bytes.TrimSuffix(b, []byte(",")), "]}}"...)
}

// page is one page of the groups that have a package which fits.
func (f *filter) page(tx *sim.Tx[state], number, size int) (groups []*group) {
	c := theCatalogue()
	all := c.Groups
	if p := c.packages[f.packageID]; p != nil {
		all = []*group{p.Group}
	}
	skip := (number - 1) * size
	for _, g := range all {
		if !f.group(g) || !f.sells(tx, g) {
			continue
		}
		if skip--; skip >= 0 {
			continue
		}
		if len(groups) == size {
			break
		}
		groups = append(groups, g)
	}
	return groups
}

// noteUnknownCountry tells a client that sends codes where names are wanted, or names for
// codes: the answer is an empty list, and no error says why.
func noteUnknownCountry(r *sim.Request, f filter) {
	c := theCatalogue()
	unknown := func(key, takes, value string) {
		r.Note(&oddUnknownCountry, "query/"+key, fmt.Sprintf("%s takes a %s that GET /api/esim/countries lists; %q is none", key, takes, value))
	}
	if f.name != "" && !c.names[f.name] {
		unknown("country", "name", f.name)
	}
	if f.code != "" && !c.codes[f.code] {
		key := "countryCode"
		if r.Query.Get(key) == "" {
			key = "country" // of edition 2025-07
		}
		unknown(key, "code", f.code)
	}
}

// A filter is what a query wants of packages; its zero value wants all.
type filter struct {
	packageID, name, code, geography string

	days, gbs         float64
	byDays, byData    bool
	onlyUnlimitedData bool
}

// filterOf reads the filters but for the country. A packageId puts the others aside, and isUnlimited puts
// gbs aside; isUnlimited=false is the same as none (packages page).
func filterOf(q object) (f filter) {
	if f.packageID = q.text("packageId"); f.packageID != "" {
		return f
	}
	f.geography = strings.ToLower(q.text("geography"))
	f.days, f.byDays = q.number("days")
	f.gbs, f.byData = q.number("gbs")
	if f.onlyUnlimitedData = q.flag("isUnlimited"); f.onlyUnlimitedData {
		f.byData = false
	}
	return f
}

func (f *filter) group(g *group) bool {
	return (f.name == "" || f.name == g.CountryName) &&
		(f.code == "" || f.code == g.CountryCode) &&
		(f.geography == "" || f.geography == g.Geography)
}

// sells says whether a group has a package that fits and is for sale.
func (f *filter) sells(tx *sim.Tx[state], g *group) bool {
	return slices.ContainsFunc(g.Packages, func(p *esimPackage) bool { return f.fits(p) && offered(tx, p) })
}

func (f *filter) fits(p *esimPackage) bool {
	return (f.packageID == "" || f.packageID == p.ID) &&
		(!f.byDays || f.days == float64(p.Days)) &&
		(!f.byData || p.Unlimited == 0 && f.gbs == float64(p.Data)/float64(esim.GiB)) &&
		(!f.onlyUnlimitedData || p.Unlimited > 0)
}
