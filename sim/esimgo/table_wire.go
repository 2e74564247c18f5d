package esimgo

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/esimsim/esimsim/internal/atlas"
	"github.com/esimsim/esimsim/internal/money"
)

// A page of the catalogue can hold a thousand bundles, each with two hundred countries.
// What is the same for all bundles of an area is therefore encoded once, and a bundle is
// put together from parts. Its fields, in the order of the owner's page: name,
// description, groups, countries, dataAmount, duration, speed, autostart, unlimited,
// roamingEnabled, then imageUrl (live answers), price and billingType (vendor's newer
// document).

// A countryWire is a country, or an area under a code longer than two letters.
type countryWire struct {
	Name   string `json:"name"`
	Region string `json:"region"`
	ISO    string `json:"iso"`
}

// An areaWire holds the parts of a bundle that its area decides.
type areaWire struct {
	countries, speed, roaming []byte
	flag                      string // path of the picture
}

func encodeArea(a *area) areaWire {
	roaming := []countryWire{}
	for _, iso := range a.roaming {
		if c, ok := atlas.ByISO(iso); ok {
			roaming = append(roaming, countryWire{c.Name, c.Region, c.ISO})
		}
	}
	speeds := a.speeds
	if speeds == nil {
		speeds = []string{}
	}
	return areaWire{
		countries: encode([]countryWire{{a.Name, a.Region, a.Code}}),
		speed:     encode(speeds),
		roaming:   encode(roaming),
		flag:      "/_sim/flags/" + strings.ToLower(a.Code) + ".svg",
	}
}

// encode is json.Marshal as the rest of the answer is encoded: "&" stays "&".
func encode(v any) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // only texts come here
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// A rowStyle says which fields a bundle has besides the usual ones.
type rowStyle struct {
	Groups     bool   // in lists; the owner's page leaves them out of the single bundle
	Origin     string // of imageUrl; "" leaves it out
	Billing    bool   // billingType
	Allowances bool   // of the single bundle, from v2.5 on
}

// appendBundle writes one bundle. Names are plain letters, so quoting them as Go does is
// JSON.
func appendBundle(out []byte, b *bundle, p money.Amount, style rowStyle) []byte {
	w := &b.Area.wire
	out = append(out, `{"name":`...)
	out = strconv.AppendQuote(out, b.Name)
	out = append(out, `,"description":`...)
	out = strconv.AppendQuote(out, b.Description)
	if style.Groups {
		out = append(out, `,"groups":[`...)
		out = strconv.AppendQuote(out, b.Group)
		out = append(out, ']')
	}
	out = append(append(out, `,"countries":`...), w.countries...)
	out = strconv.AppendInt(append(out, `,"dataAmount":`...), b.Plan.megabytes(), 10)
	out = strconv.AppendInt(append(out, `,"duration":`...), int64(b.Plan.Days), 10)
	out = append(append(out, `,"speed":`...), w.speed...)
	out = append(out, `,"autostart":true,"unlimited":`...)
	out = strconv.AppendBool(out, b.Plan.unlimited())
	out = append(append(out, `,"roamingEnabled":`...), w.roaming...)
	if style.Origin != "" {
		out = append(out, `,"imageUrl":`...)
		out = strconv.AppendQuote(out, style.Origin+w.flag)
	}
	out = append(out, `,"price":`...)
	out = strconv.AppendFloat(out, p.Float(), 'f', -1, 64)
	if style.Billing {
		out = append(out, `,"billingType":"FixedCost"`...)
	}
	if style.Allowances {
		out = append(append(out, `,"allowances":`...), encode(b.Plan.allowances())...)
	}
	return append(out, '}')
}
