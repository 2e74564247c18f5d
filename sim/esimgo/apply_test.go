package esimgo_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

type applied struct {
	ESIMs          []struct{ ICCID, Status, Bundle string }
	ApplyReference string
}

func TestApply(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	c.buy("esim_3GB_30D_FR_V2", 10, false, "")
	body := c.ok("POST", "/esims/apply", `{"bundle":"esim_3GB_30D_FR_V2","repeat":2}`)
	c.golden("applyBundle-repeated", body)
	reference := parse[applied](t, body).ApplyReference
	c.golden("getInventory-applied", c.get("/inventory"))
	c.golden("getOrder-applied", c.get("/orders/"+reference))
	if got := string(c.get("/esims/assignments?reference=" + reference)); strings.Count(got, "\n") != 3 {
		t.Errorf("the reference of an apply gives %s, want two eSIMs", got)
	}
	if got := c.memory(); !strings.Contains(got, `"balance":971,`) {
		t.Errorf("applying is free, ten at 2.9 are not: %s", got)
	}
}

func TestApplyForms(t *testing.T) {
	t.Parallel()
	srv := start(t)
	const gb, jp = "esim_1GB_7D_GB_V2", "esim_5GB_30D_JP_V2"
	for name, tt := range map[string]struct {
		body string
		want []string
	}{
		"brief single":    {`{"bundle":"` + gb + `"}`, []string{gb}},
		"brief list":      {`{"bundles":["` + gb + `","` + jp + `"]}`, []string{gb, jp}},
		"newer single":    {`{"name":"` + jp + `","allowReassign":true}`, []string{jp}},
		"newer list":      {`{"bundles":[{"name":"` + gb + `","repeat":2},{"name":"` + jp + `","allowReassign":false}]}`, []string{gb, gb, jp}},
		"both spellings":  {`{"name":"` + gb + `","bundle":"` + jp + `"}`, []string{gb}},
		"mixed list":      {`{"bundles":["` + gb + `",{"name":"` + jp + `"}]}`, []string{gb, jp}},
		"in capitals":     {`{"BUNDLE":"` + gb + `","Repeat":2}`, []string{gb, gb}},
		"a blank ICCID":   {`{"iccid":"","name":"` + gb + `","repeat":2}`, []string{gb, gb}},
		"a start":         {`{"name":"` + gb + `","startTime":"2026-04-03T00:00:00Z"}`, []string{gb}},
		"an empty start":  {`{"name":"` + gb + `","startTime":""}`, []string{gb}},
		"an empty list":   {`{"name":"` + gb + `","bundles":[]}`, []string{gb}},
		"nulls":           {`{"iccid":null,"name":"` + gb + `","bundles":null,"repeat":null}`, []string{gb}},
		"the last of two": {`{"name":"` + jp + `","Name":"` + gb + `"}`, []string{gb}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := as(t, srv, strings.ReplaceAll(name, " ", "-"))
			c.buy(gb, 2, false, "")
			c.buy(jp, 2, false, "")
			var got []string
			iccids := map[string]bool{}
			for _, e := range parse[applied](t, c.ok("POST", "/esims/apply", tt.body)).ESIMs {
				got = append(got, e.Bundle)
				iccids[e.ICCID] = true
				if a := c.assignments(e.ICCID); len(a) != 1 || a[0].BundleState != "Queued" || e.Status != "ACTIVE" {
					t.Errorf("%s is %s and has %+v, want one queued", e.ICCID, e.Status, a)
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(tt.want) || len(iccids) != len(got) {
				t.Errorf("applied %v on %d eSIMs, want %v on as many", got, len(iccids), tt.want)
			}
		})
	}
}

// A start is taken and changes nothing, which is told.
func TestApplyStart(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "start")
	const gb = "esim_1GB_7D_GB_V2"
	c.buy(gb, 2, false, "")
	for at, want := range map[string]bool{"2026-04-03T00:00:00Z": true, "": false} {
		r := c.call("POST", "/esims/apply", `{"name":"`+gb+`","startTime":"`+at+`"}`)
		if got := r.header.Get("X-Esimsim-Findings"); r.status != 200 || strings.Contains(got, "esimgo.start-time") != want {
			t.Errorf("start %q: status %d, findings %q, told of the start: want %v", at, r.status, got, want)
		}
	}
}

func TestApplyOntoESIM(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	iccid, old := c.esim("esim_1GB_7D_GB_V2"), c.esim("esim_1GB_7D_IM_U")
	c.buy("esim_5GB_30D_JP_V2", 2, false, "")
	w := parse[applied](t, c.ok("POST", "/esims/apply", `{"iccid":"`+iccid+`","name":"esim_5GB_30D_JP_V2"}`))
	if len(w.ESIMs) != 1 || w.ESIMs[0].ICCID != iccid || len(c.assignments(iccid)) != 2 {
		t.Errorf("applied %+v, want a second bundle on %s", w, iccid)
	}
	body := `{"iccid":"` + old + `","name":"esim_5GB_30D_JP_V2"`
	c.refused(c.call("POST", "/esims/apply", body+"}"), 400, "bundle is not compatible with eSIM")
	w = parse[applied](t, c.ok("POST", "/esims/apply", body+`,"allowReassign":true}`))
	if len(w.ESIMs) != 1 || w.ESIMs[0].ICCID == old {
		t.Errorf("applied %+v, want another eSIM than %s", w, old)
	}
	c.refused(c.call("POST", "/esims/apply", `{"name":"esim_5GB_30D_JP_V2"}`), 403, "no bundles remaining in inventory")
}

func TestApplyRefusals(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	c.buy("esim_1GB_7D_GB_V2", 3, false, "")
	iccid := c.esim("esim_1GB_7D_GB_V2")
	before := c.memory()
	for _, tt := range []struct {
		body    string
		status  int
		message string
	}{
		{``, 400, "invalid request body"},
		{`"esim_1GB_7D_GB_V2"`, 400, "invalid request body"},
		{`{"name":1}`, 400, "invalid request body"},
		{`{"bundles":"esim_1GB_7D_GB_V2"}`, 400, "invalid request body"},
		{`{"bundles":[1]}`, 400, "invalid request body"},
		{`{"name":"esim_1GB_7D_GB_V2","repeat":"2"}`, 400, "invalid request body"},
		{`{}`, 400, "name is required"},
		{`{"bundles":[]}`, 400, "name is required"},
		{`{"bundles":[{"repeat":1}]}`, 400, "name is required"},
		{`{"name":"a","bundles":["b"]}`, 400, "name cannot be used with bundles"},
		{`{"iccid":"` + iccid + `","bundles":["esim_1GB_7D_GB_V2"]}`, 400, "iccid cannot be used with bundles"},
		{`{"iccid":"` + iccid + `","name":"esim_1GB_7D_GB_V2","repeat":1}`, 400, "iccid cannot be used with repeat"},
		{`{"name":"esim_1GB_7D_GB_V2","repeat":-1}`, 400, "repeat must be greater than 0"},
		{`{"name":"esim_1GB_7D_GB_V2","repeat":1001}`, 400, "repeat must not be greater than 1000"},
		{`{"bundles":[{"name":"esim_1GB_7D_GB_V2","repeat":9223372036854775807},{"name":"esim_1GB_7D_GB_V2"}]}`, 400, "repeat must not be greater than 1000"},
		{`{"name":"esim_1GB_7D_GB_V2","startTime":"tomorrow"}`, 400, "startTime must be an RFC 3339 date"},
		{`{"name":"esim_1gb_7D_GB_V2"}`, 400, "bundle not found"},
		{`{"name":"esim_1GB_7D_GB_V2","iccid":"1"}`, 400, "invalid iccid"},
		{`{"name":"esim_1GB_7D_GB_V2","iccid":"8943108000000000000"}`, 403, "access denied"},
		{`{"name":"esim_5GB_30D_JP_V2"}`, 403, "no bundles remaining in inventory"},
		{`{"name":"esim_1GB_7D_GB_V2","repeat":4}`, 403, "no bundles remaining in inventory"},
		{`{"bundles":[{"name":"esim_1GB_7D_GB_V2","repeat":3},"esim_1GB_7D_GB_V2"]}`, 403, "no bundles remaining in inventory"},
	} {
		c.refused(c.call("POST", "/esims/apply", tt.body), tt.status, tt.message)
		if c.Failed() {
			t.Fatalf("for %s", tt.body)
		}
	}
	if c.memory() != before {
		t.Error("a refused apply changed the account")
	}
}

// The oldest purchase is used first, and what is a year old is gone.
func TestInventoryAges(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	c.buy("esim_1GB_7D_GB_V2", 2, false, "")
	c.advance(24 * time.Hour)
	c.buy("esim_1GB_7D_GB_V2", 1, false, "")
	c.buy("esim_ULE_1D_TR_V2", 1, false, "")
	c.buy("esim_12GB_365D_EU_V2", 1, false, "")
	c.ok("POST", "/esims/apply", `{"name":"esim_1GB_7D_GB_V2"}`)
	c.golden("getInventory-several", c.get("/inventory"))
	c.advance(364 * 24 * time.Hour)
	if got := string(c.get("/inventory")); strings.Contains(got, `"total":2`) || !strings.Contains(got, `"total":1`) {
		t.Errorf("after a year the first purchase is gone and the second is not: %s", got)
	}
	c.refused(c.call("POST", "/esims/apply", `{"name":"esim_1GB_7D_GB_V2","repeat":2}`), 403, "no bundles remaining in inventory")
	c.advance(24 * time.Hour)
	if got := string(c.get("/inventory")); got != `{"bundles":[]}` {
		t.Errorf("after a year and a day there is %s", got)
	}
}

// The answer has the ICCID although the bundle is not there yet.
func TestApplyUnderWay(t *testing.T) {
	t.Parallel()
	srv := startWith(t, map[string]string{"slow": "policies: {esimgo.order.completed: {after: 5m}}"})
	c := as(t, srv, "demo~slow")
	c.buy("esim_1GB_7D_GB_V2", 1, false, "")
	c.advance(5 * time.Minute)
	w := parse[applied](t, c.ok("POST", "/esims/apply", `{"name":"esim_1GB_7D_GB_V2"}`))
	if len(w.ESIMs) != 1 {
		t.Fatalf("applied %+v, want one eSIM", w)
	}
	c.unready("/esims/" + w.ESIMs[0].ICCID + "/bundles")
	c.refused(c.call("POST", "/esims/apply", `{"name":"esim_1GB_7D_GB_V2"}`), 403, "no bundles remaining in inventory")
	if got := parse[order](t, c.get("/orders/"+w.ApplyReference)); got.Status != "processing" {
		t.Errorf("order is %+v, want it processing", got)
	}
	c.advance(5 * time.Minute)
	if got := c.assignments(w.ESIMs[0].ICCID); len(got) != 1 || got[0].BundleState != "Queued" {
		t.Errorf("assignments are %+v, want one queued", got)
	}
}
