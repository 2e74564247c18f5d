package roamify_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/internal/phone"
)

// pass carries an edge out by hand and says whether it was refused.
func (a account) pass(edge, id string) (refused bool) {
	a.t.Helper()
	_, err := a.lever().Pass("roamify."+edge, id)
	return err != nil
}

func (a account) statusOf(o order) string {
	a.t.Helper()
	return data[order](a.get("/esim/order?orderId=" + o.ID)).Status
}

// library is a scenario that any world may name as "own".
func library(text string) sim.Config {
	return sim.Config{Library: fstest.MapFS{"own.yaml": {Data: []byte("version: 1\nname: own\n" + text + "\n")}}}
}

// Each edge of an order, from each of its statuses.
func TestOrderStates(t *testing.T) {
	t.Parallel()
	const (
		complete, hold, cancel = "order.completed", "order.require_action", "order.cancelled"
		refund, archive        = "order.refunded", "order.archived"
	)
	for _, c := range []struct {
		way     []string
		status  string
		refused []string // edges that cannot come next
		balance float64
		esim    string
	}{
		{nil, "PENDING", []string{refund, archive}, 995, "NEW"},
		{[]string{hold}, "REQUIRE_ACTION", []string{hold, refund, archive}, 995, "NEW"},
		{[]string{complete}, "COMPLETED", []string{complete, hold, cancel}, 995, "NEW"},
		{[]string{hold, complete}, "COMPLETED", []string{complete, hold, cancel}, 995, "NEW"},
		{[]string{cancel}, "CANCELLED", []string{complete, hold, cancel, refund}, 1000, "REVOKED"},
		{[]string{hold, cancel}, "CANCELLED", []string{complete, hold, cancel, refund}, 1000, "REVOKED"},
		{[]string{complete, refund}, "REFUNDED", []string{complete, hold, cancel, refund}, 1000, "REVOKED"},
		{[]string{complete, archive}, "ARCHIVED", []string{complete, hold, cancel, refund, archive}, 995, "NEW"},
		{[]string{cancel, archive}, "ARCHIVED", []string{complete, hold, cancel, refund, archive}, 1000, "REVOKED"},
		{[]string{complete, refund, archive}, "ARCHIVED", []string{complete, hold, cancel, refund, archive}, 1000, "REVOKED"},
	} {
		t.Run(strings.Join(c.way, " "), func(t *testing.T) {
			t.Parallel()
			a := open(t, "ci~own", library("policies: {roamify.order.completed: never}"))
			o := a.order(cambodia)
			for i, edge := range c.way {
				a.advance(time.Minute)
				if a.pass(edge, o.ID) {
					t.Fatalf("%s was refused", edge)
				}
				if got := data[order](a.get("/esim/order?orderId=" + o.ID)).UpdatedAt; got != unix(time.Duration(i+1)*time.Minute) {
					t.Errorf("after %s it was updated at %d", edge, got)
				}
			}
			before := a.dump()
			for _, edge := range c.refused {
				if !a.pass(edge, o.ID) {
					t.Errorf("%s was not refused", edge)
				}
			}
			if a.dump() != before {
				t.Error("a refused edge changed the state")
			}
			if got := a.statusOf(o); got != c.status {
				t.Errorf("it is %s, want %s", got, c.status)
			}
			if got := data[balance](a.get("/balance")).Balance; got != c.balance {
				t.Errorf("the balance is %v, want %v", got, c.balance)
			}
			if got := data[eSIM](a.get("/esim?esimId=" + o.Items[0].ESIMID)).Status; got != c.esim {
				t.Errorf("its eSIM is %s, want %s", got, c.esim)
			}
			type list struct{ Orders []order }
			for _, status := range []string{"PENDING", "COMPLETED", "ARCHIVED", "CANCELLED", "REFUNDED", "REQUIRE_ACTION"} {
				if got := len(data[list](a.get("/esim/orders?status=" + status)).Orders); (got == 1) != (status == c.status) {
					t.Errorf("%d orders are listed as %s", got, status)
				}
			}
			for _, edge := range []string{complete, hold, cancel, refund, archive} {
				if !a.pass(edge, "nothing") {
					t.Errorf("%s of nothing", edge)
				}
			}
		})
	}
}

// The same by policy: an order that is stuck, is looked at by somebody, and is cancelled.
func TestOrderStuck(t *testing.T) {
	t.Parallel()
	a := open(t, "ci~own", library(`policies:
  roamify.order.completed: never
  roamify.order.require_action: {after: 1m}
  roamify.order.cancelled: {after: 1h}
  roamify.order.archived: {after: 30d}`))
	o := a.order(cambodia)
	for _, step := range []struct {
		after  time.Duration
		status string
	}{{0, "PENDING"}, {time.Minute, "REQUIRE_ACTION"}, {time.Hour - time.Minute, "CANCELLED"}, {30 * days, "ARCHIVED"}} {
		a.advance(step.after)
		if got := a.statusOf(o); got != step.status {
			t.Errorf("it is %s, want %s", got, step.status)
		}
		switch step.status {
		case "PENDING", "REQUIRE_ACTION":
			a.post("/esim/apply", `{"esimId":"`+o.Items[0].ESIMID+`"}`).want(409, failed("eSIM is still pending processing"))
		default:
			a.post("/esim/apply", `{"esimId":"`+o.Items[0].ESIMID+`"}`).want(409, failed("This eSIM has been revoked and can no longer be generated"))
		}
	}
}

// A late refund takes the eSIMs away, but not what a top-up brought.
func TestOrderRefundedLate(t *testing.T) {
	t.Parallel()
	a := open(t, "ci~own", library("policies: {roamify.order.refunded: {after: 5d}}"))
	e := a.apply(cambodia)
	a.use(e.ID, esim.MiB)
	a.advance(5*days - time.Second)
	a.topUp(e.ICCID, cambodia)
	a.advance(time.Second)
	if got := data[eSIM](a.get("/esim?esimId=" + e.ID)).Status; got != "REVOKED" {
		t.Errorf("the eSIM is %s", got)
	}
	if _, err := phone.Act(a.lever(), e.ID, esim.Action{Kind: esim.Use, Bytes: 1}, esim.MiB); err == nil {
		t.Error("a revoked eSIM was used")
	}
	a.topUp(e.ICCID, cambodia).want(400, failed("This package is not compatible with the eSIM"))
	if got := data[balance](a.get("/balance")).Balance; got != 995 {
		t.Errorf("the balance is %v: 5 are back, and the top-up is paid", got)
	}
	a.advance(5 * days)
	if got := a.usage(e.ICCID); got.Status != "REVOKED" || got.AllowedData != 2048 {
		t.Errorf("after the refund of the top-up: %+v", got)
	}
	if got := data[balance](a.get("/balance")).Balance; got != 1000 {
		t.Errorf("the balance is %v", got)
	}
}

// Each status of an eSIM, and the lists by it.
func TestESIMStates(t *testing.T) {
	t.Parallel()
	a := open(t, "statuses", sim.Config{})
	fresh := a.order(cambodia).Items[0].ESIMID
	made := map[string]string{"NEW": fresh}
	for _, status := range []string{"READY", "INSTALLED", "REVOKED", "EXPIRED", "UNKNOWN"} {
		e := a.apply(cambodia)
		made[status] = e.ID
		if status == "INSTALLED" {
			a.act(e.ID, esim.Action{Kind: esim.Install})
		} else if status != "READY" && a.pass("esim."+strings.ToLower(status), e.ID) {
			t.Fatalf("no edge to %s", status)
		}
		r := a.get("/esim?esimId=" + e.ID)
		if got := data[eSIM](r).Status; got != status {
			t.Errorf("it is %s, want %s", got, status)
		}
		a.post("/esim/apply", `{"esimId":"`+e.ID+`"}`).want(200, string(r.body))
	}
	for status, id := range made {
		if got := data[[]eSIM](a.get("/esims?status=" + status)); len(got) != 1 || got[0].ID != id {
			t.Errorf("listed as %s: %+v", status, got)
		}
	}
	all := data[[]eSIM](a.get("/esims"))
	if len(all) != 6 || all[0].ID != made["UNKNOWN"] || all[5].ID != fresh {
		t.Errorf("the newest first: %+v", all)
	}
	if got := data[[]eSIM](a.get("/esims?limit=2")); !slices.Equal(got, all[:2]) {
		t.Errorf("two of them: %+v", got)
	}
	a.get("/esims?status=REFUNDED").want(400, invalid(`"status" must be one of [NEW, READY, INSTALLED, REVOKED, EXPIRED, UNKNOWN]`))
	a.get("/esims?limit=0").want(400, invalid(`"limit" must be greater than or equal to 1`))

	// A revoked one stays so.
	for _, edge := range []string{"revoked", "unknown", "recovered", "expired", "installed", "active", "ready"} {
		if !a.pass("esim."+edge, made["REVOKED"]) {
			t.Errorf("%s of a revoked eSIM", edge)
		}
	}
}

// An eSIM that the supplier does not answer for works as before, and comes back.
func TestESIMUnknown(t *testing.T) {
	t.Parallel()
	a := open(t, "unknown", sim.Config{})
	id := a.apply(cambodia).ID
	if a.pass("esim.unknown", id) || !a.pass("esim.unknown", id) {
		t.Error("it is lost once")
	}
	if got := a.use(id, esim.MiB).Status; got != "UNKNOWN" {
		t.Errorf("in use it is %s", got)
	}
	if a.pass("esim.recovered", id) || !a.pass("esim.recovered", id) {
		t.Error("it comes back once")
	}
	if got := data[eSIM](a.get("/esim?esimId=" + id)).Status; got != "INSTALLED" {
		t.Errorf("it is %s", got)
	}

	// By policy it flips between looks.
	b := open(t, "ci~own", library("policies: {roamify.esim.unknown: {polls: 2}, roamify.esim.recovered: {polls: 1}}"))
	id = b.apply(cambodia).ID
	for look, want := range []string{"READY", "UNKNOWN", "READY", "READY"} {
		if got := data[eSIM](b.get("/esim?esimId=" + id)).Status; got != want {
			t.Errorf("look %d: %s, want %s", look+1, got, want)
		}
	}
}

func TestESIMsByReference(t *testing.T) {
	t.Parallel()
	a := open(t, "demo", sim.Config{})
	a.order(portugal)
	o := data[order](a.post("/esim/order", `{"items":[{"packageId":"`+cambodia+`","quantity":2}],"referenceId":"trip"}`))
	a.post("/esim/apply", `{"esimId":"`+o.Items[0].ESIMID+`"}`)
	a.get("/esims?referenceId=trip").golden("listEsims")
	for query, want := range map[string]int{
		"?referenceId=trip&status=NEW": 1, "?referenceId=trip&status=READY": 1, "?referenceId=trip&status=EXPIRED": 0,
		"?referenceId=trip&limit=1": 1, "?referenceId=none": 0, "": 3,
	} {
		if got := data[[]eSIM](a.get("/esims" + query)); len(got) != want {
			t.Errorf("%s: %d eSIMs, want %d", query, len(got), want)
		}
	}
}

// One eSIM of an order was taken back before it was generated.
func TestApplyWhatIsLeft(t *testing.T) {
	t.Parallel()
	a := open(t, "left", sim.Config{})
	o := data[order](a.post("/esim/order", `{"items":[{"packageId":"`+cambodia+`","quantity":2}],"referenceId":"trip"}`))
	if a.pass("esim.revoked", o.Items[1].ESIMID) {
		t.Fatal("not revoked")
	}
	got := data[[]eSIM](a.post("/esim/apply", `{"referenceId":"trip"}`))
	if len(got) != 2 || got[0].Status != "READY" || got[1].Status != "REVOKED" || got[1].ICCID != "" {
		t.Errorf("generated %+v", got)
	}
	a.post("/esim/apply", `{"esimId":"`+o.Items[1].ESIMID+`"}`).want(409, failed("This eSIM has been revoked and can no longer be generated"))
}

func TestInstantOrder(t *testing.T) {
	t.Parallel()
	const body = `{"items":[{"packageId":"` + portugal + `","quantity":1}],"referenceId":"kiosk"}`
	a := open(t, "demo", sim.Config{})
	r := a.post("/esim/order/instant", body)
	r.golden("createInstantOrder")
	type instant struct {
		ID, Status string
		ESIMs      []eSIM
	}
	got := data[instant](r)
	a.get("/esim/order?referenceId=kiosk").golden("getOrder-instant")
	a.post("/esim/order/instant", body).want(409, failed(claimed))
	a.post("/esim/order/instant", `{"referenceId":"kiosk"}`).want(400, invalid(`"items" is required`))
	a.qr(got.ESIMs[0])

	const dated = `{"items":[{"packageId":"esim-japan-8days-un2gb-all","quantity":1}]`
	a.post("/esim/order/instant", dated+`}`).
		want(400, failed("This eSIM package requires startDate, please provide startDate in ISO 8601 format (e.g. 2026-07-01)"))
	a.post("/esim/order/instant", dated+`,"startDate":"2026-07-01"}`).findings("")
	a.post("/esim/order/instant", dated+`,"startDate":"2026-03-01","referenceId":"r"}`).findings("roamify.past-start-date")
	a.post("/esim/order/instant", dated+`,"startDate":"x"}`).want(400, invalid(`"startDate" must be in ISO 8601 date format`))
	a.post("/esim/order", dated+`,"startDate":"2026-07-01"}`).want(400, invalid(`"startDate" is not allowed`))

	t.Run("what a policy holds up comes without an apply", func(t *testing.T) {
		t.Parallel()
		a := open(t, "ci~own", library("policies: {roamify.order.completed: {after: 1m}, roamify.esim.ready: {after: 1m}}"))
		o := data[instant](a.post("/esim/order/instant", body))
		if o.Status != "PENDING" || o.ESIMs[0].Status != "NEW" {
			t.Errorf("at once: %+v", o)
		}
		a.post("/esim/apply", `{"esimId":"`+o.ESIMs[0].ID+`"}`).want(409, failed("eSIM is still pending processing"))
		for _, want := range []string{"NEW", "READY"} {
			a.advance(time.Minute)
			if got := data[eSIM](a.get("/esim?esimId=" + o.ESIMs[0].ID)).Status; got != want {
				t.Errorf("it is %s, want %s", got, want)
			}
		}
	})
}

// The bundled scenario: what a client does that heeds the vendor's page.
func TestScenarioApplySlow(t *testing.T) {
	t.Parallel()
	a := open(t, "ci~roamify-apply-slow", sim.Config{})
	pending := failed("eSIM is still pending processing")
	id := a.order(cambodia).Items[0].ESIMID
	for range 3 {
		a.post("/esim/apply", `{"esimId":"`+id+`"}`).want(409, pending)
		a.get("/esims")
	}
	for look, want := range []string{"NEW", "NEW", "READY", "READY"} {
		got := data[eSIM](a.get("/esim?esimId=" + id))
		if got.Status != want || (got.ESIM.LPACode == "") != (want == "NEW") {
			t.Errorf("look %d: %+v", look+1, got)
		}
	}
	a.post("/esim/apply", `{"esimId":"`+id+`"}`).want(200, string(a.get("/esim?esimId="+id).body))

	o := data[order](a.post("/esim/order", `{"items":[{"packageId":"`+cambodia+`","quantity":2}],"referenceId":"two"}`))
	a.post("/esim/apply", `{"referenceId":"two"}`).want(409, pending)
	a.advance(89 * time.Second)
	a.post("/esim/apply", `{"esimId":"`+o.Items[0].ESIMID+`"}`).want(409, pending)
	a.advance(time.Second)
	if got := data[[]eSIM](a.post("/esim/apply", `{"referenceId":"two"}`)); got[0].Status != "READY" || got[1].Status != "READY" {
		t.Errorf("after 90 seconds: %+v", got)
	}
	if r := a.get("/balance"); r.status != http.StatusOK || data[balance](r).Balance != 985 {
		t.Errorf("charged for more than three eSIMs: %s", r.body)
	}
}
