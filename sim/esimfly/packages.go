package esimfly

import (
	"encoding/json"
	"strings"

	"github.com/esimsim/esimsim/sim"
)

// defaultPackages is how long a page of packages is.
const defaultPackages = 50

// listPackages gives a page of the catalogue. That search is a part of name, region or
// country in any case, and an unknown type fits nothing, is assumed.
func listPackages(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	want := packagesPage{
		search: strings.ToLower(r.Query.Get("search")), typ: r.Query.Get("type"),
		page: pageOf(r.Query, defaultPackages), account: tx.Setting("account"),
	}
	return sim.Reply{Body: tx.Page(want, func() []byte { return want.encode(tx) })}, nil
}

// A packagesPage is all that decides on the bytes of a page. The account decides on what
// is on offer and in which currency.
type packagesPage struct {
	search, typ, account string
	page                 pagination
}

func (w packagesPage) encode(tx *sim.Tx[state]) []byte {
	at := w.page
	b := make([]byte, 0, 64<<10)
	b = append(b, `{"success":true,"data":{"packages":[`...)
	empty, changed := len(b), tx.CatalogueChanged()
	for _, p := range offers(tx) {
		if w.typ != "" && w.typ != p.item.Type || !strings.Contains(p.search, w.search) {
			continue
		}
		if changed && !tx.Offered(p.item.PackageCode) {
			continue
		}
		if at.holds(at.Total) {
			if len(b) > empty {
				b = append(b, ',')
			}
			b = listing(tx, p, b)
		}
		at.Total++
	}
	return closePage(b, at)
}

// closePage ends a list that was put together out of encoded packages; to encode them
// again would cost more than the rest of the request.
func closePage(b []byte, at pagination) []byte {
	at.count(at.Total)
	tail, err := json.Marshal(at)
	if err != nil {
		panic("esimfly: pagination: " + err.Error())
	}
	b = append(b, `],"pagination":`...)
	return append(append(b, tail...), "}}"...)
}

// listPackagesAlias serves the path that the Create Order page names in passing. The
// vendor's own index of endpoints has only the long one.
func listPackagesAlias(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	r.Note(&oddPackagesPath, "", "ask for "+mount+"/esims/packages: the live API has no "+mount+"/packages")
	return listPackages(tx, r)
}
