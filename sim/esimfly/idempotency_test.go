package esimfly_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/golden"
)

const (
	inFlight    = `{"success":false,"message":"A request with this idempotency key is already being processed","code":"DUPLICATE_REQUEST"}`
	packageBusy = `{"success":false,"message":"A request for this package is already being processed","code":"DUPLICATE_REQUEST"}`
)

func (c *client) funds() string {
	c.t.Helper()
	return gjson.GetBytes(c.get("/balance").body, "data.balance").Raw
}

// A key gives the first order again and charges nothing.
func TestReplayOfKey(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "replay-key"+newer)
	made := c.place(minimal)
	again := c.place(minimal)
	golden.JSON(t, "testdata/2026-09/createOrder-replay.json", again.body)
	if gjson.GetBytes(again.body, "orderReference").Str != gjson.GetBytes(made.body, "orderReference").Str {
		t.Errorf("another order: %s", again.body)
	}
	if got := c.funds(); got != "997.28" {
		t.Errorf("balance %s, want 997.28", got)
	}
	other := c.place(`{"packageCode":"2184410","idempotency_key":"k-1"}`)
	if got := other.header.Get("X-Esimsim-Findings"); got != "esimfly.idempotency-key" || !gjson.GetBytes(other.body, "duplicate").Bool() {
		t.Errorf("another body: findings %q, %s", got, other.body)
	}
	c.place(`{"packageCode":"merhaba-7days-1gb","idempotency_key":"k-2"}`)
	c.advance(300 * day)
	c.place(minimal)
	if got := c.funds(); got != "994.56" {
		t.Errorf("balance %s, want 994.56", got)
	}
}

func TestReplayWhilePending(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "replay-pending"+newer)
	const body = `{"packageCode":"RB77_5D","idempotency_key":"k"}`
	c.place(body)
	golden.JSON(t, "testdata/2026-09/createOrder-replay-pending.json", c.place(body).body)
	c.advance(5 * time.Minute)
	if got := gjson.GetBytes(c.place(body).body, "esims.#").Int(); got != 1 {
		t.Errorf("%d eSIMs, want 1", got)
	}
}

// An order that is still under way answers 409 to its key, and to its package without one.
func TestInFlightScenario(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "flying~esimfly-in-flight")
	made := c.place(minimal)
	if got := gjson.GetBytes(made.body, "status").Str; got != "pending_details" {
		t.Errorf("status %s", got)
	}
	c.order(minimal).is(t, 409, inFlight)
	c.order(bare).is(t, 409, packageBusy)
	c.place(`{"packageCode":"2184410","idempotency_key":"k-2"}`)
	if got := edges(c.advance(30 * time.Second)); len(got) != 4 || got[0] != "order.accepted" || got[1] != "order.provisioned" {
		t.Errorf("passed %v", got)
	}
	again := c.place(minimal)
	if !gjson.GetBytes(again.body, "duplicate").Bool() || gjson.GetBytes(again.body, "status").Str != "completed" {
		t.Errorf("afterwards: %s", again.body)
	}
	if got := c.funds(); got != "992.92" {
		t.Errorf("balance %s, want 992.92", got)
	}
}

// Of two that come at once with one key, one is served and one refused.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "two~esimfly-in-flight")
	var wg sync.WaitGroup
	status := make([]int, 8)
	requests := make([]*http.Request, len(status))
	for i := range requests {
		requests[i] = c.request(http.MethodPost, "/esims/order", minimal)
		sign(requests[i], []byte(minimal), "esf_"+c.name, "sk_two", start, requestID(100+i))
	}
	for i, req := range requests {
		wg.Go(func() {
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			status[i] = res.StatusCode
			_ = res.Body.Close()
		})
	}
	wg.Wait()
	count := map[int]int{}
	for _, s := range status {
		count[s]++
	}
	if count[200] != 1 || count[409] != 7 {
		t.Errorf("by status: %v", count)
	}
	if got := c.funds(); got != "997.28" {
		t.Errorf("balance %s, want 997.28", got)
	}
}

// A failed order leaves its key to be used again, whenever it failed.
func TestKeyAfterFailure(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "failed-key~esimfly-in-flight")
	ref := gjson.GetBytes(c.place(minimal).body, "orderReference").Str
	if _, err := c.world.Pass("esimfly.order.failed", ref); err != nil {
		t.Fatal(err)
	}
	if got := c.funds(); got != "1000" {
		t.Errorf("balance %s, want 1000", got)
	}
	second := c.place(minimal)
	if gjson.GetBytes(second.body, "orderReference").Str == ref || gjson.GetBytes(second.body, "duplicate").Exists() {
		t.Errorf("second order: %s", second.body)
	}
	for _, edge := range []string{"esimfly.order.accepted", "esimfly.order.provisioned"} {
		if _, err := c.world.Pass(edge, ref); err == nil {
			t.Errorf("%s of a failed order", edge)
		}
	}
	next := gjson.GetBytes(second.body, "orderReference").Str
	if _, err := c.world.Pass("esimfly.order.provisioned", next); err != nil {
		t.Fatal(err)
	}
	if _, err := c.world.Pass("esimfly.order.accepted", next); err == nil {
		t.Error("an order was accepted after it was provisioned")
	}
	if n := len(c.world.View().Waiting); n != 1 { // the last day to install
		t.Errorf("%d things wait", n)
	}

	// A rule that answers in the order's place leaves nothing under way.
	ruled := dial(t, c.srv, "ruled~esimfly-2026-09~esimfly-order-error")
	for range 2 {
		if a := ruled.order(minimal); a.status != 500 {
			t.Errorf("status %d", a.status)
		}
	}
	if gjson.GetBytes(ruled.place(minimal).body, "duplicate").Exists() {
		t.Error("a key was used up by an order that never was")
	}
}

// An author can ask for the answer itself.
func TestScriptedInFlight(t *testing.T) {
	t.Parallel()
	c := scripted(t, "settings: {esimfly: {edition: \"2026-09\"}}\nrules: [{on: esimfly.createOrder, first: 1, do: {error: REQUEST_IN_FLIGHT}}]\n")
	c.order(minimal).is(t, 409, inFlight)
	c.place(minimal)
}

// The answer is lost on the way, the order is not: the same key finds it, in its time, and
// nothing is paid twice.
func TestAnswerIsLost(t *testing.T) {
	t.Parallel()
	c := scripted(t, `settings: {esimfly: {edition: "2026-09"}}
policies: {esimfly.order.accepted: {after: 30s}}
rules: [{on: esimfly.createOrder, first: 1, phase: after, do: {fault: reset}}]
`)
	req := c.request(http.MethodPost, "/esims/order", minimal)
	sign(req, []byte(minimal), "esf_"+c.name, "sk_"+c.name, start, requestID(100))
	if res, err := http.DefaultClient.Do(req); err == nil {
		_ = res.Body.Close()
		t.Fatalf("answered %d", res.StatusCode)
	}
	c.order(minimal).is(t, 409, inFlight)
	c.advance(30 * time.Second)
	if again := c.place(minimal); !gjson.GetBytes(again.body, "duplicate").Bool() || c.funds() != "997.28" {
		t.Errorf("again: %s, balance %s", again.body, c.funds())
	}
}

// Without a key, the same order again is a second one, which is worth a word.
func TestWithoutKey(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "no-key"+newer)
	for i, want := range []string{"", "esimfly.order-repeated"} {
		if got := c.place(bare).header.Get("X-Esimsim-Findings"); got != want {
			t.Errorf("order %d: findings %q, want %q", i, got, want)
		}
	}
	c.advance(2 * time.Minute)
	if got := c.place(bare).header.Get("X-Esimsim-Findings"); got != "" {
		t.Errorf("two minutes later: findings %q", got)
	}
	if got := c.funds(); got != "991.84" {
		t.Errorf("balance %s, want 991.84", got)
	}
}

// Before there were keys, a repeated order is worth a word too; others between do not
// hide it.
func TestRepeatedOrder(t *testing.T) {
	t.Parallel()
	c := dial(t, server(t), "repeated")
	for i, o := range []struct {
		body, want string
		later      time.Duration
	}{
		{turkey, "", 0},
		{tenTurkey, "", 0},
		{turkey, "esimfly.order-repeated", time.Minute},
		{turkey, "esimfly.order-repeated", time.Minute},
		{turkey, "", time.Minute + time.Second},
	} {
		c.advance(o.later)
		if got := c.place(o.body).header.Get("X-Esimsim-Findings"); got != o.want {
			t.Errorf("order %d: findings %q, want %q", i, got, o.want)
		}
	}
	c.set("balance", 1.0)
	if a := c.order(turkey); a.status != 400 || a.header.Get("X-Esimsim-Findings") != "" {
		t.Errorf("refused: %d, findings %q", a.status, a.header.Get("X-Esimsim-Findings"))
	}
}
