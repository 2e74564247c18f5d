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
	return answer(wireCountries{Countries: theCatalogue().countries[strings.ToLower(q.text("geography"))]}), nil
}

const (
	defaultPageSize = 50
	maxPageSize     = 500 // assumed
)

var packagesQuery = schema{keys: []key{
	{name: "page", kind: number, whole: true, min: 1},
	{name: "pageSize", kind: number, whole: true, min: 1, max: maxPageSize},
	{name: "country"},
	{name: "countryCode"},
	{name: "geography", oneOf: geographies, fold: true},
	{name: "days", kind: number},
	{name: "gbs", kind: number},
	{name: "isUnlimited", kind: flag},
	{name: "packageId"},
}}

// listPackages answers one page of the catalogue. There is no count of pages: a client
// goes on until a page has fewer groups than it asked for.
func listPackages(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	q, err := packagesQuery.query(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	noteUnknownCountry(r, q)
	f := filterOf(q)
	groups := f.page(q.integer("page", 1), q.integer("pageSize", defaultPageSize))
	const usual = 8 << 10 // of a group
	b := append(make([]byte, 0, 64+usual*len(groups)), `{"status":"success","data":{"packages":[`...)
	for _, g := range groups {
		b = append(g.appendJSON(tx, b, r.Origin, f), ',')
	}
	b = append(bytes.TrimSuffix(b, []byte(",")), "]}}"...)
	return sim.Reply{Body: b}, nil
}

// page is one page of the groups that have a package which fits.
func (f *filter) page(number, size int) (groups []*group) {
	c := theCatalogue()
	all := c.Groups
	if p := c.packages[f.packageID]; p != nil {
		all = []*group{p.Group}
	}
	skip := (number - 1) * size
	for _, g := range all {
		if !f.group(g) || !slices.ContainsFunc(g.Packages, f.fits) {
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

// noteUnknownCountry tells a client that still sends codes where names are wanted: the
// answer is an empty list, and no error says why.
func noteUnknownCountry(r *sim.Request, q object) {
	c := theCatalogue()
	if name := q.text("country"); name != "" && !c.names[name] {
		r.Note(sim.Finding{
			Code: "roamify.unknown-country", Pointer: "query/country", Basis: string(sim.Brief),
			Message: fmt.Sprintf("country takes a name that GET /api/esim/countries lists; %q is none", name),
		})
	}
	if code := q.text("countryCode"); code != "" && !c.codes[code] {
		r.Note(sim.Finding{
			Code: "roamify.unknown-country", Pointer: "query/countryCode", Basis: string(sim.Brief),
			Message: fmt.Sprintf("countryCode takes a code that GET /api/esim/countries lists; %q is none", code),
		})
	}
}

// A filter is what a query wants of packages; its zero value wants all.
type filter struct {
	packageID, name, code, geography string

	days, gbs         float64
	byDays, byData    bool
	onlyUnlimitedData bool
}

// filterOf reads the filters. A packageId puts the others aside, and isUnlimited puts
// gbs aside; isUnlimited=false is the same as none (packages page).
func filterOf(q object) (f filter) {
	if f.packageID = q.text("packageId"); f.packageID != "" {
		return f
	}
	f.name, f.code, f.geography = q.text("country"), q.text("countryCode"), strings.ToLower(q.text("geography"))
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

func (f *filter) fits(p *esimPackage) bool {
	return (f.packageID == "" || f.packageID == p.ID) &&
		(!f.byDays || f.days == float64(p.Days)) &&
		(!f.byData || p.Unlimited == 0 && f.gbs == float64(p.Data)/float64(esim.GiB)) &&
		(!f.onlyUnlimitedData || p.Unlimited > 0)
}
