package sim_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// A trial is a test that may fail: what it says is kept.
type trial struct {
	name     string
	mu       sync.Mutex
	told     []string
	cleanups []func()
}

// try runs a test to its end, cleanups and all, and gives what it said.
func try(name string, test func(t *trial)) []string {
	t := &trial{name: name}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			for _, f := range slices.Backward(t.cleanups) {
				f()
			}
		}()
		test(t)
	}()
	<-done
	return t.told
}

func (t *trial) Helper()          {}
func (t *trial) Name() string     { return t.name }
func (t *trial) Cleanup(f func()) { t.cleanups = append(t.cleanups, f) }

func (t *trial) Errorf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.told = append(t.told, fmt.Sprintf(format, args...))
}

func (t *trial) Fatalf(format string, args ...any) {
	t.Errorf(format, args...)
	runtime.Goexit()
}

// wantTold compares what a test said.
func wantTold(t *testing.T, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHelpersFailTheTest(t *testing.T) {
	t.Parallel()
	srv := sim.StartT(t, sim.Config{Providers: all.Providers(), Freeze: start})
	wantTold(t, try("x", func(t *trial) { sim.StartT(t, sim.Config{}) }),
		"new simulator: there is no API to stand in for: give Providers, such as all.Providers() of sim/all")
	wantTold(t, try("x", func(t *trial) {
		sim.StartT(t, sim.Config{Providers: all.Providers(), Scenarios: []string{"esimfly-flakey"}})
	}),
		`new simulator: there is no scenario "esimfly-flakey"`+", did you mean esimfly-flaky?")
	wantTold(t, try("x", func(t *trial) { sim.StartT(t, sim.Config{Providers: all.Providers(), Listen: "127.0.0.1:none"}) }),
		"start simulator: listen tcp: lookup tcp/none: unknown port")
	wantTold(t, try("x", func(t *trial) { srv.WorldT(t, "a b") }),
		"world a b: a name is 1 to 64 of letters, digits, '.', '_' and '-'")
	w := srv.WorldT(t, "w")
	wantTold(t, try("x", func(t *trial) { w.AdvanceT(t, -time.Second) }), "advance world w by -1s: a world's clock does not go backwards")
	wantTold(t, try("x", func(t *trial) {
		w.ScenarioT(t, "version: 1\nname: x\nrules:\n  - {on: esimfly.createOrders, do: {fault: reset}}\n")
	}), `scenario in world w: body:4:10: there is no operation "esimfly.createOrders", did you mean esimfly.createOrder?`)
	wantTold(t, try("x", func(t *trial) { w.ReceiveT(t, "esimfyl", http.NotFoundHandler()) }),
		`webhooks of esimfyl to world w: there is no setting "esimfyl", did you mean esimfly?`)
	ask(t, w.Client("esimgo"), "GET", w.BaseURL("esimgo")+"/organisation?odd=1", "")
	ask(t, w.Client("esimgo"), "GET", w.BaseURL("esimgo")+"/organisation", "")
	wantTold(t, try("x", func(t *trial) { w.NoFindingsT(t) }),
		`world w, request 1, GET /v2.4/organisation?odd=1: query.undeclared at "query/odd": getOrganisation has no query key "odd": leave it out`)
}

// then is a clock that stands still.
type then struct{ time.Time }

func (c then) Now() time.Time                                 { return c.Time }
func (then) Sleep(ctx context.Context, _ time.Duration) error { <-ctx.Done(); return ctx.Err() }

// Who starts in the year in which a bubble begins is told what to do.
func TestTooEarly(t *testing.T) {
	t.Parallel()
	early := then{time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}
	wantTold(t, try("x", func(t *trial) { sim.StartT(t, sim.Config{Providers: all.Providers(), Real: early}) }),
		"it is 2000-01-01, when no API wrote instants as they do now: in a bubble, let time pass first, as by"+
			" time.Sleep(time.Until(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)))")
	wantTold(t, try("x", func(t *trial) { sim.StartT(t, sim.Config{Providers: all.Providers(), Real: early, Freeze: start}) }))
}

// A world of the test's own has its name, and leaves with it.
func TestWorldOfTheTest(t *testing.T) {
	t.Parallel()
	srv := sim.StartT(t, sim.Config{Providers: all.Providers()})
	long := "TestShop/" + strings.Repeat("x", 80)
	for _, c := range []struct{ test, name, want string }{
		{"TestShop", "", "TestShop"},
		{"TestShop", "~esimfly-flaky", "TestShop~esimfly-flaky"},
		{"TestShop/pending_details#01", "", "TestShop-pending_details-01-"},
		{"TestShop/a/b", "", "TestShop.a.b"},
		{"TestShop/a.b", "", "TestShop-a-b-"},
		{long, "", "TestShop-" + strings.Repeat("x", 41) + "-"},
		{long + "y", "", "TestShop-" + strings.Repeat("x", 41) + "-"},
		{"TestShop", "given", "given"},
	} {
		var name string
		wantTold(t, try(c.test, func(t *trial) {
			w := srv.WorldT(t, c.name)
			if again := srv.WorldT(t, c.name); again != w {
				t.Errorf("another world the second time: %s", again.Name())
			}
			name = w.Name()
		}))
		if digest := strings.HasSuffix(c.want, "-"); name != c.want && (!digest || !strings.HasPrefix(name, c.want) || len(name) != len(c.want)+12) {
			t.Errorf("%s, %q: %s, want %s", c.test, c.name, name, c.want)
		}
		if left := slices.Contains(srv.WorldNames(), name); left != (c.name == "given") {
			t.Errorf("%s, %q: still there is %t", c.test, c.name, left)
		}
	}
}

// Events come to a test's handler until the test ends, and not later.
func TestReceive(t *testing.T) {
	t.Parallel()
	w := sim.StartT(t, sim.Config{Providers: all.Providers(), Freeze: start}).WorldT(t, "w")
	var mu sync.Mutex
	var got []string
	hear := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		got = append(got, fmt.Sprint(r.URL, " ", len(body) > 2, err))
	})
	wantTold(t, try("x", func(tr *trial) {
		for _, p := range purchases {
			w.ReceiveT(tr, p.provider, hear)
		}
		for _, event := range []string{"roamify.webhook.usage", "esimgo.webhook.FirstUse", "esimfly.webhook.esim.installed"} {
			if d, err := w.Trigger(t.Context(), event); err != nil || d.State != string(sim.Delivered) {
				tr.Errorf("%s: %s, %v", event, d.State, err)
			}
		}
	}))
	if want := []string{"/roamify true <nil>", "/esimgo true <nil>", "/esimfly true <nil>"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if d, err := w.Trigger(t.Context(), "esimgo.webhook.FirstUse"); !errors.Is(err, sim.ErrNoTarget) {
		t.Errorf("when the test is over: %+v, %v", d, err)
	}
}

// A world that tests share is found as it was left: its events go where they went, and
// nothing goes to who has gone.
func TestReceiveIsTakenBack(t *testing.T) {
	t.Parallel()
	srv := sim.StartT(t, sim.Config{Providers: all.Providers(), Freeze: start})
	w := srv.WorldT(t, "w")
	const before = "http://127.0.0.1:9/hook"
	if err := w.Patch(sim.Patch{"webhooks": {"esimgo": map[string]any{"url": before}}}); err != nil {
		t.Fatal(err)
	}
	refuse := http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusServiceUnavailable) })
	var other *sim.World
	wantTold(t, try("x", func(tr *trial) {
		w.ReceiveT(tr, "esimgo", refuse)
		// A secret of the test's own, for the same receiver.
		url := w.ReceiveT(tr, "esimfly", refuse)
		if err := w.Patch(sim.Patch{"webhooks": {"esimfly": map[string]any{"url": url, "secret": "mine"}}}); err != nil {
			tr.Fatalf("%v", err)
		}
		var err error
		if other, err = w.Fork("other"); err != nil {
			tr.Fatalf("%v", err)
		}
		for _, w := range []*sim.World{w, other} {
			if d, err := w.Trigger(t.Context(), "esimfly.webhook.esim.installed"); err != nil || d.State != string(sim.Pending) {
				tr.Errorf("%s: %+v, %v", w.Name(), d, err)
			}
		}
	}))
	for _, w := range []*sim.World{w, other} {
		made := w.Deliveries()
		if len(made) == 0 {
			t.Errorf("%s: nothing was sent", w.Name())
		}
		for _, d := range made {
			last := d.Attempts[len(d.Attempts)-1]
			if d.State != string(sim.Failed) || d.Due != nil || len(d.Attempts) != 2 || d.Attempts[0].Status != 503 || last.Error != "the test that received this is over" {
				t.Errorf("%s: %+v", w.Name(), d)
			}
		}
		for _, h := range w.AdvanceT(t, 24*time.Hour) {
			if h.Webhook != "" {
				t.Errorf("%s: still tried, %+v", w.Name(), h)
			}
		}
		if hooks := w.View().Webhooks; len(hooks) != 1 || hooks["esimgo"].URL != before {
			t.Errorf("%s: webhooks go to %v", w.Name(), hooks)
		}
	}
	snapshot, err := w.Snapshot()
	if text := fmt.Sprint(snapshot.Settings); err != nil || strings.Contains(text, "receiver") {
		t.Errorf("settings: %s, %v", text, err)
	}
}

// Whoever begins a world anew goes on receiving, unless the settings say otherwise later.
func TestReceiveLasts(t *testing.T) {
	t.Parallel()
	w := sim.StartT(t, sim.Config{Providers: all.Providers(), Freeze: start}).WorldT(t, "w")
	elsewhere := sim.Patch{"webhooks": {"esimfly": map[string]any{"url": "http://127.0.0.1:9/hook"}}}
	if err := w.Patch(elsewhere); err != nil {
		t.Fatal(err)
	}
	snapshot, err := w.Snapshot() // which has a target of its own
	if err != nil {
		t.Fatal(err)
	}
	came := make(chan string, 9)
	url := w.ReceiveT(t, "esimfly", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { came <- r.URL.Path }))
	begin := func(f sim.Fixture) error {
		_, err := w.Start(f)
		return err
	}
	anew := sim.Fixture{ESIMs: []sim.FixtureESIM{{Provider: "esimfly", Item: "merhaba-7days-1gb"}}}
	for _, c := range []struct {
		name string
		do   func() error
		want string
	}{
		{"received", func() error { return nil }, url},
		{"reset", w.Reset, url},
		{"patched", func() error { return w.Patch(elsewhere) }, "http://127.0.0.1:9/hook"},
		{"restored", func() error { return w.Restore(snapshot) }, url},
		{"started with a target", func() error { return begin(sim.Fixture{Settings: elsewhere}) }, "http://127.0.0.1:9/hook"},
		{"started", func() error { return begin(anew) }, url},
		{"patched in vain", func() error {
			err := w.Patch(sim.Patch{"webhooks": elsewhere["webhooks"], "esimfly": {"balance": "much"}})
			if err == nil {
				return errors.New("a balance that is none was taken")
			}
			return nil
		}, url},
	} {
		if err := c.do(); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got := w.View().Webhooks["esimfly"].URL; got != c.want {
			t.Errorf("%s: webhooks go to %s, want %s", c.name, got, c.want)
		}
	}
	if d, err := w.Trigger(t.Context(), "esimfly.webhook.esim.installed"); err != nil || d.State != string(sim.Delivered) || <-came != "/esimfly" {
		t.Errorf("%+v, %v", d, err)
	}
}

// Fifty tests share one simulator, each with a world, and see nothing of each other.
func TestFiftyTestsAtOnce(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]sim.Config{"loopback": {}, "in memory": {InMemory: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg.Providers = all.Providers()
			srv := sim.StartT(t, cfg)
			for i := range 50 {
				t.Run(fmt.Sprint("shop ", i), func(t *testing.T) {
					t.Parallel()
					w := srv.WorldT(t, "")
					for range 1 + i%3 {
						for _, p := range purchases {
							ask(t, w.Client(p.provider), "POST", w.BaseURL(p.provider)+p.order, p.body)
						}
						w.AdvanceT(t, 24*time.Hour) // sooner it would be an order repeated
					}
					w.VerifyT(t, sim.Expectation{On: "esimfly.createOrder", Times: 1 + i%3}, sim.Expectation{On: "*", Times: 3 * (1 + i%3)})
					w.NoFindingsT(t)
				})
			}
		})
	}
}

// Whatever is open when a test ends, none of the simulator's goroutines is left, nor of its
// clients'.
func TestNothingIsLeft(t *testing.T) { //nolint:paralleltest // it counts the goroutines of all
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	for _, inMemory := range []bool{false, true} {
		wantTold(t, try("x", func(t *trial) {
			srv := sim.StartT(t, sim.Config{Providers: all.Providers(), InMemory: inMemory})
			w := srv.WorldT(t, "~esimfly-pending-details")
			w.ReceiveT(t, "esimfly", http.NotFoundHandler()) // which is tried again, later
			w.ScenarioT(t, "version: 1\nname: hang\nrules: [{on: roamify.createOrder, do: {fault: hang}}]\n")
			for _, p := range purchases {
				client := w.Client(p.provider)
				if p.provider == "roamify" {
					client.Timeout = 50 * time.Millisecond
				}
				res, err := client.Post(w.BaseURL(p.provider)+p.order, "application/json", strings.NewReader(p.body))
				if err == nil {
					_ = res.Body.Close()
				}
				if (err != nil) != (p.provider == "roamify") {
					t.Errorf("%s: %v", p.provider, err)
				}
			}
			w.AdvanceT(t, 3*time.Minute)
		}))
	}
}
