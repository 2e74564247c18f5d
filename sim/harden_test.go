package sim_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/sim"
)

// What one world posts under the name of a bundled scenario is that world's alone.
func TestPostedScenarioStaysAtHome(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	if _, err := srv.WorldT(t, "eve").AddScenario([]byte("version: 1\nname: slow\nrules: [{on: '*', do: {error: BROKEN}}]\n")); err != nil {
		t.Fatal(err)
	}
	if got := (caller{t, srv, "toy_victim~slow"}).create().Get("state").String(); got != "new" {
		t.Errorf("another world: %q, want new", got)
	}
	if status, _, _ := (caller{t, srv, "toy_eve"}).do("POST", "/toy/things", `{"name":"x"}`); status != 503 {
		t.Errorf("its own world: %d, want 503", status)
	}
}

// A scenario is taken whole or not at all.
func TestRefusedScenarioChangesNothing(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	w := srv.WorldT(t, "w")
	before := fmt.Sprintf("%+v", w.View())
	for _, balance := range []string{"-5", ".nan", ".inf", `"25.50"`} {
		if _, err := w.AddScenario([]byte("version: 1\nname: bad\naccounts: {toy: {balance: " + balance + "}}\nsettings: {toy: {colour: blue}}\n")); err == nil {
			t.Errorf("balance %s was taken", balance)
		}
		file := fstest.MapFS{"bad.yaml": {Data: []byte("version: 1\nname: bad\naccounts: {toy: {balance: " + balance + "}}\n")}}
		if _, err := sim.New(sim.Config{Providers: []*sim.Provider{toyProvider()}, Library: file, Scenarios: []string{"bad"}}); err == nil {
			t.Errorf("a simulator starts with balance %s", balance)
		}
	}
	if after := fmt.Sprintf("%+v", w.View()); after != before {
		t.Errorf("changed\nfrom %s\n  to %s", before, after)
	}
}

// However much is wrong with a request, its headers and its entry stay small.
func TestManyFindings(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	var b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&b, `,"odd%d":1`, i)
	}
	status, header, _ := caller{t, srv, "toy_many"}.do("POST", "/toy/things", `{"name":"x"`+b.String()+`}`)
	if status != 200 || header.Get("X-Esimsim-Findings") != "body.undeclared, findings.more" {
		t.Errorf("%d, findings %.200q", status, header.Get("X-Esimsim-Findings"))
	}
	if n := len(srv.WorldT(t, "many").Journal(sim.Filter{})[0].Findings); n != 101 {
		t.Errorf("%d findings kept, want 101", n)
	}
}

// Credentials are kept nowhere, whichever API they were sent to.
func TestNoCredentialIsKept(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c := caller{t, srv, "toy_x"}
	for header, value := range map[string]string{"Authorization": "Bearer REAL1", "Proxy-Authorization": "REAL2", "X-Toy": "REAL3"} {
		c.with(header, value).do("GET", "/toy/things/1?api_key=REAL4&token=REAL5", "")
	}
	c.do("POST", "/toy/things", `{"name":"x","apiKey":"REAL6", "webhook_secret" : "REAL7"}`)
	caller{t, srv, "toy_x~REAL8"}.do("GET", "/toy/things/1", "")
	caller{t, srv, "toy_revoked-REAL9"}.do("GET", "/toy/things/1", "")
	for _, path := range []string{"/_sim/requests", "/_sim/worlds/x/requests"} {
		_, _, v := caller{t, srv, ""}.do("GET", path, "")
		if i := strings.Index(v.Raw, "REAL"); i >= 0 {
			t.Errorf("%s holds %s", path, v.Raw[max(i-100, 0):min(i+20, len(v.Raw))])
		}
		if v.Get("requests.0.at").String() < "2000" {
			t.Errorf("%s: entry at %s", path, v.Get("requests.0.at"))
		}
	}
}

// A body that breaks off is the sender's fault, and its world's journal says so.
func TestBrokenBody(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	conn, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = fmt.Fprintf(conn, "POST /toy/things HTTP/1.1\r\nHost: x\r\nX-Toy: toy_short\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
	answer, _ := io.ReadAll(conn)
	if !strings.HasPrefix(string(answer), "HTTP/1.1 400") {
		t.Errorf("bad chunk: %.100q", answer)
	}
	if got := len(srv.WorldT(t, "short").Journal(sim.Filter{Status: 400})); got != 1 {
		t.Errorf("%d entries in the world's journal, want 1", got)
	}
}

// gate lets a test hold a delayed call and let it go.
type gate struct {
	clock.Wall
	waiting, open chan struct{}
}

func (g gate) Sleep(ctx context.Context, d time.Duration) error {
	if d != 100*time.Second {
		return g.Wall.Sleep(ctx, d)
	}
	g.waiting <- struct{}{}
	<-g.open
	return nil
}

// Nothing may come of a call that was under way when its world was reset.
func TestResetCancelsCallsUnderWay(t *testing.T) {
	t.Parallel()
	g := gate{waiting: make(chan struct{}), open: make(chan struct{})}
	srv := sim.StartT(t, sim.Config{
		Providers: []*sim.Provider{toyProvider()}, Library: rules("- {on: toy.createThing, do: {delay: 100s}}\n"), Real: g, Freeze: start,
	})
	w := srv.WorldT(t, "late~r")
	done := make(chan error, 1)
	req, err := http.NewRequestWithContext(t.Context(), "POST", srv.URL()+"/toy/things", strings.NewReader(`{"name":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Toy", "toy_late~r")
	go func() {
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = res.Body.Close()
		}
		done <- err
	}()
	<-g.waiting
	if err := w.Reset(); err != nil {
		t.Fatal(err)
	}
	close(g.open)
	if err := <-done; err == nil {
		t.Error("the call of before was answered")
	}
	if v := w.View(); len(v.ESIMs) != 0 {
		t.Errorf("the call of before was carried out: %+v", v.ESIMs)
	}
}

// Whoever mistypes a key reads on the program's log what would work.
func TestHintIsLogged(t *testing.T) {
	t.Parallel()
	log := &lines{more: make(chan struct{}, 1)}
	srv := startToy(t, sim.Config{Log: slog.New(slog.NewTextHandler(log, nil))})
	caller{t, srv, "wrong"}.do("GET", "/toy/things/1", "")
	if !log.has("X-Toy: toy_demo") {
		t.Error("the log does not say which key would work")
	}
}

// Conditions that are too dear for one request do not hold for it, and the log says so; those
// that are not still do.
func TestDearConditions(t *testing.T) {
	t.Parallel()
	log := &lines{more: make(chan struct{}, 1)}
	library := rules("- {on: toy.createThing, when: body.name == 'last', do: {error: BROKEN}}\n" +
		strings.Repeat("- {on: toy.createThing, when: \"body.name matches '(x?){100}y' or method == 'POST'\", phase: after, do: {delay: 1ms}}\n", 20))
	srv := sim.StartT(t, sim.Config{
		Providers: []*sim.Provider{toyProvider()}, Library: library, Log: slog.New(slog.NewTextHandler(log, nil)), Freeze: start,
	})
	c := caller{t, srv, "toy_dear~r"}
	if status, _, v := c.do("POST", "/toy/things", `{"name":"`+strings.Repeat("x", 5_000)+`"}`); status != 200 {
		t.Errorf("a long name: %d %s", status, v)
	}
	if !log.has("do not hold") {
		t.Error("the log does not say that conditions were left out")
	}
	if status, _, v := c.do("POST", "/toy/things", `{"name":"last"}`); status != 503 {
		t.Errorf("a short one: %d %s", status, v)
	}
}

// A balance is read as the setting of the same patch says, whichever is named first.
func TestSettingsBeforeState(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	w := srv.WorldT(t, "w")
	if err := w.Patch(sim.Patch{"toy": {"balance": 5.0, "colour": "blue"}}); err != nil {
		t.Fatal(err)
	}
	if got := w.View().Settings["toy"]["seen"]; got != "blue" {
		t.Errorf("the balance was set while the colour was %v, want blue", got)
	}
	if err := w.Patch(sim.Patch{"toy": {"balance": -5.0, "colour": "red"}}); err == nil {
		t.Error("a negative balance was taken")
	}
	if got := w.View().Settings["toy"]["colour"]; got != "blue" {
		t.Errorf("a refused patch left the colour %v, want blue", got)
	}
}

// A provider hears of requests refused before it admits them, where their key is known.
func TestMissed(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	for key, want := range map[string]string{"toy_m": "yes", "wrong": ""} {
		for path, method := range map[string]string{"/toy/nowhere": "GET", "/toy/things": "DELETE"} {
			if _, h, _ := (caller{t, srv, key}).do(method, path, ""); h.Get("X-Toy-Missed") != want {
				t.Errorf("%s %s with %s: %q, want %q", method, path, key, h.Get("X-Toy-Missed"), want)
			}
		}
	}
}

// What takes time to find is looked for when the world's turn is over: a call to the same
// world meanwhile is answered.
func TestNoteLater(t *testing.T) {
	t.Parallel()
	c := caller{t, startToy(t, sim.Config{}), "toy_later"}
	c.with("X-Toy-Later", "/toy/things/none").do("GET", "/toy/nowhere", "")
	want := []sim.Finding{{Code: "toy.saw", Message: "404", Basis: "assumed"}}
	if e := c.srv.WorldT(t, "later").Journal(sim.Filter{Finding: "toy.saw"}); len(e) != 1 || !slices.Equal(e[0].Findings[1:], want) {
		t.Errorf("entries %+v, want one with %+v", e, want)
	}
}

// A semicolon is a character of a value, as it is to the services' own servers.
func TestSemicolonInQuery(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	if _, h, _ := (caller{t, srv, "toy_semi"}).do("GET", "/toy/things/1?odd=a;b", ""); h.Get("X-Esimsim-Findings") != "query.undeclared" {
		t.Errorf("findings %q, want query.undeclared", h.Get("X-Esimsim-Findings"))
	}
}

func TestHeadAndSlashes(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c := caller{t, srv, "toy_h"}
	id := c.create().Get("id").String()
	for _, r := range []struct {
		method, path string
		status       int
	}{
		{"HEAD", "/toy/things/" + id, 200},
		{"GET", "/toy/things/" + id + "/", 200},
		{"GET", "//toy//things/" + id, 200},
		{"HEAD", "/_sim/health", 200},
		{"HEAD", "/toy/things", 405},
	} {
		if status, _, v := c.do(r.method, r.path, ""); status != r.status || r.method == "HEAD" && v.Raw != "" {
			t.Errorf("%s %s: %d %s, want %d", r.method, r.path, status, v, r.status)
		}
	}
}

func TestFreezeOutOfRange(t *testing.T) {
	t.Parallel()
	if _, err := sim.New(sim.Config{Providers: []*sim.Provider{toyProvider()}, Library: library, Freeze: start.AddDate(-50, 0, 0)}); err == nil {
		t.Error("a world that stands in 1976 was taken")
	}
}
