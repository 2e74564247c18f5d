package sim_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/simtest"
)

func TestWebhookMisbehaviour(t *testing.T) {
	t.Parallel()
	const at = "2026-04-02T08:15:09Z"
	for name, c := range map[string]struct {
		rule  string
		check func(t *testing.T, w *sim.World, to *simtest.Receiver)
	}{
		"delay": {"webhook.made, do: {webhook: {delay: 5m}}", func(t *testing.T, w *sim.World, to *simtest.Receiver) {
			if got := events(to.Got()); len(got) != 1 || got[0] != "ready" {
				t.Errorf("at once: %v", got)
			}
			if advance(t, w, 5*time.Minute-1); len(to.Got()) != 1 {
				t.Error("too early")
			}
			if advance(t, w, 1); len(to.Got()) != 2 {
				t.Error("it never came")
			}
		}},
		"duplicate": {"webhook.made, do: {webhook: {duplicate: 3}}", func(t *testing.T, w *sim.World, to *simtest.Receiver) {
			got := to.Got()
			if len(got) != 4 || got[0].Body != got[2].Body || got[0].Header.Get("X-Toy-Id") != got[2].Header.Get("X-Toy-Id") {
				t.Errorf("got %v", got)
			}
			if log := w.Deliveries(); log[1].ID != log[0].ID+"-2" {
				t.Errorf("log %+v", log)
			}
		}},
		"reorder": {"webhook.made, do: {webhook: {reorder: true}}", func(t *testing.T, _ *sim.World, to *simtest.Receiver) {
			if got := strings.Join(events(to.Got()), " "); got != "ready made" {
				t.Errorf("got %s", got)
			}
		}},
		"reorder with none to follow": {"webhook.ready, do: {webhook: {reorder: true}}", func(t *testing.T, w *sim.World, to *simtest.Receiver) {
			if got := strings.Join(events(to.Got()), " "); got != "made" {
				t.Errorf("got %s", got)
			}
			advance(t, w, time.Minute)
			if got := strings.Join(events(to.Got()), " "); got != "made ready" {
				t.Errorf("got %s", got)
			}
		}},
		"drop": {"webhook, calls: [2], do: {webhook: {drop: true}}", func(t *testing.T, w *sim.World, to *simtest.Receiver) {
			if got := strings.Join(events(to.Got()), " "); got != "made" {
				t.Errorf("got %s", got)
			}
			if log := w.Deliveries(); log[1].State != "dropped" || log[1].Rule != "r:4" || len(log[1].Attempts) != 0 {
				t.Errorf("log %+v", log)
			}
		}},
		"wrong signature": {"webhook.made, do: {webhook: {signature: wrong}}", func(t *testing.T, _ *sim.World, to *simtest.Receiver) {
			in := to.Got()[0]
			if s := in.Header.Get("X-Toy-Signature"); len(s) != 64 || s == signature("secret of w", in.Body) {
				t.Errorf("signature %s", s)
			}
		}},
		"of another body": {"webhook.made, do: {webhook: {signature: other}}", func(t *testing.T, _ *sim.World, to *simtest.Receiver) {
			in := to.Got()[0]
			if s := in.Header.Get("X-Toy-Signature"); s != signature("secret of w", in.Body+" ") {
				t.Errorf("signature %s", s)
			}
		}},
		"no signature": {"webhook.made, do: {webhook: {signature: none}}", func(t *testing.T, _ *sim.World, to *simtest.Receiver) {
			if in := to.Got()[0]; in.Header.Get("X-Toy-Signature") != "" || in.Header.Get("X-Toy-Id") == "" {
				t.Errorf("headers %v", in.Header)
			}
		}},
		"stale": {"webhook.made, do: {webhook: {stale: 1h}}", func(t *testing.T, _ *sim.World, to *simtest.Receiver) {
			in := to.Got()[0]
			const before = "2026-04-02T07:15:09Z"
			if gjson.Get(in.Body, "timestamp").Str != before || in.Header.Get("X-Toy-At") != before || in.Header.Get("X-Toy-Signature") != signature("secret of w", in.Body) {
				t.Errorf("%v %s", in.Header, in.Body)
			}
			if fresh := to.Got()[1]; gjson.Get(fresh.Body, "timestamp").Str != at {
				t.Errorf("the other: %s", fresh.Body)
			}
		}},
		"truncated": {"webhook.made, do: {webhook: {truncate: true}}", func(t *testing.T, w *sim.World, to *simtest.Receiver) {
			in, log := to.Got()[0], w.Deliveries()[0]
			if gjson.Valid(in.Body) || in.Body != log.Attempts[0].Request.Body || in.Header.Get("X-Toy-Signature") == signature("secret of w", in.Body) {
				t.Errorf("%v %s", in.Header, in.Body)
			}
		}},
		"by its content": {`webhook, when: body.event == "ready", do: {webhook: {drop: true}}`, func(t *testing.T, _ *sim.World, to *simtest.Receiver) {
			if got := strings.Join(events(to.Got()), " "); got != "made" {
				t.Errorf("got %s", got)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, shop, to := hooked(t, "  - {on: toy."+c.rule+"}\n")
			shop.create()
			w := srv.WorldT(t, "w~r")
			flush(t, w)
			c.check(t, w, to)
		})
	}
}

// Rules about all operations are not about events, and the dice of a webhook rule fall
// alike in every run.
func TestWebhookRulesStandApart(t *testing.T) {
	t.Parallel()
	run := func() string {
		srv, shop, to := hooked(t, "  - {on: toy.*, phase: after, calls: [100], do: {error: BROKEN}}\n  - {on: toy.webhook, chance: 0.5, do: {webhook: {drop: true}}}\n")
		for range 20 {
			shop.create()
		}
		flush(t, srv.WorldT(t, "w~r"))
		var bodies []string
		for _, in := range to.Got() {
			bodies = append(bodies, in.Header.Get("X-Toy-Id")+in.Body)
		}
		return strings.Join(bodies, "\n")
	}
	first, second := run(), run()
	if n := strings.Count(first, "\n") + 1; n < 10 || n > 30 {
		t.Errorf("%d of 40 came through", n)
	}
	if first != second {
		t.Error("two runs with one seed differ")
	}
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
