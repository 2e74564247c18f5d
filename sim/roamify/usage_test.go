package roamify_test

import (
	"strings"
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

func TestUsageDetails(t *testing.T) {
	t.Parallel()
	a := open(t, "demo", sim.Config{})
	e := a.apply("esim-europe-30days-3gb-all")
	path := "/esim/usage/details?iccid=" + e.ICCID
	if got := string(a.get(path).body); !strings.HasSuffix(got, `,"dataUsages":[]}}`) {
		t.Errorf("before first use: %s", got)
	}
	in := func(country string) { a.act(e.ID, esim.Action{Kind: esim.Attach, Country: country}) }
	in("PT")
	a.use(e.ID, 402*esim.MiB+512)
	a.advance(12 * time.Hour)
	in("ES")
	a.use(e.ID, 100*esim.MiB)
	in("PT")
	a.use(e.ID, 8*esim.MiB+512)
	a.advance(12 * time.Hour)
	a.use(e.ID, 300*esim.MiB)
	a.advance(3 * days)
	a.use(e.ID, 10*esim.GiB)
	a.use(e.ID, 10*esim.GiB) // there is nothing left, and no day of it
	a.get(path).golden("getUsageDetails")
	a.get("/esim/usage/details?iccid=1").want(404, failed(unknownESIM))
	a.get("/esim/usage/details").want(400, invalid(`"iccid" is required`))
	unchecked := a.apply("esim-thailand-10days-50gb-all")
	a.get("/esim/usage/details?iccid="+unchecked.ICCID).want(400, failed("Usage check is not supported for this eSIM"))
}

func TestEvents(t *testing.T) {
	t.Parallel()
	a := open(t, "demo", sim.Config{})
	o := data[order](a.post("/esim/order", `{"items":[{"packageId":"`+cambodia+`","quantity":2}],"referenceId":"trip"}`))
	id := o.Items[0].ESIMID
	a.get("/esim/event?esimId="+id).want(200, `{"iccid":"","esimId":"`+id+`","referenceId":"trip","events":[],"locations":[]}`)
	e := data[eSIM](a.post("/esim/apply", `{"esimId":"`+id+`"}`))

	step := func(f func()) { a.advance(time.Hour); f() }
	step(func() { a.act(id, esim.Action{Kind: esim.Install}) })
	step(func() { a.use(id, esim.MiB) })
	step(func() { a.pass("esim.inactive", id) })
	step(func() { a.act(id, esim.Action{Kind: esim.Attach, Country: "KH"}) })
	step(func() { a.act(id, esim.Action{Kind: esim.Remove}) })
	step(func() { a.use(id, esim.MiB) })
	step(func() { a.pass("esim.unknown", id) })
	a.advance(7 * days)
	a.pass("esim.revoked", id)
	r := a.get("/esim/event?iccid=" + e.ICCID)
	r.golden("getEvents")
	r.findings("")

	for _, query := range []string{"esimId=" + id, "referenceId=trip", "iccid=" + e.ICCID + "&esimId=x&referenceId=y"} {
		a.get("/esim/event?"+query).want(200, string(r.body))
	}
	old := a.get("/esim/events?iccid=" + e.ICCID)
	old.want(200, string(r.body))
	old.findings("roamify.old-spelling")
	posted := a.post("/esim/event", `{"esimId":"`+id+`"}`)
	posted.want(200, string(r.body))
	posted.findings("roamify.old-spelling")
	a.post("/esim/event?referenceId=trip", "").want(200, string(r.body))

	a.get("/esim/event").want(400, invalid(`"value" must contain at least one of [iccid, esimId, referenceId]`))
	a.get("/esim/events").want(400, invalid(`"value" must contain at least one of [iccid, esimId, referenceId]`))
	a.post("/esim/event", `{"iccid":1}`).want(400, invalid(`"iccid" must be a string`))
	a.get("/esim/event?iccid=1&esimId="+id).want(404, failed(unknownESIM))
	a.get("/esim/event?referenceId=none").want(404, failed(unknownOrder))
	a.get("/esim/event?id=1").want(400, invalid(`"id" is not allowed`))
}

// The edges of the line, by hand.
func TestLine(t *testing.T) {
	t.Parallel()
	a := open(t, "line", sim.Config{})
	e := a.apply(cambodia)
	for _, edge := range []string{"inactive", "deleted", "active"} {
		if !a.pass("esim."+edge, e.ID) {
			t.Errorf("%s of an eSIM that is READY", edge)
		}
	}
	a.use(e.ID, esim.MiB)
	for _, edge := range []string{"inactive", "deleted"} {
		if a.pass("esim."+edge, e.ID) || !a.pass("esim."+edge, e.ID) {
			t.Errorf("%s passes once", edge)
		}
	}
	if a.pass("esim.installed", e.ID) || !a.pass("esim.installed", e.ID) {
		t.Error("a deleted profile is installed again once")
	}
	if got := data[eSIM](a.get("/esim?esimId=" + e.ID)); got.Status != "INSTALLED" {
		t.Errorf("it is %s", got.Status)
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	a := open(t, "demo", sim.Config{})
	e := a.apply(cambodia)
	a.advance(time.Hour)
	a.topUp(e.ICCID, "esim-cambodia-30days-1gb-all")
	a.get("/esim/history?iccid=" + e.ICCID).golden("getHistory")
	a.get("/esim/history?iccid=1").want(404, failed(unknownESIM))
	a.get("/esim/history?esimId="+e.ID).want(400, invalid(`"iccid" is required`))

	t.Run("a top-up that is pending is not there yet", func(t *testing.T) {
		t.Parallel()
		a := open(t, "ci~own", library("policies: {roamify.order.completed: {after: 1m}}"))
		o := a.order(cambodia)
		a.advance(time.Minute)
		e := data[eSIM](a.post("/esim/apply", `{"esimId":"`+o.Items[0].ESIMID+`"}`))
		late := data[order](a.topUp(e.ICCID, cambodia))
		never := data[order](a.topUp(e.ICCID, cambodia))
		a.pass("order.cancelled", never.ID)
		length := func() int { return len(data[[]struct{ Price float64 }](a.get("/esim/history?iccid=" + e.ICCID))) }
		if got := length(); got != 1 {
			t.Errorf("%d items while it is pending", got)
		}
		a.advance(time.Minute)
		if got := length(); got != 2 || a.statusOf(late) != "COMPLETED" {
			t.Errorf("%d items when one of two is completed", got)
		}
		if got := data[balance](a.get("/balance")).Balance; got != 990 || a.usage(e.ICCID).AllowedData != 2048 {
			t.Errorf("the balance is %v", got)
		}
	})
}
