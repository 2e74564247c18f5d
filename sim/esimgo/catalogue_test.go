package esimgo_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

type listing struct {
	Bundles []struct {
		Name, Description string
		Groups            []string
		Countries         []struct{ Region, ISO string }
		DataAmount        int
		Duration          int
		RoamingEnabled    []struct{ ISO string }
		Price             float64
	}
	PageCount, Rows, PageSize int
}

func TestCatalogue(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	c.golden("listCatalogue-observed", c.get("/catalogue?countries=TR&perPage=2&page=2&orderBy=duration"))
	c.golden("getCatalogueBundle-country", c.get("/catalogue/bundle/esim_5GB_30D_JP_V2"))
	c.golden("getCatalogueBundle-region", c.get("/catalogue/bundle/esim_50GB_90D_RNA_V2"))
	c.golden("getCatalogueBundle-unlimited", c.get("/catalogue/bundle/esim_UL_1D_TR_V2"))
	c.golden("getCatalogueBundle-legacy", c.get("/catalogue/bundle/esim_10GB_30D_IM_U"))
	c.refused(c.call("GET", "/catalogue/bundle/esim_5gb_30D_JP_V2", ""), 400, "bundle not found")
	c.refused(c.call("GET", "/catalogue/esim_5GB_30D_JP_V2", ""), 404, "not found")
	c.set("shapes", "documented")
	c.golden("listCatalogue-documented", c.get("/catalogue?countries=TR&perPage=2&page=2&orderBy=duration"))
	c.golden("getCatalogueBundle-documented", c.get("/catalogue/bundle/esim_5GB_30D_JP_V2"))
}

func TestCatalogueHasWhatPagesName(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	for _, name := range []string{
		"esim_1GB_7D_IM_U", "esim_10GB_30D_IM_U", "esim_UL_1D_TR_V2", "esim_ULE_1D_TR_V2", "esim_ULP_1D_TR_V2", "esim_1GB_7D_GB_V2",
		"esim_5GB_30D_JP_V2", "esim_3GB_30D_FR_V2", "esim_50GB_90D_RGBS_V2", "esim_1GB_7D_RGB_V2", "esim_1GB_7D_RNA_V2",
		"esim_1GB_7D_RAS_V2", "esim_1GB_7D_REUP_V2", "esim_20GB_30D_EU_V2", "esim_1GB_7D_CYP_V2",
	} {
		c.get("/catalogue/bundle/" + name)
	}
	for _, country := range []string{"GB", "JP", "TR", "AQ", "VA"} {
		for _, plan := range []string{"1GB_7", "2GB_15", "3GB_30", "5GB_30", "10GB_30", "20GB_30", "50GB_30"} {
			c.get("/catalogue/bundle/esim_" + plan + "D_" + country + "_V2")
		}
		for _, days := range []string{"1", "3", "5", "7", "10", "15", "30"} {
			for _, data := range []string{"UL", "ULE", "ULP"} {
				c.get("/catalogue/bundle/esim_" + data + "_" + days + "D_" + country + "_V2")
			}
		}
	}
}

// The pages together are the catalogue: no row twice, none left out, and each is plain
// JSON that fits the document, which every answer is held against.
func TestCataloguePages(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	seen, last := map[string]bool{}, ""
	for page := 1; ; page++ {
		w := parse[listing](t, c.get(fmt.Sprintf("/catalogue?perPage=1000&page=%d", page)))
		if w.Rows < 1000 || w.PageSize != 1000 || w.PageCount != (w.Rows+999)/1000 {
			t.Fatalf("page %d says %d rows, %d pages", page, w.Rows, w.PageCount)
		}
		if len(w.Bundles) == 0 {
			if page != w.PageCount+1 || len(seen) != w.Rows {
				t.Errorf("page %d is empty after %d of %d rows", page, len(seen), w.Rows)
			}
			break
		}
		for _, b := range w.Bundles {
			if seen[b.Name] || b.Name <= last || b.Price <= 0 || b.RoamingEnabled == nil || len(b.Groups) != 1 {
				t.Errorf("%+v after %s", b, last)
			}
			seen[b.Name], last = true, b.Name
		}
	}
}

func TestCatalogueSearch(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	search := func(query string) listing {
		t.Helper()
		return parse[listing](t, c.get("/catalogue?"+query))
	}
	if w := search(""); len(w.Bundles) != 50 || w.PageSize != 50 {
		t.Errorf("page has %d rows, want 50", len(w.Bundles))
	}
	if w := search("page=0&perPage=1"); w.Bundles[0].Name != search("page=1&perPage=1").Bundles[0].Name {
		t.Error("page 0 is not the first")
	}
	if w := search("page=999999"); len(w.Bundles) != 0 || w.Bundles == nil || w.Rows == 0 {
		t.Errorf("page past the end is %+v, want it empty", w)
	}
	for query, rows := range map[string]int{
		"countries=GB":                                          28,
		"countries=gb, US":                                      56,
		"countries=XX":                                          0,
		"countries=REUP":                                        30,
		"region=Antarctica":                                     5 * 28,
		"region=Atlantis":                                       0,
		"group=Standard%20eSIM%20Bundles":                       2,
		"group=standard%20esim%20bundles":                       0,
		"group=Standard%20Fixed&countries=IM":                   7,
		"description=Isle%20of%20Man":                           30,
		"description=isle*unthrottled":                          2,
		"description=unthrottled*isle":                          0,
		"description=eq:esim,%201gb,%207%20days,%20japan,%20v2": 1,
		"validity=7&countries=JP":                               28,
		"countries=,":                                           0,
	} {
		if rows == 0 && query == "countries=," {
			rows = search("").Rows
		}
		if w := search(strings.ReplaceAll(query, ", ", "%2C%20")); w.Rows != rows {
			t.Errorf("GET /catalogue?%s has %d rows, want %d", query, w.Rows, rows)
		}
	}
}

func TestCatalogueOrder(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	names := func(query string) (out []string) {
		t.Helper()
		for _, b := range parse[listing](t, c.get("/catalogue?group="+url.QueryEscape("Standard Fixed")+"&countries=JP,RNA&"+query)).Bundles {
			out = append(out, strings.TrimSuffix(strings.TrimPrefix(b.Name, "esim_"), "_V2"))
		}
		return out
	}
	for query, want := range map[string]string{
		"":                                      "10GB_30D_JP 10GB_30D_RNA 1GB_7D_JP",
		"orderBy=bundleName":                    "10GB_30D_JP 10GB_30D_RNA 1GB_7D_JP",
		"orderBy=colour":                        "10GB_30D_JP 10GB_30D_RNA 1GB_7D_JP",
		"direction=desc":                        "5GB_30D_RNA 5GB_30D_JP 50GB_30D_RNA",
		"orderBy=dataAmount":                    "1GB_7D_JP 1GB_7D_RNA 2GB_15D_JP",
		"orderBy=duration":                      "1GB_7D_JP 1GB_7D_RNA 2GB_15D_JP",
		"orderBy=dataAmount&direction=desc":     "50GB_30D_RNA 50GB_30D_JP 20GB_30D_RNA",
		"orderBy=roamingEnabled&direction=desc": "5GB_30D_RNA 50GB_30D_RNA 3GB_30D_RNA",
		"orderBy=autostart":                     "10GB_30D_JP 10GB_30D_RNA 1GB_7D_JP",
	} {
		if got := strings.Join(names("perPage=3&"+query), " "); got != want {
			t.Errorf("%q gives %s, want %s", query, got, want)
		}
	}
	for _, query := range []string{"page=one", "page=-1", "page=1.5"} {
		c.refused(c.call("GET", "/catalogue?"+query, ""), 400, "page must be 0 or greater")
	}
	for _, query := range []string{"perPage=0", "perPage=1001", "perPage=x"} {
		c.refused(c.call("GET", "/catalogue?"+query, ""), 400, "perPage must be between 1 and 1000")
	}
}

func TestOrganisation(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	c.golden("getOrganisation", c.get("/organisation"))
	c.golden("listGroups-observed", c.get("/organisation/groups"))
	c.set("shapes", "documented")
	c.golden("listGroups-documented", c.get("/organisation/groups"))
}
