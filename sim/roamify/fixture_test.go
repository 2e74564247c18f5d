package roamify_test

import (
	"testing"

	"github.com/esimsim/esimsim/sim"
)

// fixed is an account whose world began with a fixture.
func fixed(t *testing.T, f sim.Fixture) (account, sim.Started) {
	t.Helper()
	a := open(t, "fixed", sim.Config{})
	made, err := a.lever().Start(f)
	if err != nil {
		t.Fatal(err)
	}
	return a, made
}

func TestFixtureOrders(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"COMPLETED", "PENDING", "REQUIRE_ACTION", "CANCELLED", "REFUNDED", "ARCHIVED"} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			a, made := fixed(t, sim.Fixture{Orders: []sim.FixtureOrder{
				{Provider: "roamify", Item: cambodia, State: state, Quantity: 2, Reference: "shop-17"},
			}})
			o := data[order](a.get("/esim/order?referenceId=shop-17"))
			if o.ID != made.Orders[0].ID || o.Status != state || len(o.Items) != 2 || o.Total != 10 {
				t.Errorf("order is %+v, made %+v", o, made.Orders[0])
			}
			if list := data[struct{ Orders []order }](a.get("/esim/orders?status=" + state)); len(list.Orders) != 1 {
				t.Errorf("the list of %s has %d orders", state, len(list.Orders))
			}
			if b := data[balance](a.get("/balance")); b.Balance != 1000 {
				t.Errorf("balance is %v, want 1000", b.Balance)
			}
		})
	}
}

// An order that is held goes on by hand, and its eSIMs can be applied for then.
func TestFixtureOrderGoesOn(t *testing.T) {
	t.Parallel()
	a, made := fixed(t, sim.Fixture{Orders: []sim.FixtureOrder{{Provider: "roamify", Item: cambodia, State: "REQUIRE_ACTION"}}})
	apply := func() reply { return a.post("/esim/apply", `{"esimId":"`+made.Orders[0].ESIMs[0].ID+`"}`) }
	if r := apply(); r.status == 200 {
		t.Errorf("applied for an order that waits: %s", r.body)
	}
	if _, err := a.lever().Pass("roamify.order.completed", made.Orders[0].ID); err != nil {
		t.Fatal(err)
	}
	if e := data[eSIM](apply()); e.Status != "READY" {
		t.Errorf("eSIM is %+v", e)
	}
}

func TestFixtureESIMs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		state  string
		usedMB float64
		left   int64 // MB, as the usage tells; -1 does not ask
	}{
		{"READY", 0, -1},
		{"NEW", 0, -1},
		{"INSTALLED", 0, -1},
		{"INSTALLED", 500, 524},
		{"INSTALLED", 5000, 0},
		{"EXPIRED", 0, -1},
		{"REVOKED", 0, -1},
		{"UNKNOWN", 0, -1},
	} {
		t.Run(c.state, func(t *testing.T) {
			t.Parallel()
			want := sim.FixtureESIM{Provider: "roamify", Item: cambodia, State: c.state, UsedMB: c.usedMB}
			if c.state != "NEW" {
				want.ICCID = "8944500102198304826"
			}
			a, made := fixed(t, sim.Fixture{ESIMs: []sim.FixtureESIM{want}})
			e := data[eSIM](a.get("/esim?esimId=" + made.ESIMs[0].ID))
			if e.Status != c.state || e.ICCID != want.ICCID || made.ESIMs[0].ICCID != want.ICCID {
				t.Errorf("eSIM is %+v, made %+v", e, made.ESIMs[0])
			}
			if list := data[[]eSIM](a.get("/esims?status=" + c.state)); len(list) != 1 || list[0].ID != e.ID {
				t.Errorf("the list of %s is %+v", c.state, list)
			}
			if c.left < 0 {
				return
			}
			if u := data[usage](a.get("/esim/usage?iccid=" + want.ICCID)); u.RemainingData != c.left || u.StartedAt == 0 {
				t.Errorf("usage is %+v, want %d MB left", u, c.left)
			}
		})
	}
}

// The states of a fixture hold whatever scenarios do to orders that come later.
func TestFixtureUnderScenario(t *testing.T) {
	t.Parallel()
	a, made := fixed(t, sim.Fixture{
		Scenarios: []string{"roamify-order-pending", "roamify-esim-unknown"},
		ESIMs:     []sim.FixtureESIM{{Provider: "roamify", Item: cambodia, State: "READY"}},
	})
	if e := data[eSIM](a.get("/esim?iccid=" + made.ESIMs[0].ICCID)); e.Status != "READY" {
		t.Errorf("eSIM is %s", e.Status)
	}
	if o := a.order(cambodia); o.Status != "PENDING" {
		t.Errorf("a new order is %s", o.Status)
	}
}
