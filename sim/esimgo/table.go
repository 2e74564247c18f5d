package esimgo

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/esimsim/esimsim/internal/atlas"
	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/money"
)

//go:embed catalogue.json
var catalogueJSON []byte

// A plan is what a bundle gives, wherever that is.
type plan struct {
	Data    string `json:"data"`    // first part of the name: 5GB, UL
	Label   string `json:"label"`   // in the description, where Data will not do
	Days    int    `json:"days"`    // validity
	Months  int    `json:"months"`  // of a long bundle, which is an assignment for each
	MB      int64  `json:"mb"`      // decimal megabytes; 0 when unlimited
	DailyMB int64  `json:"dailyMB"` // at full speed in 24 hours, when unlimited
	Group   string `json:"group"`
	// NoMSISDN says that eSIMs which come with such a bundle have no telephone number.
	NoMSISDN bool            `json:"noMSISDN"`
	Prices   [5]money.Amount `json:"prices"` // by price zone, the cheapest first
}

func (p *plan) unlimited() bool { return p.DailyMB > 0 }

// megabytes is how the wire writes the volume. What it says of an unlimited bundle is
// undocumented; a client types it as -1.
func (p *plan) megabytes() int64 {
	if p.unlimited() {
		return -1
	}
	return p.MB
}

// assignments is how many the bundle becomes on an eSIM.
func (p *plan) assignments() int { return max(p.Months, 1) }

// volume is that of one assignment: of an unlimited bundle, what it has at full speed in
// 24 hours.
func (p *plan) volume() esim.Bytes {
	if p.unlimited() {
		return esim.Bytes(p.DailyMB) * esim.MB
	}
	return esim.Bytes(p.MB) * esim.MB / esim.Bytes(p.assignments())
}

// length is how long one assignment lasts once it is started.
func (p *plan) length() time.Duration {
	return time.Duration(p.Days) * 24 * time.Hour / time.Duration(p.assignments())
}

// An area is where a bundle works: one country, or several under a code of their own.
type area struct {
	Code      string   `json:"code"`
	Name      string   `json:"name"`
	Region    string   `json:"region"`
	Zone      int      `json:"zone"`
	Countries []string `json:"countries"` // ISO codes; else all of these regions up to that zone
	Regions   []string `json:"regions"`
	MaxZone   int      `json:"maxZone"`

	speeds  []string // network generations met there
	roaming []string // ISO codes; none for one country, which is its own base
	wire    areaWire
}

// A bundle is one row of the catalogue. It is shared by all worlds and never changed.
type bundle struct {
	Name        string
	Description string
	Version     string
	Group       string
	Price       money.Amount
	Plan        *plan
	Area        *area
}

// The versions that a bundle's name ends in.
const (
	current = "V2"
	legacy  = "U"
)

// A table is the whole catalogue, sorted by name.
type table struct {
	rows   []*bundle
	byName map[string]*bundle
	groups []string // in the order of the file
}

// source is catalogue.json.
type source struct {
	Plans   []*plan `json:"plans"` // the ladder that every area carries
	Long    []*plan `json:"long"`  // only in regions and globally
	Areas   []*area `json:"areas"`
	Special []*area `json:"special"` // sold like a country
	Legacy  []struct {
		plan
		Area  string       `json:"area"` // ISO code
		Price money.Amount `json:"price"`
	} `json:"legacy"`
}

// catalogue expands catalogue.json over the countries of the atlas.
var catalogue = sync.OnceValue(func() *table {
	src := readSource(catalogueJSON)
	t := &table{byName: map[string]*bundle{}}
	countries := map[string]*area{}
	for _, c := range atlas.Countries() {
		a := &area{Code: c.ISO, Name: c.Name, Region: c.Region, Zone: c.Zone, Countries: []string{c.ISO}}
		a.survey()
		countries[c.ISO] = a
		t.sell(src.Plans, a)
	}
	for _, a := range src.Special {
		a.survey()
		t.sell(src.Plans, a)
	}
	for _, a := range src.Areas {
		a.survey()
		t.sell(src.Plans, a)
		t.sell(src.Long, a)
	}
	for i := range src.Legacy {
		l := &src.Legacy[i]
		t.add(&l.plan, countries[l.Area], legacy, l.Price)
	}
	slices.SortFunc(t.rows, func(a, b *bundle) int { return strings.Compare(a.Name, b.Name) })
	return t
})

func readSource(data []byte) source {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var src source
	if err := dec.Decode(&src); err != nil {
		panic(fmt.Sprintf("catalogue.json: %v", err))
	}
	return src
}

func (t *table) sell(plans []*plan, a *area) {
	for _, p := range plans {
		t.add(p, a, current, p.Prices[a.Zone-1])
	}
}

func (t *table) add(p *plan, a *area, version string, price money.Amount) {
	label, generation := p.Label, version
	if label == "" {
		label = p.Data
	}
	if version == legacy {
		generation = "Unthrottled"
	}
	days := strconv.Itoa(p.Days)
	unit := " Days"
	if p.Days == 1 {
		unit = " Day"
	}
	b := &bundle{
		Name:        "esim_" + p.Data + "_" + days + "D_" + a.Code + "_" + version,
		Description: "eSIM, " + label + ", " + days + unit + ", " + a.Name + ", " + generation,
		Version:     version, Group: p.Group, Price: price, Plan: p, Area: a,
	}
	t.rows = append(t.rows, b)
	t.byName[b.Name] = b
	if !slices.Contains(t.groups, b.Group) {
		t.groups = append(t.groups, b.Group)
	}
}

// survey finds out which countries an area covers and which networks are there.
func (a *area) survey() {
	if a.Countries == nil {
		for _, c := range atlas.Countries() {
			if c.Zone <= a.MaxZone && (len(a.Regions) == 0 || slices.Contains(a.Regions, c.Region)) {
				a.Countries = append(a.Countries, c.ISO)
			}
		}
	}
	if len(a.Countries) > 1 {
		a.roaming = a.Countries
	}
	for _, iso := range a.Countries {
		for _, n := range atlas.Networks(iso) {
			for _, g := range n.Generations {
				if !slices.Contains(a.speeds, g) {
					a.speeds = append(a.speeds, g)
				}
			}
		}
	}
	slices.Sort(a.speeds) // 2G to 5G
	a.wire = encodeArea(a)
}
