package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/biter777/countries"
)

// country is one line of countries.json.
type country struct {
	ISO    string `json:"iso"`
	ISO3   string `json:"iso3"`
	Name   string `json:"name"`
	Slug   string `json:"slug"`
	Region string `json:"region"`
	Zone   int    `json:"zone"`
	Dial   string `json:"dial"`
}

// allCountries are the 249 entries of ISO 3166-1, ordered by slug: by name, accents aside.
func allCountries() ([]country, error) {
	zoneOf, err := zoneByISO()
	if err != nil {
		return nil, err
	}
	var list []country
	met := map[string]bool{}
	for _, code := range countries.All() {
		iso := code.Alpha2()
		if notInISO[iso] {
			continue
		}
		c := country{ISO: iso, ISO3: code.Alpha3(), Name: code.String(), Zone: usualZone}
		if name, ok := names[iso]; ok {
			c.Name = name
		}
		if zone, ok := zoneOf[iso]; ok {
			c.Zone = zone
		}
		if c.Slug, err = slug(c.Name); err != nil {
			return nil, fmt.Errorf("%s: %w", iso, err)
		}
		if c.Region, err = regionOf(code); err != nil {
			return nil, fmt.Errorf("%s: %w", iso, err)
		}
		if c.Dial, err = dialOf(code); err != nil {
			return nil, fmt.Errorf("%s: %w", iso, err)
		}
		met[iso] = true
		list = append(list, c)
	}
	if err := errors.Join(
		allMet("names", names, met), allMet("regions", regions, met),
		allMet("dials", dials, met), allMet("zones", zoneOf, met),
	); err != nil {
		return nil, err
	}
	if len(list) != 249 {
		return nil, fmt.Errorf("%d entries, but ISO 3166-1 has 249", len(list))
	}
	slices.SortFunc(list, func(a, b country) int { return cmp.Compare(a.Slug, b.Slug) })
	return list, nil
}

func sortedCodes(list []country) []string {
	codes := make([]string, len(list))
	for i, c := range list {
		codes[i] = c.ISO
	}
	slices.Sort(codes)
	return codes
}

// regionOf turns the continent of the source into the region a seller of eSIMs would file the country under.
func regionOf(code countries.CountryCode) (string, error) {
	if region, ok := regions[code.Alpha2()]; ok {
		return region, nil
	}
	switch continent := code.Region(); continent {
	case countries.RegionNA, countries.RegionSA:
		return latam, nil
	case countries.RegionAF, countries.RegionAN, countries.RegionAS, countries.RegionEU, countries.RegionOC:
		return continent.String(), nil
	default:
		return "", fmt.Errorf("unknown continent %v", continent)
	}
}

func dialOf(code countries.CountryCode) (string, error) {
	if dial, ok := dials[code.Alpha2()]; ok {
		return dial, nil
	}
	codes := code.CallCodes()
	if len(codes) == 0 {
		return "", fmt.Errorf("no calling code")
	}
	return strconv.FormatInt(int64(codes[0]), 10), nil
}

func zoneByISO() (map[string]int, error) {
	byISO := map[string]int{}
	for zone, list := range zones {
		for iso := range strings.FieldsSeq(list) {
			if other, ok := byISO[iso]; ok {
				return nil, fmt.Errorf("%s is in zones %d and %d", iso, min(zone, other), max(zone, other))
			}
			byISO[iso] = zone
		}
	}
	return byISO, nil
}

// slug is a name in lower-case ASCII with hyphens.
func slug(name string) (string, error) {
	var b strings.Builder
	for _, r := range plainLetters.Replace(strings.ToLower(name)) {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			b.WriteRune(r)
		case r == ' ', r == '-':
			b.WriteByte('-')
		case r == '\'', r == '(', r == ')', r == '.':
		default:
			return "", fmt.Errorf("no plain letter for %q in %q", r, name)
		}
	}
	return b.String(), nil
}

// plainLetters covers the letters that occur; any other is an error.
var plainLetters = strings.NewReplacer("å", "a", "ã", "a", "ç", "c", "é", "e", "í", "i", "ô", "o")

// allMet makes an entry of a table that nothing in the source needed an error.
func allMet[V any](table string, entries map[string]V, met map[string]bool) error {
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		if !met[key] {
			return fmt.Errorf("%s has %q, which is not in the source", table, key)
		}
	}
	return nil
}
