package esimgo_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
)

func TestESIMDetail(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	iccid := c.esim("esim_5GB_30D_JP_V2")
	path := "/esims/" + iccid
	c.golden("getEsim-released", c.get(path+"?additionalFields=appleInstallUrl"))
	c.act(iccid, esim.Install)
	c.golden("getEsim-installed", c.get(path))
	c.advance(time.Hour)
	c.act(iccid, esim.Remove)
	c.golden("getEsim-removed", c.get(path))
	c.set("shapes", "documented")
	c.golden("getEsim-documented", c.get(path))

	c.refused(c.call("GET", "/esims/123", ""), 400, "invalid iccid")
	c.refused(c.call("GET", "/esims/8943108000000000000", ""), 403, "access denied")
	other := as(t, c.srv, "other")
	other.refused(other.call("GET", path, ""), 403, "access denied")
	r := c.call("GET", path+"?additionalFields=qrCode,appleInstallUrl", "")
	if got := r.header.Get("X-Esimsim-Findings"); got != "esimgo.additional-field" || !strings.Contains(string(r.body), "appleInstallUrl") {
		t.Errorf("findings %q and %s, want one finding and the field that is known", got, r.body)
	}
}

func TestListESIMs(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	var iccids []string
	for range 3 {
		iccids = append(iccids, c.esim("esim_1GB_7D_GB_V2"))
		c.advance(24 * time.Hour)
	}
	c.golden("listEsims-all", c.get("/esims"))
	sorted := slices.Sorted(slices.Values(iccids))
	a, b, d := iccids[0], iccids[1], iccids[2]
	for query, want := range map[string][]string{
		"":                                                 {d, b, a},
		"?direction=asc":                                   iccids,
		"?perPage=10&page=1":                               {d, b, a},
		"?page=2":                                          {},
		"?orderBy=iccid":                                   sorted,
		"?orderBy=iccid&direction=desc":                    {sorted[2], sorted[1], sorted[0]},
		"?filterBy=iccid&filter=" + b:                      {b},
		"?filterBy=iccid&filter=eq:" + b[:18]:              {},
		"?filterBy=iccid&filter=" + b[3:12]:                {b},
		"?filterBy=lastAction&filter=applied":              {d, b, a},
		"?filterBy=customerRef&filter=eq:x":                {},
		"?filterBy=assignedDate&filter=gte:2026-04-03":     {d, b},
		"?filterBy=actionDate&filter=2026-04-02T08:15:09Z": {a},
		"?filterBy=actionDate&filter=lt:2026-04-03":        {a},
		"?filterBy=colour&filter=red":                      {d, b, a},
		"?filterBy=iccid":                                  {d, b, a},
	} {
		var got []string
		for _, e := range parse[struct{ ESIMs []struct{ ICCID string } }](t, c.get("/esims"+query)).ESIMs {
			got = append(got, e.ICCID)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("GET /esims%s gives %v, want %v", query, got, want)
		}
	}
	c.refused(c.call("GET", "/esims?filterBy=actionDate&filter=gte:soon", ""), 400, "filter must be an RFC 3339 date")
	c.refused(c.call("GET", "/esims?perPage=1001", ""), 400, "perPage must be between 1 and 1000")
	c.refused(c.call("GET", "/esims?page=-1", ""), 400, "page must be 0 or greater")
}

func TestBundleLife(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	iccid := c.esim("esim_1GB_7D_GB_V2")
	path := "/esims/" + iccid + "/bundles"
	c.golden("getEsimBundle-queued", c.get(path+"/esim_1GB_7D_GB_V2"))
	c.advance(time.Hour)
	c.mustUse(iccid, 400*esim.MB)
	c.golden("getEsimBundle-active", c.get(path+"/esim_1GB_7D_GB_V2"))
	c.mustUse(iccid, 600*esim.MB)
	c.golden("listEsimBundles-depleted", c.get(path))
	if used, err := c.use(iccid, 1); used != 0 || err == nil {
		t.Errorf("used %d of a depleted bundle: %v", used, err)
	}
	happened := c.advance(7 * 24 * time.Hour)
	if len(happened) != 1 || happened[0].Edge != "esimgo.bundle.expired" || !happened[0].At.Equal(frozen.Add(time.Hour+7*24*time.Hour)) {
		t.Errorf("happened %v, want the expiry at its instant", happened)
	}
	if got := string(c.get(path)); got != `{"bundles":[]}` {
		t.Errorf("an expired bundle shows: %s", got)
	}
	c.golden("listEsimBundles-expired", c.get(path+"?includeUsed=true"))
	c.set("stateCase", "lower")
	if got := c.assignments(iccid)[0].BundleState; got != "expired" {
		t.Errorf("state is %s, want expired", got)
	}
}

func TestBundleLapses(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	iccid := c.esim("esim_1GB_7D_GB_V2")
	c.advance(364 * 24 * time.Hour)
	if got := c.assignments(iccid)[0].BundleState; got != "Queued" {
		t.Errorf("state a day before is %s, want Queued", got)
	}
	if happened := c.advance(24 * time.Hour); len(happened) != 1 || happened[0].Edge != "esimgo.bundle.lapsed" {
		t.Errorf("happened %v, want the lapse", happened)
	}
	c.golden("getEsimBundle-lapsed", c.get("/esims/"+iccid+"/bundles/esim_1GB_7D_GB_V2"))
	if got := string(c.get("/esims/" + iccid + "/bundles")); got != `{"bundles":[]}` {
		t.Errorf("a lapsed bundle shows: %s", got)
	}
	if _, err := c.use(iccid, 1); err == nil {
		t.Error("a lapsed bundle was used")
	}
}

// A year that begins late does not lose its last months: the twelve months of a lapse count
// from the last activity.
func TestLateYearDoesNotLapse(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	iccid := c.esim("esim_12GB_365D_EU_V2")
	c.advance(90 * 24 * time.Hour)
	for month := range 12 {
		c.mustUse(iccid, 500*esim.MB)
		if got := edges(c.advance(730 * time.Hour)); fmt.Sprint(got) != "[bundle.expired]" {
			t.Fatalf("in month %d happened %v, want its end alone", month, got)
		}
	}
	for _, state := range c.states(iccid) {
		if state != "Expired" {
			t.Errorf("a month is %s, want all of them used", state)
		}
	}
}

// What waits behind a long bundle lapses a year after the end of that.
func TestLapseAfterActivity(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	c := as(t, start(t), "demo")
	iccid := c.esim("esim_3GB_30D_GB_V2")
	c.advance(300 * day)
	c.mustUse(iccid, esim.MB)
	c.buy("esim_1GB_7D_GB_V2", 1, true, `"iccids":["`+iccid+`"]`)
	c.advance(30 * day)
	idle := c.esim("esim_1GB_7D_GB_V2") // of its own, and not affected
	if got := edges(c.advance(364 * day)); len(got) != 0 {
		t.Errorf("happened %v, want nothing within the year", got)
	}
	if got := edges(c.advance(day)); fmt.Sprint(got) != "[bundle.lapsed bundle.lapsed]" {
		t.Errorf("happened %v, want the lapse of both", got)
	}
	if got := c.states(idle); fmt.Sprint(got) != "[Lapsed]" {
		t.Errorf("the other is %v", got)
	}
	// A bundle that is used up sooner, or revoked, counts to that day.
	used, taken := c.esim("esim_3GB_30D_GB_V2"), c.esim("esim_3GB_30D_GB_V2")
	for _, iccid := range []string{used, taken} {
		c.act(iccid, esim.Install)
		c.buy("esim_1GB_7D_GB_V2", 1, true, `"iccids":["`+iccid+`"]`)
	}
	c.mustUse(used, 3000*esim.MB)
	c.mustUse(taken, esim.MB)
	c.advance(10 * day)
	c.ok("DELETE", on(taken, "esim_3GB_30D_GB_V2"), "")
	if got := edges(c.advance(356 * day)); fmt.Sprint(got) != "[bundle.expired bundle.lapsed]" {
		t.Errorf("happened %v, want the lapse of one", got)
	}
	if got := edges(c.advance(10 * day)); fmt.Sprint(got) != "[bundle.lapsed]" {
		t.Errorf("happened %v, want the lapse of the other", got)
	}
}

// Data comes out of the bundle that was there first, then out of the next.
func TestBundlesInTurn(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	iccid := c.esim("esim_1GB_7D_GB_V2")
	c.buy("esim_2GB_15D_GB_V2", 1, true, `"iccids":["`+iccid+`"]`)
	c.buy("esim_3GB_30D_GB_V2", 1, true, `"iccids":["`+iccid+`"]`)
	state := func(want ...string) {
		t.Helper()
		var got []string
		for _, a := range slices.Backward(c.assignments(iccid)) {
			got = append(got, fmt.Sprintf("%s %d", a.BundleState, a.RemainingQuantity/esim.MB))
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("bundles are %v, want %v", got, want)
		}
	}
	state("Queued 1000", "Queued 2000", "Queued 3000")
	c.mustUse(iccid, 1500*esim.MB)
	state("Depleted 0", "Active 1500", "Queued 3000")
	c.advance(7 * 24 * time.Hour)
	state("Expired 0", "Active 1500", "Queued 3000")
	c.advance(8 * 24 * time.Hour)
	state("Expired 0", "Expired 1500", "Queued 3000")
	c.mustUse(iccid, esim.MB)
	state("Expired 0", "Expired 1500", "Active 2999")
	if used, err := c.use(iccid, 5000*esim.MB); used != 2999*esim.MB || err != nil {
		t.Errorf("used %d, want no more than was left: %v", used, err)
	}
	state("Expired 0", "Expired 1500", "Depleted 0")
}

func TestUnlimitedBundle(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	iccid := c.esim("esim_ULP_3D_TR_V2")
	left := func() esim.Bytes { return c.assignments(iccid)[0].RemainingQuantity / esim.MB }
	c.mustUse(iccid, 1500*esim.MB)
	if left() != 500 {
		t.Errorf("%d MB left today, want 500", left())
	}
	c.mustUse(iccid, 5000*esim.MB)
	if got := c.assignments(iccid)[0]; got.RemainingQuantity != 0 || got.BundleState != "Active" {
		t.Errorf("past the allowance it is %+v, want it active", got)
	}
	c.advance(24 * time.Hour)
	if left() != 2000 {
		t.Errorf("%d MB left the next day, want 2000", left())
	}
	c.mustUse(iccid, esim.MB)
	c.golden("getEsimBundle-unlimited", c.get("/esims/"+iccid+"/bundles/esim_ULP_3D_TR_V2"))
	c.advance(48 * time.Hour)
	if got := c.assignments(iccid)[0].BundleState; got != "Expired" {
		t.Errorf("after three days it is %s, want Expired", got)
	}
}

// A bundle of a year is twelve assignments, each with its own start and finish (owner's
// page, Get applied Bundle status).
func TestBundleOfAYear(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	o := c.buy("esim_12GB_365D_EU_V2", 1, true, "")
	iccid := o.Order[0].ICCIDs[0]
	if n := len(c.assignments(iccid)); n != 12 || o.StatusMessage != "Order completed: 1 eSIMs assigned" {
		t.Fatalf("%d assignments and %q, want 12 on one eSIM", n, o.StatusMessage)
	}
	c.mustUse(iccid, 2500*esim.MB)
	months := c.assignments(iccid)
	if months[11].BundleState != "Depleted" || months[10].BundleState != "Depleted" || months[9].RemainingQuantity != 500*esim.MB {
		t.Errorf("months are %+v, want two of 1 GB used up", months[9:])
	}
	if got := months[9].EndTime; got != "2026-05-02T18:15:09Z" {
		t.Errorf("a month ends %s, want a twelfth of a year after its start", got)
	}
	csv := string(c.get("/esims/assignments?reference=" + o.OrderReference))
	if strings.Count(csv, "\n") != 2 {
		t.Errorf("one eSIM to install wanted: %s", csv)
	}
}

func TestListESIMBundlesLimit(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	iccid := c.buy("esim_12GB_365D_EU_V2", 1, true, "").Order[0].ICCIDs[0]
	path := "/esims/" + iccid + "/bundles"
	c.buy("esim_12GB_365D_EU_V2", 1, true, `"iccids":["`+iccid+`"]`)
	for query, want := range map[string]int{"": 15, "?limit=1": 1, "?limit=200": 24} {
		if got := strings.Count(string(c.get(path+query)), `"id"`); got != want {
			t.Errorf("GET bundles%s gives %d, want %d", query, got, want)
		}
	}
	for _, bad := range []string{"0", "201", "x", "1.5"} {
		c.refused(c.call("GET", path+"?limit="+bad, ""), 400, "limit must be between 1 and 200")
	}
	c.refused(c.call("GET", path+"/esim_12GB_365D_eu_V2", ""), 400, "bundle not found")
	c.refused(c.call("GET", path+"/esim_1GB_7D_GB_V2", ""), 400, "bundle not found")
	c.refused(c.call("GET", "/esims/8943108000000000000/bundles", ""), 403, "access denied")
	c.refused(c.call("GET", "/esims/8943108000000000000/bundles/esim_1GB_7D_GB_V2", ""), 403, "access denied")
}
