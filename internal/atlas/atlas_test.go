package atlas_test

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/internal/atlas"
)

func TestCountries(t *testing.T) {
	t.Parallel()
	list := atlas.Countries()
	if len(list) != 249 {
		t.Errorf("got %d countries, want 249", len(list))
	}
	var (
		alpha2  = regexp.MustCompile(`^[A-Z]{2}$`)
		alpha3  = regexp.MustCompile(`^[A-Z]{3}$`)
		slug    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
		dial    = regexp.MustCompile(`^[1-9][0-9]{0,3}$`)
		regions = []string{
			"Africa", "Antarctica", "Asia", "Europe", "Global", "Middle East", "North America", "Oceania", "LATAM",
		}
		seen = map[string]string{}
	)
	for _, c := range list {
		for field, ok := range map[string]bool{
			"ISO":    alpha2.MatchString(c.ISO),
			"ISO3":   alpha3.MatchString(c.ISO3),
			"Name":   c.Name != "" && c.Name == strings.TrimSpace(c.Name) && !strings.Contains(c.Name, ","),
			"Slug":   slug.MatchString(c.Slug),
			"Region": slices.Contains(regions, c.Region) && c.Region != "Global",
			"Zone":   1 <= c.Zone && c.Zone <= 5,
			"Dial":   dial.MatchString(c.Dial),
		} {
			if !ok {
				t.Errorf("bad %s: %+v", field, c)
			}
		}
		for _, key := range []string{"ISO " + c.ISO, "ISO3 " + c.ISO3, "Name " + c.Name, "Slug " + c.Slug} {
			if other, ok := seen[key]; ok {
				t.Errorf("%s and %s share %s", other, c.ISO, key)
			}
			seen[key] = c.ISO
		}
	}
	if !slices.IsSortedFunc(list, func(a, b atlas.Country) int { return cmp.Compare(a.Slug, b.Slug) }) {
		t.Error("not sorted by name")
	}
}

func TestKnownCountries(t *testing.T) {
	t.Parallel()
	for _, want := range []atlas.Country{
		{ISO: "TR", ISO3: "TUR", Name: "Turkey", Slug: "turkey", Region: "Europe", Zone: 1, Dial: "90"},
		{ISO: "GB", ISO3: "GBR", Name: "United Kingdom", Slug: "united-kingdom", Region: "Europe", Zone: 1, Dial: "44"},
		{ISO: "US", ISO3: "USA", Name: "United States", Slug: "united-states", Region: "North America", Zone: 1, Dial: "1"},
		{ISO: "KR", ISO3: "KOR", Name: "South Korea", Slug: "south-korea", Region: "Asia", Zone: 2, Dial: "82"},
		{ISO: "AX", ISO3: "ALA", Name: "Åland Islands", Slug: "aland-islands", Region: "Europe", Zone: 1, Dial: "358"},
		{ISO: "CI", ISO3: "CIV", Name: "Côte d'Ivoire", Slug: "cote-divoire", Region: "Africa", Zone: 3, Dial: "225"},
		{ISO: "AE", ISO3: "ARE", Name: "United Arab Emirates", Slug: "united-arab-emirates", Region: "Middle East", Zone: 2, Dial: "971"},
		{ISO: "JM", ISO3: "JAM", Name: "Jamaica", Slug: "jamaica", Region: "LATAM", Zone: 4, Dial: "1876"},
		{ISO: "MX", ISO3: "MEX", Name: "Mexico", Slug: "mexico", Region: "LATAM", Zone: 2, Dial: "52"},
		{ISO: "AQ", ISO3: "ATA", Name: "Antarctica", Slug: "antarctica", Region: "Antarctica", Zone: 5, Dial: "672"},
	} {
		t.Run(want.ISO, func(t *testing.T) {
			t.Parallel()
			got, ok := atlas.ByISO(strings.ToLower(want.ISO))
			if !ok || got != want {
				t.Errorf("got %+v, %t, want %+v", got, ok, want)
			}
		})
	}
}

func TestUnknownCountry(t *testing.T) {
	t.Parallel()
	for _, iso := range []string{"", "T", "XX", "TUR", " TR"} {
		if c, ok := atlas.ByISO(iso); ok {
			t.Errorf("ByISO(%q): got %+v, want none", iso, c)
		}
		if list := atlas.Networks(iso); len(list) > 0 {
			t.Errorf("Networks(%q): got %+v, want none", iso, list)
		}
	}
}

func TestNetworks(t *testing.T) {
	t.Parallel()
	var (
		mcc = regexp.MustCompile(`^[2-7][0-9]{2}$`)
		mnc = regexp.MustCompile(`^[0-9]{2,3}$`)
		all = []string{"2G", "3G", "4G", "5G"}
	)
	var without []string
	for _, c := range atlas.Countries() {
		list := atlas.Networks(c.ISO)
		if len(list) == 0 {
			without = append(without, c.ISO)
		}
		if len(list) > 5 {
			t.Errorf("%s: got %d networks, want at most 5", c.ISO, len(list))
		}
		seen := map[string]bool{}
		for _, n := range list {
			if !mcc.MatchString(n.MCC) || !mnc.MatchString(n.MNC) || n.Brand == "" || n.Operator == "" {
				t.Errorf("%s: bad network %+v", c.ISO, n)
			}
			if len(n.Generations) == 0 || !slices.IsSorted(n.Generations) ||
				len(slices.Compact(slices.Clone(n.Generations))) != len(n.Generations) {
				t.Errorf("%s: bad generations %+v", c.ISO, n)
			}
			for _, g := range n.Generations {
				if !slices.Contains(all, g) {
					t.Errorf("%s: unknown generation %q in %+v", c.ISO, g, n)
				}
			}
			if code := n.MCC + n.MNC; seen[code] {
				t.Errorf("%s: %s %s is listed twice", c.ISO, n.MCC, n.MNC)
			} else {
				seen[code] = true
			}
		}
	}
	slices.Sort(without)
	if got, want := strings.Join(without, " "), "AQ BV EH GS HM IO PN SJ TF UM VA"; got != want {
		t.Errorf("without a network: got %s, want %s", got, want)
	}
}

// TestTravelled checks the sixty most visited countries against their country codes of ITU-T E.212, and not against the source
// of the table.
func TestTravelled(t *testing.T) {
	t.Parallel()
	travelled := map[string]string{
		"FR": "208", "ES": "214", "US": "310 311 312 313 314 315 316", "IT": "222", "TR": "286", "MX": "334",
		"GB": "234 235", "DE": "262", "GR": "202", "AT": "232", "TH": "520", "CN": "460 461", "JP": "440 441",
		"HK": "454", "MY": "502", "PT": "268", "NL": "204", "CA": "302 303", "PL": "260", "HR": "219", "SA": "420",
		"AE": "424 430 431", "RU": "250", "IN": "404 405 406", "KR": "450", "VN": "452", "SG": "525", "ID": "510",
		"AU": "505", "NZ": "530", "CH": "228", "CZ": "230", "HU": "216", "DK": "238", "SE": "240", "NO": "242",
		"FI": "244", "IE": "272", "BE": "206", "EG": "602", "MA": "604", "ZA": "655", "TN": "605", "KE": "639",
		"BR": "724", "AR": "722", "CL": "730", "PE": "716", "CO": "732", "DO": "370", "PH": "515", "TW": "466",
		"KH": "456", "LK": "413", "IL": "425", "JO": "416", "QA": "427", "GE": "282", "BG": "284", "RO": "226",
	}
	if len(travelled) != 60 {
		t.Fatalf("got %d countries, want 60", len(travelled))
	}
	for iso, codes := range travelled {
		t.Run(iso, func(t *testing.T) {
			t.Parallel()
			if _, ok := atlas.ByISO(iso); !ok {
				t.Error("no such country")
			}
			nets := atlas.Networks(iso)
			if len(nets) < 2 {
				t.Errorf("got %+v, want a choice of networks", nets)
			}
			for _, n := range nets {
				if !slices.Contains(strings.Fields(codes), n.MCC) {
					t.Errorf("got MCC %s for %s, want one of %q", n.MCC, n.Brand, codes)
				}
			}
		})
	}
}

func TestKnownNetworks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ iso, mcc, mnc, brand string }{
		{"TR", "286", "01", "Turkcell"},
		{"GB", "234", "10", "O2"},
		{"GB", "234", "15", "Vodafone UK"},
		{"GB", "234", "30", "EE"},
		{"JP", "440", "10", "NTT docomo"},
		{"US", "310", "260", "T-Mobile"},
		{"US", "310", "410", "AT&T"},
		{"US", "311", "480", "Verizon"},
		{"DE", "262", "01", "Telekom"},
		{"FR", "208", "01", "Orange"},
		{"IT", "222", "01", "TIM"},
		{"ES", "214", "07", "Movistar"},
		{"KH", "456", "01", "Cellcard"},
		{"KR", "450", "05", "SKTelecom"},
		{"AX", "244", "14", "Ålcom"},
	} {
		t.Run(tt.iso+" "+tt.brand, func(t *testing.T) {
			t.Parallel()
			nets := atlas.Networks(strings.ToLower(tt.iso))
			if !slices.ContainsFunc(nets, func(n atlas.Network) bool {
				return n.MCC == tt.mcc && n.MNC == tt.mnc && n.Brand == tt.brand
			}) {
				t.Errorf("got %+v, want %s %s %s among them", nets, tt.mcc, tt.mnc, tt.brand)
			}
		})
	}
}

func TestResultsAreTheCallersOwn(t *testing.T) {
	t.Parallel()
	atlas.Countries()[0].Name = "scribbled"
	if got := atlas.Countries()[0].Name; got == "scribbled" {
		t.Error("a change to Countries was kept")
	}
	nets := atlas.Networks("TR")
	nets[0].Brand, nets[0].Generations[0] = "scribbled", "scribbled"
	if got := atlas.Networks("TR")[0]; got.Brand == "scribbled" || got.Generations[0] == "scribbled" {
		t.Error("a change to Networks was kept")
	}
}
