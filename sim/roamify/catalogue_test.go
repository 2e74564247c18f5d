package roamify

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/internal/atlas"
	"github.com/esimsim/esimsim/internal/money"
)

var idGrammar = regexp.MustCompile(`^esim-[a-z-]+-\d+days-(un)?\d+gb(-\d+sms)?(-\d+min)?-all$`)

func TestCatalogue(t *testing.T) {
	t.Parallel()
	c := theCatalogue()
	if len(c.packages) < 3000 {
		t.Errorf("%d packages", len(c.packages))
	}
	local := map[string]bool{}
	for _, g := range c.Groups {
		if g.Geography == "local" {
			local[g.CountryCode] = true
		}
		for _, p := range g.Packages {
			if !idGrammar.MatchString(p.ID) || p.Price <= 0 || p.Days <= 0 || p.Unlimited == 0 && p.Data <= 0 || p.Group != g {
				t.Errorf("odd package %+v", p)
			}
			if p.Unlimited > 0 != (p.Kbps > 0) {
				t.Errorf("%s: throttled at %d kbps after %d GB", p.ID, p.Kbps, p.Unlimited)
			}
		}
		for _, iso := range g.Countries {
			if _, ok := atlas.ByISO(iso); !ok {
				t.Errorf("%s has country %s", g.CountryName, iso)
			}
		}
	}
	for _, country := range atlas.Countries() {
		if !local[country.ISO] {
			t.Errorf("%s is not sold", country.Name)
		}
	}
}

// What the owner's pages, recorded orders and the vendor's samples name.
func TestKnownPackages(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]struct {
		name  string
		price money.Amount
	}{
		"esim-cambodia-7days-1gb-all":                   {"1 GB - 7 Days", 500},
		"esim-greece-30days-1gb-all":                    {"1 GB - 30 Days", 118},
		"esim-europe-30days-3gb-all":                    {"3 GB - 30 Days", 313},
		"esim-germany-30days-1gb-all":                   {"1 GB - 30 Days", 118},
		"esim-turkey-10days-un1gb-all":                  {"Unlimited Data - 10 Days (1 GB / 384 KBPS)", 1040},
		"esim-aland-island-7days-1gb-all":               {"1 GB - 7 Days", 98},
		"esim-global-one-year-365days-0gb-all":          {"1 GB - 365 Days", 1290},
		"esim-europe-30days-10gb-50sms-10min-all":       {"10 GB - 50 SMS - 10 Minutes - 30 Days", 1150},
		"esim-europe-us-7days-1gb-all":                  {"1 GB - 7 Days", 160},
		"esim-united-states-30days-5gb-50sms-10min-all": {"5 GB - 50 SMS - 10 Minutes - 30 Days", 890},
	} {
		if p := theCatalogue().packages[id]; p == nil || p.Name != want.name || p.Price != want.price {
			t.Errorf("%s is %+v", id, p)
		}
	}
	if p := theCatalogue().packages["esim-gr-30days-1gb-all"]; p != nil {
		t.Error("a package by an ISO code exists; the real service has none")
	}
	dated := 0
	for _, p := range theCatalogue().packages {
		if p.TravelDate {
			dated++
		}
	}
	if dated == 0 || dated > 30 {
		t.Errorf("%d packages need a travel date", dated)
	}
}

func TestBrokenCatalogue(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ old, new, want string }{
		"unknown key":   {`"ladder"`, `"leader"`, "unknown field"},
		"unknown group": {`"group": "china"`, `"group": "cathay"`, `group "cathay"`},
		"same package twice": {
			`"slug": "africa-adventure"`, `"slug": "africa"`, "esim-africa-7days-1gb-all stands twice",
		},
	} {
		broken := bytes.Replace(catalogueJSON, []byte(c.old), []byte(c.new), 1)
		if _, err := expand(broken); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkExpand(b *testing.B) {
	for b.Loop() {
		if _, err := expand(catalogueJSON); err != nil {
			b.Fatal(err)
		}
	}
}
