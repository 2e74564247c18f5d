package esimfly

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
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

// classOwn marks packages on esimfly's own network, which say more of where they work.
const classOwn = "esimfly"

// The types of packages, in the order in which they are listed.
const (
	typeLocal    = "local"
	typeRegional = "regional"
	typeGlobal   = "global"
)

// A pack is one package of the catalogue. It is shared by all worlds and never changed.
type pack struct {
	item      packageItem
	encoded   func() []byte // item, encoded once
	class     string
	volume    esim.Bytes // 0 when unlimited
	cost      money.Amount
	countries []string // ISO codes of where it works
	search    string   // what a search goes through, in lower case
}

type packs struct {
	all    []*pack // in the order of listing
	byCode map[string]*pack
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

// The four ways to ask for what a world sees of the catalogue now. Orders and lists go
// no other.

// offers are all packages, in the order of listing.
func offers(_ *sim.Tx[state]) []*pack { return catalogue().all }

// offered is the package of that code, or nil.
func offered(_ *sim.Tx[state], code string) *pack { return catalogue().byCode[code] }

// price is what one of a package costs.
func price(_ *sim.Tx[state], p *pack) money.Amount { return p.cost }

// listing is a package as the list shows it.
func listing(_ *sim.Tx[state], p *pack) []byte { return p.encoded() }

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

var rank = map[string]int{typeLocal: 0, typeRegional: 1, typeGlobal: 2}

func compareFalseFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
