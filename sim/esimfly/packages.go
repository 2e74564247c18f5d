package esimfly

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/esimsim/esimsim/sim"
)

// How long a page of packages is.
const (
	defaultPackages = 50
	maxPackages     = 100
)

// listPackages gives a page of the catalogue. That search is a part of name, region or
// country in any case, and an unknown type fits nothing, is assumed.
func listPackages(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	search, typ := strings.ToLower(r.Query.Get("search")), r.Query.Get("type")
	at := pageOf(r.Query)
	var shown [][]byte
	for _, p := range offers(tx) {
		if typ != "" && typ != p.item.Type || !strings.Contains(p.search, search) {
			continue
		}
		if at.holds(at.Total) {
			shown = append(shown, listing(tx, p))
		}
		at.Total++
	}
	at.TotalPages = (at.Total + at.Limit - 1) / at.Limit
	return sim.Reply{Body: packagesBody(shown, at)}, nil
}

// listPackagesAlias serves the path that the Create Order page names in passing. The
// vendor's own index of endpoints has only the long one.
func listPackagesAlias(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	r.Note(sim.Finding{
		Code: "esimfly.packages-path", Basis: string(sim.Documented),
		Message: "ask for " + mount + "/esims/packages: the live API has no " + mount + "/packages",
	})
	return listPackages(tx, r)
}

// packagesBody puts encoded packages together; encoding them again would cost more than
// the rest of the request.
func packagesBody(list [][]byte, at pagination) []byte {
	size := 200
	for _, p := range list {
		size += len(p) + 1
	}
	b := make([]byte, 0, size)
	b = append(b, `{"success":true,"data":{"packages":[`...)
	for i, p := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, p...)
	}
	b = append(b, `],"pagination":`...)
	tail, err := json.Marshal(at)
	if err != nil {
		panic("esimfly: pagination: " + err.Error())
	}
	return append(append(b, tail...), "}}"...)
}

// pageOf reads page and limit. What makes no sense is taken for the default, and a limit
// beyond the greatest for that; both are assumed.
func pageOf(q url.Values) pagination {
	return pagination{
		Page:  positive(q.Get("page"), 1),
		Limit: min(positive(q.Get("limit"), defaultPackages), maxPackages),
	}
}

func positive(s string, otherwise int) int {
	if n, err := strconv.Atoi(s); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// holds tells whether the nth thing, from 0, is on this page.
func (p pagination) holds(n int) bool { return n/p.Limit == p.Page-1 }
