package roamify_test

import (
	"strings"
	"testing"
)

func TestAffiliate(t *testing.T) {
	t.Parallel()
	a := withFeature(t, "demo", "affiliate")
	type shop struct {
		Packages []struct {
			ID, CountryName, Region string
			Packages                []struct {
				ID, Link string
				Price    float64
			}
		}
	}
	r := a.get("/esim/northwind/packages")
	got := data[shop](r).Packages
	if len(got) != 262 || got[0].CountryName != "Afghanistan" || got[0].Region != "local" {
		t.Errorf("%d groups, the first %+v", len(got), got[0])
	}
	seen := map[string]bool{}
	for _, g := range got {
		for _, p := range g.Packages {
			if seen[p.ID] || p.Price <= 0 {
				t.Errorf("%s of %s stands twice, or costs %v", p.ID, g.CountryName, p.Price)
			}
			seen[p.ID] = true
		}
	}
	first := got[0].Packages[0]
	a.post("/esim/order", `{"items":[{"packageId":"`+first.ID+`","quantity":1}]}`).want(500, failed("Unknown error"))
	a.page(first.Link).shows("Afghanistan", "1 GB - 7 Days", " USD")
	a.get("/esim/northwind/packages?page=1").want(400, invalid(`"page" is not allowed`))
	a.get("/esim/a%20b%22%3C/packages").want(200, strings.ReplaceAll(string(r.body), "referrer=northwind", "referrer=a+b%22%3C"))

	// One country, cut out of the answer, as the file.
	from := strings.LastIndex(string(r.body[:strings.Index(string(r.body), `"countryName":"Portugal"`)]), "{")
	to := strings.Index(string(r.body[from:]), `]},{"id":"`)
	reply{t: t, status: 200, header: r.header, body: r.body[from : from+to+2]}.golden("listAffiliatePackages-portugal")

	// The static path is no partner's.
	a.get("/esim/topup/packages").want(400, invalid(`"iccid" is required`))
	b := a
	b.world = "without"
	b.get("/esim/northwind/packages").want(403, failed("This action is not enabled for this API key, please contact support to have it enabled"))
}
