package esimgo_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
)

const gigabyte = "esim_1GB_7D_GB_V2"

// fixed is a client whose world began with a fixture.
func fixed(t *testing.T, f sim.Fixture) (client, sim.Started) {
	t.Helper()
	c := as(t, start(t), "fixed")
	made, err := c.srv.WorldT(t, c.world).Start(f)
	if err != nil {
		t.Fatal(err)
	}
	return c, made
}

func TestFixtureOrders(t *testing.T) {
	t.Parallel()
	const reference = "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9"
	for _, state := range []string{"completed", "processing", "failed"} {
		for _, quantity := range []int{1, 8} { // the larger are dispatched first
			c, made := fixed(t, sim.Fixture{Orders: []sim.FixtureOrder{
				{Provider: "esimgo", Item: gigabyte, State: state, Quantity: quantity, Reference: reference},
			}})
			v := gjson.ParseBytes(c.get("/orders/" + reference))
			esims := quantity
			if state != "completed" {
				esims = 0
			}
			if got := v.Get("statusMessage").Str + v.Get("status").Str; !strings.Contains(strings.ToLower(got), state) ||
				v.Get("order.0.quantity").Int() != int64(quantity) || v.Get("order.0.iccids.#").Int() != int64(esims) || len(made.Orders[0].ESIMs) != esims {
				t.Errorf("%s of %d: %s", state, quantity, v)
			}
			if b := c.balance(); b != 1000 {
				t.Errorf("%s of %d: balance is %v", state, quantity, b)
			}
		}
	}
}

// Orders of the past stand in the order of time, whatever the order of asking.
func TestFixtureOrdersInTime(t *testing.T) {
	t.Parallel()
	c, made := fixed(t, sim.Fixture{Orders: []sim.FixtureOrder{
		{Provider: "esimgo", Item: gigabyte},
		{Provider: "esimgo", Item: gigabyte, Ago: 48 * time.Hour},
		{Provider: "esimgo", Item: gigabyte, Ago: 24 * time.Hour, Inventory: true, Quantity: 3},
	}})
	list := gjson.ParseBytes(c.get("/orders"))
	for i, n := range []int{0, 2, 1} { // newest first
		if got := list.Get("orders").Array()[i].Get("orderReference").Str; got != made.Orders[n].ID {
			t.Errorf("order %d is %s, want that asked for as %d", i, got, n)
		}
	}
	since := frozen.Add(-36 * time.Hour).Format(time.RFC3339)
	if got := gjson.GetBytes(c.get("/orders?createdAt=gte:"+since), "orders.#").Int(); got != 2 {
		t.Errorf("%d orders since %s, want 2", got, since)
	}
	if got := gjson.GetBytes(c.get("/inventory"), "bundles.0.available.0.remaining").Int(); got != 3 {
		t.Errorf("inventory: %s", c.get("/inventory"))
	}
}

func TestFixtureBundles(t *testing.T) {
	t.Parallel()
	const iccid = "8943108000000000012"
	for _, state := range []string{"Queued", "Processing", "Active", "Depleted", "Expired", "Lapsed"} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			c, _ := fixed(t, sim.Fixture{ESIMs: []sim.FixtureESIM{{Provider: "esimgo", Item: gigabyte, State: state, ICCID: iccid}}})
			v := gjson.ParseBytes(c.get("/esims/" + iccid + "/bundles?includeUsed=true"))
			a := v.Get("bundles.0.assignments.0")
			if a.Get("bundleState").Str != state || v.Get("bundles.#").Int() != 1 {
				t.Errorf("bundles are %s", v)
			}
			if left := a.Get("remainingQuantity").Int(); state == "Active" && left != 999_000_000 || state == "Depleted" && left != 0 {
				t.Errorf("%d bytes left", left)
			}
		})
	}
	t.Run("Revoked", func(t *testing.T) {
		t.Parallel()
		c, _ := fixed(t, sim.Fixture{ESIMs: []sim.FixtureESIM{{Provider: "esimgo", Item: gigabyte, State: "Revoked", ICCID: iccid}}})
		// Without a bundle it has gone back to the vendor.
		if r := c.call("GET", "/esims/"+iccid, ""); r.status != 403 {
			t.Errorf("%d %s", r.status, r.body)
		}
	})
}

func TestFixtureProfiles(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"Released", "Downloaded", "Installed", "Unavailable", "Deactivated"} {
		c, made := fixed(t, sim.Fixture{ESIMs: []sim.FixtureESIM{{Provider: "esimgo", Item: gigabyte, State: state}}})
		v := gjson.ParseBytes(c.in("v2.5").get("/esims/" + made.ESIMs[0].ICCID))
		if got := v.Get("profileStatus").Str; got != state {
			t.Errorf("profile is %q, want %s: %s", got, state, v)
		}
	}
	c, made := fixed(t, sim.Fixture{ESIMs: []sim.FixtureESIM{{Provider: "esimgo", Item: gigabyte, State: "Suspended"}}})
	if v := c.in("v2.5").get("/esims/" + made.ESIMs[0].ICCID + "/suspend"); !gjson.GetBytes(v, "suspended").Bool() {
		t.Errorf("suspension is %s", v)
	}
}
