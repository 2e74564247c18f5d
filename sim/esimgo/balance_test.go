package esimgo_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/esimsim/esimsim/sim"
)

func TestTopUp(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	c.golden("topUp", c.ok("POST", "/organisation/balance?amount=1000", ""))
	if c.balance() != 2000 {
		t.Errorf("balance is %v, want 2000", c.balance())
	}
	before := c.memory()
	for query, message := range map[string]string{
		"":                     "amount is required",
		"?amount=":             "amount is required",
		"?amount=0":            "amount must be greater than 0",
		"?amount=-5":           "amount must be greater than 0",
		"?amount=many":         "amount must be greater than 0",
		"?amount=0.001":        "amount must be greater than 0",
		"?amount=NaN":          "amount must be greater than 0",
		"?amount=1e13":         "amount must be greater than 0",
		"?amount=999999999":    "amount must not be greater than 1000000000",
		"?amount=100000000000": "amount must not be greater than 1000000000",
	} {
		c.refused(c.call("POST", "/organisation/balance"+query, ""), 400, message)
	}
	if c.memory() != before {
		t.Error("a refused top-up changed the account")
	}
}

// The vendor's limits are told, and refused for only by who asks for it.
func TestTopUpLimits(t *testing.T) {
	t.Parallel()
	srv := start(t)
	c := as(t, srv, "demo")
	findings := func(amount string) string {
		t.Helper()
		r := c.call("POST", "/organisation/balance?amount="+amount, "")
		if r.status != 200 {
			t.Errorf("%s is answered with %d %s", amount, r.status, r.body)
		}
		return r.header.Get("X-Esimsim-Findings")
	}
	for _, tt := range []struct{ amount, want string }{
		{"1000", ""},
		{"10.5", "query.range"},
		{"5001", "query.range"},
		{"1000", "esimgo.daily-top-up"}, // on top of those
	} {
		if got := findings(tt.amount); got != tt.want {
			t.Errorf("top-up of %s has findings %q, want %q", tt.amount, got, tt.want)
		}
	}
	c.advance(24 * time.Hour)
	for range 5 {
		if got := findings("1000"); got != "" {
			t.Errorf("the next day has findings %q", got)
		}
	}
	if got := findings("1000"); got != "esimgo.daily-top-up" {
		t.Errorf("the sixth thousand has findings %q", got)
	}
	// However many come at one instant, they are kept as one, and no longer than a day.
	s, err := srv.WorldT(t, "demo").Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	for name, a := range s.Accounts {
		kept := parse[struct{ TopUps []struct{ Amount float64 } }](t, a.State).TopUps
		if len(kept) != 1 || kept[0].Amount != 6000 {
			t.Errorf("%s keeps %+v, want one of 6000", name, kept)
		}
	}
	strict := as(t, srv, "strict")
	if err := srv.WorldT(t, "strict").Patch(sim.Patch{"": {"validate": "strict"}}); err != nil {
		t.Fatal(err)
	}
	if r := strict.call("POST", "/organisation/balance?amount=999", ""); r.status != 400 || strict.balance() != 1000 {
		t.Errorf("999 is answered with %d %s", r.status, r.body)
	}
}

// Each part of the threshold is crossed once on the way down, and again after a top-up.
func TestLowBalance(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	world := c.srv.WorldT(t, "demo")
	warned := func() (out []string) {
		for _, e := range world.Journal(sim.Filter{}) {
			for _, h := range e.Edges {
				if h.Edge == "esimgo.balance.low" {
					out = append(out, h.ID)
				}
			}
		}
		return out
	}
	buy := func(quantity int) { c.buy("esim_5GB_30D_JP_V2", quantity, false, "") } // at 6.95
	c.set("balance", 120.0)
	buy(1)
	if got := warned(); got != nil {
		t.Errorf("warned at %v of 113.05", got)
	}
	buy(2) // 99.15
	buy(1) // 92.2
	buy(6) // 50.5
	if got := warned(); !slices.Equal(got, []string{"100", "75"}) {
		t.Errorf("warned at %v of 50.5", got)
	}
	buy(6) // 8.8
	if got := warned(); !slices.Equal(got, []string{"100", "75", "50", "10"}) {
		t.Errorf("warned at %v of 8.8", got)
	}
	c.ok("POST", "/organisation/balance?amount=60", "")
	buy(3) // 47.95
	if got := warned(); !slices.Equal(got, []string{"100", "75", "50", "10", "50"}) {
		t.Errorf("warned at %v after a top-up", got)
	}
	c.set("lowBalance", 20.0)
	buy(4) // 20.15
	if got := len(warned()); got != 5 {
		t.Errorf("warned %d times, want no more at a lower threshold", got)
	}
	for id, want := range map[string]string{"7": "nothing", "x": "nothing", "100": "above"} {
		if err := passErr(c, "esimgo.balance.low", id); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s of the threshold: %v", id, err)
		}
	}
}

func TestScenarioInsufficientBalance(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo~esimgo-insufficient-balance")
	if o := parse[order](t, c.ok("POST", "/orders", orderBody("validate", gb, 1, true, ""))); o.Valid == nil || *o.Valid {
		t.Errorf("validation is %+v, want it false", o)
	}
	c.refused(c.call("POST", "/orders", orderBody("transaction", gb, 1, true, "")), 400, "insufficient balance, no payment taken")
	if c.balance() != 0.5 {
		t.Errorf("balance is %v", c.balance())
	}
}

// Sums are exact however many of them there are.
func TestSums(t *testing.T) {
	t.Parallel()
	c := as(t, start(t), "demo")
	for range 7 {
		c.buy("esim_5GB_30D_JP_V2", 1, false, "")
	}
	if got := fmt.Sprint(c.balance()); got != "951.35" {
		t.Errorf("balance is %s, want 951.35", got)
	}
}
