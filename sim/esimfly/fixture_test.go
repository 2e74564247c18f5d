package esimfly_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
)

const (
	merhaba       = "merhaba-7days-1gb"
	fixedOrder    = "order_1775117709_abc12"
	fixedESIM     = "8932042000000000014"
	fixedProvider = "esimfly"
)

// fixed is a client whose world began with a fixture.
func fixed(t *testing.T, f sim.Fixture) (*client, sim.Started) {
	t.Helper()
	c := dial(t, server(t), "fixed")
	made, err := c.world.Start(f)
	if err != nil {
		t.Fatal(err)
	}
	return c, made
}

func TestFixtureOrders(t *testing.T) {
	t.Parallel()
	for _, edition := range []string{"2025-08", "2026-09"} {
		for _, state := range []string{"completed", "pending_details", "failed", "cancelled"} {
			c, made := fixed(t, sim.Fixture{
				Settings: sim.Patch{fixedProvider: {"edition": edition, "balance": 0.0}},
				Orders:   []sim.FixtureOrder{{Provider: fixedProvider, Item: merhaba, State: state, Quantity: 2, Reference: fixedOrder}},
			})
			a := c.look(fixedOrder)
			v := gjson.ParseBytes(a.body)
			if v.Get("order.status").Str != state || made.Orders[0].State != state {
				t.Errorf("%s, %s: %s", edition, state, a.body)
			}
			if b := gjson.GetBytes(c.get("/balance").body, "data.balance").Num; b != 0 {
				t.Errorf("%s, %s: balance is %v, want 0", edition, state, b)
			}
		}
	}
}

// A pending order gets its eSIM by the policy in force, or by hand where there is none.
func TestFixturePendingGoesOn(t *testing.T) {
	t.Parallel()
	pending := []sim.FixtureOrder{{Provider: fixedProvider, Item: merhaba, State: "pending_details", Reference: fixedOrder}}
	c, _ := fixed(t, sim.Fixture{Scenarios: []string{"esimfly-pending-details"}, Orders: pending})
	c.advance(2 * time.Minute)
	if a := c.look(fixedOrder); gjson.GetBytes(a.body, "order.status").Str != "completed" {
		t.Errorf("by policy: %s", a.body)
	}
	c, _ = fixed(t, sim.Fixture{Orders: pending})
	c.advance(24 * time.Hour)
	if a := c.look(fixedOrder); gjson.GetBytes(a.body, "order.status").Str != "pending_details" {
		t.Errorf("before the edge: %s", a.body)
	}
	if _, err := c.world.Pass("esimfly.order.provisioned", fixedOrder); err != nil {
		t.Fatal(err)
	}
	if a := c.look(fixedOrder); gjson.GetBytes(a.body, "order.status").Str != "completed" {
		t.Errorf("by hand: %s", a.body)
	}
}

func TestFixtureESIMs(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"NEW", "ACTIVE", "DEPLETED", "EXPIRED", "CANCELLED", "DELETED"} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			want := sim.FixtureESIM{Provider: fixedProvider, Item: merhaba, State: state, ICCID: fixedESIM}
			if state == "ACTIVE" || state == "EXPIRED" {
				want.UsedMB, want.Country = 512, "tr"
			}
			c, made := fixed(t, sim.Fixture{ESIMs: []sim.FixtureESIM{want}})
			if made.ESIMs[0].ICCID != fixedESIM || made.ESIMs[0].ID == "" {
				t.Errorf("made %+v", made.ESIMs[0])
			}
			a := c.get("/esims?search=" + fixedESIM)
			if got := gjson.GetBytes(a.body, "data.esims.0.status").Str; got != state {
				t.Errorf("status is %q: %s", got, a.body)
			}
			a = c.post("/esims/status", `{"iccid":"`+fixedESIM+`"}`)
			v := gjson.GetBytes(a.body, "data")
			if v.Get("status").Str != state || want.UsedMB > 0 && v.Get("data_usage.used_gb").Num != 0.5 {
				t.Errorf("live status: %s", a.body)
			}
		})
	}
}

// An enterprise's eSIM uses data that is paid for, whatever balance it is to begin with.
func TestFixtureEnterprise(t *testing.T) {
	t.Parallel()
	c, _ := fixed(t, sim.Fixture{Settings: sim.Patch{fixedProvider: {"account": "enterprise-own", "balance": 0.0}}})
	list := c.get("/esims/packages")
	code := gjson.GetBytes(list.body, "data.packages.0.package_code").Str
	made, err := c.world.Start(sim.Fixture{
		Settings: sim.Patch{fixedProvider: {"account": "enterprise-own", "balance": 0.0, "edition": "2026-09"}},
		ESIMs:    []sim.FixtureESIM{{Provider: fixedProvider, Item: code, State: "ACTIVE", UsedMB: 100}},
	})
	if err != nil {
		t.Fatalf("%v in %s", err, list.body)
	}
	if got := made.World.Settings[fixedProvider]["balance"]; got != 0.0 {
		t.Errorf("balance is %v, want 0", got)
	}
	_, err = c.world.Start(sim.Fixture{ESIMs: []sim.FixtureESIM{{Provider: fixedProvider, Item: code}}})
	if err == nil || !strings.Contains(err.Error(), "do not sell") {
		t.Errorf("bought by another kind of account: %v", err)
	}
}
