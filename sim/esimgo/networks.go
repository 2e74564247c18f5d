package esimgo

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/esimsim/esimsim/internal/atlas"
	"github.com/esimsim/esimsim/sim"
)

// tadig.json has the TADIG codes that operators have in roaming agreements, by the networks
// of the atlas as MCC-MNC, for the countries that people travel to most. A code is an
// operator's, whichever of its MNC the atlas has, as a roaming sponsor's list of September
// 2025 gives it (seen in a public repository), or for ROMMR a list of Orange's affiliates.
// Ten were in neither and rest on common knowledge alone: ESPXF, NLDPN, JORFL, KWTNM, MARMT,
// TUNTT, HKGPP, TWNFE, VNMMO and SGPM1.
//
//go:embed tadig.json
var tadigJSON []byte

// A network is one that a traveller's eSIM can meet.
type network struct {
	atlas.Network
	TADIG    string
	Invented bool // the TADIG is; all else is true
}

// loadNetworks has the networks of the atlas by country. Where no TADIG code is known, one
// is made up of the country's three letters, an X and the network's place in the list.
var loadNetworks = sync.OnceValue(func() map[string][]network {
	known := map[string]map[string]string{}
	if err := json.Unmarshal(tadigJSON, &known); err != nil {
		panic(fmt.Sprintf("tadig.json: %v", err))
	}
	table := map[string][]network{}
	for _, c := range atlas.Countries() {
		for i, n := range atlas.Networks(c.ISO) {
			code, real := known[c.ISO][n.MCC+"-"+n.MNC]
			if !real {
				code = c.ISO3 + "X" + strconv.Itoa(i+1)
			}
			table[c.ISO] = append(table[c.ISO], network{n, code, !real})
		}
	}
	return table
})

// networksOf are those of a country, by its ISO code.
func networksOf(iso string) []network { return loadNetworks()[iso] }

// serving is the network that an eSIM is on there: one whose code is true, if there is.
func serving(iso string) network {
	all := networksOf(iso)
	if i := slices.IndexFunc(all, func(n network) bool { return !n.Invented }); i >= 0 {
		return all[i]
	}
	if len(all) > 0 {
		return all[0]
	}
	return network{}
}

// listNetworks is GET /networks: of countries by name or by code, or of all. In v2.3 the
// answer is an array, and speed is called speeds.
func listNetworks(_ *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	countries, err := wantedCountries(r)
	if err != nil {
		return sim.Reply{}, err
	}
	if r.Mount == v23 {
		return sim.Reply{Status: http.StatusOK, Body: networks23(countries)}, nil
	}
	w := networkList{CountryNetworks: make([]countryNetworks, 0, len(countries))}
	for _, c := range countries {
		rows := countryNetworks{Name: c.Name, ISO: c.ISO, Networks: []networkWire{}}
		for _, n := range networksOf(c.ISO) {
			rows.Networks = append(rows.Networks, networkWire{n.Operator, n.Brand, n.MCC, n.MNC, n.TADIG, n.Generations})
		}
		w.CountryNetworks = append(w.CountryNetworks, rows)
	}
	return sim.Reply{Status: http.StatusOK, Body: w}, nil
}

func networks23(countries []atlas.Country) []countryNetworks23 {
	w := make([]countryNetworks23, 0, len(countries))
	for _, c := range countries {
		rows := countryNetworks23{Name: c.Name, Networks: []networkWire23{}}
		for _, n := range networksOf(c.ISO) {
			rows.Networks = append(rows.Networks, networkWire23{n.Operator, n.Brand, n.MCC, n.MNC, n.TADIG, n.Generations})
		}
		w = append(w, rows)
	}
	return w
}

// countryIndex finds countries by name and by code, in lower case.
var countryIndex = sync.OnceValue(func() map[string]map[string]atlas.Country {
	index := map[string]map[string]atlas.Country{"countries": {}, "isos": {}}
	for _, c := range atlas.Countries() {
		index["countries"][strings.ToLower(c.Name)], index["isos"][strings.ToLower(c.ISO)] = c, c
	}
	return index
})

// wantedCountries reads the query of GET /networks, in the order of names. Names and codes
// are taken in any case; one that no country has finds nothing and is noted.
func wantedCountries(r *sim.Request) ([]atlas.Country, error) {
	if r.Query.Get("returnAll") == "true" {
		return atlas.Countries(), nil
	}
	var found []atlas.Country
	asked := false
	for _, key := range []string{"countries", "isos"} {
		for word := range strings.SplitSeq(strings.ToLower(strings.Join(r.Query[key], ",")), ",") {
			if word = strings.TrimSpace(word); word == "" {
				continue
			}
			asked = true
			if c, ok := countryIndex()[key][word]; ok {
				found = append(found, c)
				continue
			}
			r.Note(&oddUnknownCountry, "query/"+key, "write names and ISO codes as GET /networks?returnAll=true has them: "+strconv.Quote(word)+" is no country's")
		}
	}
	if !asked {
		return nil, errCountries
	}
	slices.SortStableFunc(found, func(a, b atlas.Country) int { return strings.Compare(a.Slug, b.Slug) })
	return slices.Compact(found), nil
}
