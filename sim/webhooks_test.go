package sim_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/tidwall/gjson"

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
		{"PATCH", "", `{"webhooks":{"toy":{"url":"http://hooks.example.com/"}}}`, 400, "hooks.example.com is neither loopback nor private: allow it with --allow-webhook-host"},
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
	if _, v := c.do("GET", "/worlds/w", ""); v.Get("webhooks.toy.url").Str != to.URL || v.Get("webhooks.toy.timeout").Exists() {
		t.Errorf("without a time of its own it is shown as %s", v.Get("webhooks.toy"))
	}
	for _, call := range []struct{ method, body string }{{"PATCH", `{"webhooks":{"toy":{"url":"http://shop:9000/","timeout":"2s"}}}`}, {"GET", ""}} {
		if _, v := c.do(call.method, "/worlds/w", call.body); v.Get("webhooks.toy.timeout").Str != "2s" {
			t.Errorf("%s shows %s", call.method, v.Get("webhooks"))
		}
	}
	if status, _ := c.do("PATCH", "/worlds/w", `{"webhooks":{"toy":null}}`); status != 200 {
		t.Error("a target cannot be taken away")
	}
	if status, v := c.do("POST", "/worlds/w/webhooks/trigger", `{"event":"toy.webhook.ready"}`); status != 409 {
		t.Errorf("trigger without a target: %d %s", status, v)
	}
}

// Snapshots keep what was numbered, and not what is on its way.
// Neither the view of a world nor the list of deliveries tells a token in a target.
func TestWebhookTargetIsShownWithoutItsToken(t *testing.T) {
	t.Parallel()
	srv, _, to := hooked(t, "")
	w := srv.WorldT(t, "w")
	aim(t, w, to.URL+"/hook?shop=1&token=LEAK")
	if _, err := w.Trigger(t.Context(), "toy.webhook.made"); err != nil {
		t.Fatal(err)
	}
	want := to.URL + "/hook?shop=1&token=%5Bredacted%5D"
	if got := w.View().Webhooks["toy"].URL; got != want {
		t.Errorf("the view has %s, want %s", got, want)
	}
	if got := w.Deliveries()[0].URL; got != want {
		t.Errorf("the delivery has %s, want %s", got, want)
	}
}

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
	if _, err := w.Install("last"); err == nil {
		t.Fatal("what is gone was installed")
	}
	if heard, kept := installed(); heard != "" || kept != "" {
		t.Errorf("a refused installation leaves %q and %q", heard, kept)
	}
	v = shop.create()
	if _, err := w.Install("last"); err != nil {
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
