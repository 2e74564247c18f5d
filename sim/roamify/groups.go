package roamify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/esimsim/esimsim/internal/atlas"
	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// groupJSON is all of a group's JSON that does not depend on who asks and when: what
// comes before its prices, the path of its image, and what comes between that and its
// packages.
type groupJSON struct {
	head, image, tail []byte
	rows              []rowJSON // as the packages of the group
}

// rowJSON is the JSON of a package before and after its price.
type rowJSON struct{ head, tail []byte }

// encode writes the JSON of a group in advance, as a page has hundreds of packages.
// shape is that of a package in an edition, its price left at 0.
func (g *group) encode(shape func(*esimPackage) any) *groupJSON {
	j := &groupJSON{
		head:  bytes.TrimSuffix(marshal(g.wireGroup), []byte("}")),
		image: []byte("/_sim/flags/" + strings.ToLower(g.CountryCode) + ".svg"),
		tail:  slices.Concat([]byte(`","signals":`), marshal(g.signals()), []byte(`,"packages":[`)),
	}
	for _, p := range g.Packages {
		before, after, _ := bytes.Cut(marshal(shape(p)), []byte(`"price":0`))
		j.rows = append(j.rows, rowJSON{slices.Concat(before, []byte(`"price":`)), after})
	}
	return j
}

// appendJSON writes the group with those of its packages that are for sale and fit. The
// price range is that of all for sale.
func (g *group) appendJSON(tx *sim.Tx[state], b []byte, origin string, f filter) []byte {
	j := g.encoded[tx.Setting("edition")]()
	b = append(append(b, j.head...), `,"minPrice":`...)
	low, high := g.prices(tx)
	b = append(appendAmount(b, low), `,"maxPrice":`...)
	b = append(appendAmount(b, high), `,"image":"`...)
	b = append(append(append(b, origin...), j.image...), j.tail...)
	for i, p := range g.Packages {
		if f.fits(p) && offered(tx, p) {
			b = append(appendAmount(append(b, j.rows[i].head...), price(tx, p)), j.rows[i].tail...)
			b = append(b, ',')
		}
	}
	return append(bytes.TrimSuffix(b, []byte(",")), "]}"...)
}

// prices are the least and the most that a package for sale costs.
func (g *group) prices(tx *sim.Tx[state]) (low, high money.Amount) {
	low = math.MaxInt64
	for _, p := range g.Packages {
		if offered(tx, p) {
			low, high = min(low, price(tx, p)), max(high, price(tx, p))
		}
	}
	return low, high
}

func appendAmount(b []byte, a money.Amount) []byte {
	return strconv.AppendFloat(b, a.Float(), 'f', -1, 64)
}

// marshal is JSON as the API writes it: "&" stays itself. What it is given cannot fail.
func marshal(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("roamify catalogue: %v", err))
	}
	return bytes.TrimSpace(b.Bytes())
}

// signals are the countries of a group and the networks met there; a country without a
// network has empty lists.
func (g *group) signals() []wireSignal {
	out := make([]wireSignal, 0, len(g.Countries))
	for _, iso := range g.Countries {
		country, _ := atlas.ByISO(iso)
		s := wireSignal{Code: iso, Name: country.Name, Networks: []string{}, Carriers: []string{}}
		for _, n := range atlas.Networks(iso) {
			if !slices.Contains(s.Carriers, n.Brand) {
				s.Carriers = append(s.Carriers, n.Brand)
			}
			for _, generation := range n.Generations {
				// Only these three are seen.
				if generation != "2G" && !slices.Contains(s.Networks, generation) {
					s.Networks = append(s.Networks, generation)
				}
			}
		}
		slices.Sort(s.Networks)
		out = append(out, s)
	}
	return out
}

// shapes are those of a package, without its price, in each edition.
var shapes = map[string]func(*esimPackage) any{
	edition202606: func(p *esimPackage) any {
		return wirePackage{p.flat(), wireRequirements{TravelDate: p.TravelDate}, p.notes()}
	},
	edition202507: func(p *esimPackage) any { return wirePackage202507{p.flat(), p.notes()} },
}

// flat is the package without its price.
func (p *esimPackage) flat() wireFlat {
	w := wireFlat{
		PackageID: p.ID, Package: p.Name, Plan: p.planWord(), Activation: firstUse, Day: p.Days,
		IsUnlimited: p.Unlimited > 0, IsAPNAutomatic: p.APN == "", APN: p.apn(),
		DataAmount: p.megabytes(), DataUnit: "MB",
		CallType: "all", CallAmount: none, SMSType: "all", SMSAmount: none,
		WithSMS: p.SMS > 0, WithCall: p.Minutes > 0, WithHotspot: p.hotspot(), WithDataRoaming: true,
		WithUsageCheck: !p.NoUsageCheck, WithThrottle: p.Kbps > 0,
	}
	if p.Minutes > 0 {
		w.CallAmount, w.CallUnit = p.Minutes, callUnit
	}
	if p.SMS > 0 {
		w.SMSAmount, w.SMSUnit = p.SMS, smsUnit
	}
	if p.Kbps > 0 {
		w.Throttle = &wireThrottle{
			ThrottleSpeed: p.Kbps, ThrottleSpeedUnit: "kbps",
			ThrottleThreshold: p.Unlimited, ThrottleThresholdUnit: "gb",
		}
	}
	return w
}

// The units are those of the usage webhook.
const (
	callUnit = "minutes"
	smsUnit  = "sms"
)

// planWord is data-only in every sample; the other word is assumed.
func (p *esimPackage) planWord() string {
	if p.SMS > 0 || p.Minutes > 0 {
		return "data-voice-sms"
	}
	return "data-only"
}

func (p *esimPackage) apn() string {
	if p.APN == "" {
		return "globaldata"
	}
	return p.APN
}

func (p *esimPackage) megabytes() int64 {
	if p.Unlimited > 0 {
		return unlimited
	}
	return megabytes(p.Data)
}

// hotspot is assumed to come with what has a limit.
func (p *esimPackage) hotspot() bool { return p.Unlimited == 0 }

func (p *esimPackage) notes() []string {
	if p.Notes == nil {
		return []string{}
	}
	return p.Notes
}
