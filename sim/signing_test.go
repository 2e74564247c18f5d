package sim_test

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/simtest"
)

func TestSignWebhook(t *testing.T) {
	t.Parallel()
	p := toyProvider()
	s := sim.Signing{Event: "made", ID: "1", Secret: "mine", Body: []byte(`{"event":"made"}`), At: start}
	got := p.SignWebhook(s)
	if got.Get("X-Toy-Signature") != signature("mine", `{"event":"made"}`) || got.Get("X-Toy-Event") != "made" || got.Get("X-Toy-Colour") != "red" {
		t.Errorf("by default: %v", got)
	}
	s.Setting = func(name string) string { return map[string]string{"colour": "blue"}[name] }
	if got := p.SignWebhook(s).Get("X-Toy-Colour"); got != "blue" {
		t.Errorf("colour %s", got)
	}
}

func TestSampleWebhook(t *testing.T) {
	t.Parallel()
	providers := []*sim.Provider{toyProvider()}
	info, body, err := sim.SampleWebhook(providers, "toy.webhook.ready", start)
	if err != nil || string(body) != `{"event":"ready","id":"sample"}` || info.Short != "ready" || info.Basis != sim.Assumed {
		t.Errorf("%+v %s %v", info, body, err)
	}
	if _, _, err := sim.SampleWebhook(providers, "toy.webhook.redy", start); err == nil || !strings.HasSuffix(err.Error(), `"toy.webhook.redy", did you mean toy.webhook.ready?`) {
		t.Errorf("unknown event: %v", err)
	}
}

// A configured target holds in every world, and its secret wherever nothing else is said.
func TestConfiguredWebhooks(t *testing.T) {
	t.Parallel()
	to := simtest.Listen(t)
	secret := func(t *testing.T, srv *sim.Server, world string) string {
		t.Helper()
		got, err := srv.WebhookSecret("toy", world)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	t.Run("url", func(t *testing.T) {
		t.Parallel()
		srv := sim.StartT(t, sim.Config{
			Providers: []*sim.Provider{toyProvider()}, Freeze: start,
			Webhooks: map[string]sim.Target{"toy": {URL: to.URL, Secret: "mine"}},
		})
		if got := secret(t, srv, "w"); got != "mine" || len(srv.WorldNames()) != 0 {
			t.Errorf("secret %q, worlds %v", got, srv.WorldNames())
		}
		caller{t, srv, "toy_w"}.create()
		flush(t, srv.WorldT(t, "w"))
		for _, in := range to.Got() {
			if in.Header.Get("X-Toy-Signature") != signature("mine", in.Body) {
				t.Errorf("%v", in)
			}
		}
		if n := len(to.Got()); n != 2 {
			t.Errorf("%d events", n)
		}
	})
	t.Run("a secret alone", func(t *testing.T) {
		t.Parallel()
		later := simtest.Listen(t)
		srv := sim.StartT(t, sim.Config{
			Providers: []*sim.Provider{toyProvider()}, Freeze: start,
			Webhooks: map[string]sim.Target{"toy": {Secret: "mine"}},
		})
		w := srv.WorldT(t, "w")
		if _, err := w.Trigger(t.Context(), "toy.webhook.made"); err == nil {
			t.Error("sent nowhere")
		}
		aim(t, w, later.URL)
		d, err := w.Trigger(t.Context(), "toy.webhook.made")
		if err != nil || !d.Attempts[0].Taken {
			t.Fatalf("%+v %v", d, err)
		}
		if in := later.Got()[0]; in.Header.Get("X-Toy-Signature") != signature("mine", in.Body) || gjson.Get(in.Body, "id").Str != "sample" {
			t.Errorf("%v", in)
		}
	})
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		srv := sim.StartT(t, sim.Config{Providers: []*sim.Provider{toyProvider()}})
		if got := secret(t, srv, "w"); got != "secret of w" {
			t.Errorf("secret %q", got)
		}
		if _, err := srv.WebhookSecret("toy", "no name"); err == nil {
			t.Error("a name that is none")
		}
	})
	for want, target := range map[string]map[string]sim.Target{
		`webhooks of toy: "x" is no address to send to`:            {"toy": {URL: "x"}},
		"webhooks of toy: 8.8.8.8 is neither loopback nor private": {"toy": {URL: "http://8.8.8.8/"}},
		`webhooks: there is no provider "toi" that sends any`:      {"toi": {URL: "http://127.0.0.1:1/"}},
	} {
		if _, err := sim.New(sim.Config{Providers: []*sim.Provider{toyProvider()}, Webhooks: target}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v: %v, want %s", target, err, want)
		}
	}
}
