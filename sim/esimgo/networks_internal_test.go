package esimgo

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/esimsim/esimsim/internal/atlas"
)

// All networks of the atlas are there, and the TADIG codes are such: each that is written
// down belongs to one of them.
func TestNetworksData(t *testing.T) {
	t.Parallel()
	var written map[string]map[string]string
	if err := json.Unmarshal(tadigJSON, &written); err != nil {
		t.Fatal(err)
	}
	tadig := regexp.MustCompile(`^[A-Z]{3}[A-Z0-9]{2}$`)
	invented := regexp.MustCompile(`^[A-Z]{3}X[0-9]$`)
	certain := 0
	for iso, rows := range loadNetworks() {
		c, ok := atlas.ByISO(iso)
		if !ok || len(rows) == 0 {
			t.Errorf("%q is no country with networks", iso)
		}
		known := atlas.Networks(iso)
		if len(rows) != len(known) {
			t.Errorf("%s has %d networks, the atlas %d", iso, len(rows), len(known))
		}
		real, codes := 0, map[string]bool{}
		for _, n := range rows {
			if !tadig.MatchString(n.TADIG) || invented.MatchString(n.TADIG) != n.Invented || codes[n.TADIG] {
				t.Errorf("%s: TADIG %s, invented %v", iso, n.TADIG, n.Invented)
			}
			if n.Invented && n.TADIG[:3] != c.ISO3 {
				t.Errorf("%s: invented TADIG %s", iso, n.TADIG)
			}
			codes[n.TADIG] = true
			if !n.Invented {
				real++
			}
		}
		if real > 0 {
			certain++
		}
		if real != len(written[iso]) {
			t.Errorf("%s has %d codes of networks that the atlas has, of %d written down", iso, real, len(written[iso]))
		}
	}
	for iso := range written {
		if len(networksOf(iso)) == 0 {
			t.Errorf("tadig.json has %s, of which the atlas has no networks", iso)
		}
	}
	if certain < 60 {
		t.Errorf("%d countries have a true TADIG, want 60", certain)
	}
	for _, iso := range []string{
		"FR", "ES", "US", "IT", "TR", "MX", "GB", "DE", "GR", "AT", "TH", "JP", "PT", "SA", "AE", "MY", "NL", "HK", "PL", "HR", "ID", "KR", "SG",
		"CH", "VN", "EG", "MA", "IN", "CA", "CN", "BE", "IE", "CZ", "HU", "SE", "DK", "NO", "FI", "IS", "AU", "NZ", "ZA", "PH", "TW", "MO", "BR",
		"AR", "CL", "PE", "CO", "CR", "DO", "JM", "TN", "JO", "IL", "QA", "OM", "BH", "KW", "LK", "MV", "NP", "KH", "CY", "MT", "BG", "RO", "GE",
		"AL", "ME", "RS", "SI", "SK", "EE", "LV", "LT", "LU", "UA", "KE", "TZ", "MU",
	} {
		if written[iso] == nil {
			t.Errorf("%s is not written out", iso)
		}
	}
}
