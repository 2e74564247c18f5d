package sim_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/simtest"
)

func TestWebhookLadder(t *testing.T) {
	t.Parallel()
	srv, shop, to := hooked(t, "")
	w := srv.WorldT(t, "w")
	to.Answer(func(in simtest.Received) int {
		if strings.Contains(in.Body, "made") {
			return 503
		}
		return 200
	})
	id := shop.create().Get("id").Str
	happened := advance(t, w, time.Hour)
	var tried []string
	for _, h := range happened {
		if h.Webhook != "" {
			tried = append(tried, fmt.Sprintf("%s %s #%d %d", h.At.Sub(start), h.Webhook, h.Attempt, h.Status))
		}
	}
	// The retries of the first event hold up the second no longer than its turn.
	want := []string{
		"0s toy.webhook.made #1 503", "0s toy.webhook.ready #1 200",
		"10s toy.webhook.made #2 503", "1m10s toy.webhook.made #3 503",
	}
	// What was due at once may have been tried before the clock moved.
	if n := len(tried); n < 2 || !slices.Equal(tried, want[4-n:]) {
		t.Errorf("tried\n%s\nwant the end of\n%s", strings.Join(tried, "\n"), strings.Join(want, "\n"))
	}
	got := to.Got()
	if names := strings.Join(events(got), " "); names != "made ready made made" {
		t.Fatalf("got %s", names)
	}
	first := got[0]
	if first.Header.Get("X-Toy-Signature") != signature("secret of w", first.Body) || first.Header.Get("X-Toy-At") != "2026-04-02T08:15:09Z" ||
		first.Header.Get("X-Toy-Colour") != "red" || first.Body != `{"event":"made","id":"`+id+`","timestamp":"2026-04-02T08:15:09Z"}` {
		t.Errorf("first attempt: %v %s", first.Header, first.Body)
	}
	last := got[3]
	if last.Header.Get("X-Toy-Id") != first.Header.Get("X-Toy-Id") || last.Body != first.Body || last.Header.Get("X-Toy-At") != "2026-04-02T08:16:19Z" {
		t.Errorf("last attempt: %v %s", last.Header, last.Body)
	}
	log := w.Deliveries()
	if len(log) != 2 || log[0].State != "failed" || len(log[0].Attempts) != 3 || log[1].State != "delivered" || log[0].ID != first.Header.Get("X-Toy-Id") {
		t.Errorf("log %+v", log)
	}
	if sent := log[0].Attempts[0].Request; sent.Body != first.Body || sent.Header["X-Toy-Signature"][0] != first.Header.Get("X-Toy-Signature") {
		t.Errorf("logged request %+v", sent)
	}
	if again := advance(t, w, 24*time.Hour); len(to.Got()) != 4 || len(again) != 0 {
		t.Errorf("after the ladder: %v", again)
	}
	met := w.Coverage().Providers[0].Webhooks
	if len(met) != 2 || met[0].Count != 1 || met[1].Count != 1 {
		t.Errorf("coverage %+v", met)
	}
}

// A client has its answer before it hears of what it did, and a rule turns that round.
func TestWebhookAndAnswer(t *testing.T) {
	t.Parallel()
	t.Run("after", func(t *testing.T) {
		t.Parallel()
		srv, shop, to := hooked(t, "")
		answered := make(chan struct{})
		to.Answer(func(simtest.Received) int {
			<-answered // an answer that waited for this would never come
			return 200
		})
		shop.create()
		close(answered)
		flush(t, srv.WorldT(t, "w"))
		for _, d := range srv.WorldT(t, "w").Deliveries() {
			if d.State != "delivered" {
				t.Errorf("%+v", d)
			}
		}
	})
	t.Run("before", func(t *testing.T) {
		t.Parallel()
		_, shop, to := hooked(t, "  - {on: toy.webhook.made, do: {webhook: {beforeAnswer: true}}}\n")
		shop.create()
		if names := events(to.Got()); len(names) == 0 || names[0] != "made" {
			t.Errorf("got %v before the answer", names)
		}
	})
	t.Run("an answer that is lost", func(t *testing.T) {
		t.Parallel()
		srv, shop, to := hooked(t, "  - {on: toy.createThing, phase: after, do: {fault: reset}}\n")
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL()+"/toy/things", strings.NewReader(`{"name":"x"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Toy", shop.key)
		if res, err := http.DefaultClient.Do(req); err == nil {
			_ = res.Body.Close()
			t.Fatal("the answer came")
		}
		flush(t, srv.WorldT(t, "w~r"))
		if n := len(to.Got()); n != 2 {
			t.Errorf("%d events, want 2", n)
		}
	})
}

// A receiver that never answers holds up its own lane and nobody else, and a reset ends
// what it holds.
func TestWebhookDeadReceiver(t *testing.T) {
	t.Parallel()
	srv, shop, dead := hooked(t, "")
	w := srv.WorldT(t, "w")
	if err := w.Patch(sim.Patch{"webhooks": {"toy": map[string]any{"url": dead.URL, "timeout": "2m"}}}); err != nil {
		t.Fatal(err)
	}
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	arrived := make(chan struct{}, 100)
	dead.Answer(func(simtest.Received) int {
		arrived <- struct{}{}
		<-release
		return 200
	})
	shop.create()
	<-arrived

	live := simtest.Listen(t)
	aim(t, w, live.URL)
	shop.create()
	other, next := srv.WorldT(t, "other"), caller{t, srv, "toy_other"}
	aim(t, other, live.URL)
	next.create()
	flush(t, other)
	for len(live.Got()) < 4 { // both worlds' events, though the dead one still holds its own
		if t.Context().Err() != nil {
			t.Fatal("held up")
		}
		_, _ = w.Trigger(t.Context(), "toy.webhook.made")
	}
	if err := w.Reset(); err != nil {
		t.Fatal(err)
	}
	if log := w.Deliveries(); len(log) != 0 {
		t.Errorf("after a reset: %+v", log)
	}
	aim(t, w, live.URL)
	before := len(live.Got())
	shop.create()
	flush(t, w)
	if n := len(live.Got()) - before; n != 2 || len(dead.Got()) != 1 {
		t.Errorf("%d came after the reset, %d to the dead one", n, len(dead.Got()))
	}
}

func TestWebhookTimeout(t *testing.T) {
	t.Parallel()
	srv, shop, to := hooked(t, "")
	w := srv.WorldT(t, "w")
	if err := w.Patch(sim.Patch{"webhooks": {"toy": map[string]any{"url": to.URL, "timeout": "20ms", "secret": "own"}}}); err != nil {
		t.Fatal(err)
	}
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	to.Answer(func(in simtest.Received) int {
		if in.N == 1 {
			<-release
		}
		return 200
	})
	shop.create()
	advance(t, w, time.Minute)
	first := w.Deliveries()[0]
	if len(first.Attempts) != 2 || first.Attempts[0].Error != "no answer within 20ms" || first.State != "delivered" {
		t.Errorf("%+v", first)
	}
	// The wait of the ladder begins when the time is out.
	if late := first.Attempts[1].At.Sub(first.Attempts[0].At); late != 10*time.Second+20*time.Millisecond {
		t.Errorf("the second attempt came after %s", late)
	}
	if in := to.Got()[0]; in.Header.Get("X-Toy-Signature") != signature("own", in.Body) {
		t.Errorf("not signed with the target's own secret")
	}
}

// On a running clock things fall due, and their events go out, though nobody asks.
func TestWebhookOnARunningClock(t *testing.T) {
	t.Parallel()
	library := fstest.MapFS{"slow.yaml": {Data: []byte("version: 1\nname: slow\npolicies:\n  toy.thing.ready: {after: 90s}\n")}}
	srv := sim.StartT(t, sim.Config{Providers: []*sim.Provider{toyProvider()}, Library: library})
	w, shop, to := srv.WorldT(t, "w~slow"), caller{t, srv, "toy_w~slow"}, simtest.Listen(t)
	all := make(chan struct{})
	to.Answer(func(in simtest.Received) int {
		if in.N == 4 {
			close(all)
		}
		if in.N <= 2 {
			return 500
		}
		return 200
	})
	aim(t, w, to.URL)
	if _, err := w.Follow(1000); err != nil {
		t.Fatal(err)
	}
	shop.create()
	<-all // made three times, and ready
}

// A receiver may call the API, which stands at the instant of the event.
func TestWebhookReceiverCallsBack(t *testing.T) {
	t.Parallel()
	library := fstest.MapFS{"slow.yaml": {Data: []byte("version: 1\nname: slow\npolicies:\n  toy.thing.ready: {after: 90s}\n")}}
	srv := sim.StartT(t, sim.Config{Providers: []*sim.Provider{toyProvider()}, Library: library, Freeze: start})
	w, shop, to := srv.WorldT(t, "w~slow"), caller{t, srv, "toy_w~slow"}, simtest.Listen(t)
	aim(t, w, to.URL)
	var seen []string
	to.Answer(func(in simtest.Received) int {
		seen = append(seen, gjson.Get(in.Body, "event").Str+" "+shop.state(gjson.Get(in.Body, "id").Str)+" "+w.Now().Sub(start).String())
		return 200
	})
	shop.create()
	advance(t, w, time.Hour)
	if got := strings.Join(seen, ", "); got != "made new 0s, ready ready 1m30s" {
		t.Errorf("seen %s", got)
	}
}

func TestWebhookRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	srv, shop, to := hooked(t, "")
	astray := httptest.NewServer(http.RedirectHandler(to.URL, http.StatusTemporaryRedirect))
	t.Cleanup(astray.Close)
	w := srv.WorldT(t, "w")
	aim(t, w, astray.URL)
	shop.create()
	flush(t, w)
	if d := w.Deliveries()[0]; d.Attempts[0].Status != 307 || d.State != "pending" || len(to.Got()) != 0 {
		t.Errorf("%+v", d)
	}
}

// An advance ends with its caller, and a second one waits for the first.
func TestAdvanceEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	srv, shop, to := hooked(t, "")
	release := make(chan struct{})
	to.Answer(func(simtest.Received) int { <-release; return 200 })
	shop.create()
	c := newController(t, srv)
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL()+"/_sim/worlds/w/clock", strings.NewReader(`{"advance":"1h"}`))
	if err != nil {
		t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		if res, err := http.DefaultClient.Do(req); err == nil {
			_ = res.Body.Close()
		}
	}()
	cancel()
	<-gone
	close(release)
	if status, v := c.do("POST", "/worlds/w/clock", `{"advance":"1h"}`); status != 200 || len(to.Got()) != 2 {
		t.Errorf("%d %s", status, v)
	}
}

// slowly is a simulator whose things become ready after an hour.
func slowly(t *testing.T, cfg sim.Config) (*sim.World, caller, *simtest.Receiver) {
	t.Helper()
	cfg.Providers = []*sim.Provider{toyProvider()}
	cfg.Library = fstest.MapFS{"slow.yaml": {Data: []byte("version: 1\nname: slow\npolicies:\n  toy.thing.ready: {after: 1h}\n")}}
	srv := sim.StartT(t, cfg)
	w, to := srv.WorldT(t, "w~slow"), simtest.Listen(t)
	aim(t, w, to.URL)
	return w, caller{t, srv, "toy_w~slow"}, to
}

// A delay of the answer alone delays no event.
func TestWebhookDoesNotWaitForASlowAnswer(t *testing.T) {
	t.Parallel()
	srv, shop, to := hooked(t, "  - {on: toy.createThing, phase: after, do: {delay: 2m}}\n")
	arrived := make(chan struct{}, 2)
	to.Answer(func(simtest.Received) int { arrived <- struct{}{}; return 200 })
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL()+"/toy/things", strings.NewReader(`{"name":"x"}`))
		if err != nil {
			return
		}
		req.Header.Set("X-Toy", shop.key)
		if res, err := http.DefaultClient.Do(req); err == nil {
			_ = res.Body.Close()
		}
	}()
	<-arrived
	<-arrived
	flush(t, srv.WorldT(t, "w~r"))
	if err := srv.Close(); err != nil { // which ends the delay
		t.Error(err)
	}
	<-gone
}

// A clock that is let run faster brings what is due at its new pace.
func TestWebhookOnAClockThatChangesPace(t *testing.T) {
	t.Parallel()
	w, shop, to := slowly(t, sim.Config{})
	all := make(chan struct{})
	to.Answer(func(in simtest.Received) int {
		if in.N == 2 {
			close(all)
		}
		return 200
	})
	shop.create()
	if _, err := w.Follow(36_000); err != nil { // an hour takes 0.1 s
		t.Fatal(err)
	}
	<-all
}

// A reset in the middle of an advance leaves nothing of it behind.
func TestWebhookResetDuringAdvance(t *testing.T) {
	t.Parallel()
	w, shop, to := slowly(t, sim.Config{Freeze: start})
	in, out := make(chan struct{}), make(chan struct{})
	to.Answer(func(r simtest.Received) int {
		if strings.Contains(r.Body, "ready") {
			close(in)
			<-out
		}
		return 200
	})
	shop.create()
	done := make(chan error)
	go func() { _, err := w.Advance(2 * time.Hour); done <- err }()
	<-in
	if err := w.Reset(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err == nil {
		t.Error("the advance says nothing of the reset")
	}
	close(out)
	for _, e := range w.Coverage().Providers[0].Edges {
		if e.Count > 0 {
			t.Errorf("%s is met %d times", e.Name, e.Count)
		}
	}
}
