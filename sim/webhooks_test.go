package sim_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/simtest"
)

// hooked is a simulator whose world w sends its events to a receiver.
func hooked(t *testing.T, rules string) (*sim.Server, caller, *simtest.Receiver) {
	t.Helper()
	library := fstest.MapFS{}
	name := "w"
	if rules != "" {
		library["r.yaml"] = &fstest.MapFile{Data: []byte("version: 1\nname: r\nrules:\n" + rules)}
		name = "w~r"
	}
	srv := sim.StartT(t, sim.Config{Providers: []*sim.Provider{toyProvider()}, Library: library, Freeze: start})
	to := simtest.Listen(t)
	aim(t, srv.WorldT(t, name), to.URL)
	return srv, caller{t, srv, "toy_" + name}, to
}

func aim(t *testing.T, w *sim.World, url string) {
	t.Helper()
	if err := w.Patch(sim.Patch{"webhooks": {"toy": map[string]any{"url": url}}}); err != nil {
		t.Fatal(err)
	}
}

// flush waits until all that is due was tried.
func flush(t *testing.T, w *sim.World) {
	t.Helper()
	advance(t, w, 0)
}

func advance(t *testing.T, w *sim.World, d time.Duration) []sim.Happening {
	t.Helper()
	happened, err := w.Advance(d)
	if err != nil {
		t.Fatal(err)
	}
	return happened
}

func events(got []simtest.Received) (out []string) {
	for _, g := range got {
		out = append(out, gjson.Get(g.Body, "event").Str)
	}
	return out
}

func signature(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return hex.EncodeToString(mac.Sum(nil))
}

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

// State that is set by hand is told of once, and not at all when another value is refused
// with it, or when it is what the account begins with.
func TestWebhookOfASetting(t *testing.T) {
	t.Parallel()
	library := fstest.MapFS{"poor.yaml": {Data: []byte("version: 1\nname: poor\naccounts: {toy: {balance: 5}}\n")}}
	to := simtest.Listen(t)
	srv := sim.StartT(t, sim.Config{
		Providers: []*sim.Provider{toyProvider()}, Library: library, Freeze: start, Webhooks: map[string]sim.Target{"toy": {URL: to.URL}},
	})
	w := srv.WorldT(t, "w~poor")
	if err := w.Patch(sim.Patch{"toy": {"balance": 6.0, "seen": "refused"}}); err == nil {
		t.Error("the patch was taken")
	}
	flush(t, w)
	if got := to.Got(); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	if err := w.Patch(sim.Patch{"toy": {"balance": 7.0}}); err != nil {
		t.Error(err)
	}
	flush(t, w)
	if got := to.Got(); len(got) != 1 || gjson.Get(got[0].Body, "id").Str != "money 7.00" {
		t.Errorf("got %v", got)
	}
	if err := w.Reset(); err != nil {
		t.Error(err)
	}
	flush(t, w)
	if got := to.Got(); len(got) != 1 || len(w.Deliveries()) != 0 {
		t.Errorf("after a reset: %v", got)
	}
}

// An account hears when somebody begins to listen, and not when the target is another or
// goes.
func TestWebhookListened(t *testing.T) {
	t.Parallel()
	library := fstest.MapFS{"heard.yaml": {Data: []byte("version: 1\nname: heard\nsettings: {webhooks: {toy: {url: http://127.0.0.1:1/}}}\n")}}
	srv := sim.StartT(t, sim.Config{Providers: []*sim.Provider{toyProvider()}, Library: library, Freeze: start})
	w := srv.WorldT(t, "w")
	heard := func(want string) {
		t.Helper()
		s, err := w.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		if got := gjson.GetBytes(s.Accounts["toy"].State, "Heard").Raw; got != want {
			t.Errorf("heard %s times, want %s", got, want)
		}
	}
	caller{t, srv, "toy_w"}.create()
	heard("0")
	aim(t, w, "http://127.0.0.1:1/")
	heard("1")
	aim(t, w, "http://127.0.0.1:2/")
	if err := w.Patch(sim.Patch{"webhooks": {"toy": nil}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Patch(sim.Patch{"webhooks": {"toy": map[string]any{"url": "http://127.0.0.1:1/"}}, "toy": {"seen": "refused"}}); err == nil {
		t.Error("the patch was taken")
	}
	heard("1")
	fresh := srv.WorldT(t, "fresh")
	aim(t, fresh, "http://127.0.0.1:1/") // no account is opened for it
	if s, err := fresh.Snapshot(); err != nil || len(s.Accounts) != 0 {
		t.Errorf("accounts %v, %v", s.Accounts, err)
	}
	w = srv.WorldT(t, "other")
	caller{t, srv, "toy_other"}.create()
	if err := w.SwitchOn("heard"); err != nil {
		t.Fatal(err)
	}
	heard("1")
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

func TestWebhookControl(t *testing.T) {
	t.Parallel()
	srv, shop, to := hooked(t, "")
	c := newController(t, srv)
	if _, v := c.do("GET", "/worlds/w", ""); v.Get("webhooks.toy.url").Str != to.URL {
		t.Errorf("world %s", v)
	}
	status, v := c.do("POST", "/worlds/w/webhooks/trigger", `{"event":"toy.webhook.ready"}`)
	if status != 200 || v.Get("state").Str != "delivered" || v.Get("attempts.0.request.body").Str != `{"event":"ready","id":"sample"}` {
		t.Errorf("trigger: %d %s", status, v)
	}
	id := v.Get("id").Str
	if status, v = c.do("POST", "/worlds/w/webhooks/"+id+"/resend", ""); status != 200 || v.Get("attempts.#").Int() != 2 {
		t.Errorf("resend: %d %s", status, v)
	}
	to.Answer(func(simtest.Received) int { return 500 })
	if _, v = c.do("POST", "/worlds/w/webhooks/"+id+"/resend", ""); v.Get("state").Str != "delivered" || v.Get("attempts.2.status").Int() != 500 {
		t.Errorf("resend in vain: %s", v)
	}
	if got := to.Got(); len(got) != 3 || got[2].Header.Get("X-Toy-Id") != id || got[2].Body != got[0].Body {
		t.Errorf("got %v", got)
	}
	shop.create() // two events that fail, and are tried again now
	flush(t, srv.WorldT(t, "w"))
	to.Answer(nil)
	_, v = c.do("GET", "/worlds/w/webhooks", "")
	pending := v.Get("deliveries.1")
	if pending.Get("state").Str != "pending" || pending.Get("due").Str != "2026-04-02T08:15:19Z" {
		t.Errorf("pending %s", pending)
	}
	if _, v = c.do("POST", "/worlds/w/webhooks/"+pending.Get("id").Str+"/resend", ""); v.Get("state").Str != "delivered" || v.Get("due").Exists() {
		t.Errorf("resend of a pending one: %s", v)
	}

	for _, bad := range []struct {
		method, path, body string
		status             int
		detail             string
	}{
		{"POST", "/webhooks/trigger", `{"event":"toy.webhook.redy"}`, 404, `there is no event "toy.webhook.redy", did you mean toy.webhook.ready?`},
		{"POST", "/webhooks/trigger", `{"event":"toy.ready"}`, 404, `there is no event "toy.ready", did you mean toy.webhook.ready?`},
		{"POST", "/webhooks/trigger", `{}`, 400, "send event"},
		{"POST", "/webhooks/none/resend", ``, 404, `there is no delivery "none"`},
		{"PATCH", "", `{"webhooks":{"toy":{"url":"http://8.8.8.8/"}}}`, 400, "8.8.8.8 is neither loopback nor private: allow it with --allow-webhook-host"},
		{"PATCH", "", `{"webhooks":{"toy":{"url":"http://169.254.169.254/"}}}`, 400, "169.254.169.254 is neither loopback nor private: allow it with --allow-webhook-host"},
		{"PATCH", "", `{"webhooks":{"toy":{"url":"ftp://x/"}}}`, 400, `"ftp://x/" is no address to send to: write http://127.0.0.1:9000/hook`},
		{"PATCH", "", `{"webhooks":{"toy":{"link":"http://x/"}}}`, 400, `a webhook has no "link"`},
		{"PATCH", "", `{"webhooks":{"toi":{"url":"http://x/"}}}`, 400, `there is no setting "toi", did you mean toy?`},
		{"PATCH", "", `{"webhooks":{"toy":{"url":"http://x/","timeout":"1h"}}}`, 400, "timeout is real time from 1ms to 2m0s"},
		{"PATCH", "", `{"webhooks":{"toy":"http://x/"}}`, 400, `a webhook is {"url":"http://127.0.0.1:9000/hook"}, or null for none`},
	} {
		status, v := c.do(bad.method, "/worlds/w"+bad.path, bad.body)
		if status != bad.status || !strings.HasPrefix(v.Get("detail").Str, bad.detail) {
			t.Errorf("%s %s: %d %s", bad.path, bad.body, status, v)
		}
	}
	if status, _ := c.do("PATCH", "/worlds/w", `{"webhooks":{"toy":null}}`); status != 200 {
		t.Error("a target cannot be taken away")
	}
	if status, v := c.do("POST", "/worlds/w/webhooks/trigger", `{"event":"toy.webhook.ready"}`); status != 409 {
		t.Errorf("trigger without a target: %d %s", status, v)
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

// Snapshots keep what was numbered, and not what is on its way.
func TestWebhookSnapshot(t *testing.T) {
	t.Parallel()
	srv, shop, to := hooked(t, "")
	shop.create()
	w := srv.WorldT(t, "w")
	flush(t, w)
	fork, err := w.Fork("copy")
	if err != nil {
		t.Fatal(err)
	}
	for _, world := range []*sim.World{w, fork} {
		if _, err := world.Trigger(t.Context(), "toy.webhook.made"); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(to.Got()); n != 4 || len(fork.Deliveries()) != 1 {
		t.Errorf("%d came; the copy has %+v", n, fork.Deliveries())
	}
	ids := map[string]bool{}
	for _, in := range to.Got() {
		ids[in.Header.Get("X-Toy-Id")] = true
	}
	if len(ids) != 4 {
		t.Errorf("ids %v", ids)
	}
}

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

// What a provider sends of an installation can name the device. One that it refuses leaves
// none behind.
func TestInstallationKnowsItsDevice(t *testing.T) {
	t.Parallel()
	srv, shop, _ := hooked(t, "")
	w := srv.WorldT(t, "w")
	v := shop.create()
	installed := func() (heard, kept string) {
		t.Helper()
		dump, err := w.Dump()
		if err != nil {
			t.Fatal(err)
		}
		return gjson.GetBytes(dump["toy"], "Things."+v.Get("id").Str+".EID").Str, gjson.GetBytes(dump["esims"], "0.EID").Str
	}
	advance(t, w, 30*24*time.Hour) // the thing is gone
	if _, err := w.Act("last", esim.Action{Kind: esim.Install}); err == nil {
		t.Fatal("what is gone was installed")
	}
	if heard, kept := installed(); heard != "" || kept != "" {
		t.Errorf("a refused installation leaves %q and %q", heard, kept)
	}
	v = shop.create()
	if _, err := w.Act("last", esim.Action{Kind: esim.Install}); err != nil {
		t.Fatal(err)
	}
	dump, err := w.Dump()
	if err != nil {
		t.Fatal(err)
	}
	if heard, _ := installed(); len(heard) != 32 || heard != gjson.GetBytes(dump["esims"], "1.EID").Str {
		t.Errorf("heard of %q, want that of %s", heard, dump["esims"])
	}
}

// An API can show what it sent, as far as it knows: not what was lost or doubled on the way.
func TestWebhookSentAsTheSenderKnows(t *testing.T) {
	t.Parallel()
	srv, shop, to := hooked(t, "  - {on: toy.webhook.ready, calls: [1], do: {webhook: {duplicate: 2}}}\n  - {on: toy.webhook.ready, calls: [2], do: {webhook: {drop: true}}}\n")
	to.Answer(func(in simtest.Received) int {
		if strings.Contains(in.Body, "made") {
			return 500
		}
		return 200
	})
	shop.create()
	id := shop.create().Get("id").Str
	flush(t, srv.WorldT(t, "w~r"))
	_, header, _ := shop.do("GET", "/toy/things/"+id, "")
	want := []string{"3 made pending 1 95", "2 ready delivered 1 96"}
	if got := header["X-Toy-Sent"]; !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
}
