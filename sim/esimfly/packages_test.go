package esimfly_test

import (
	"fmt"
	"net/url"
	"slices"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/atlas"
	"github.com/esimsim/esimsim/internal/golden"
)

// packages asks for one page and gives data.packages and data.pagination.
func (c *client) packages(query string) (list []gjson.Result, at gjson.Result) {
	c.t.Helper()
	a := c.get("/esims/packages" + query)
	if a.status != 200 {
		c.t.Fatalf("packages%s: status %d: %s", query, a.status, a.body)
	}
	data := gjson.GetBytes(a.body, "data")
	return data.Get("packages").Array(), data.Get("pagination")
}

// The page's best practice takes the first package of a search, as it came, and orders
// it.
func TestOrderFirstOfSearch(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "fresh")
	list, _ := c.packages("?search=Turkey")
	p := list[0]
	if p.Get("package_code").Str != "merhaba-7days-1gb" || p.Get("locationNetworkList.0.locationLogo").Str != "/img/flags/tr.png" {
		t.Errorf("first package of Turkey: %s", p)
	}
	c.place(fmt.Sprintf(`{"packageCode":%s,"packageName":%s,"price":%s,"quantity":1,"duration":%s,"flagUrl":%s}`,
		p.Get("package_code").Raw, p.Get("name").Raw, p.Get("cost").Raw, p.Get("validity_days").Raw,
		p.Get("locationNetworkList.0.locationLogo").Raw))
	if f := c.last().Findings; len(f) != 0 {
		t.Errorf("findings: %v", f)
	}
}

// One package of each class, whole.
func TestPackageItems(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "items")
	for _, code := range []string{
		"merhaba-7days-1gb", "2184410", "PHAJHEAYP", "esim_UL_1D_TR_V2", "RB77_5D", "OT-50000MB-9999T-9999V",
		"oceania-1gb-7days", "antarctica-7days-1gb",
	} {
		golden.JSON(t, "testdata/package-"+code+".json", []byte(c.find(code).Raw))
	}
}

// find looks a package up by walking the list.
func (c *client) find(code string) gjson.Result {
	c.t.Helper()
	for page := 1; ; page++ {
		list, at := c.packages(fmt.Sprintf("?limit=100&page=%d", page))
		for _, p := range list {
			if p.Get("package_code").Str == code {
				return p
			}
		}
		if int64(page) >= at.Get("total_pages").Int() {
			c.t.Fatalf("no package %s", code)
		}
	}
}

func TestPackagesPages(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "pages")
	_, all := c.packages("")
	total := all.Get("total").Int()
	for query, want := range map[string]struct {
		count              int
		page, limit, pages int64
		findings           string
	}{
		"":                          {50, 1, 50, (total + 49) / 50, ""},
		"?limit=100":                {100, 1, 100, (total + 99) / 100, ""},
		"?limit=1&page=3":           {1, 3, 1, total, ""},
		"?limit=1000":               {100, 1, 100, (total + 99) / 100, "query.range"},
		"?limit=0&page=0":           {50, 1, 50, (total + 49) / 50, "query.range, query.range"},
		"?limit=-1&page=-1":         {50, 1, 50, (total + 49) / 50, "query.range, query.range"},
		"?limit=ten&page=two":       {50, 1, 50, (total + 49) / 50, "query.type, query.type"},
		"?page=9223372036854775807": {0, 9223372036854775807, 50, (total + 49) / 50, ""},
		"?country=TR":               {50, 1, 50, (total + 49) / 50, "query.undeclared"},
	} {
		list, at := c.packages(query)
		got := []int64{at.Get("page").Int(), at.Get("limit").Int(), at.Get("total").Int(), at.Get("total_pages").Int()}
		if len(list) != want.count || !slices.Equal(got, []int64{want.page, want.limit, total, want.pages}) {
			t.Errorf("%q: %d packages, pagination %s", query, len(list), at)
		}
		var codes string
		for _, f := range c.last().Findings {
			if codes != "" {
				codes += ", "
			}
			codes += f.Code
		}
		if codes != want.findings {
			t.Errorf("%q: findings %q, want %q", query, codes, want.findings)
		}
	}
}

func TestPackagesFilter(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "filter")
	for query, fits := range map[string]func(gjson.Result) bool{
		"?type=local":                  func(p gjson.Result) bool { return p.Get("type").Str == "local" },
		"?type=regional":               func(p gjson.Result) bool { return p.Get("type").Str == "regional" },
		"?type=global":                 func(p gjson.Result) bool { return p.Get("type").Str == "global" },
		"?search=tURKEY&type=local":    func(p gjson.Result) bool { return p.Get("region").Str == "Turkey" },
		"?search=turkey&type=regional": func(p gjson.Result) bool { return p.Get("region").Str == "Europe" },
		"?search=" + url.QueryEscape("Côte d'Ivoire") + "&type=local": func(p gjson.Result) bool { return p.Get("countries.0").Str == "CI" || p.Get("is_unlimited").Bool() },
	} {
		list, _ := c.packages(query)
		if len(list) == 0 {
			t.Errorf("%q: no packages", query)
		}
		for _, p := range list {
			if !fits(p) {
				t.Errorf("%q: %s does not fit", query, p.Get("package_code"))
			}
		}
	}
	for _, query := range []string{"?search=Atlantis", "?type=LOCAL", "?type=enterprise", "?search=Turkey&type=galactic"} {
		golden.JSON(t, "testdata/listPackages-none.json", c.get("/esims/packages"+query).body)
	}
}

// The short path answers the same, with a finding.
func TestPackagesAlias(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "alias")
	long := c.get("/esims/packages?search=Turkey")
	short := c.get("/packages?search=Turkey")
	short.is(t, 200, string(long.body))
	if got := short.header.Get("X-Esimsim-Findings"); got != "esimfly.packages-path" {
		t.Errorf("findings %q", got)
	}
}

// The whole catalogue: every country, every code once, prices to the cent, in order.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "all")
	codes, countries := map[string]bool{}, map[string]bool{}
	rank := map[string]int{"local": 0, "regional": 1, "global": 2}
	var before gjson.Result
	for page := int64(1); ; page++ {
		list, at := c.packages(fmt.Sprintf("?limit=100&page=%d", page))
		for _, p := range list {
			code := p.Get("package_code").Str
			if codes[code] {
				t.Errorf("%s stands twice", code)
			}
			codes[code] = true
			for _, iso := range p.Get("countries").Array() {
				countries[iso.Str] = true
			}
			cents := p.Get("cost").Num * 100
			if cost := p.Get("cost").Num; cost < 0.5 || cost > 500 || cents-float64(int(cents+0.5)) > 1e-6 {
				t.Errorf("%s costs %v", code, cost)
			}
			if gb := p.Get("data_amount_gb").Int(); p.Get("is_unlimited").Bool() != (gb == 0) {
				t.Errorf("%s: %d GB, unlimited %v", code, gb, p.Get("is_unlimited"))
			}
			if before.Exists() && rank[before.Get("type").Str] == rank[p.Get("type").Str] &&
				before.Get("is_unlimited").Bool() == p.Get("is_unlimited").Bool() &&
				before.Get("data_amount_gb").Int() > p.Get("data_amount_gb").Int() ||
				rank[before.Get("type").Str] > rank[p.Get("type").Str] {
				t.Errorf("%s comes after %s", code, before.Get("package_code"))
			}
			before = p
		}
		if page == at.Get("total_pages").Int() {
			if at.Get("total").Int() != int64(len(codes)) {
				t.Errorf("total %s, listed %d", at.Get("total"), len(codes))
			}
			break
		}
	}
	if len(codes) < 1000 {
		t.Errorf("%d packages", len(codes))
	}
	for _, c := range atlas.Countries() {
		if !countries[c.ISO] {
			t.Errorf("nothing is on offer in %s", c.Name)
		}
	}
}
