package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
)

// network is one line of networks.json.
type network struct {
	MCC, MNC, Operator, Brand string
	Generations               []string // "2G"
}

// MarshalJSON writes an array of texts, since names of fields would take more room than what
// they name: the generations are their digits, as in 2345.
func (n network) MarshalJSON() ([]byte, error) {
	return marshal([]string{n.MCC, n.MNC, n.Operator, n.Brand, strings.ReplaceAll(strings.Join(n.Generations, ""), "G", "")})
}

// row is one record of mcc-mnc-list; null reads as "".
type row struct {
	Type        string `json:"type"`
	CountryName string `json:"countryName"`
	CountryCode string `json:"countryCode"` // ISO codes, several as "YT/RE"
	MCC         string `json:"mcc"`
	MNC         string `json:"mnc"`
	Brand       string `json:"brand"`
	Operator    string `json:"operator"`
	Status      string `json:"status"`
	Bands       string `json:"bands"`
	Notes       string `json:"notes"`
}

func (r row) code() string { return r.MCC + "-" + r.MNC }

func readRows(file string) ([]row, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var rows []row
	if err := dec.Decode(&rows); err != nil {
		return nil, err
	}
	return rows, nil
}

const (
	mostNetworks = 5 // of one country
	someNetworks = 3 // up to here also nameless and minor ones
)

// networksByCountry picks for each country the networks that a traveller would meet, ordered by MCC and MNC.
func networksByCountry(rows []row, list []country) (map[string][]network, error) {
	groups, err := groupByBrand(rows, list)
	if err != nil {
		return nil, err
	}
	nets := map[string][]network{}
	for iso, brands := range groups {
		var found []candidate
		for _, rows := range brands {
			found = append(found, newCandidate(rows))
		}
		chosen := choose(found)
		for i, n := range chosen {
			if i > 0 && n.MCC == chosen[i-1].MCC && n.MNC == chosen[i-1].MNC {
				return nil, fmt.Errorf("%s has %s-%s twice", iso, n.MCC, n.MNC)
			}
		}
		nets[iso] = chosen
	}
	return nets, nil
}

// groupByBrand keeps the rows of public networks, by country and by brand in lower case (or operator where there is no
// brand): one brand has many codes, of regions or of networks it bought.
func groupByBrand(rows []row, list []country) (map[string]map[string][]row, error) {
	known := map[string]bool{}
	for _, c := range list {
		known[c.ISO] = true
	}
	out := map[string]bool{}
	for _, keys := range leftOut {
		for key := range strings.FieldsSeq(keys) {
			out[key] = true
		}
	}
	groups := map[string]map[string][]row{}
	met := map[string]bool{}
	for _, r := range rows {
		if r.Type != "National" {
			continue
		}
		met[r.code()] = true
		r.Bands = cmp.Or(bandsOf[r.code()], r.Bands)
		for _, iso := range placesOf(r) {
			key := iso + ":" + r.code()
			met[key] = true
			iso = cmp.Or(movedTo[key], iso)
			if out[key] || !known[iso] || !isPublic(r) {
				continue
			}
			r := tidied(r)
			key = iso + ":" + r.Brand
			met[key] = true
			if b, ok := brands[key]; ok {
				r.Brand = b.brand
				r.Operator = cmp.Or(b.operator, r.Operator)
			}
			if groups[iso] == nil {
				groups[iso] = map[string][]row{}
			}
			brand := strings.ToLower(cmp.Or(r.Brand, r.Operator))
			groups[iso][brand] = append(groups[iso][brand], r)
		}
	}
	return groups, errors.Join(
		allMet("bandsOf", bandsOf, met), allMet("brands", brands, met),
		allMet("movedTo", movedTo, met), allMet("leftOut", out, met),
	)
}

// placesOf are the countries of a row. Where several share a list, the notes often tell which of them are meant.
func placesOf(r row) []string {
	codes := strings.Split(r.CountryCode, "/")
	if len(codes) == 1 {
		return codes
	}
	var named []string
	for _, iso := range codes {
		if slices.ContainsFunc(namesInNotes[iso], func(name string) bool { return strings.Contains(r.Notes, name) }) {
			named = append(named, iso)
		}
	}
	if len(named) > 0 {
		return named
	}
	return codes
}

var (
	codeDigits = regexp.MustCompile(`^\d{3}-\d{2,3}$`)
	notPublic  = regexp.MustCompile(`(?i)MVN|GSM-R|satellite|tetra|paging`)
	notMobile  = regexp.MustCompile(`(?i)\bprivate\b|\bnon-public\b|\bIoT\b|\btest(ing)?\b|\bdata[ -]only|` +
		`(^|; |semi-|LTE )fixed\b|\blocal loop|\bunapproved\b`)
	outdated = regexp.MustCompile(`WiMAX|iDEN|TDMA|AMPS`)
)

// isPublic tells the networks open to anybody's phone from railways, virtual operators, test beds and the like.
func isPublic(r row) bool {
	return r.Status == "Operational" && codeDigits.MatchString(r.code()) && cmp.Or(r.Brand, r.Operator) != "" &&
		!notPublic.MatchString(r.Bands) && !notMobile.MatchString(r.Notes) &&
		(len(generations(r.Bands)) > 0 || !outdated.MatchString(r.Bands))
}

var remark = regexp.MustCompile(` *\([^()]*\)$`)

// tidied removes stray spaces, and from brands a remark such as the "(UK)" of "O2 (UK)".
func tidied(r row) row {
	r.Brand = remark.ReplaceAllString(strings.Join(strings.Fields(r.Brand), " "), "")
	r.Operator = strings.Join(strings.Fields(r.Operator), " ")
	return r
}

// technologies in the order of their tests: "TD-SCDMA" and "CDMA2000" are 3G, plain "CDMA" is 2G.
var technologies = []struct {
	generation string
	word       *regexp.Regexp
}{
	{"5G", regexp.MustCompile(`5G`)},
	{"4G", regexp.MustCompile(`LTE`)},
	{"3G", regexp.MustCompile(`UMTS|UTMS|CDMA ?2000|SCDMA`)},
	{"2G", regexp.MustCompile(`GSM|CDMA`)},
}

// generations of a text such as "GSM 900 / UMTS 2100 / LTE 800", once for each band, in the order of the text.
func generations(bands string) []string {
	var found []string
	for band := range strings.SplitSeq(bands, "/") {
		for _, t := range technologies {
			if t.word.MatchString(band) {
				found = append(found, t.generation)
				break
			}
		}
	}
	return found
}

// candidate is a brand in one country with what it is ranked by.
type candidate struct {
	network
	named  bool   // has a brand of its own
	newest string // "" when the source knows no band
	bands  int    // of the code that has most
	sure   int    // generations the source knows of
}

// newCandidate joins the rows of one brand: the generations of all, the code with the most bands, then the lowest.
func newCandidate(rows []row) candidate {
	best := slices.MinFunc(rows, func(a, b row) int {
		return cmp.Or(
			cmp.Compare(len(generations(b.Bands)), len(generations(a.Bands))),
			cmp.Compare(a.MCC, b.MCC), cmp.Compare(a.MNC, b.MNC),
		)
	})
	all := map[string]bool{}
	for _, r := range rows {
		for _, g := range generations(r.Bands) {
			all[g] = true
		}
	}
	c := candidate{
		network: network{
			MCC: best.MCC, MNC: best.MNC,
			Operator:    cmp.Or(best.Operator, best.Brand),
			Brand:       cmp.Or(best.Brand, best.Operator),
			Generations: slices.Sorted(maps.Keys(all)),
		},
		named: best.Brand != "",
		bands: len(generations(best.Bands)),
		sure:  len(all),
	}
	if c.sure == 0 {
		c.Generations = []string{"3G", "4G"}
		return c
	}
	c.newest = c.Generations[c.sure-1]
	return c
}

// choose takes the best known: those with a brand first, then the newest generation, then the most bands. Beyond the
// third they must have a brand, and more than a single band.
func choose(found []candidate) []network {
	slices.SortFunc(found, func(a, b candidate) int {
		if a.named != b.named {
			if a.named {
				return -1
			}
			return 1
		}
		return cmp.Or(
			cmp.Compare(b.newest, a.newest), cmp.Compare(b.bands, a.bands),
			cmp.Compare(a.MCC, b.MCC), cmp.Compare(a.MNC, b.MNC), cmp.Compare(a.Brand, b.Brand),
		)
	})
	var chosen []network
	for _, c := range found {
		if len(chosen) == mostNetworks {
			break
		}
		minor := !c.named || c.bands < 2 && c.sure < 2
		if len(chosen) < someNetworks || !minor {
			chosen = append(chosen, c.network)
		}
	}
	slices.SortFunc(chosen, func(a, b network) int {
		return cmp.Or(cmp.Compare(a.MCC, b.MCC), cmp.Compare(a.MNC, b.MNC))
	})
	return chosen
}
