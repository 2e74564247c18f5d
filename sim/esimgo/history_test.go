package esimgo_test

import (
	"slices"
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
)

type event struct {
	Name, Bundle, BundleName, Date, BundleState, AlertType string
}

func (c client) history(iccid string) (out []event) {
	c.Helper()
	return parse[[]event](c, c.get("/esims/"+iccid+"/history"))
}

// The whole life of an eSIM, as its history tells it.
func TestHistory(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	iccid := c.esim(gb)
	step := func(f func()) {
		t.Helper()
		c.advance(time.Hour)
		f()
	}
	step(func() { c.ok("PUT", "/esims", `{"iccid":"`+iccid+`","customerRef":"booking-7741"}`) })
	step(func() { c.act(iccid, esim.Attach) })
	step(func() { c.mustUse(iccid, 5*esim.MB) })
	step(func() { c.mustUse(iccid, 5*esim.MB) })
	step(func() { c.mustUse(iccid, 490*esim.MB) })
	step(func() { c.get("/esims/" + iccid + "/refresh") })
	step(func() { c.mustUse(iccid, 500*esim.MB) })
	step(func() { c.buy("esim_5GB_30D_JP_V2", 1, true, `"iccids":["`+iccid+`"]`) })
	step(func() { c.buy(gb, 1, true, `"iccids":["`+iccid+`"]`) })
	step(func() { c.ok("DELETE", on(iccid, gb), "") })
	c.advance(7 * 24 * time.Hour)
	c.advance(366 * 24 * time.Hour)
	c.golden("getHistory-life", c.get("/esims/"+iccid+"/history"))
	c.in("v2.3").golden("getHistory-life", c.in("v2.3").get("/esims/"+iccid+"/history"))
	c.set("stateCase", "lower")
	if got := c.history(iccid)[0].BundleState; got != "queued" {
		t.Errorf("state is %q, want queued", got)
	}
	c.refused(c.call("GET", "/esims/1/history", ""), 400, "invalid iccid")
	c.refused(c.call("GET", "/esims/8943108000000000000/history", ""), 403, "access denied")
}

// The last thing that was done shows in the list and can be filtered by.
func TestLastAction(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	iccid := c.onto(4)
	last := func(want string) {
		t.Helper()
		w := parse[struct{ ESIMs []struct{ LastAction string } }](t, c.get("/esims?filterBy=lastAction&filter=eq:"+urlWord(want)))
		if len(w.ESIMs) != 1 || w.ESIMs[0].LastAction != want {
			t.Errorf("eSIMs that were last %s are %+v, want the one", want, w.ESIMs)
		}
	}
	last("Bundle Applied")
	c.ok("PUT", "/esims", `{"iccid":"`+iccid+`","customerRef":"x"}`)
	last("eSIM Updated")
	c.get("/esims/" + iccid + "/refresh")
	last("eSIM Refreshed")
	c.ok("DELETE", on(iccid, gb), "")
	last("Bundle Refund")
	c.mustUse(iccid, 10*esim.MB)
	last("eSIM Utilisation Alert")
	c.set("refunds", "false")
	c.ok("DELETE", on(iccid, gb), "")
	last("Bundle Revoked")
}

// What an unlimited bundle uses is told once, and the same threshold never twice.
func TestAlerts(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	alerts := func(iccid string) (out []string) {
		for _, e := range c.history(iccid) {
			if e.AlertType != "" {
				out = append(out, e.AlertType+" "+e.BundleState)
			}
		}
		return out
	}
	iccid := c.esim(gb)
	for range 20 {
		c.mustUse(iccid, 50*esim.MB)
	}
	if got := alerts(iccid); !slices.Equal(got, []string{"1% Used Active", "50% Used Active", "80% Used Active", "100% Used Depleted"}) {
		t.Errorf("alerts are %v", got)
	}
	iccid = c.esim(gb)
	c.mustUse(iccid, 10*esim.MB-1)
	if got := alerts(iccid); got != nil {
		t.Errorf("alerts under 1%% are %v", got)
	}
	iccid = c.esim("esim_UL_3D_TR_V2")
	c.mustUse(iccid, 3000*esim.MB)
	if got := c.history(iccid); len(got) != 3 || got[2].Name != "eSIM First Use" {
		t.Errorf("history of an unlimited bundle is %+v", got)
	}
}
