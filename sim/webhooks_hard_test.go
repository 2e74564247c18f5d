package sim_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/simtest"
)

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

// What an answer waits for never waits for that answer, whichever event of a call it is
// and however many come of it.
func TestWebhookBeforeAnswerOfAnyEvent(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]string{
		"ready, do: {webhook: {beforeAnswer: true}}":              "made ready",
		"made, do: {webhook: {beforeAnswer: true, duplicate: 2}}": "made made",
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			srv, shop, to := hooked(t, "  - {on: toy.webhook."+rule+"}\n")
			shop.create()
			if got := strings.Join(events(to.Got()), " "); !strings.HasPrefix(got, want) {
				t.Errorf("before the answer: %s, want %s", got, want)
			}
			flush(t, srv.WorldT(t, "w~r"))
		})
	}
}

func TestWebhookReorderOfAll(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]string{
		"webhook, do: {webhook: {reorder: true}}":                              "ready made ready made",
		"webhook.made, first: 1, do: {webhook: {reorder: true, duplicate: 2}}": "ready made made made ready",
	} {
		srv, shop, to := hooked(t, "  - {on: toy."+rule+"}\n")
		shop.create()
		shop.create()
		flush(t, srv.WorldT(t, "w~r"))
		if got := strings.Join(events(to.Got()), " "); got != want {
			t.Errorf("%s: %s, want %s", rule, got, want)
		}
	}
}

// A rule of the request's own scenario keeps none of the world's from counting.
func TestWebhookRulesAllCount(t *testing.T) {
	t.Parallel()
	library := fstest.MapFS{
		"r.yaml": {Data: []byte("version: 1\nname: r\nrules:\n  - {on: toy.webhook.made, calls: [2], do: {webhook: {drop: true}}}\n")},
		"x.yaml": {Data: []byte("version: 1\nname: x\nrules:\n  - {on: toy.webhook.made, do: {webhook: {stale: 1h}}}\n")},
	}
	srv := sim.StartT(t, sim.Config{Providers: []*sim.Provider{toyProvider()}, Library: library, Freeze: start})
	w, shop := srv.WorldT(t, "w~r"), caller{t, srv, "toy_w~r"}
	aim(t, w, simtest.Listen(t).URL)
	shop.with(sim.ScenarioHeader, "x").create()
	shop.create()
	flush(t, w)
	if log := w.Deliveries(); log[0].Rule != "x:4" || log[2].State != "dropped" {
		t.Errorf("log %+v", log)
	}
}

// A scenario of one request may bring its own target.
func TestWebhookTargetOfOneRequest(t *testing.T) {
	t.Parallel()
	to := simtest.Listen(t)
	library := fstest.MapFS{
		"x.yaml":    {Data: []byte("version: 1\nname: x\nsettings: {webhooks: {toy: {url: \"" + to.URL + "\"}}}\n")},
		"away.yaml": {Data: []byte("version: 1\nname: away\nsettings: {webhooks: {toy: {url: \"http://8.8.8.8/\"}}}\n")},
	}
	srv := sim.StartT(t, sim.Config{Providers: []*sim.Provider{toyProvider()}, Library: library, Freeze: start})
	shop := caller{t, srv, "toy_w"}
	shop.with(sim.ScenarioHeader, "x").create()
	shop.create()
	flush(t, srv.WorldT(t, "w"))
	if got := strings.Join(events(to.Got()), " "); got != "made ready" {
		t.Errorf("got %s", got)
	}
	if status, header, _ := shop.with(sim.ScenarioHeader, "away").do("POST", "/toy/things", `{"name":"x"}`); status != 400 || !strings.Contains(header.Get("X-Esimsim-Hint"), "8.8.8.8 is neither") {
		t.Errorf("a target on the internet: %d %v", status, header)
	}
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

// A snapshot shares nothing with the world.
func TestSnapshotBesidePatch(t *testing.T) {
	t.Parallel()
	srv, _, to := hooked(t, "")
	w := srv.WorldT(t, "w")
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for range 300 {
				if err := w.Patch(sim.Patch{"webhooks": {"toy": map[string]any{"url": to.URL}}, "toy": {"colour": "blue"}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Go(func() {
		for range 300 {
			s, err := w.Snapshot()
			if err != nil {
				t.Error(err)
			}
			if _, err := json.Marshal(s); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
}

// A file that is read again is checked as at the start, and whoever listens now is heard.
func TestReloadChecksTargetsAndState(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/mine.yaml"
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte("version: 1\nname: mine\n"+text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("settings: {}\n")
	srv := sim.StartT(t, sim.Config{Providers: []*sim.Provider{toyProvider()}, Freeze: start, Scenarios: []string{path}})
	w, shop := srv.WorldT(t, "w"), caller{t, srv, "toy_w"}
	shop.create()
	write("settings: {webhooks: {toy: {url: \"http://8.8.8.8/\"}}}\n")
	if err := srv.Reload(); err == nil || !strings.Contains(err.Error(), "8.8.8.8 is neither") {
		t.Errorf("a target on the internet: %v", err)
	}
	write("accounts: {toy: {balance: 5}}\nsettings: {webhooks: {toy: {url: \"http://127.0.0.1:1/\"}}}\n")
	if err := srv.Reload(); err != nil {
		t.Fatal(err)
	}
	dump, err := w.Dump()
	if err != nil {
		t.Fatal(err)
	}
	if state := gjson.ParseBytes(dump["toy"]); state.Get("Heard").Int() != 1 || w.View().Settings["toy"]["balance"] != 5.0 {
		t.Errorf("state %s", state)
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
