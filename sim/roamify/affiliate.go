package roamify

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"

	"github.com/esimsim/esimsim/sim"
)

// margin is what an affiliate's customers pay over the partner's price. Assumed.
const margin = 1.2

// affiliateJSON is a group of the affiliate catalogue in JSON, but for prices and links.
type affiliateJSON struct {
	head []byte
	rows []affiliateRow
}

// affiliateRow is a package before its price, between that and its link, and after it.
type affiliateRow struct{ head, middle, tail []byte }

// listAffiliatePackages answers what a partner's own shop shows. It is the same for any
// name (assumed); the ids in it cannot be ordered, which clients were seen to try.
func listAffiliatePackages(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	if err := feature(tx, "affiliate", errForbidden); err != nil {
		return sim.Reply{}, err
	}
	if _, err := noKeys.query(tx, r); err != nil {
		return sim.Reply{}, err
	}
	link, referrer := r.PageLink(shopPages), "?referrer="+url.QueryEscape(r.Param("uniqueName"))
	b := []byte(`{"status":"success","data":{"packages":[`)
	everything := filter{}
	for _, g := range theCatalogue().Groups {
		if everything.sells(tx, g) {
			b = append(g.appendAffiliate(tx, b, link+g.CountrySlug+referrer), ',')
		}
	}
	return sim.Reply{Body: append(bytes.TrimSuffix(b, []byte(",")), "]}}"...)}, nil
}

func (g *group) appendAffiliate(tx *sim.Tx[state], b []byte, link string) []byte {
	j := g.affiliate()
	b = append(b, j.head...)
	for i, p := range g.Packages {
		if offered(tx, p) {
			b = appendAmount(append(b, j.rows[i].head...), price(tx, p).Share(margin))
			b = append(append(append(append(b, j.rows[i].middle...), link...), j.rows[i].tail...), ',')
		}
	}
	return append(bytes.TrimSuffix(b, []byte(",")), "]}"...)
}

// encodeAffiliate writes the JSON of a group in advance.
func (g *group) encodeAffiliate() *affiliateJSON {
	head := marshal(wireAffiliateGroup{
		ID: idOf(g.ID), CountryName: g.CountryName, CountryCode: g.CountryCode, Region: g.Geography,
	})
	j := &affiliateJSON{head: append(bytes.TrimSuffix(head, []byte("}")), `,"packages":[`...)}
	signals := g.signals()
	for _, p := range g.Packages {
		before, rest, _ := bytes.Cut(marshal(p.affiliate(signals)), []byte(`"price":0`))
		middle, tail, _ := bytes.Cut(rest, []byte(`"link":""`))
		j.rows = append(j.rows, affiliateRow{
			head:   append(slices.Clip(before), `"price":`...),
			middle: append(slices.Clip(middle), `"link":"`...),
			tail:   append([]byte(`"`), tail...),
		})
	}
	return j
}

// affiliate is the package without its price and link.
func (p *esimPackage) affiliate(signals []wireSignal) wireAffiliatePackage {
	f := p.flat()
	w := wireAffiliatePackage{
		ID: idOf(p.ID), Name: p.Name, Validity: p.Days, Plan: f.Plan, DataAmount: f.DataAmount, DataUnit: f.DataUnit,
		Data: p.volume(), IsUnlimited: f.IsUnlimited, IsActivated: true, WithTopUp: !p.NoTopUp, WithSMS: f.WithSMS,
		WithCall: f.WithCall, WithHotspot: f.WithHotspot, SMSUnit: f.SMSUnit, CallUnit: f.CallUnit,
		SMSAmount: f.SMSAmount, CallAmount: f.CallAmount, Coverages: []string{}, Networks: []string{}, Signals: signals,
	}
	for _, s := range signals {
		w.Coverages = append(w.Coverages, s.Name)
		w.Networks = append(w.Networks, s.Networks...)
	}
	slices.Sort(w.Networks)
	w.Networks = slices.Compact(w.Networks)
	return w
}

// idOf is a UUID that stands for a name, always the same.
func idOf(name string) string {
	sum := sha256.Sum256([]byte("roamify affiliate " + name))
	sum[6], sum[8] = sum[6]&0x0f|0x50, sum[8]&0x3f|0x80
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
