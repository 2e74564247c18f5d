package esimgo_test

import (
	"strings"
	"testing"
)

type networks struct {
	CountryNetworks []struct {
		Name, ISO string
		Networks  []struct{ TAGID string }
	}
}

func TestNetworks(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	c.golden("listNetworks", c.get("/networks?isos=JP,GB"))
	c.in("v2.3").golden("listNetworks", c.in("v2.3").get("/networks?isos=JP"))
	for query, want := range map[string]string{
		"isos=GB":                            "GB",
		"isos=gb,%20us":                      "GB US",
		"isos=GB&isos=FR":                    "FR GB",
		"countries=United%20Kingdom":         "GB",
		"countries=japan,France":             "FR JP",
		"countries=Japan&isos=GB":            "JP GB",
		"isos=AQ":                            "AQ",
		"isos=GB&countries=United%20Kingdom": "GB",
		"returnAll=false&isos=MT":            "MT",
	} {
		var got []string
		for _, n := range parse[networks](t, c.get("/networks?"+query)).CountryNetworks {
			got = append(got, n.ISO)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("GET /networks?%s gives %v, want %s", query, got, want)
		}
	}
	all := parse[networks](t, c.get("/networks?returnAll=true")).CountryNetworks
	some := 0
	for _, n := range all {
		if len(n.Networks) > 0 {
			some++
		}
	}
	if len(all) != 249 || some < 230 {
		t.Errorf("%d countries, %d with networks", len(all), some)
	}
	for _, query := range []string{"", "?isos=", "?countries=,", "?returnAll=false", "?returnAll=TRUE"} {
		c.refused(c.call("GET", "/networks"+query, ""), 400, "countries, isos or returnAll is required")
	}
	r := c.call("GET", "/networks?isos=GB,XX&countries=Narnia", "")
	if got := r.header.Get("X-Esimsim-Findings"); r.status != 200 || got != "esimgo.unknown-country" {
		t.Errorf("unknown countries are answered with %d and findings %q", r.status, got)
	}
	c.refused(c.call("GET", "/networks?isos=GB", "", "X-API-Key", "nix"), 401, "access denied")
}
