package roamify_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/esimsim/esimsim/sim"
)

// The owner's own sample, with the price that it shows.
func TestOrder(t *testing.T) {
	t.Parallel()
	a := open(t, "demo", sim.Config{})
	placed := a.post("/esim/order", `{"items":[{"packageId":"esim-cambodia-7days-1gb-all","quantity":1}]}`)
	placed.golden("createOrder-completed")
	o := data[order](placed)
	if string(a.get("/esim/order?orderId="+o.ID).body) != string(placed.body) {
		t.Error("the order looks different when asked for")
	}
	if got := data[balance](a.get("/balance")).Balance; got != 995 {
		t.Errorf("balance is %v, want 995", got)
	}
	a.get("/balance").golden("getBalance")
}

func TestOrderOfSeveral(t *testing.T) {
	t.Parallel()
	a := open(t, "several", sim.Config{})
	r := a.post("/esim/order", `{"items":[{"packageId":"esim-europe-30days-3gb-all","quantity":2},
		{"packageId":"esim-greece-30days-1gb-all","quantity":1}],"referenceId":"trip-42"}`)
	r.golden("createOrder-reference")
	if got := data[balance](a.get("/balance")).Balance; got != 992.56 {
		t.Errorf("balance is %v, want 1000 - 2*3.13 - 1.18", got)
	}
	r.findings("")
	a.get("/esim/order?referenceId=trip-42").want(200, string(r.body))
	t.Run("the reference alone answers the order and charges nothing", func(t *testing.T) {
		before := a.dump()
		a.post("/esim/order", `{"referenceId":"trip-42"}`).want(200, string(r.body))
		if a.dump() != before {
			t.Error("state changed")
		}
	})
}

func TestOrderFindings(t *testing.T) {
	t.Parallel()
	a := open(t, "findings", sim.Config{})
	body := `{"items":[{"packageId":"` + cambodia + `","quantity":1}]}`
	a.post("/esim/order", body).findings("")
	a.post("/esim/order", body).findings("roamify.order-repeated")
	a.post("/esim/order", strings.Replace(body, "}]", `}],"referenceId":"a"`, 1)).findings("")
	a.post("/esim/order", body).findings("") // the one before had a reference
	a.advance(2 * time.Minute)
	a.post("/esim/order", body).findings("")
	a.order(portugal)
	a.post("/esim/order", body).findings("")
}

func TestListOrders(t *testing.T) {
	t.Parallel()
	a := open(t, "list", sim.Config{})
	if got := string(a.get("/esim/orders").body); got != `{"status":"success","data":{"orders":[]}}` {
		t.Errorf("no orders: %s", got)
	}
	type list struct{ Orders []order }
	for i := range 60 {
		a.post("/esim/order", fmt.Sprintf(`{"items":[{"packageId":%q,"quantity":1}],"referenceId":"r%d"}`, cambodia, i))
	}
	for query, want := range map[string]int{
		"": 50, "?limit=3": 3, "?limit=1000": 60, "?status=COMPLETED": 50, "?status=COMPLETED&limit=55": 55,
		"?status=PENDING": 0, "?status=ARCHIVED": 0, "?referenceId=r7": 1, "?referenceId=r7&status=PENDING": 0, "?referenceId=x": 0,
	} {
		if got := data[list](a.get("/esim/orders" + query)).Orders; len(got) != want {
			t.Errorf("%s: %d orders, want %d", query, len(got), want)
		}
	}
	newest := data[list](a.get("/esim/orders?limit=2")).Orders
	if *newest[0].ReferenceID != "r59" || *newest[1].ReferenceID != "r58" {
		t.Errorf("the newest are %s, %s", *newest[0].ReferenceID, *newest[1].ReferenceID)
	}
	a.get("/esim/orders?referenceId=r3").golden("listOrders")
}

// Forty callers with money for ten orders buy ten.
func TestBalanceIsNeverOverdrawn(t *testing.T) {
	t.Parallel()
	a := open(t, "race", sim.Config{})
	a.set("balance", 54.99)
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		seen = map[int]int{}
	)
	for range 40 {
		wg.Go(func() {
			r := a.post("/esim/order", `{"items":[{"packageId":"`+cambodia+`","quantity":1}]}`)
			mu.Lock()
			defer mu.Unlock()
			seen[r.status]++
		})
	}
	wg.Wait()
	if seen[http.StatusOK] != 10 || seen[http.StatusConflict] != 30 {
		t.Errorf("answers by status: %v", seen)
	}
	if got := data[balance](a.get("/balance")).Balance; got != 4.99 {
		t.Errorf("balance is %v, want 4.99", got)
	}
}

// Forty retries of one order with a referenceId buy once.
func TestReferenceIsClaimedOnce(t *testing.T) {
	t.Parallel()
	a := open(t, "claim", sim.Config{})
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			a.post("/esim/order", `{"items":[{"packageId":"`+cambodia+`","quantity":1}],"referenceId":"once"}`)
		})
	}
	wg.Wait()
	if got := data[balance](a.get("/balance")).Balance; got != 995 {
		t.Errorf("balance is %v, want 995", got)
	}
}

// A reference that an order failed with is still free.
func TestFailedOrderClaimsNothing(t *testing.T) {
	t.Parallel()
	a := open(t, "unclaimed", sim.Config{})
	body := `{"items":[{"packageId":"` + cambodia + `","quantity":1}],"referenceId":"again"}`
	a.set("balance", 4.0)
	if r := a.post("/esim/order", body); r.status != http.StatusConflict {
		t.Fatalf("got %d %s", r.status, r.body)
	}
	a.set("balance", 5.0)
	a.post("/esim/order", body).findings("")
	if got := data[balance](a.get("/balance")).Balance; got != 0 {
		t.Errorf("balance is %v, want 0", got)
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) string {
		a := open(t, "twin", sim.Config{Seed: seed})
		e := a.apply(cambodia)
		return string(a.get("/esim?iccid="+e.ICCID).body) + string(a.get("/esim/orders").body)
	}
	first := run(7)
	if again := run(7); again != first {
		t.Errorf("the same seed gave other bytes:\n%s\n%s", first, again)
	}
	if run(8) == first {
		t.Error("another seed gave the same bytes")
	}
}

func TestWorldsAreApart(t *testing.T) {
	t.Parallel()
	a := open(t, "one", sim.Config{})
	b := a
	b.world = "two"
	o := a.order(cambodia)
	if r := b.get("/esim/order?orderId=" + o.ID); r.status != http.StatusNotFound {
		t.Errorf("world two sees the order of world one: %s", r.body)
	}
}

// The scenario's own example: the third look sees the order completed.
func TestScenarioOrderPending(t *testing.T) {
	t.Parallel()
	a := open(t, "ci~roamify-order-pending", sim.Config{})
	o := a.order(cambodia)
	if o.Status != "PENDING" || o.ReferenceID != nil {
		t.Fatalf("placed as %+v", o)
	}
	esim := `{"esimId":"` + o.Items[0].ESIMID + `"}`
	a.post("/esim/apply", esim).want(409, `{"message":"eSIM is still pending processing","status":"failed"}`)
	if got := data[struct{ Orders []order }](a.get("/esim/orders?status=PENDING")).Orders; len(got) != 1 {
		t.Errorf("%d orders are pending", len(got))
	}
	for look, want := range []string{"PENDING", "PENDING", "COMPLETED", "COMPLETED"} {
		if got := data[order](a.get("/esim/order?orderId=" + o.ID)); got.Status != want {
			t.Errorf("look %d: %s, want %s", look+1, got.Status, want)
		}
	}
	if got := data[eSIM](a.post("/esim/apply", esim)); got.Status != "READY" {
		t.Errorf("applied: %s", got.Status)
	}

	// Two minutes do the same without a look.
	o = a.order(portugal)
	a.advance(2*time.Minute - time.Second)
	if got := data[order](a.get("/esim/order?orderId=" + o.ID)); got.Status != "PENDING" {
		t.Errorf("early: %s", got.Status)
	}
	a.advance(time.Second)
	got := data[order](a.get("/esim/order?orderId=" + o.ID))
	if got.Status != "COMPLETED" || got.UpdatedAt-got.CreatedAt != 120 {
		t.Errorf("late: %+v", got)
	}
}

func TestScenarioOrderError(t *testing.T) {
	t.Parallel()
	a := open(t, "ci~roamify-order-error", sim.Config{})
	body := `{"items":[{"packageId":"` + cambodia + `","quantity":1}],"referenceId":"mine"}`
	for range 2 {
		a.post("/esim/order", body).want(500, `{"message":"Unknown error","status":"failed"}`)
		if r := a.get("/esim/order?referenceId=mine"); r.status != http.StatusNotFound {
			t.Errorf("ordered after all: %s", r.body)
		}
	}
	if o := data[order](a.post("/esim/order", body)); *o.ReferenceID != "mine" {
		t.Errorf("ordered as %s", *o.ReferenceID)
	}
}

// An edge that a scenario holds back can be passed by hand, once.
func TestManualOrder(t *testing.T) {
	t.Parallel()
	a := open(t, "hand~held", sim.Config{Library: fstest.MapFS{"held.yaml": {Data: []byte(
		"version: 1\nname: held\npolicies: {roamify.order.completed: manual}\n")}}})
	o := a.order(cambodia)
	a.advance(time.Hour)
	if got := data[order](a.get("/esim/order?orderId=" + o.ID)); got.Status != "PENDING" {
		t.Fatalf("passed by itself: %s", got.Status)
	}
	if _, err := a.lever().Pass("roamify.esim.ready", o.Items[0].ESIMID); err == nil {
		t.Error("an eSIM was made for an order that is pending")
	}
	if _, err := a.lever().Pass("roamify.order.completed", o.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := a.lever().Pass("roamify.order.completed", o.ID); err == nil {
		t.Error("an order was completed twice")
	}
	if _, err := a.lever().Pass("roamify.order.completed", "nothing"); err == nil {
		t.Error("an order that is none was completed")
	}
	got := data[order](a.get("/esim/order?orderId=" + o.ID))
	if got.Status != "COMPLETED" || got.UpdatedAt-got.CreatedAt != 3600 {
		t.Errorf("completed as %+v", got)
	}
}
