package roamify

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/esimsim/esimsim/internal/atlas"
	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// catalogueJSON has what is sold and for how much: the ladder of packages that every
// country has, with a price for each zone of the atlas; areas, which are regional and
// global groups; and packages that are special. Prices are assumed, but for those that
// the owner's page and recorded orders show (5, 1.18 and 3.13).
//
//go:embed catalogue.json
var catalogueJSON []byte

type catalogueFile struct {
	Ladder    []ladderRow                `json:"ladder"`
	Countries map[string]countryOverride `json:"countries"` // by ISO code
	Areas     []area                     `json:"areas"`
	Specials  []special                  `json:"specials"`
}

// plan is what is sold, wherever.
type plan struct {
	Days      int `json:"days"`
	GB        int `json:"gb"`
	Unlimited int `json:"unlimited"` // gigabytes until the throttle; 0 for a plan with a limit
	Kbps      int `json:"kbps"`      // speed after it
}

type ladderRow struct {
	plan
	Cents [5]int64 `json:"cents"` // by zone
}

type countryOverride struct {
	Slug string `json:"slug"`
	Zone int    `json:"zone"`
}

// An area is sold as one group: the countries named, and those of whole regions up to a
// zone.
type area struct {
	Slug      string   `json:"slug"`
	Name      string   `json:"name"`
	Code      string   `json:"code"`
	Region    string   `json:"region"`
	Geography string   `json:"geography"`
	Zone      int      `json:"zone"` // of its prices; 0 sells nothing of the ladder
	Countries []string `json:"countries"`
	Regions   []string `json:"regions"`
	UpTo      int      `json:"upTo"`
}

// A special is a package that stands beside the ladder, or in place of its row.
type special struct {
	plan
	Group        string   `json:"group"`
	Cents        int64    `json:"cents"`
	Tag          string   `json:"tag"` // data part of the id, where it is odd
	APN          string   `json:"apn"` // "" sets itself
	SMS          int      `json:"sms"`
	Minutes      int      `json:"minutes"`
	Notes        []string `json:"notes"`
	TravelDate   bool     `json:"travelDate"`
	NoUsageCheck bool     `json:"noUsageCheck"`
	NoTopUp      bool     `json:"noTopUp"`
	Retired      bool     `json:"retired"` // still listed, but orders of it fail
}

// A group is what the API lists: a country, a region or the world, with its packages.
type group struct {
	wireGroup
	Countries []string // ISO codes
	Packages  []*esimPackage

	// encoded is the JSON of the group in each edition, and affiliate that of the
	// affiliate catalogue, made when it is first listed.
	encoded   map[string]func() *groupJSON
	affiliate func() *affiliateJSON
}

// An esimPackage is one thing that can be ordered. It is never changed.
type esimPackage struct {
	special
	ID    string
	Name  string
	Group *group
	Data  esim.Bytes
	Price money.Amount // list price; what it costs now is price()
}

type catalogue struct {
	Groups   []*group // by name
	packages map[string]*esimPackage
	names    map[string]bool
	codes    map[string]bool
}

// theCatalogue is made when it is first asked for, and only read from then on.
var theCatalogue = sync.OnceValue(func() *catalogue {
	c, err := expand(catalogueJSON)
	if err != nil {
		panic("roamify catalogue: " + err.Error())
	}
	return c
})

// findPackage is the package of that id, for sale or not, or nil.
func findPackage(id string) *esimPackage { return theCatalogue().packages[id] }

// price is what a package costs this account now.
func price(tx *sim.Tx[state], p *esimPackage) money.Amount { return tx.Price(p.ID, p.Price) }

// offered says whether a package is still in the catalogue of this account.
func offered(tx *sim.Tx[state], p *esimPackage) bool { return tx.Offered(p.ID) }

func expand(data []byte) (*catalogue, error) {
	var f catalogueFile
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return nil, err
	}
	c := &catalogue{
		packages: map[string]*esimPackage{}, names: map[string]bool{}, codes: map[string]bool{},
	}
	for _, country := range atlas.Countries() {
		c.Groups = append(c.Groups, f.local(country))
	}
	for _, a := range f.Areas {
		c.Groups = append(c.Groups, f.wide(a))
	}
	if err := f.addSpecials(c.Groups); err != nil {
		return nil, err
	}
	slices.SortStableFunc(c.Groups, func(a, b *group) int {
		return strings.Compare(sortKey(a.CountryName), sortKey(b.CountryName))
	})
	for _, g := range c.Groups {
		if err := c.add(g); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// unaccent lets Åland Islands stand among the names with A, as people sort.
var unaccent = strings.NewReplacer("Å", "A", "ã", "a", "é", "e", "í", "i", "ô", "o", "ç", "c")

func sortKey(name string) string { return unaccent.Replace(name) }

func (f *catalogueFile) local(c atlas.Country) *group {
	slug, zone := c.Slug, c.Zone
	if o := f.Countries[c.ISO]; o != (countryOverride{}) {
		if o.Slug != "" {
			slug = o.Slug
		}
		if o.Zone > 0 {
			zone = o.Zone
		}
	}
	g := &group{
		wireGroup: wireGroup{
			ID: slug + "-esims", CountryName: c.Name, CountryCode: c.ISO, CountrySlug: slug,
			Region: c.Region, Geography: "local",
		},
		Countries: []string{c.ISO},
	}
	f.climb(g, zone)
	return g
}

func (f *catalogueFile) wide(a area) *group {
	g := &group{
		wireGroup: wireGroup{
			ID: a.Slug + "-esims", CountryName: a.Name, CountryCode: a.Code, CountrySlug: a.Slug,
			Region: a.Region, Geography: a.Geography,
		},
		Countries: slices.Clone(a.Countries),
	}
	for _, c := range atlas.Countries() {
		if c.Zone <= a.UpTo && slices.Contains(a.Regions, c.Region) {
			g.Countries = append(g.Countries, c.ISO)
		}
	}
	f.climb(g, a.Zone)
	return g
}

// climb gives a group the packages of the ladder at the prices of a zone.
func (f *catalogueFile) climb(g *group, zone int) {
	if zone == 0 {
		return
	}
	for _, row := range f.Ladder {
		g.put(special{plan: row.plan, Cents: row.Cents[zone-1]})
	}
}

func (f *catalogueFile) addSpecials(groups []*group) error {
	for _, s := range f.Specials {
		i := slices.IndexFunc(groups, func(g *group) bool { return g.CountrySlug == s.Group })
		if i < 0 {
			return fmt.Errorf("a special package is in group %q, which there is not", s.Group)
		}
		groups[i].put(s)
	}
	return nil
}

// put adds a package, in place of one by the same id.
func (g *group) put(s special) {
	p := &esimPackage{special: s, Group: g, Price: money.Amount(s.Cents), Data: esim.Bytes(s.GB) * esim.GiB}
	p.ID, p.Name = s.id(g.CountrySlug), s.name()
	if i := slices.IndexFunc(g.Packages, func(o *esimPackage) bool { return o.ID == p.ID }); i >= 0 {
		g.Packages[i] = p
		return
	}
	g.Packages = append(g.Packages, p)
}

// id is in the grammar of the vendor: esim-cambodia-7days-1gb-all,
// esim-turkey-10days-un1gb-all, esim-europe-30days-10gb-50sms-10min-all.
func (s special) id(slug string) string {
	data := fmt.Sprintf("%dgb", s.GB)
	switch {
	case s.Tag != "":
		data = s.Tag
	case s.Unlimited > 0:
		data = fmt.Sprintf("un%dgb", s.Unlimited)
	}
	id := fmt.Sprintf("esim-%s-%ddays-%s", slug, s.Days, data)
	if s.SMS > 0 {
		id += fmt.Sprintf("-%dsms", s.SMS)
	}
	if s.Minutes > 0 {
		id += fmt.Sprintf("-%dmin", s.Minutes)
	}
	return id + "-all"
}

// volume is the data in words.
func (s special) volume() string {
	if s.Unlimited > 0 {
		return "Unlimited Data"
	}
	return fmt.Sprintf("%d GB", s.GB)
}

func (s special) name() string {
	if s.Unlimited > 0 {
		return fmt.Sprintf("%s - %d Days (%d GB / %d KBPS)", s.volume(), s.Days, s.Unlimited, s.Kbps)
	}
	name := s.volume()
	if s.SMS > 0 {
		name += fmt.Sprintf(" - %d SMS", s.SMS)
	}
	if s.Minutes > 0 {
		name += fmt.Sprintf(" - %d Minutes", s.Minutes)
	}
	return fmt.Sprintf("%s - %d Days", name, s.Days)
}

// add indexes a group.
func (c *catalogue) add(g *group) error {
	c.names[g.CountryName], c.codes[g.CountryCode] = true, true
	g.encoded = map[string]func() *groupJSON{}
	for edition, shape := range shapes {
		g.encoded[edition] = sync.OnceValue(func() *groupJSON { return g.encode(shape) })
	}
	g.affiliate = sync.OnceValue(g.encodeAffiliate)
	for _, p := range g.Packages {
		if c.packages[p.ID] != nil {
			return fmt.Errorf("package %s stands twice", p.ID)
		}
		c.packages[p.ID] = p
	}
	return nil
}
