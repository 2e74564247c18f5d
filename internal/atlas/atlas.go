// Package atlas is true geography for an invented catalogue: the countries of the world, and in each the mobile networks
// that a traveller's eSIM would meet.
//
// countries.json has the 249 entries of ISO 3166-1 from github.com/biter777/countries v1.7.5, under the names travellers
// use. networks.json has up to five networks a country, each as MCC, MNC, operator, brand and generations, from the npm
// package mcc-mnc-list 1.1.11, a copy of Wikipedia's tables of mobile network codes (CC BY-SA) that by its own notes stands
// at spring 2023; a few entries are brought up to date by hand. Eleven territories have no network. The program in
// tools/atlas makes both files and tells how it chooses.
//
// Two things are assumed, as no provider publishes them: the price zone of a country, and which region a country at the
// edge of two belongs to (Turkey and Cyprus: Europe; the Caucasus: Asia; the Caribbean: LATAM; Egypt: Africa).
package atlas

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

// Country is one entry of ISO 3166-1: a state, or a territory with a code of its own.
type Country struct {
	ISO  string `json:"iso"`  // alpha-2, upper case
	ISO3 string `json:"iso3"` // alpha-3, upper case
	Name string `json:"name"` // short English name, unique, without a comma; may have accents ("Åland Islands")
	Slug string `json:"slug"` // Name in lower-case ASCII with hyphens, unique

	// Region is Africa, Antarctica, Asia, Europe, LATAM, Middle East, North America or Oceania. The APIs' own list has
	// Global too, which no country is in.
	Region string `json:"region"`

	// Zone tells how dear data is there, from 1, cheapest, to 5, dearest. Assumed.
	Zone int `json:"zone"`

	// Dial is the calling code in digits. Countries of the North American plan have their area code in it ("1876"), the
	// first if there are several; other countries may share one ("7", "44").
	Dial string `json:"dial"`
}

// Network is a mobile network in one country. One that serves several is listed in each.
type Network struct {
	MCC      string // three digits
	MNC      string // two or three digits; "01" is not "001"
	Operator string // the company; its brand where the company is not known
	Brand    string // the name it sells under; its company where there is none

	// Generations are those in use, oldest first: "2G" to "5G". Never empty; "3G" and "4G" where nothing is known.
	Generations []string
}

var (
	//go:embed countries.json
	countriesJSON []byte
	//go:embed networks.json
	networksJSON []byte
)

type countryTable struct {
	list  []Country
	byISO map[string]Country
}

var loadCountries = sync.OnceValue(func() countryTable {
	t := countryTable{list: parse[[]Country]("countries.json", countriesJSON), byISO: map[string]Country{}}
	for _, c := range t.list {
		t.byISO[c.ISO] = c
	}
	return t
})

var loadNetworks = sync.OnceValue(func() map[string][]Network {
	table := map[string][]Network{}
	for iso, rows := range parse[map[string][][5]string]("networks.json", networksJSON) {
		for _, r := range rows {
			n := Network{MCC: r[0], MNC: r[1], Operator: r[2], Brand: r[3]}
			for _, digit := range r[4] {
				n.Generations = append(n.Generations, string(digit)+"G")
			}
			table[iso] = append(table[iso], n)
		}
	}
	return table
})

// Countries returns all countries, sorted by name with accents left aside. The slice is the caller's own.
func Countries() []Country {
	return slices.Clone(loadCountries().list)
}

// ByISO finds a country by its alpha-2 code, in any case.
func ByISO(iso string) (Country, bool) {
	c, ok := loadCountries().byISO[strings.ToUpper(iso)]
	return c, ok
}

// Networks returns the networks of a country by its alpha-2 code, in any case, sorted by MCC and MNC. It is empty for an
// unknown code, and for a territory without a network. The slice and all in it are the caller's own.
func Networks(iso string) []Network {
	list := slices.Clone(loadNetworks()[strings.ToUpper(iso)])
	for i := range list {
		list[i].Generations = slices.Clone(list[i].Generations)
	}
	return list
}

// parse panics, because only a broken build can have a broken table.
func parse[T any](name string, data []byte) T {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var v T
	if err := dec.Decode(&v); err != nil {
		panic(fmt.Sprintf("atlas: %s: %v", name, err))
	}
	if _, err := dec.Token(); err != io.EOF {
		panic(fmt.Sprintf("atlas: %s: more than one value", name))
	}
	return v
}
