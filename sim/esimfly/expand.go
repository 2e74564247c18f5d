package esimfly

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/esimsim/esimsim/internal/atlas"
	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/money"
)

// catalogueFile is catalogue.json: prices are in cents, a plan without gb is unlimited.
type catalogueFile struct {
	Slugs    map[string]string `json:"slugs"` // by ISO code, where the code has a name of its own
	Families []family          `json:"families"`
	Regions  []region          `json:"regions"`
	Special  []special         `json:"special"`
	Own      []special         `json:"own"` // an enterprise's, which are never in the common catalogue
}

// A family makes a package of each plan for each country. In the code stand {slug} and
// {iso} of the country, {gb} and {days} of the plan; in the name {name}, {gb} and
// {length}, which is "7 Days".
type family struct {
	Code         string `json:"code"`
	Name         string `json:"name"`
	Class        string `json:"class"`
	Rechargeable bool   `json:"rechargeable"`
	Plans        []struct {
		GB    int      `json:"gb"`
		Days  int      `json:"days"`
		Cents [5]int64 `json:"cents"` // by zone of the country
	} `json:"plans"`
}

// A region is sold as a whole: the countries of some regions of the atlas up to a zone.
type region struct {
	Slug    string   `json:"slug"`
	Name    string   `json:"name"`
	Type    string   `json:"type"`
	Class   string   `json:"class"`
	Of      []string `json:"of"`
	MaxZone int      `json:"maxZone"`
	Plans   []struct {
		GB    int   `json:"gb"`
		Days  int   `json:"days"`
		Cents int64 `json:"cents"`
	} `json:"plans"`
}

// special is one package written out.
type special struct {
	Code         string `json:"code"`
	Name         string `json:"name"`
	ISO          string `json:"iso"`
	Class        string `json:"class"`
	Rechargeable bool   `json:"rechargeable"`
	GB           int    `json:"gb"`
	Days         int    `json:"days"`
	Cents        int64  `json:"cents"`
	Carrier      *struct {
		Features features     `json:"features"`
		Terms    carrierTerms `json:"terms"`
	} `json:"carrier"`
}

// An area is where a package works, as the wire shows it.
type area struct {
	name      string
	countries []string
	locations []location
	networks  []network
}

func areaOf(name string, countries ...atlas.Country) *area {
	a := &area{name: name, networks: []network{}}
	for _, c := range countries {
		iso := strings.ToLower(c.ISO)
		l := location{LocationName: c.Name, LocationLogo: "/img/flags/" + iso + ".png", OperatorList: []operator{}}
		for _, n := range atlas.Networks(c.ISO) {
			id, _ := strconv.Atoi(n.MCC + n.MNC) // digits, as the atlas has them
			generation := fastest(n.Generations)
			l.OperatorList = append(l.OperatorList, operator{n.Brand, generation})
			a.networks = append(a.networks, network{
				NetworkID: id, NetworkName: n.Brand, NetworkType: generation,
				CountryCode: iso, CountryName: c.Name, CountryISO2: iso, Continent: c.Region,
				MCCCode: n.MCC, MNCCode: n.MNC,
			})
		}
		a.countries = append(a.countries, c.ISO)
		a.locations = append(a.locations, l)
	}
	return a
}

// fastest is 4G/5G, or the best of what is older.
func fastest(generations []string) string {
	best := generations[len(generations)-1]
	if best == "5G" && slices.Contains(generations, "4G") {
		return "4G/5G"
	}
	return best
}

func (f catalogueFile) expand() packs {
	out := packs{byCode: map[string]*pack{}, byArea: map[*area][]*pack{}}
	add := func(p *pack) {
		if code := p.item.PackageCode; out.byCode[code] == nil {
			out.byCode[code] = p
			out.all = append(out.all, p)
		}
	}
	countries := atlas.Countries()
	local := map[string]*area{}
	for _, c := range countries {
		local[c.ISO] = areaOf(c.Name, c)
	}
	for _, s := range f.Special {
		add(s.pack(local[s.ISO]))
	}
	for _, c := range countries {
		for _, fam := range f.Families {
			fam.packs(c, f.Slugs[c.ISO], local[c.ISO], add)
		}
	}
	for _, r := range f.Regions {
		r.packs(countries, add)
	}
	slices.SortFunc(out.all, compareListing)
	for _, s := range f.Own {
		p := s.pack(local[s.ISO])
		out.byCode[s.Code], out.own = p, append(out.own, p)
	}
	for _, p := range slices.Concat(out.all, out.own) {
		out.byArea[p.area] = append(out.byArea[p.area], p)
	}
	return out
}

func (s special) pack(a *area) *pack {
	item := packageItem{
		PackageCode: s.Code, Name: s.Name, Type: typeLocal, DataAmountGB: s.GB, ValidityDays: s.Days,
		Features: features{IsRechargeable: s.Rechargeable},
	}
	if s.Carrier != nil {
		item.Features.VoiceMinutes, item.Features.SMSCount = s.Carrier.Features.VoiceMinutes, s.Carrier.Features.SMSCount
		item.carrierTerms = &s.Carrier.Terms
	}
	if s.Class == classEnterprise {
		item.Type, item.Provider = typeEnterprise, s.Class
	}
	return newPack(item, s.Class, s.Cents, a)
}

func (f family) packs(c atlas.Country, slug string, a *area, add func(*pack)) {
	if slug == "" {
		slug = c.Slug
	}
	code := fill(f.Code, "{slug}", slug, "{iso}", c.ISO)
	name := fill(f.Name, "{name}", c.Name)
	for _, plan := range f.Plans {
		gb, days := strconv.Itoa(plan.GB), strconv.Itoa(plan.Days)
		length := days + " Days"
		if plan.Days == 1 {
			length = "1 Day"
		}
		add(newPack(packageItem{
			PackageCode: fill(code, "{gb}", gb, "{days}", days), Name: fill(name, "{gb}", gb, "{length}", length),
			Type: typeLocal, DataAmountGB: plan.GB, ValidityDays: plan.Days, Features: features{IsRechargeable: f.Rechargeable},
		}, f.Class, plan.Cents[c.Zone-1], a))
	}
}

// fill puts values in the place of names. A strings.Replacer costs more to make than it
// saves here.
func fill(template string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		template = strings.ReplaceAll(template, pairs[i], pairs[i+1])
	}
	return template
}

func (r region) packs(countries []atlas.Country, add func(*pack)) {
	a := areaOf(r.Name, slices.DeleteFunc(slices.Clone(countries), func(c atlas.Country) bool {
		return c.Zone > r.MaxZone || !slices.Contains(r.Of, c.Region)
	})...)
	for _, plan := range r.Plans {
		gb, days := strconv.Itoa(plan.GB), strconv.Itoa(plan.Days)
		add(newPack(packageItem{
			PackageCode: r.Slug + "-" + gb + "gb-" + days + "days", Name: r.Name + " " + gb + "GB " + days + " Days",
			Type: r.Type, DataAmountGB: plan.GB, ValidityDays: plan.Days, Features: features{IsRechargeable: true},
		}, r.Class, plan.Cents, a))
	}
}

// newPack adds to an item what follows from where it works and who stands behind it.
func newPack(item packageItem, class string, cents int64, a *area) *pack {
	p := &pack{
		class: class, cost: money.Amount(cents), area: a, countries: a.countries,
		volume: esim.Bytes(item.DataAmountGB) * esim.GiB,
	}
	item.Region, item.Cost, item.Currency = a.name, p.cost.Float(), usd.code
	item.IsUnlimited = item.DataAmountGB == 0
	item.HasVoice, item.HasSMS = item.Features.VoiceMinutes > 0, item.Features.SMSCount > 0
	item.LocationNetworkList = a.locations
	if class == classOwn {
		item.Countries, item.Networks = a.countries, a.networks
	}
	if carrier := item.carrier(); carrier != "" {
		item.LocationNetworkList = preferring(carrier, a.locations)
	}
	p.item, p.encoded = item, sync.OnceValue(func() [2][]byte { return encode(item) })
	p.search = searchText(item)
	return p
}

// carrier is the name of whose plan it is; "" for none.
func (i packageItem) carrier() string {
	if i.carrierTerms == nil || i.NetworkCarrier == nil {
		return ""
	}
	return *i.NetworkCarrier
}

// preferring puts a carrier's own network before those it may roam on.
func preferring(carrier string, list []location) []location {
	list = slices.Clone(list)
	for i := range list {
		l := slices.Clone(list[i].OperatorList)
		slices.SortStableFunc(l, func(a, b operator) int {
			return compareFalseFirst(!isOf(a.OperatorName, carrier), !isOf(b.OperatorName, carrier))
		})
		list[i].OperatorList = l
	}
	return list
}

func searchText(item packageItem) string {
	words := []string{item.Name, item.Region}
	for _, l := range item.LocationNetworkList {
		words = append(words, l.LocationName)
	}
	return strings.ToLower(strings.Join(words, "\n"))
}

// encode gives what stands before and after cost and currency.
func encode(item packageItem) (parts [2][]byte) {
	text, err := marshal(item)
	if err != nil {
		panic("esimfly: " + item.PackageCode + ": " + err.Error())
	}
	const cost, currency = `"cost":`, `,"currency":"`
	from := bytes.Index(text, []byte(cost)) + len(cost)
	to := from + bytes.Index(text[from:], []byte(currency)) + len(currency) + len(item.Currency)
	return [2][]byte{text[:from], text[to:]}
}

// marshal writes JSON as the engine does.
func marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}
