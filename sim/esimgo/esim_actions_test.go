package esimgo_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/internal/phone"
)

func urlWord(s string) string { return url.QueryEscape(s) }

func TestUpdateESIM(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	iccid := c.esim(gb)
	ref := func(want string) {
		t.Helper()
		if got := parse[struct{ CustomerRef string }](t, c.get("/esims/"+iccid)).CustomerRef; got != want {
			t.Errorf("customerRef is %q, want %q", got, want)
		}
	}
	for _, tt := range []struct{ query, body, message string }{
		{"", ``, "iccid is required"},
		{"", `{}`, "iccid is required"},
		{"", `{"iccid":""}`, "iccid is required"},
		{"?customerRef=x", ``, "iccid is required"},
		{"", `{"iccid":"` + iccid + `"}`, "customerRef is required"},
		{"?iccid=" + iccid, ``, "customerRef is required"},
		{"", `{"iccid":12,"customerRef":"x"}`, "invalid request body"},
		{"?iccid=" + iccid + "&customerRef=x", `{`, "invalid request body"},
		{"?iccid=12&customerRef=x", ``, "invalid iccid"},
	} {
		c.refused(c.call("PUT", "/esims"+tt.query, tt.body), 400, tt.message)
	}
	c.refused(c.call("PUT", "/esims?iccid=8943108000000000000&customerRef=x", ""), 403, "access denied")
	ref("")
	c.golden("updateEsim", c.ok("PUT", "/esims", `{"iccid":"`+iccid+`","customerRef":"booking"}`))
	ref("booking")
	c.ok("PUT", "/esims?iccid="+iccid+"&customerRef=from+the+query", "")
	ref("from the query")
	c.ok("PUT", "/esims?iccid=1&customerRef=query", `{"ICCID":"`+iccid+`","customerref":"body"}`)
	ref("body")
	c.ok("PUT", "/esims?iccid="+iccid, `{"customerRef":""}`)
	ref("")
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	iccid := c.esim(gb)
	c.golden("refreshEsim", c.get("/esims/"+iccid+"/refresh"))
	c.refused(c.call("GET", "/esims/8943108000000000000/refresh", ""), 403, "access denied")
}

func TestCompatible(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	iccid, old := c.esim(gb), c.esim("esim_1GB_7D_IM_U")
	c.golden("checkCompatibility-yes", c.get("/esims/"+iccid+"/compatible/esim_5GB_30D_JP_V2"))
	c.golden("checkCompatibility-no", c.get("/esims/"+old+"/compatible/esim_5GB_30D_JP_V2"))
	c.refused(c.call("GET", "/esims/"+iccid+"/compatible/nix", ""), 400, "bundle not found")
	c.refused(c.call("GET", "/esims/8943108000000000000/compatible/"+gb, ""), 403, "access denied")
}

func TestSMS(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	iccid := c.esim(gb)
	path := "/esims/" + iccid + "/sms"
	c.golden("sendSms", c.ok("POST", path, `{"message":"Your plan is ready","from":"eSIM"}`))
	for _, body := range []string{`{"message":"x"}`, `{"MESSAGE":"x","from":""}`, `{"message":"` + strings.Repeat("ü", 160) + `"}`} {
		c.ok("POST", path, body)
	}
	for body, message := range map[string]string{
		``:                                "invalid request body",
		`{"message":1}`:                   "invalid request body",
		`{}`:                              "message must be between 1 and 160 characters",
		`{"message":""}`:                  "message must be between 1 and 160 characters",
		`{"message":"x","from":"Aurora"}`: "from must be eSIM",
		`{"message":"` + strings.Repeat("ü", 161) + `"}`: "message must be between 1 and 160 characters",
	} {
		c.refused(c.call("POST", path, body), 400, message)
	}
	c.refused(c.call("POST", "/esims/8943108000000000000/sms", `{"message":"x"}`), 403, "access denied")
	// One bundle comes on eSIMs without a number.
	c.refused(c.call("POST", "/esims/"+c.esim("esim_10GB_30D_IM_U")+"/sms", `{"message":"x"}`), 400, "eSIM has no MSISDN")
	c.ok("POST", "/esims/"+c.esim("esim_1GB_7D_IM_U")+"/sms", `{"message":"x"}`)
}

func TestScenarioNoMSISDN(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo~esimgo-no-msisdn")
	c.refused(c.call("POST", "/esims/"+c.esim(gb)+"/sms", `{"message":"x"}`), 400, "eSIM has no MSISDN")
}

func TestLocation(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	iccid := c.esim("esim_5GB_30D_JP_V2")
	path := "/esims/" + iccid + "/location"
	c.golden("getLocation-never", c.get(path))
	c.advance(90 * time.Second)
	c.act(iccid, esim.Attach)
	c.golden("getLocation-seen", c.get(path))
	c.in("v2.3").golden("getLocation-seen", c.in("v2.3").get(path))
	if _, err := phone.Act(c.srv.WorldT(t, "demo"), iccid, esim.Action{Kind: esim.Attach, Country: "AQ"}, esim.MB); err != nil {
		t.Fatal(err)
	}
	c.golden("getLocation-no-network", c.get(path))
	c.refused(c.call("GET", "/esims/8943108000000000000/location", ""), 403, "access denied")
}

// What is odd alone is carried out where nothing is to be refused for it.
func TestLenient(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	if err := c.srv.WorldT(t, "demo").Patch(sim.Patch{"": {"validate": "report"}}); err != nil {
		t.Fatal(err)
	}
	iccid := c.esim(gb)
	c.ok("POST", "/esims/"+iccid+"/sms", `{"message":"`+strings.Repeat("x", 161)+`","from":"Aurora"}`)
	c.get("/esims/" + iccid + "/bundles?limit=1000")
	c.get("/catalogue?perPage=5000&page=x")
	c.refused(c.call("POST", "/esims/"+iccid+"/sms", `{"message":""}`), 400, "message must be between 1 and 160 characters")
}
