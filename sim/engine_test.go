package sim_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

var library = fstest.MapFS{
	"slow.yaml":    {Data: []byte("version: 1\nname: slow\npolicies:\n  toy.thing.ready: {after: 2m, polls: 3}\n")},
	"by-hand.yaml": {Data: []byte("version: 1\nname: by-hand\npolicies:\n  toy.thing.ready: manual\n")},
	"stuck.yaml":   {Data: []byte("version: 1\nname: stuck\npolicies:\n  toy.thing.ready: never\n")},
	"late.yaml":    {Data: []byte("version: 1\nname: late\npolicies:\n  toy.thing.gone: {after: 1d}\n")},
	"poor.yaml":    {Data: []byte("version: 1\nname: poor\nsettings: {toy: {balance: 1.5, colour: blue}, validate: strict}\n")},
	"broken.yaml":  {Data: []byte("version: 1\nname: broken\nrules:\n- on: toy.createThing\n  first: 2\n  do: {error: BROKEN}\n")},
	"delay.yaml":   {Data: []byte("version: 1\nname: delay\nrules:\n- {on: toy.getThing, do: {delay: 100s}}\n")},
}

func startToy(t *testing.T, cfg sim.Config) *sim.Server {
	t.Helper()
	cfg.Providers, cfg.Library = []*sim.Provider{toyProvider()}, library
	if cfg.Freeze.IsZero() {
		cfg.Freeze = start
	}
	return sim.StartT(t, cfg)
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	t.Run("immediate", func(t *testing.T) {
		t.Parallel()
		c := caller{t, srv, "toy_now"}
		if got := c.create().Get("state").String(); got != "ready" {
			t.Errorf("state %q, want ready", got)
		}
	})
	t.Run("the third look", func(t *testing.T) {
		t.Parallel()
		c := caller{t, srv, "toy_looks~slow"}
		id := c.create().Get("id").String()
		for i, want := range []string{"new", "new", "ready"} {
			if got := c.state(id); got != want {
				t.Errorf("look %d: %q, want %q", i+1, got, want)
			}
		}
	})
	t.Run("after", func(t *testing.T) {
		t.Parallel()
		c := caller{t, srv, "toy_after~slow"}
		id := c.create().Get("id").String()
		happened, err := srv.WorldT(t, "after~slow").Advance(5 * time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		want := []sim.Happening{{At: start.Add(2 * time.Minute), Edge: "toy.thing.ready", ID: id}}
		if diff := cmp.Diff(want, happened); diff != "" {
			t.Errorf("happened (-want +got):\n%s", diff)
		}
		if got := c.state(id); got != "ready" {
			t.Errorf("state %q, want ready", got)
		}
	})
	t.Run("manual", func(t *testing.T) {
		t.Parallel()
		c, w := caller{t, srv, "toy_hand~by-hand"}, srv.WorldT(t, "hand~by-hand")
		id := c.create().Get("id").String()
		if _, err := w.Advance(365 * 24 * time.Hour); err != nil {
			t.Fatal(err)
		}
		if got := c.state(id); got != "new" {
			t.Fatalf("state %q before the hand, want new", got)
		}
		if _, err := w.Pass("toy.thing.ready", id); err != nil {
			t.Fatal(err)
		}
		if got := c.state(id); got != "ready" {
			t.Errorf("state %q, want ready", got)
		}
		var refused *sim.EdgeError
		if _, err := w.Pass("toy.thing.ready", id); !errors.As(err, &refused) || refused.State != "ready" {
			t.Errorf("second pass: %v, want an EdgeError from ready", err)
		}
	})
	t.Run("never", func(t *testing.T) {
		t.Parallel()
		c, w := caller{t, srv, "toy_never~stuck"}, srv.WorldT(t, "never~stuck")
		id := c.create().Get("id").String()
		if happened, err := w.Advance(3650 * 24 * time.Hour); err != nil || len(happened) != 0 {
			t.Errorf("happened %v, %v", happened, err)
		}
		if got := c.state(id); got != "new" {
			t.Errorf("state %q, want new", got)
		}
	})
	t.Run("a natural instant, moved", func(t *testing.T) {
		t.Parallel()
		c, w := caller{t, srv, "toy_late~late"}, srv.WorldT(t, "late~late")
		id := c.create().Get("id").String()
		if _, err := w.Advance(30*24*time.Hour + time.Minute); err != nil {
			t.Fatal(err)
		}
		if got := c.state(id); got != "ready" {
			t.Errorf("state %q on day 30, want ready", got)
		}
		if _, err := w.Advance(24 * time.Hour); err != nil {
			t.Fatal(err)
		}
		if got := c.state(id); got != "gone" {
			t.Errorf("state %q on day 31, want gone", got)
		}
	})
}

// Events run in order, each at its own instant, also those that others bring about.
func TestAdvanceSettles(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c, w := caller{t, srv, "toy_settle~slow"}, srv.WorldT(t, "settle~slow")
	first := c.create().Get("id").String()
	if _, err := w.Advance(time.Minute); err != nil {
		t.Fatal(err)
	}
	second := c.create().Get("id").String()
	happened, err := w.Advance(40 * 24 * time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	month := 30 * 24 * time.Hour
	want := []sim.Happening{
		{At: start.Add(2 * time.Minute), Edge: "toy.thing.ready", ID: first},
		{At: start.Add(3 * time.Minute), Edge: "toy.thing.ready", ID: second},
		{At: start.Add(2*time.Minute + month), Edge: "toy.thing.gone", ID: first},
		{At: start.Add(3*time.Minute + month), Edge: "toy.thing.gone", ID: second},
	}
	if diff := cmp.Diff(want, happened); diff != "" {
		t.Errorf("happened (-want +got):\n%s", diff)
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	w := srv.WorldT(t, "clock")
	if _, err := w.Set(start.Add(-time.Hour)); err != nil {
		t.Errorf("back in a world without orders: %v", err)
	}
	caller{t, srv, "toy_clock"}.create()
	if _, err := w.Set(start.Add(-2 * time.Hour)); !errors.Is(err, clock.ErrBackwards) {
		t.Errorf("back after an order: %v, want ErrBackwards", err)
	}
	if _, err := w.Set(start.AddDate(2000, 0, 0)); !errors.Is(err, sim.ErrTime) {
		t.Errorf("year 4026: %v, want ErrTime", err)
	}
	if _, err := w.Follow(0); err == nil {
		t.Error("rate 0 was taken")
	}
	if got, want := w.Now(), start.Add(-time.Hour); !got.Equal(want) {
		t.Errorf("now %v, want %v", got, want)
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c := caller{t, srv, "toy_r~broken"}
	for i, want := range []int{503, 503, 200} {
		if status, _, v := c.do("POST", "/toy/things", `{"name":"x"}`); status != want {
			t.Errorf("call %d: %d %s, want %d", i+1, status, v, want)
		}
	}
	entries := srv.WorldT(t, "r~broken").Journal(sim.Filter{Status: 503})
	if len(entries) != 2 || len(entries[0].Rules) != 1 || entries[0].Rules[0] != "broken:4" || entries[0].Error != "BROKEN" {
		t.Errorf("journal of refused calls: %+v", entries)
	}
}

// A seed gives the same dice in any process: these were thrown by another.
func TestDiceRepeat(t *testing.T) {
	t.Parallel()
	srv := startRules(t, "- {on: toy.createThing, chance: 0.4, do: {error: BROKEN}}\n")
	got := ""
	for range 20 {
		status, _, _ := caller{t, srv, "toy_dice~r"}.do("POST", "/toy/things", `{"name":"x"}`)
		got += map[bool]string{true: "x", false: "."}[status == 503]
	}
	if want := ".x....xxx....x...x.."; got != want {
		t.Errorf("thrown %s, want %s", got, want)
	}
}

// A delay holds one caller, not the world, and ends when the simulator does.
func TestDelayEndsWithTheServer(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c := caller{t, srv, "toy_d~delay"}
	id := c.create().Get("id").String()
	done := make(chan struct{})
	go func() {
		defer close(done)
		req, _ := http.NewRequestWithContext(t.Context(), "GET", srv.URL()+"/toy/things/"+id, nil)
		req.Header.Set("X-Toy", c.key)
		if res, err := http.DefaultClient.Do(req); err == nil {
			_ = res.Body.Close()
		}
	}()
	c.create()
	if err := srv.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	<-done
}

func TestScenarioSettings(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{Scenarios: []string{"poor"}})
	w := srv.WorldT(t, "any")
	want := map[string]any{"balance": 1.5, "colour": "blue", "seen": "blue"}
	if diff := cmp.Diff(want, w.View().Settings["toy"]); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	if got := w.View().Validate; got != "strict" {
		t.Errorf("validate %q, want strict", got)
	}
	// A patch is taken whole or not at all.
	for _, bad := range []sim.Patch{
		{"toy": {"balance": 7.0, "colour": "green"}},
		{"toy": {"balance": -1.0, "colour": "red"}},
		{"toy": {"balance": 7.0}, "tyo": {}},
		{"toy": {"balnce": 7.0}},
	} {
		if err := w.Patch(bad); err == nil {
			t.Errorf("%v was taken", bad)
		}
	}
	if diff := cmp.Diff(want, w.View().Settings["toy"]); diff != "" {
		t.Errorf("settings after refused patches (-want +got):\n%s", diff)
	}
}

func TestScenarioFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(file, library["stuck.yaml"].Data, 0o600); err != nil {
		t.Fatal(err)
	}
	srv := startToy(t, sim.Config{Scenarios: []string{file}})
	c := caller{t, srv, "toy_x"}
	if got := c.create().Get("state").String(); got != "new" {
		t.Errorf("state %q, want new", got)
	}
	for name, want := range map[string]string{"stuk": `did you mean stuck?`, "/no/such/file.yaml": "no such file"} {
		_, err := sim.New(sim.Config{Providers: []*sim.Provider{toyProvider()}, Library: library, Scenarios: []string{name}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("scenario %s: %v, want %q", name, err, want)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	for key, want := range map[string]struct {
		status int
		hint   string
	}{
		"":                               {401, "X-Toy: toy_demo"},
		"sk_live_realkey":                {401, "X-Toy: toy_demo"},
		"toy_":                           {401, "1 to 64"},
		"toy_" + strings.Repeat("x", 65): {401, "1 to 64"},
		"toy_a b":                        {401, "1 to 64"},
		"toy_revoked":                    {401, "revoked"},
		"toy_revoked-1":                  {401, "revoked"},
		"toy_a~slwo":                     {401, "did you mean slow?"},
		"toy_forbidden-1":                {403, ""},
		"toy_Ab.c_9-":                    {404, ""},
		"toy_a~slow~late":                {404, ""},
	} {
		status, header, v := caller{t, srv, key}.do("GET", "/toy/things/none", "")
		if status != want.status {
			t.Errorf("key %q: %d %s, want %d", key, status, v, want.status)
		}
		if got := header.Get("X-Esimsim-Hint"); !strings.Contains(got, want.hint) {
			t.Errorf("key %q: hint %q, want %q in it", key, got, want.hint)
		}
	}
}

func TestResetRepeats(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c, w := caller{t, srv, "toy_reset~slow"}, srv.WorldT(t, "reset~slow")
	first := c.create().Raw
	if _, err := w.Advance(time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := w.Reset(); err != nil {
		t.Fatal(err)
	}
	if v := w.View(); len(v.ESIMs)+len(v.Waiting) != 0 || !v.Clock.Now.Equal(start) {
		t.Errorf("after reset: %+v", v)
	}
	if got := c.create().Raw; got != first {
		t.Errorf("after reset %s, want %s", got, first)
	}
}

func TestDeviceActions(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c, w := caller{t, srv, "toy_dev"}, srv.WorldT(t, "dev")
	if _, err := w.Use("last", 1); !errors.Is(err, sim.ErrNoESIM) {
		t.Errorf("no eSIM yet: %v", err)
	}
	id := c.create().Get("id").String()
	if _, err := w.Remove(id); err == nil {
		t.Error("removed what is on no device")
	}
	for _, want := range []esim.Bytes{8 * esim.MiB, 2 * esim.MiB, 0} {
		got, err := w.Use("last", 8)
		if err != nil || got.Used != want {
			t.Errorf("used %d, %v, want %d", got.Used, err, want)
		}
	}
	if e := w.View().ESIMs[0]; !e.OnDevice || e.Country != "JP" {
		t.Errorf("using did not install and attach: %+v", e)
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c := caller{t, srv, "toy_b"}
	if status, _, _ := c.do("POST", "/toy/things", strings.Repeat("x", sim.MaxBody+1)); status != 413 {
		t.Errorf("body over the bound: %d, want 413", status)
	}
	if status, _, _ := c.do("POST", "//toy//things", `{"name":"x"}`); status != 200 {
		t.Errorf("doubled slashes: %d, want 200", status)
	}
	status, header, v := c.do("GET", "/elsewhere", "")
	if status != 404 || header.Get("Content-Type") != "application/problem+json" || v.Get("apis.0.base").String() != srv.URL()+"/toy" {
		t.Errorf("unknown path: %d %s", status, v)
	}
	if _, _, v = c.do("GET", "/", ""); v.Get("apis.0.title").String() != "Toy" {
		t.Errorf("index: %s", v)
	}
}

// What is looked up by a refused key goes to the server's own journal, without the key.
func TestRefusedKeysAreNotKept(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c := caller{t, srv, "sk_live_secret"}
	c.do("GET", "/toy/things/1", "")
	_, _, v := c.do("GET", "/_sim/requests", "")
	if v.Get("requests.#").Int() != 1 || strings.Contains(v.Raw, "sk_live_secret") {
		t.Errorf("server's journal: %s", v)
	}
}
