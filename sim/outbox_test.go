package sim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/simtest"
)

// A queue that nobody empties stays bounded, and says what it could not take.
func TestWebhookQueueIsBounded(t *testing.T) {
	t.Parallel()
	srv, shop, to := hooked(t, "")
	w := srv.WorldT(t, "w")
	to.Answer(func(simtest.Received) int { return 0 })
	const rounds = 2_600
	for i := range rounds {
		shop.create()
		if i%100 == 0 {
			flush(t, w)
		}
	}
	flush(t, w)
	states := map[string]int{}
	for _, d := range w.Deliveries() {
		states[d.State]++
	}
	if states["pending"] != 5_000 || states["failed"] != 2*rounds-5_000 {
		t.Errorf("states %v", states)
	}
}

// Every event arrives or is logged as failed; none is lost, and none invented.
func TestWebhookSoak(t *testing.T) {
	t.Parallel()
	rounds := 5_000
	if testing.Short() {
		rounds = 200
	}
	srv, shop, to := hooked(t, "")
	w := srv.WorldT(t, "w")
	to.Answer(func(in simtest.Received) int {
		if in.N%3 == 0 {
			return 500
		}
		return 200
	})
	made := map[string]bool{}
	for i := range rounds {
		made[shop.create().Get("id").Str] = true
		if i%100 == 0 {
			advance(t, w, time.Second)
		}
	}
	advance(t, w, time.Hour)
	states, arrived := map[string]int{}, map[string]string{}
	for _, d := range w.Deliveries() {
		states[d.State]++
		arrived[d.ID] = d.State
	}
	if len(arrived) != 2*rounds || states["delivered"]+states["failed"] != 2*rounds || states["delivered"] < rounds {
		t.Errorf("%d logged, states %v", len(arrived), states)
	}
	tries, taken := map[string]int{}, map[string]bool{}
	for _, in := range to.Got() {
		id := in.Header.Get("X-Toy-Id")
		if arrived[id] == "" || !made[gjson.Get(in.Body, "id").Str] {
			t.Fatalf("an event that nobody sent: %s", in.Body)
		}
		tries[id]++
		taken[id] = taken[id] || in.N%3 != 0
	}
	for id, state := range arrived {
		if taken[id] != (state == "delivered") || tries[id] == 0 || !taken[id] && tries[id] != 3 {
			t.Fatalf("%s is %s after %d attempts", id, state, tries[id])
		}
	}
}

// What cannot be sent is refused before it takes memory.
func TestWebhookAddressIsBounded(t *testing.T) {
	t.Parallel()
	srv, _, to := hooked(t, "")
	err := srv.WorldT(t, "w").Patch(sim.Patch{"webhooks": {"toy": map[string]any{"url": to.URL + "/" + strings.Repeat("x", 3000)}}})
	if err == nil || err.Error() != "an address is at most 2048 bytes" {
		t.Errorf("%v", err)
	}
}
