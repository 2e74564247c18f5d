package esimfly

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"strconv"
	"sync"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// catalogueJSON is invented but for the packages that the vendor's pages name: ladders of
// plans with a price for each zone of the atlas, regions, and single packages. A single
// one takes the place of a plan that makes the same code.
//
//go:embed catalogue.json
var catalogueJSON []byte

// Who stands behind a package decides what can be done with it. The pages abstract from
// providers; the classes are put together from what api-docs allow for which.
const (
	classOwn        = "esimfly"    // on esimfly's own network: says where it works, can be suspended
	classAsync      = "async"      // provisioned minutes later, as KDDI Japan
	classCarrier    = "carrier"    // a carrier's plan, with a telephone number
	classGeneric    = "generic"    // bought from another seller
	classEnterprise = "enterprise" // an enterprise's own
)

// The types of packages, in the order in which they are listed.
const (
	typeLocal      = "local"
	typeRegional   = "regional"
	typeGlobal     = "global"
	typeEnterprise = "enterprise"
)

// A pack is one package of the catalogue. It is shared by all worlds and never changed.
type pack struct {
	item      packageItem
	encoded   func() [2][]byte // item, encoded once, without cost and currency in between
	class     string
	volume    esim.Bytes   // 0 when unlimited
	cost      money.Amount // in USD
	area      *area
	countries []string // ISO codes of where it works
	search    string   // what a search goes through, in lower case
}

func (p *pack) unlimited() bool { return p.volume == 0 }

type packs struct {
	all    []*pack // in the order of listing
	own    []*pack // an enterprise's
	byCode map[string]*pack
	byArea map[*area][]*pack // in the order of listing
}

// catalogue is expanded when first asked for. It panics, because only a broken build can
// have a broken file.
var catalogue = sync.OnceValue(func() packs {
	var src catalogueFile
	dec := json.NewDecoder(bytes.NewReader(catalogueJSON))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&src); err != nil {
		panic("esimfly: catalogue.json: " + err.Error())
	}
	return src.expand()
})

// The ways to ask for what a world sees of the catalogue now, in which a scenario may
// have changed prices or withdrawn packages. Orders and lists go no other.

// offers are all packages that the account can buy, in the order of listing.
func offers(tx *sim.Tx[state]) []*pack {
	if tx.Setting("account") == accountOwn {
		return catalogue().own
	}
	return catalogue().all
}

// offered is the package of that code, or nil.
func offered(tx *sim.Tx[state], code string) *pack {
	p := catalogue().byCode[code]
	if p == nil || (p.class == classEnterprise) != (tx.Setting("account") == accountOwn) || !tx.Offered(code) {
		return nil
	}
	return p
}

// price is what one of a package costs the account; a scenario's price is in USD like the
// catalogue's.
func price(tx *sim.Tx[state], p *pack) money.Amount {
	return purse(tx).of(tx.Price(p.item.PackageCode, p.cost), usd)
}

// listing appends a package as the list shows it.
func listing(tx *sim.Tx[state], p *pack, b []byte) []byte {
	parts := p.encoded()
	b = append(b, parts[0]...)
	b = strconv.AppendFloat(b, price(tx, p).Float(), 'f', -1, 64)
	b = append(b, `,"currency":"`...)
	b = append(b, purse(tx).code...)
	return append(b, parts[1]...)
}

// compareListing puts local packages first, by volume, then the unlimited ones by days,
// then regional and global ones, as api-docs say; what decides further is assumed.
func compareListing(a, b *pack) int {
	x, y := &a.item, &b.item
	return cmp.Or(
		cmp.Compare(rank[x.Type], rank[y.Type]),
		compareFalseFirst(x.IsUnlimited, y.IsUnlimited),
		cmp.Compare(x.DataAmountGB, y.DataAmountGB),
		cmp.Compare(x.ValidityDays, y.ValidityDays),
		cmp.Compare(x.Region, y.Region),
		cmp.Compare(a.cost, b.cost),
		cmp.Compare(x.PackageCode, y.PackageCode),
	)
}

var rank = map[string]int{typeLocal: 0, typeRegional: 1, typeGlobal: 2, typeEnterprise: 3}

func compareFalseFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
