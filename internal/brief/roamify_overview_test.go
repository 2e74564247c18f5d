package brief_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/esimsim/esimsim/sim"
)

// The page "eSIM API Overview" of the Roamify eSIM API. Its examples lost their line
// breaks: a backslash that ended a line now stands before a space.

const overviewPackagesCurl = `curl --request GET \ --url 'https://api-dev.getroamify.com/api/esim/packages?page=1&pageSize=50' \ --header 'Authorization: Bearer {{token}}' \ --header 'Content-Type: application/json'`

const overviewOrderCurl = `curl --request POST \ --url 'https://api-dev.getroamify.com/api/esim/order' \ --header 'Authorization: Bearer {{token}}' \ --header 'Content-Type: application/json' \ --data '{ "items": [ { "packageId": "Package ID", "quantity": 1 } ] }'`

const overviewApplyCurl = `curl --request POST \ --url 'https://api-dev.getroamify.com/api/esim/apply' \ --header 'Authorization: Bearer {{token}}' \ --header 'Content-Type: application/json' \ --data '{ "esimId": "eSIM ID" }'`

const overviewUsageCurl = `curl --request GET \ --url 'https://api-dev.getroamify.com/api/esim/usage?iccid=ICCID' \ --header 'Authorization: Bearer {{token}}' \ --header 'Content-Type: application/json'`

const overviewTopUpPackagesCurl = `curl --request GET \ --url 'https://api-dev.getroamify.com/api/esim/topup/packages?iccid=ICCID' \ --header 'Authorization: Bearer {{token}}' \ --header 'Content-Type: application/json'`

const overviewTopUpCurl = `curl --request POST \ --url 'https://api-dev.getroamify.com/api/esim/order/topup' \ --header 'Authorization: Bearer {{token}}' \ --header 'Content-Type: application/json' \ --data '{ "iccid": "ICCID", "packageId": "Package ID" }'`

const overviewBalanceCurl = `curl --request GET \ --url 'https://api-dev.getroamify.com/api/balance' \ --header 'Authorization: Bearer {{token}}' \ --header 'Content-Type: application/json'`

// overviewCalls are the calls of the page's eight steps.
var overviewCalls = []struct{ method, path string }{
	{http.MethodGet, "/api/esim/packages"},
	{http.MethodGet, "/api/esim/countries"},
	{http.MethodPost, "/api/esim/order"},
	{http.MethodPost, "/api/esim/apply"},
	{http.MethodGet, "/api/esim/usage"},
	{http.MethodGet, "/api/esim/topup/packages"},
	{http.MethodPost, "/api/esim/order/topup"},
	{http.MethodGet, "/api/balance"},
}

func TestRoamifyOverviewAuthentication(t *testing.T) {
	t.Parallel()
	s := start(t)
	anonymous := newClient(s, "auth", "", nil)
	for _, o := range overviewCalls {
		t.Run(o.method+" "+o.path, func(t *testing.T) {
			t.Parallel()
			for _, authorization := range []string{"", "roamify_auth", "Basic roamify_auth", "Bearer", "Bearer somebody-else"} {
				got := anonymous.call(t, o.method, o.path, "", "Authorization", authorization)
				if got.status != http.StatusUnauthorized {
					t.Errorf("%s with Authorization %q: want 401, got %d\n%s", got.call, authorization, got.status, got.body)
				}
			}
			got := anonymous.call(t, o.method, o.path, "", "Authorization", "Bearer roamify_auth")
			if got.status == http.StatusUnauthorized || got.status == http.StatusNotFound || got.status == http.StatusMethodNotAllowed {
				t.Errorf("%s with a good token: want the call to be known, got %d\n%s", got.call, got.status, got.body)
			}
		})
	}
}

// packagesIn lists all packages of an answer's groups.
func packagesIn(t *testing.T, got reply) (packages []*node) {
	t.Helper()
	for _, group := range got.list(t, "data.packages") {
		packages = append(packages, group.at("packages").items...)
	}
	return packages
}

func ids(groups []*node) (out []string) {
	for _, g := range groups {
		out = append(out, g.at("id").text)
	}
	return out
}

func TestRoamifyOverviewPackages(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := roamify(s, "packages")

	t.Run("results are paginated", func(t *testing.T) {
		t.Parallel()
		const size = 40
		var all []string
		for page := 1; ; page++ {
			groups := c.get(t, fmt.Sprintf("/api/esim/packages?page=%d&pageSize=%d", page, size)).clean(t).list(t, "data.packages")
			all = append(all, ids(groups)...)
			if len(groups) < size {
				break
			}
		}
		if len(all) <= size {
			t.Fatalf("the full catalog: want more than one page of %d, got %d", size, len(all))
		}
		once := c.get(t, "/api/esim/packages?page=1&pageSize=500").clean(t).list(t, "data.packages")
		if !slices.Equal(all, ids(once)) {
			t.Errorf("pages of %d: want the %d results of one large page, got %d", size, len(once), len(all))
		}
		printed := c.get(t, "/api/esim/packages?page=1&pageSize=50").clean(t).list(t, "data.packages")
		equal(t, "results of page=1&pageSize=50", len(printed), 50)
	})
	t.Run("country is a name and countryCode a code", func(t *testing.T) {
		t.Parallel()
		countries := c.get(t, "/api/esim/countries").clean(t).list(t, "data.countries")
		if len(countries) < 100 {
			t.Errorf("countries: want a world of them, got %d", len(countries))
		}
		for _, country := range countries {
			name, code := country.at("name").text, country.at("code").text
			for query, field := range map[string]string{"country=" + url.QueryEscape(name): "countryName", "countryCode=" + code: "countryCode"} {
				groups := c.get(t, "/api/esim/packages?pageSize=500&"+query).clean(t).list(t, "data.packages")
				if len(groups) == 0 {
					t.Errorf("%s: want packages, got none", query)
				}
				for _, g := range groups {
					equal(t, field, g.at(field).text, map[string]string{"countryName": name, "countryCode": code}[field])
				}
			}
		}
		for _, query := range []string{"country=KH", "countryCode=Cambodia"} {
			if got := c.get(t, "/api/esim/packages?"+query); got.status == http.StatusOK {
				equal(t, "packages for "+query, len(got.list(t, "data.packages")), 0)
			}
		}
	})
	for _, geography := range []string{"local", "regional", "global"} {
		t.Run("geography="+geography, func(t *testing.T) {
			t.Parallel()
			groups := c.get(t, "/api/esim/packages?pageSize=500&geography="+geography).clean(t).list(t, "data.packages")
			if len(groups) == 0 {
				t.Error("want packages, got none")
			}
			for _, g := range groups {
				equal(t, "geography of "+g.at("id").text, g.at("geography").text, geography)
			}
		})
	}
	for _, f := range []struct{ query, field, want string }{
		{"days=7", "day", "7"},
		{"days=30", "day", "30"},
		{"gbs=1", "dataAmount", "1024"},
		{"gbs=10", "dataAmount", "10240"},
		{"isUnlimited=true", "isUnlimited", "true"},
	} {
		t.Run(f.query, func(t *testing.T) {
			t.Parallel()
			packages := packagesIn(t, c.get(t, "/api/esim/packages?pageSize=500&"+f.query).clean(t))
			if len(packages) == 0 {
				t.Error("want packages, got none")
			}
			for _, p := range packages {
				if got := p.at(f.field); got == nil || got.text != f.want {
					t.Errorf("%s: want %s=%s, got %s", p.at("packageId"), f.field, f.want, got)
				}
			}
		})
	}
	for _, query := range []string{"days=week", "gbs=lots", "isUnlimited=7"} {
		t.Run(query+" is of another type", func(t *testing.T) {
			t.Parallel()
			c.get(t, "/api/esim/packages?"+query).odd(t)
		})
	}
	t.Run("every package says whether it needs a travel date", func(t *testing.T) {
		t.Parallel()
		for _, p := range packagesIn(t, c.get(t, "/api/esim/packages?pageSize=500").clean(t)) {
			if need := p.at("requirements.travelDate"); need == nil || need.kind != "boolean" {
				t.Errorf("%s: want a boolean requirements.travelDate, got %s", p.at("packageId"), need)
			}
		}
	})
}

func TestRoamifyOverviewReference(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := roamify(s, "reference")
	body := fmt.Sprintf(`{"items":[{"packageId":%q,"quantity":2}],"referenceId":"trip-1"}`, cambodia)
	placed := c.post(t, "/api/esim/order", body).clean(t)

	again := c.post(t, "/api/esim/order", `{"referenceId":"trip-1"}`).want(t, http.StatusOK)
	equal(t, "order by its referenceId", again.text(t, "data.id"), placed.text(t, "data.id"))
	equal(t, "balance", roamifyBalance(t, c), 990)
	c.post(t, "/api/esim/order", `{"referenceId":"trip-2"}`).refused(t)

	applied := c.post(t, "/api/esim/apply", `{"referenceId":"trip-1"}`).want(t, http.StatusOK).list(t, "data")
	var want, got []string
	for _, item := range placed.list(t, "data.items") {
		want = append(want, item.at("esimId").text)
	}
	for _, e := range applied {
		got = append(got, e.at("id").text)
		if e.at("iccid").text == "" {
			t.Errorf("eSIM %s: want an ICCID, got none", e.at("id"))
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("eSIMs generated by referenceId: want %s, got %s", want, got)
	}
}

func TestRoamifyOverviewApply(t *testing.T) {
	t.Parallel()
	s := start(t)
	t.Run("an esimId becomes an eSIM", func(t *testing.T) {
		t.Parallel()
		c := roamify(s, "apply")
		_, esimID := roamifyOrder(t, c, cambodia)
		got := c.post(t, "/api/esim/apply", `{"esimId":"`+esimID+`"}`).clean(t)
		equal(t, "id", got.text(t, "data.id"), esimID)
		if got.text(t, "data.iccid") == "" || got.text(t, "data.esim.lpaCode") == "" {
			t.Errorf("want an eSIM that is ready to be used, got %s", got.body)
		}
	})
	for name, body := range map[string]string{
		"neither esimId nor referenceId": `{}`,
		"esimId no string":               `{"esimId":7}`,
		"referenceId no string":          `{"referenceId":7}`,
		"unknown esimId":                 `{"esimId":"b06036c5-eadc-4f88-aa31-8c207fec91ec"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			roamify(s, "apply").post(t, "/api/esim/apply", body).refused(t)
		})
	}
	t.Run("startDate is required with travelDate only", func(t *testing.T) {
		t.Parallel()
		c := roamify(s, "travel")
		c.stop(t, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)) // before the page's 2026-07-01
		var dated string
		for _, p := range packagesIn(t, c.get(t, "/api/esim/packages?pageSize=500").clean(t)) {
			if p.at("requirements.travelDate").text == "true" {
				dated = p.at("packageId").text
				break
			}
		}
		if dated == "" {
			t.Fatal("want a package with requirements.travelDate in the catalogue, got none")
		}
		_, esimID := roamifyOrder(t, c, dated)
		c.post(t, "/api/esim/apply", `{"esimId":"`+esimID+`"}`).refused(t)
		c.post(t, "/api/esim/apply", `{"esimId":"`+esimID+`","startDate":"next week"}`).refused(t)
		got := c.post(t, "/api/esim/apply", `{"esimId":"`+esimID+`","startDate":"2026-07-01"}`).clean(t)
		equal(t, "id", got.text(t, "data.id"), esimID)
		roamifyESIM(t, c) // needs none
	})
}

func TestRoamifyOverviewUsage(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := roamify(s, "usage")
	iccid := roamifyESIM(t, c)
	mentions(t, c.get(t, "/api/esim/usage").want(t, http.StatusBadRequest), "iccid")

	before := c.get(t, "/api/esim/usage?iccid="+iccid).clean(t)
	equal(t, "iccid", before.text(t, "data.iccid"), iccid)
	equal(t, "data left before use", before.number(t, "data.remainingData"), before.number(t, "data.allowedData"))
	c.device(t, iccid, "use", `{"mb":500}`)
	after := c.get(t, "/api/esim/usage?iccid="+iccid).clean(t)
	equal(t, "data left after 500 MB", after.number(t, "data.remainingData"), before.number(t, "data.allowedData")-500)
}

func TestRoamifyOverviewTopUp(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := roamify(s, "topup")
	iccid := roamifyESIM(t, c)
	mentions(t, c.get(t, "/api/esim/topup/packages").want(t, http.StatusBadRequest), "iccid")
	path := "/api/esim/topup/packages?iccid=" + iccid
	all := c.get(t, path).clean(t).list(t, "data")
	if len(all) == 0 {
		t.Fatal("compatible top-ups: want some, got none")
	}
	for _, f := range []struct{ query, field, want string }{
		{"days=7", "day", "7"},
		{"gbs=1", "data.dataAmount", "1024"},
		{"isUnlimited=true", "data.isUnlimited", "true"},
		{"packageId=" + cambodia, "packageId", cambodia},
	} {
		t.Run(f.query, func(t *testing.T) {
			t.Parallel()
			packages := c.get(t, path+"&"+f.query).clean(t).list(t, "data")
			if len(packages) == 0 || len(packages) == len(all) {
				t.Errorf("want some of the %d packages, got %d", len(all), len(packages))
			}
			for _, p := range packages {
				if got := p.at(f.field); got == nil || got.text != f.want {
					t.Errorf("%s: want %s=%s, got %s", p.at("packageId"), f.field, f.want, got)
				}
			}
		})
	}
	for _, query := range []string{"days=week", "gbs=lots", "isUnlimited=7"} {
		t.Run(query+" is of another type", func(t *testing.T) {
			t.Parallel()
			c.get(t, path+"&"+query).odd(t)
		})
	}
	t.Run("each compatible package can be bought", func(t *testing.T) {
		t.Parallel()
		buyer := roamify(s, "buyer")
		buyer.set(t, `{"roamify":{"balance":1000000}}`)
		iccid, left := roamifyESIM(t, buyer), 1000000-5.0
		for _, p := range buyer.get(t, "/api/esim/topup/packages?iccid="+iccid).clean(t).list(t, "data") {
			id := p.at("packageId").text
			got := buyer.post(t, "/api/esim/order/topup", fmt.Sprintf(`{"iccid":%q,"packageId":%q}`, iccid, id)).clean(t)
			price, _ := p.at("price").number()
			equal(t, "total of "+id, got.number(t, "data.total"), price)
			left -= price
		}
		equal(t, "balance", fmt.Sprintf("%.2f", roamifyBalance(t, buyer)), fmt.Sprintf("%.2f", left))
	})
}

func TestRoamifyOverviewBalance(t *testing.T) {
	t.Parallel()
	c := roamify(start(t), "balance")
	equal(t, "status", c.get(t, "/api/balance").clean(t).text(t, "status"), "success")
	equal(t, "balance of a new account", roamifyBalance(t, c), 1000)
	roamifyOrder(t, c, cambodia)
	equal(t, "balance after an order", roamifyBalance(t, c), 995)
}

// lines gives an example of this page its line breaks back.
func lines(t *testing.T, printed string) string {
	t.Helper()
	if !strings.Contains(printed, `\ --`) {
		t.Fatalf("want an example without line breaks, got\n%s", printed)
	}
	return strings.ReplaceAll(printed, `\ --`, "\\\n--")
}

func TestRoamifyOverviewCurls(t *testing.T) {
	t.Parallel()
	s := start(t)
	const token = "roamify_curl"
	c := roamify(s, "curl")
	for _, e := range []struct {
		name, printed string
		fill          func(t *testing.T) []string
		path, want    string // "" wants the field to be there
	}{
		{name: "how to get eSIM packages", printed: overviewPackagesCurl, path: "data.packages.49.packages.0.packageId"},
		{
			name: "how to create an eSIM order", printed: overviewOrderCurl,
			fill: func(*testing.T) []string { return []string{"Package ID", cambodia} },
			path: "data.items.0.packageId", want: cambodia,
		},
		{
			name: "how to generate an eSIM profile", printed: overviewApplyCurl,
			fill: func(t *testing.T) []string {
				t.Helper()
				_, esimID := roamifyOrder(t, c, cambodia)
				return []string{"eSIM ID", esimID}
			},
			path: "data.status", want: "READY",
		},
		{
			name: "how to check eSIM usage", printed: overviewUsageCurl, fill: fillICCID(s, "curl"),
			path: "data.remainingData", want: "1024",
		},
		{
			name: "fetch compatible top-ups", printed: overviewTopUpPackagesCurl, fill: fillICCID(s, "curl"),
			path: "data.0.packageId",
		},
		{
			name: "how to create a top-up order", printed: overviewTopUpCurl,
			fill: func(t *testing.T) []string {
				t.Helper()
				return append(fillICCID(s, "curl")(t), "Package ID", cambodia)
			},
			path: "data.items.0.packageId", want: cambodia,
		},
		{name: "how to check your balance", printed: overviewBalanceCurl, path: "data.balance"},
	} {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			placeholders := []string{"{{token}}", token}
			if e.fill != nil {
				placeholders = append(placeholders, e.fill(t)...)
			}
			got := shell(t, s, lines(t, e.printed), placeholders...)
			equal(t, "status", got.text(t, "status"), "success")
			if value := got.at(t, e.path).text; e.want != "" {
				equal(t, e.path, value, e.want)
			}
		})
	}
}

func fillICCID(s *sim.Server, world string) func(*testing.T) []string {
	return func(t *testing.T) []string {
		t.Helper()
		return []string{"ICCID", roamifyESIM(t, roamify(s, world))}
	}
}
