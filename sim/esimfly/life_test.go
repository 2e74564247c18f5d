package esimfly_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/golden"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/internal/phone"
)

// An enterprise's data is paid for to the byte, in whatever the account counts.
func TestEnterpriseData(t *testing.T) {
	t.Parallel()
	srv := server(t)
	for name, x := range map[string]struct {
		account      string // after the purchase
		balance      float64
		bytes        esim.Bytes
		times        int
		used         esim.Bytes
		left, refill string // and what one GB more leaves of it
	}{
		"a gigabyte":      {"enterprise-own", 3, esim.GiB, 1, esim.GiB, "1.5", "0"},
		"single bytes":    {"enterprise-own", 3, 1, 10, 10, "3", "1.5"},
		"megabytes":       {"enterprise-own", 3, esim.MiB, 1024, esim.GiB, "1.5", "0"},
		"a large balance": {"enterprise-own", 1e9, esim.GiB, 1, esim.GiB, "999999998.5", "999999997"},
		"a large volume":  {"enterprise-own", 1e6, 1e15, 1, 715827882666667, "0", "0"}, // 1e6 / 1.5 * 2^30, and no more is used at once
		"all of it":       {"enterprise-own", 0.01, esim.GiB, 1, 7158279, "0", "0"},
		"nothing":         {"enterprise-own", 3, 0, 1, 0, "3", "1.5"},
		"dollars":         {"usd", 3.26, esim.GiB, 1, esim.GiB, "1.63", "0"},
		"dinars":          {"iqd", 10000, esim.GiB, 2, 2 * esim.GiB, "5696", "3544"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := dial(t, srv, "data-"+strings.ReplaceAll(name, " ", "-")+newer)
			c.set("account", "enterprise-own")
			iccid := c.buy("ent_1234567")
			c.set("account", x.account)
			c.set("balance", x.balance)
			use := func(n esim.Bytes) esim.Bytes {
				t.Helper()
				a, err := phone.Act(c.world, iccid, esim.Action{Kind: esim.Use, Bytes: n}, esim.MiB)
				if err != nil {
					t.Fatal(err)
				}
				return a.Used
			}
			var used esim.Bytes
			for range x.times {
				used += use(x.bytes)
			}
			if used != x.used || c.funds() != x.left {
				t.Errorf("used %d, left %s; want %d, %s", used, c.funds(), x.used, x.left)
			}
			if use(esim.GiB); c.funds() != x.refill {
				t.Errorf("left after another GB %s, want %s", c.funds(), x.refill)
			}
		})
	}
}

// What is used up by force was used somewhere: usage, report and events agree.
func TestForcedDepletion(t *testing.T) {
	t.Parallel()
	srv := server(t)
	for name, x := range map[string]struct{ attached, want string }{
		"at home":  {"TR", "Turkey 1024"},
		"abroad":   {"BG", "Turkey 1024"},
		"nowhere":  {"", "Turkey 1024"},
		"in part":  {"use", "Turkey 1024"},
		"used up":  {"all", "Turkey 1024"},
		"of Spain": {"ES", "Spain 5120"},
	} {
		c := dial(t, srv, "forced-"+strings.ReplaceAll(name, " ", "-"))
		if x.attached == "ES" {
			c.place(`{"packageCode":"europe-5gb-30days","packageName":"x","price":` + c.find("europe-5gb-30days").Get("cost").Raw + `}`)
		} else {
			c.place(turkey)
		}
		iccid := gjson.GetBytes(c.get("/esims").body, "data.esims.0.iccid").Str
		switch x.attached {
		case "":
		case "use":
			c.act(esim.Use, 100*esim.MiB)
		case "all":
			c.act(esim.Use, esim.GiB)
		default:
			c.let(iccid, esim.Action{Kind: esim.Attach, Country: x.attached})
		}
		for _, edge := range []string{"active", "depleted"} {
			if _, err := c.world.Pass("esimfly.esim."+edge, iccid); err != nil && x.attached != "use" && x.attached != "all" {
				t.Fatalf("%s: %s: %v", name, edge, err)
			}
		}
		used := gjson.GetBytes(c.get("/esims/usage/query?iccid="+iccid).body, "data.data.used_mb").Raw
		report := gjson.GetBytes(c.post("/esims/usage-report", `{"esimId":2503}`).body, "data")
		got := fmt.Sprintf("%s %s", report.Get("by_country.0.country"), report.Get("by_country.0.data_mb").Raw)
		if got != x.want || report.Get("summary.total_data_mb").Raw != used {
			t.Errorf("%s: report %s, usage %s; want %s", name, report, used, x.want)
		}
		if last := gjson.GetBytes(c.post("/esims/network-events", `{"esimId":2503}`).body, "data.events.0"); last.Get("req_type").Str != "Term" {
			t.Errorf("%s: the last event is %s", name, last)
		}
	}
}

// The live status is written while the device moves on.
func TestStatusWhileMoving(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "moving")
	c.place(turkey)
	c.act(esim.Attach, 0)
	done := make(chan error)
	go func() {
		for i := range 100 {
			if _, err := phone.Act(c.world, "last", esim.Action{Kind: esim.Attach, Country: []string{"BG", "TR"}[i%2]}, esim.MiB); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for range 50 {
		n := gjson.GetBytes(c.post("/esims/status", `{"esimId":2503}`).body, "data.last_network")
		if at := n.Get("country").Str + n.Get("country_iso2").Str; at != "TurkeyTR" && at != "BulgariaBG" {
			t.Errorf("last network %s", n)
		}
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// strict sends one request whose every violation is refused.
func (c *client) strict(method, path, body string) answer {
	c.t.Helper()
	return c.do(method, path, body, func(r *http.Request) { r.Header.Set(sim.ValidateHeader, "strict") })
}

// A refusal by the strict mode has the operation's own form, and its own error where a
// required field of a purchase is missing.
func TestStrict(t *testing.T) {
	t.Parallel()
	srv := server(t)
	c := dial(t, srv, "strict")
	a := c.strict("GET", "/esims/usage/query?iccid=1&unit=gb", "")
	if a.status != 400 {
		t.Errorf("status %d", a.status)
	}
	golden.JSON(t, "testdata/queryUsage-violation.json", a.body)

	const (
		fields  = `{"success":false,"message":"Missing required fields","code":"MISSING_FIELDS"}`
		code    = `{"success":false,"message":"Missing required field: packageCode","code":"MISSING_PACKAGE_CODE"}`
		ofTopUp = `{"success":false,"message":"Missing required fields: iccid, packageCode","code":"MISSING_FIELDS"}`
	)
	other := dial(t, srv, "strict"+newer)
	for _, body := range []string{"", "{}", `{"packageName":"x","colour":"red"}`} {
		c.strict("POST", "/esims/order", body).is(t, 400, fields)
		other.strict("POST", "/esims/order", body).is(t, 400, code)
		c.strict("POST", "/topup/order", body).is(t, 400, ofTopUp)
	}
	c.strict("POST", "/esims/order", `{"packageCode":"merhaba-7days-1gb"}`).is(t, 400, fields)
	if a := c.strict("POST", "/esims/order", `{"packageCode":"x","colour":"red"}`); gjson.GetBytes(a.body, "code").Str != "INVALID_REQUEST" {
		t.Errorf("%d %s", a.status, a.body)
	}
}
