package sim_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/simtest"
)

// startBuggy starts the toy with a bug, and gives what it logs.
func startBuggy(t *testing.T, mistake func(*sim.Definition[toy])) (*sim.Server, *lines) {
	t.Helper()
	d := toyDefinition()
	mistake(&d)
	log := &lines{more: make(chan struct{}, 1)}
	srv := sim.StartT(t, sim.Config{
		Providers: []*sim.Provider{sim.Define(d)}, Library: library, Freeze: start,
		Log: slog.New(slog.NewTextHandler(log, nil)),
	})
	return srv, log
}

func (l *lines) wantPanic(t *testing.T, value string) {
	t.Helper()
	if !l.has("level=ERROR msg=panic") || !l.has(value) || !l.has("panic_test.go") {
		t.Errorf("the log does not tell of the panic, its value and where it was")
	}
}

// A bug in what runs by itself ends no process, and the log tells of it.
func TestPanicInTheBackground(t *testing.T) {
	t.Parallel()
	srv, log := startBuggy(t, func(*sim.Definition[toy]) {})
	if !srv.Background(func() { panic("a bug in a task") }) {
		t.Fatal("no task is begun")
	}
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	if !log.has(`level=ERROR msg="panic in the background"`) || !log.has("a bug in a task") || !log.has("panic_test.go") {
		t.Error("the log does not tell of the panic, its value and where it was")
	}
}

// A delivery that cannot be made has failed: whoever waits for it goes on.
func TestPanicOfADelivery(t *testing.T) {
	t.Parallel()
	srv, log := startBuggy(t, func(d *sim.Definition[toy]) {
		d.Webhooks.Sign = func(sim.Signing) http.Header { panic("a bug in a signature") }
	})
	w := srv.WorldT(t, "w")
	aim(t, w, simtest.Listen(t).URL)
	caller{t, srv, "toy_w"}.create()
	advance(t, w, time.Hour) // waits for each attempt
	for _, d := range w.Deliveries() {
		if d.State != "failed" || len(d.Attempts) != 3 || d.Attempts[0].Error != "internal error" {
			t.Errorf("%+v", d)
		}
	}
	if !log.has(`level=ERROR msg="panic in the background"`) || !log.has("a bug in a signature") {
		t.Error("the log does not tell of the panic")
	}
}

// A call of the control plane that a bug breaks off is answered, and its world goes on.
func TestPanicInTheControlPlane(t *testing.T) {
	t.Parallel()
	bug := true
	srv, log := startBuggy(t, func(d *sim.Definition[toy]) {
		d.Settings = append(d.Settings, sim.Setting[toy]{Name: "buggy", Get: func(*sim.Tx[toy]) any {
			if bug {
				panic("a bug in a setting")
			}
			return "fine"
		}, Set: func(*sim.Tx[toy], any) error { return nil }})
	})
	c := caller{t, srv, ""}
	(caller{t, srv, "toy_w"}).create()
	status, header, v := c.do("GET", "/_sim/worlds/w", "")
	if status != 500 || header.Get("Content-Type") != "application/problem+json" || !strings.Contains(v.Get("detail").Str, "bug") {
		t.Errorf("%d %v %s", status, header, v)
	}
	log.wantPanic(t, "a bug in a setting")
	bug = false
	if status, _, v := c.do("GET", "/_sim/worlds/w", ""); status != 200 {
		t.Errorf("afterwards: %d %s", status, v)
	}
}

// The end does not wait for what cannot be ended.
func TestCloseLeavesWhatHangs(t *testing.T) {
	t.Parallel()
	srv, err := sim.New(sim.Config{Providers: []*sim.Provider{toyProvider()}, Library: library})
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	srv.SetDrain(time.Millisecond)
	hang, over := make(chan struct{}), make(chan struct{})
	srv.Background(func() {
		<-hang
		close(over)
	})
	if err := srv.Close(); err == nil {
		t.Error("nobody was told that something still runs")
	}
	if res, err := http.Get(srv.URL() + "/_sim/health"); err == nil {
		_ = res.Body.Close()
		t.Error("it still listens")
	}
	close(hang)
	<-over
	srv.SetDrain(time.Minute)
	if err := srv.Close(); err != nil {
		t.Errorf("when it has ended: %v", err)
	}
}
