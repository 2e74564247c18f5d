package roamify_test

import (
	"strings"
	"testing"

	"github.com/esimsim/esimsim/sim"
)

type group struct {
	CountryName, CountryCode, Geography, Image string
	MinPrice, MaxPrice                         float64
	Packages                                   []struct {
		PackageID    string
		Price        float64
		Day          int
		DataAmount   int64
		IsUnlimited  bool
		Requirements struct{ TravelDate bool }
	}
}

func (a account) groups(query string) []group {
	a.t.Helper()
	return data[struct{ Packages []group }](a.get("/esim/packages" + query)).Packages
}

func TestListPackages(t *testing.T) {
	t.Parallel()
	a := open(t, "demo", sim.Config{})
	a.get("/esim/packages?country=Turkey").golden("listPackages-turkey")
	a.get("/esim/packages?packageId=esim-thailand-10days-50gb-all&country=Nowhere").golden("listPackages-one")
	a.get("/esim/packages?country=Europe+%26+US&days=30&gbs=1").golden("listPackages-area")
	a.get("/esim/packages?country=TR").want(200, `{"status":"success","data":{"packages":[]}}`)
	a.get("/esim/packages?page=99").want(200, `{"status":"success","data":{"packages":[]}}`)
	a.get("/esim/countries?geography=global").golden("listCountries-global")
}

// A client that follows the rule of the vendor's blog (go on until a page is not full)
// meets every group once, sorted, and the last of them only so.
func TestPages(t *testing.T) {
	t.Parallel()
	a := open(t, "pages", sim.Config{})
	var names []string
	seen := map[string]bool{}
	for page := 1; ; page++ {
		groups := a.groups("?pageSize=100&page=" + string(rune('0'+page)))
		for _, g := range groups {
			if seen[g.CountryName] {
				t.Errorf("%s comes twice", g.CountryName)
			}
			seen[g.CountryName] = true
			names = append(names, g.CountryName)
		}
		if len(groups) < 100 {
			break
		}
	}
	if len(names) != 262 || names[0] != "Afghanistan" || names[3] != "Åland Islands" || names[261] != "Zimbabwe" {
		t.Errorf("%d groups, from %s to %s; fourth is %s", len(names), names[0], names[len(names)-1], names[3])
	}
	if first := a.groups(""); len(first) != 50 || first[49].CountryName != names[49] {
		t.Errorf("the first page has %d groups", len(first))
	}
	listed := data[struct{ Countries []struct{ Code, Name string } }](a.get("/esim/countries?=")).Countries
	for i, c := range listed {
		if c.Name != names[i] {
			t.Errorf("country %d is %s, group %s", i, c.Name, names[i])
		}
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	a := open(t, "filters", sim.Config{})
	for query, want := range map[string][2]int{ // groups, packages
		"?country=Japan":                                {1, 15},
		"?countryCode=JP":                               {1, 15},
		"?countryCode=AF":                               {2, 24},
		"?countryCode=AF&geography=regional":            {1, 12},
		"?country=Japan&countryCode=AF":                 {0, 0},
		"?country=japan":                                {0, 0},
		"?country=Japan&days=7":                         {1, 2},
		"?country=Japan&gbs=1":                          {1, 2},
		"?country=Japan&gbs=1&isUnlimited=true":         {1, 8},
		"?country=Japan&isUnlimited=TRUE":               {1, 8},
		"?country=Japan&isUnlimited=false":              {1, 15},
		"?geography=global":                             {2, 16},
		"?geography=GLOBAL":                             {2, 16},
		"?geography=global&days=365":                    {1, 4},
		"?geography=global&gbs=0.5":                     {0, 0},
		"?packageId=" + cambodia:                        {1, 1},
		"?packageId=" + cambodia + "&gbs=77&country=X":  {1, 1},
		"?packageId=esim-kh-7days-1gb-all":              {0, 0},
		"?countryCode=AF&pageSize=1&page=2":             {1, 12},
		"?days=365&pageSize=500":                        {1, 4},
		"?geography=regional&pageSize=500&gbs=10":       {11, 12},
		"?geography=local&country=Egypt&days=7&gbs=5&=": {1, 1},
	} {
		groups := a.groups(query)
		packages := 0
		for _, g := range groups {
			packages += len(g.Packages)
		}
		if len(groups) != want[0] || packages != want[1] {
			t.Errorf("%s: %d groups with %d packages, want %v", query, len(groups), packages, want)
		}
	}
	a.get("/esim/packages?country=JP").findings("roamify.unknown-country")
	a.get("/esim/packages?countryCode=jp").findings("roamify.unknown-country")
	a.get("/esim/packages?country=Japan&countryCode=JP").findings("")
	a.get("/esim/packages?geography=LOCAL&pageSize=1").findings("")
}

// The range of prices is the group's, whatever is filtered, and its picture is served.
func TestGroup(t *testing.T) {
	t.Parallel()
	a := open(t, "group", sim.Config{})
	g := a.groups("?country=Cambodia&days=7&gbs=1")[0]
	if g.MinPrice != 5 || g.MaxPrice != 122 || g.Packages[0].Price != 5 {
		t.Errorf("prices from %v to %v, one of %v", g.MinPrice, g.MaxPrice, g.Packages[0].Price)
	}
	path, ok := strings.CutPrefix(g.Image, "http://localhost:8484")
	if r := a.do("GET", path, "", nil); !ok || r.status != 200 || r.header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("%s answers %d", g.Image, r.status)
	}
}
