package esimfly_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/esimfly"
	"github.com/esimsim/esimsim/sim/internal/phone"
)

const day = 24 * time.Hour

// act does something with the newest eSIM and gives its status afterwards.
func (c *client) act(kind esim.ActionKind, bytes esim.Bytes) sim.Acted {
	c.t.Helper()
	a, err := phone.Act(c.world, "last", esim.Action{Kind: kind, Bytes: bytes}, esim.MiB)
	if err != nil {
		c.t.Fatalf("%s: %v", kind, err)
	}
	return a
}

// state is what an order shows of its eSIM.
func (c *client) state(reference string) (status, expires string) {
	c.t.Helper()
	e := gjson.GetBytes(c.look(reference).body, "order.esim")
	return e.Get("status").Str, e.Get("expiredTime").Str
}

// edges are what passed, without the attempts to tell of it.
func edges(passed []sim.Happening) (names []string) {
	for _, h := range passed {
		if h.Edge != "" {
			names = append(names, strings.TrimPrefix(h.Edge, "esimfly."))
		}
	}
	return names
}

// A step of a story: what is done, then what the eSIM is, and until when.
type step struct {
	do              func(*client)
	status, expires string
}

func TestLifeOfAnESIM(t *testing.T) {
	t.Parallel()
	install := func(c *client) { c.act(esim.Install, 0) }
	attach := func(c *client) { c.act(esim.Attach, 0) }
	use := func(n esim.Bytes) func(*client) { return func(c *client) { c.act(esim.Use, n) } }
	wait := func(d time.Duration) func(*client) { return func(c *client) { c.advance(d) } }
	const order, unlimited = turkey, `{"packageCode":"esim_UL_1D_TR_V2","packageName":"Turkey Unlimited 1 Day","price":2.1}`
	const installBy = "2026-09-29T08:15:09Z"
	srv := server(t)
	for name, c := range map[string]struct {
		order string
		steps []step
	}{
		"used to the last byte": {order, []step{
			{wait(0), "New", installBy},
			{install, "New", installBy},
			{attach, "New", installBy},
			{wait(day), "New", installBy},
			{use(esim.MiB), "ACTIVE", "2026-04-10T08:15:09Z"},
			{wait(day), "ACTIVE", "2026-04-10T08:15:09Z"},
			{use(esim.GiB), "DEPLETED", "2026-04-10T08:15:09Z"},
			{use(esim.MiB), "DEPLETED", "2026-04-10T08:15:09Z"},
			{wait(6 * day), "EXPIRED", "2026-04-10T08:15:09Z"},
		}},
		"used at once": {order, []step{
			{use(2 * esim.GiB), "DEPLETED", "2026-04-09T08:15:09Z"},
		}},
		"expires after seven days": {order, []step{
			{use(1), "ACTIVE", "2026-04-09T08:15:09Z"},
			{wait(7*day - time.Second), "ACTIVE", "2026-04-09T08:15:09Z"},
			{wait(time.Second), "EXPIRED", "2026-04-09T08:15:09Z"},
		}},
		"never used": {order, []step{
			{install, "New", installBy},
			{wait(180*day - time.Second), "New", installBy},
			{wait(time.Second), "EXPIRED", installBy},
		}},
		"first used on the last day": {order, []step{
			{wait(180*day - time.Second), "New", installBy},
			{use(1), "ACTIVE", "2026-10-06T08:15:08Z"},
			{wait(day), "ACTIVE", "2026-10-06T08:15:08Z"},
			{wait(6 * day), "EXPIRED", "2026-10-06T08:15:08Z"},
		}},
		"unlimited": {unlimited, []step{
			{use(100 * esim.GiB), "ACTIVE", "2026-04-03T08:15:09Z"},
			{use(100 * esim.GiB), "ACTIVE", "2026-04-03T08:15:09Z"},
			{wait(day), "EXPIRED", "2026-04-03T08:15:09Z"},
		}},
		"removed": {order, []step{
			{use(1), "ACTIVE", "2026-04-09T08:15:09Z"},
			{func(c *client) { c.act(esim.Remove, 0) }, "DELETED", "2026-04-09T08:15:09Z"},
			{wait(30 * day), "DELETED", "2026-04-09T08:15:09Z"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c1 := dial(t, srv, "life-"+strings.ReplaceAll(name, " ", "-"))
			ref := gjson.GetBytes(c1.place(c.order).body, "orderReference").Str
			for i, s := range c.steps {
				s.do(c1)
				if status, expires := c1.state(ref); status != s.status || expires != s.expires {
					t.Errorf("step %d: %s until %s, want %s until %s", i, status, expires, s.status, s.expires)
				}
			}
		})
	}
}

// No more is used than is left, and what passed is told.
func TestUse(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "use")
	c.place(turkey)
	for _, s := range []struct {
		bytes, used esim.Bytes
		status      string
		edges       []string
	}{
		{0, 0, "NEW", []string{"esim.installed"}},
		{1, 1, "ACTIVE", []string{"esim.active"}},
		{esim.GiB - 2, esim.GiB - 2, "ACTIVE", nil},
		{esim.GiB, 1, "DEPLETED", []string{"esim.depleted"}},
		{1, 0, "DEPLETED", nil},
	} {
		a := c.act(esim.Use, s.bytes)
		if a.Used != s.used || a.Status != s.status || strings.Join(edges(a.Passed), " ") != strings.Join(s.edges, " ") {
			t.Errorf("use %d: used %d, %s, passed %v", s.bytes, a.Used, a.Status, edges(a.Passed))
		}
	}
	if passed := edges(c.advance(7 * day)); len(passed) != 1 || passed[0] != "esim.expired" {
		t.Errorf("passed %v", passed)
	}
	for _, kind := range []esim.ActionKind{esim.Use, esim.Attach} {
		_, err := phone.Act(c.world, "last", esim.Action{Kind: kind, Bytes: 1}, esim.MiB)
		var refused *sim.EdgeError
		if !errors.As(err, &refused) || refused.State != "EXPIRED" {
			t.Errorf("%s of an expired eSIM: %v", kind, err)
		}
	}
	c.act(esim.Remove, 0)
}

// Which edge passes from which state. A state is reached by passing edges.
func TestTransitions(t *testing.T) {
	t.Parallel()
	states := map[string][]string{
		"new": nil, "installed": {"installed"}, "active": {"active"}, "depleted": {"active", "depleted"}, "expired": {"expired"},
		"suspended": {"active", "suspended"}, "cancelled": {"cancelled"}, "deleted": {"installed", "deleted"},
	}
	allowed := map[string]map[string]string{ // state, edge, status afterwards
		"new": {
			"installed": "NEW", "active": "ACTIVE", "expired": "EXPIRED", "suspended": "NEW", "cancelled": "CANCELLED",
		},
		"installed": {"active": "ACTIVE", "expired": "EXPIRED", "suspended": "NEW", "deleted": "DELETED"},
		"active": {
			"installed": "ACTIVE", "depleted": "DEPLETED", "expired": "EXPIRED", "suspended": "ACTIVE", "deleted": "DELETED",
		},
		"depleted":  {"installed": "DEPLETED", "expired": "EXPIRED", "suspended": "DEPLETED", "deleted": "DELETED"},
		"suspended": {"installed": "ACTIVE", "depleted": "DEPLETED", "expired": "EXPIRED", "reactivated": "ACTIVE", "deleted": "DELETED"},
		"expired":   {},
		"cancelled": {}, // and paid back at once
		"deleted":   {},
	}
	edges := []string{"installed", "active", "depleted", "expired", "suspended", "reactivated", "cancelled", "refunded", "deleted"}
	srv := server(t)
	for state, path := range states {
		for _, edge := range edges {
			t.Run(state+" "+edge, func(t *testing.T) {
				t.Parallel()
				c := dial(t, srv, "edge-"+state+"-"+edge)
				iccid := gjson.GetBytes(c.place(turkey).body, "esims.0.iccid").Str
				for _, e := range path {
					if _, err := c.world.Pass("esimfly.esim."+e, iccid); err != nil {
						t.Fatal(err)
					}
				}
				was := c.world.View().ESIMs[0].Status
				_, err := c.world.Pass("esimfly.esim."+edge, iccid)
				want, ok := allowed[state][edge]
				if !ok {
					want = was
				}
				var refused *sim.EdgeError
				if ok != (err == nil) || err != nil && (!errors.As(err, &refused) || refused.State != was) {
					t.Errorf("allowed %v, error %v", ok, err)
				}
				if got := c.world.View().ESIMs[0].Status; got != want {
					t.Errorf("status %s, want %s", got, want)
				}
			})
		}
	}
	c := dial(t, srv, "edge-nothing")
	c.place(`{"packageCode":"esim_UL_1D_TR_V2","packageName":"Turkey Unlimited 1 Day","price":2.1}`)
	for _, edge := range append(edges, "order.accepted", "order.provisioned", "order.failed", "topup.completed") {
		if !strings.Contains(edge, ".") {
			edge = "esim." + edge
		}
		if _, err := c.world.Pass("esimfly."+edge, "8932042000010078801"); err == nil || !strings.Contains(err.Error(), "nothing by the id") {
			t.Errorf("%s of nothing: %v", edge, err)
		}
	}
	unlimited := c.world.View().ESIMs[0].ICCID
	if _, err := c.world.Pass("esimfly.esim.active", unlimited); err != nil {
		t.Error(err)
	}
	if _, err := c.world.Pass("esimfly.esim.depleted", unlimited); err == nil {
		t.Error("an unlimited eSIM was depleted")
	}
}

// scripted runs a simulator with a scenario of the test's own.
func scripted(t *testing.T, policies string) *client {
	t.Helper()
	file := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(file, []byte("version: 1\nname: own\n"+policies), 0o600); err != nil {
		t.Fatal(err)
	}
	srv := sim.StartT(t, sim.Config{Providers: []*sim.Provider{esimfly.Provider()}, Freeze: start, Scenarios: []string{file}})
	return dial(t, srv, "scripted")
}

// The device is ahead of what the provider has heard: what was used counts all the same.
func TestLateActivation(t *testing.T) {
	t.Parallel()
	c := scripted(t, "policies: {esimfly.esim.active: {after: 5m}}\n")
	ref := gjson.GetBytes(c.place(turkey).body, "orderReference").Str
	c.act(esim.Use, esim.MiB)
	c.advance(4 * time.Minute)
	if a := c.act(esim.Use, 2*esim.GiB); a.Used != esim.GiB-esim.MiB || a.Status != "NEW" {
		t.Errorf("used %d, %s", a.Used, a.Status)
	}
	if got := edges(c.advance(time.Minute)); strings.Join(got, " ") != "esim.active esim.depleted" && strings.Join(got, " ") != "esim.depleted esim.active" {
		t.Errorf("passed %v", got)
	}
	if status, expires := c.state(ref); status != "DEPLETED" || expires != "2026-04-09T08:20:09Z" {
		t.Errorf("%s until %s", status, expires)
	}
}

// An order that fails at once is answered with the error, and costs nothing.
func TestFailsAtOnce(t *testing.T) {
	t.Parallel()
	c := scripted(t, "policies: {esimfly.order.failed: immediate}\n")
	c.order(turkey).is(t, 500, `{"success":false,"message":"Failed to process order","code":"ORDER_PROCESSING_ERROR"}`)
	c.get("/balance").is(t, 200, opening)
	if n := len(c.world.View().Waiting); n != 0 {
		t.Errorf("%d things wait", n)
	}
}

// Whichever of the two comes first decides what becomes of an order.
func TestProvisionedOrFailed(t *testing.T) {
	t.Parallel()
	for policies, want := range map[string]string{
		"policies: {esimfly.order.provisioned: {after: 2m}, esimfly.order.failed: {after: 5m}}\n": "completed",
		"policies: {esimfly.order.provisioned: {after: 5m}, esimfly.order.failed: {after: 2m}}\n": "failed",
		"policies: {esimfly.order.provisioned: never, esimfly.order.failed: {polls: 2}}\n":        "failed",
		"policies: {esimfly.order.provisioned: never}\n":                                          "pending_details",
		"policies: {esimfly.order.provisioned: manual}\n":                                         "pending_details",
	} {
		c := scripted(t, policies)
		ref := gjson.GetBytes(c.place(turkey).body, "orderReference").Str
		c.look(ref)
		c.advance(time.Hour)
		if got := gjson.GetBytes(c.look(ref).body, "order.status").Str; got != want {
			t.Errorf("%s%s, want %s", policies, got, want)
		}
	}
}

// A scenario's errors reach the wire in the operation's own body.
func TestScriptedErrors(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"INSUFFICIENT_BALANCE": `{"success":false,"message":"Insufficient balance","code":"INSUFFICIENT_BALANCE","currentBalance":25.5,"requiredBalance":27.2,"needToLoad":1.7}`,
		"PACKAGE_NOT_FOUND":    `{"success":false,"message":"Invalid package selected","code":"INVALID_PACKAGE"}`,
		"UNAUTHENTICATED":      badKey,
		"RATE_LIMITED":         tooMany,
		"INTERNAL":             `{"success":false,"message":"Failed to process order","code":"ORDER_PROCESSING_ERROR"}`,
		"UNAVAILABLE":          `{"success":false,"error":"Service temporarily unavailable","code":"SERVICE_UNAVAILABLE"}`,
	} {
		c := scripted(t, "rules: [{on: esimfly.createOrder, do: {error: "+name+"}}]\n")
		if a := c.order(turkey); string(a.body) != want {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
		c.get("/balance").is(t, 200, opening)
	}
}

func TestBalanceSetting(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "settings")
	for _, bad := range []any{-0.01, 1e10, "50", nil, true} {
		if err := c.world.Patch(sim.Patch{"esimfly": {"balance": bad}}); err == nil {
			t.Errorf("balance %v was taken", bad)
		}
	}
	c.set("balance", 50.005)
	c.get("/balance").is(t, 200, `{"success":true,"data":{"balance":50.01,"currency":"USD"}}`)
}
