package roamify_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/internal/phone"
)

const year = 365 * 24 * time.Hour

func (a account) act(id string, action esim.Action) sim.Acted {
	a.t.Helper()
	got, err := phone.Act(a.lever(), id, action, esim.MiB)
	if err != nil {
		a.t.Fatalf("%s: %v", action.Kind, err)
	}
	return got
}

func (a account) use(id string, b esim.Bytes) sim.Acted {
	a.t.Helper()
	return a.act(id, esim.Action{Kind: esim.Use, Bytes: b})
}

// From an order to data used up, and what each step shows.
func TestLife(t *testing.T) {
	t.Parallel()
	a := open(t, "demo", sim.Config{})
	id := a.order(cambodia).Items[0].ESIMID
	a.get("/esim?esimId=" + id).golden("getEsim-new")
	a.advance(time.Minute)

	applied := a.post("/esim/apply", `{"esimId":"`+id+`"}`)
	applied.golden("applyEsim-object")
	e := data[eSIM](applied)
	if !esim.ICCID(e.ICCID).Valid() || !strings.HasPrefix(e.ICCID, "89") || len(e.ICCID) != 19 {
		t.Errorf("ICCID %s", e.ICCID)
	}
	a.post("/esim/apply", `{"esimId":"`+id+`"}`).want(200, string(applied.body))
	a.get("/esim?iccid="+e.ICCID).want(200, string(applied.body))
	a.get("/esim/usage?iccid=" + e.ICCID).golden("getUsage-fresh")
	a.qr(e)

	a.advance(time.Hour)
	if got := a.act(id, esim.Action{Kind: esim.Install}); got.Status != "INSTALLED" {
		t.Errorf("installed: %s", got.Status)
	}
	a.get("/esim?esimId=" + id).golden("getEsim-installed")

	a.advance(time.Hour)
	a.use(id, 300*esim.MiB+1)
	a.get("/esim/usage?iccid=" + e.ICCID).golden("getUsage-active")
	if got := data[eSIM](a.get("/esim?esimId=" + id)); got.ExpiredAt != unix(2*time.Hour+time.Minute+7*24*time.Hour) {
		t.Errorf("the validity ends at %d", got.ExpiredAt)
	}

	if got := a.use(id, esim.GiB); got.Used != 724*esim.MiB-1 || !passed(got.Passed, "roamify.esim.depleted") {
		t.Errorf("used %d of what was left, passed %v", got.Used, got.Passed)
	}
	if got := a.use(id, 1); got.Used != 0 || len(got.Passed) > 0 {
		t.Errorf("used %d of nothing, passed %v", got.Used, got.Passed)
	}
	if got := data[usage](a.get("/esim/usage?iccid=" + e.ICCID)); got.RemainingData != 0 || got.Status != "INSTALLED" {
		t.Errorf("used up: %+v", got)
	}
	a.act(id, esim.Action{Kind: esim.Remove})
	if got := data[eSIM](a.get("/esim?esimId=" + id)); got.Status != "INSTALLED" {
		t.Errorf("removed: %s", got.Status)
	}

	a.advance(7 * 24 * time.Hour)
	if got := data[usage](a.get("/esim/usage?iccid=" + e.ICCID)); got.Status != "EXPIRED" {
		t.Errorf("a week later: %+v", got)
	}
	for _, kind := range []esim.ActionKind{esim.Install, esim.Attach, esim.Use} {
		var refused *sim.EdgeError
		if _, err := phone.Act(a.lever(), id, esim.Action{Kind: kind, Bytes: 1}, esim.MiB); !errors.As(err, &refused) {
			t.Errorf("an expired eSIM let a device %s: %v", kind, err)
		}
	}
}

func unix(since time.Duration) int64 { return frozen.Add(since).Unix() }

func passed(all []sim.Happening, edge string) bool {
	for _, h := range all {
		if h.Edge == edge {
			return true
		}
	}
	return false
}

// qr checks that the link leads to an image.
func (a account) qr(e eSIM) {
	a.t.Helper()
	path, ok := strings.CutPrefix(e.ESIM.QRCodeURL, "http://localhost:8484")
	if !ok {
		a.t.Fatalf("QR link %s", e.ESIM.QRCodeURL)
	}
	if r := a.do(http.MethodGet, path, "", nil); r.status != http.StatusOK || r.header.Get("Content-Type") != "image/png" {
		a.t.Errorf("QR link answers %d %s", r.status, r.header.Get("Content-Type"))
	}
}

func TestApplyByReference(t *testing.T) {
	t.Parallel()
	a := open(t, "bulk", sim.Config{})
	o := data[order](a.post("/esim/order", `{"items":[{"packageId":"`+portugal+`","quantity":2}],"referenceId":"trip"}`))
	one := data[eSIM](a.post("/esim/apply", `{"esimId":"`+o.Items[0].ESIMID+`"}`))
	all := a.post("/esim/apply", `{"referenceId":"trip"}`)
	all.golden("applyEsim-array")
	if got := data[[]eSIM](all); got[0].ICCID != one.ICCID || got[1].ID != o.Items[1].ESIMID || got[1].ICCID == one.ICCID {
		t.Errorf("generated %+v", got)
	}
	both := a.post("/esim/apply", `{"referenceId":"trip","esimId":"x"}`)
	both.want(200, string(all.body))
	both.findings("roamify.esim-id-ignored")

	a.post("/esim/order", `{"items":[{"packageId":"`+portugal+`","quantity":1}],"referenceId":"alone"}`)
	if got := data[[]eSIM](a.post("/esim/apply", `{"referenceId":"alone"}`)); len(got) != 1 {
		t.Errorf("a list of %d", len(got))
	}
}

func TestStartDate(t *testing.T) {
	t.Parallel()
	a := open(t, "dates", sim.Config{})
	const dated = "esim-japan-8days-un2gb-all"
	apply := func(pkg, more string) reply {
		return a.post("/esim/apply", `{"esimId":"`+a.order(pkg).Items[0].ESIMID+`"`+more+`}`)
	}
	apply(dated, "").want(400, `{"message":"This eSIM package requires startDate, please provide startDate in ISO 8601 format (e.g. 2026-07-01)","status":"failed"}`)
	for date, finding := range map[string]string{
		"2026-07-01": "", "2026-04-02": "", "2026-07-01T10:00:00Z": "", "2026-07-01T10:00:00.5+02:00": "", "2026-07-01T10:00": "",
		"2099": "", "2099-01": "", "20990101": "",
		"2026-04-01": "roamify.past-start-date", "2020-02-29": "roamify.past-start-date",
	} {
		r := apply(dated, `,"startDate":"`+date+`"`)
		if r.status != http.StatusOK {
			t.Errorf("%s: %d %s", date, r.status, r.body)
		}
		r.findings(finding)
	}
	if r := apply(cambodia, `,"startDate":"2026-07-01"`); r.status != http.StatusOK {
		t.Errorf("a date that is not asked for: %s", r.body)
	}
	for _, date := range []string{`"tomorrow"`, `"2026-02-30"`, `"01.07.2026"`, `""`, `20260701`, `null`, `true`} {
		r := apply(dated, `,"startDate":`+date)
		if r.status != 400 || string(r.body) != `{"error":"\"startDate\" must be in ISO 8601 date format"}` {
			t.Errorf("%s: %d %s", date, r.status, r.body)
		}
	}
	t.Run("a generated eSIM is answered again without the date", func(t *testing.T) {
		e := a.apply(dated)
		if got := data[eSIM](a.post("/esim/apply", `{"esimId":"`+e.ID+`"}`)); got.ICCID != e.ICCID {
			t.Error("another ICCID")
		}
	})
}

// slow lets profiles take their time.
var slow = fstest.MapFS{
	"slow.yaml": {Data: []byte("version: 1\nname: slow\npolicies: {roamify.esim.ready: {after: 90s, polls: 2}}\n")},
	"stuck.yaml": {Data: []byte("version: 1\nname: stuck\npolicies:\n" +
		"  roamify.esim.installed: manual\n  roamify.esim.active: manual\n  roamify.esim.expired: never\n")},
}

func TestApplyPending(t *testing.T) {
	t.Parallel()
	a := open(t, "ci~slow", sim.Config{Library: slow})
	const stillPending = `{"message":"eSIM is still pending processing","status":"failed"}`
	id := a.order(cambodia).Items[0].ESIMID
	for range 2 {
		a.post("/esim/apply", `{"esimId":"`+id+`"}`).want(409, stillPending)
	}
	first := data[eSIM](a.get("/esim?esimId=" + id))
	if first.Status != "NEW" || first.ICCID != "" || first.ESIM.LPACode != "" || first.ExpiredAt != -1 {
		t.Errorf("while it waits: %+v", first)
	}
	second := data[eSIM](a.get("/esim?esimId=" + id))
	if second.Status != "READY" || second.ICCID == "" || second.ExpiredAt != unix(year) {
		t.Errorf("at the second look: %+v", second)
	}
	a.post("/esim/apply", `{"esimId":"`+id+`"}`).want(200, string(a.get("/esim?esimId="+id).body))

	// By time, one of two: the list is not complete until the last is there.
	o := data[order](a.post("/esim/order", `{"items":[{"packageId":"`+portugal+`","quantity":2}],"referenceId":"two"}`))
	a.post("/esim/apply", `{"esimId":"`+o.Items[0].ESIMID+`"}`).want(409, stillPending)
	a.advance(89 * time.Second)
	a.post("/esim/apply", `{"referenceId":"two"}`).want(409, stillPending)
	a.advance(time.Second)
	a.post("/esim/apply", `{"referenceId":"two"}`).want(409, stillPending)
	if got := data[eSIM](a.get("/esim?esimId=" + o.Items[0].ESIMID)); got.Status != "READY" || got.UpdatedAt != unix(90*time.Second) {
		t.Errorf("the first one: %+v", got)
	}
	a.advance(89 * time.Second)
	if got := data[[]eSIM](a.post("/esim/apply", `{"referenceId":"two"}`)); len(got) != 2 {
		t.Errorf("%d eSIMs", len(got))
	}
}

func TestHeldEdges(t *testing.T) {
	t.Parallel()
	a := open(t, "ci~stuck", sim.Config{Library: slow})
	e := a.apply(cambodia)
	a.act(e.ID, esim.Action{Kind: esim.Install})
	if got := data[eSIM](a.get("/esim?esimId=" + e.ID)); got.Status != "READY" {
		t.Errorf("installed though the edge is held: %s", got.Status)
	}
	use := func() error {
		_, err := phone.Act(a.lever(), e.ID, esim.Action{Kind: esim.Use, Bytes: esim.MiB}, esim.MiB)
		return err
	}
	pass := func(edge string) {
		t.Helper()
		if _, err := a.lever().Pass("roamify.esim."+edge, e.ID); err != nil {
			t.Errorf("%s: %v", edge, err)
		}
		if _, err := a.lever().Pass("roamify.esim."+edge, e.ID); err == nil {
			t.Errorf("%s passed twice", edge)
		}
	}
	if use() == nil {
		t.Error("used before it was installed")
	}
	pass("installed")
	if use() == nil {
		t.Error("used before it was active")
	}
	if _, err := a.lever().Pass("roamify.esim.depleted", e.ID); err == nil {
		t.Error("depleted with data left")
	}
	pass("active")
	if err := use(); err != nil {
		t.Error(err)
	}
	a.advance(30 * 24 * time.Hour)
	if got := data[usage](a.get("/esim/usage?iccid=" + e.ICCID)); got.Status != "INSTALLED" || got.RemainingData != 1023 {
		t.Errorf("never expires: %+v", got)
	}
	pass("expired")
	if got := data[eSIM](a.get("/esim?esimId=" + e.ID)); got.Status != "EXPIRED" || got.ExpiredAt != unix(7*24*time.Hour) {
		t.Errorf("expired by hand: %+v", got)
	}
}

// An edge may be forced wherever the state allows it, without what leads there.
func TestForcedEdges(t *testing.T) {
	t.Parallel()
	a := open(t, "forced", sim.Config{})
	id := a.order(cambodia).Items[0].ESIMID
	for _, step := range []struct {
		edge, status string
		refused      bool
	}{
		{edge: "installed", refused: true, status: "NEW"},
		{edge: "expired", refused: true, status: "NEW"},
		{edge: "ready", status: "READY"},
		{edge: "active", refused: true, status: "READY"},
		{edge: "installed", status: "INSTALLED"},
		{edge: "ready", refused: true, status: "INSTALLED"},
		{edge: "active", status: "INSTALLED"},
		{edge: "active", refused: true, status: "INSTALLED"},
		{edge: "expired", status: "EXPIRED"},
		{edge: "installed", refused: true, status: "EXPIRED"},
	} {
		if _, err := a.lever().Pass("roamify.esim."+step.edge, id); (err != nil) != step.refused {
			t.Errorf("%s: %v", step.edge, err)
		}
		if got := data[eSIM](a.get("/esim?esimId=" + id)); got.Status != step.status {
			t.Errorf("after %s: %s, want %s", step.edge, got.Status, step.status)
		}
	}
	if got := data[eSIM](a.get("/esim?esimId=" + id)); got.ExpiredAt != unix(0) {
		t.Errorf("it says it expires at %d", got.ExpiredAt)
	}
}

func TestInstallWindow(t *testing.T) {
	t.Parallel()
	a := open(t, "window", sim.Config{})
	e := a.apply(cambodia)
	if e.ExpiredAt != unix(year) {
		t.Errorf("the window ends at %d", e.ExpiredAt)
	}
	a.advance(year - time.Second)
	if got := data[eSIM](a.get("/esim?esimId=" + e.ID)); got.Status != "READY" {
		t.Errorf("a second before: %s", got.Status)
	}
	a.advance(time.Second)
	if got := data[eSIM](a.get("/esim?esimId=" + e.ID)); got.Status != "EXPIRED" {
		t.Errorf("at its end: %s", got.Status)
	}
	if got := data[usage](a.get("/esim/usage?iccid=" + e.ICCID)); got.StartedAt != -1 || got.ExpiredAt != -1 {
		t.Errorf("never used: %+v", got)
	}
}

func TestUsageOfUnlimited(t *testing.T) {
	t.Parallel()
	a := open(t, "unlimited", sim.Config{})
	e := a.apply("esim-turkey-10days-un1gb-all")
	if got := a.use(e.ID, 50*esim.GiB); got.Used != 50*esim.GiB {
		t.Errorf("used %d", got.Used)
	}
	got := data[usage](a.get("/esim/usage?iccid=" + e.ICCID))
	if got.AllowedData != 9007199254740991 || got.RemainingData != 9007199254740991 || !e.Data.IsUnlimited {
		t.Errorf("unlimited: %+v", got)
	}
}
