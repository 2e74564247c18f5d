package sim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/esimsim/esimsim/sim"
)

// A scenario named by a request's header holds for that request and for what it made.
func TestScenarioHeader(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c := caller{t, srv, "toy_header"}
	held := c.with(sim.ScenarioHeader, "slow")
	id := held.create().Get("id").String()
	if got := c.create().Get("state").String(); got != "ready" {
		t.Errorf("without the header: %q, want ready", got)
	}
	for i, want := range []string{"new", "new", "ready"} {
		if got := c.state(id); got != want {
			t.Errorf("look %d: %q, want %q", i+1, got, want)
		}
	}
	// Its counts go on from one request to the next.
	broken := c.with(sim.ScenarioHeader, "broken, slow")
	for i, want := range []int{503, 503, 200} {
		if status, _, _ := broken.do("POST", "/toy/things", `{"name":"x"}`); status != want {
			t.Errorf("call %d: %d, want %d", i+1, status, want)
		}
	}
	status, header, _ := c.with(sim.ScenarioHeader, "slwo").do("POST", "/toy/things", `{"name":"x"}`)
	if status != 400 || !strings.Contains(header.Get("X-Esimsim-Hint"), "did you mean slow?") {
		t.Errorf("unknown: %d, hint %q", status, header.Get("X-Esimsim-Hint"))
	}
}

// A request may ask for its own mode of validation.
func TestValidateHeader(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c := caller{t, srv, "toy_v"}
	for mode, want := range map[string]int{"strict": 400, "report": 200, "off": 200, "provider": 200, "loose": 400} {
		status, header, _ := c.with(sim.ValidateHeader, mode).do("POST", "/toy/things?odd=1", `{"name":"x"}`)
		if status != want {
			t.Errorf("%s: %d, want %d", mode, status, want)
		}
		if got := header.Get("X-Esimsim-Findings"); (got == "") != (mode == "off") || mode == "loose" && got != "header.esimsim" {
			t.Errorf("%s: findings %q", mode, got)
		}
	}
}

func TestScenariosByControl(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c, shop := newController(t, srv), caller{t, srv, "toy_s"}
	const w = "/worlds/s/scenarios"
	if _, v := c.do("PUT", w+"/stuck", ""); v.Get("scenarios").Raw != "[\n    \"stuck\"\n  ]" {
		t.Errorf("on: %s", v.Get("scenarios"))
	}
	if got := shop.create().Get("state").String(); got != "new" {
		t.Errorf("stuck: %q, want new", got)
	}
	_, v := c.do("POST", w, "version: 1\nname: mine\naccounts: {toy: {balance: 3}}\nsettings: {toy: {colour: blue}}\npolicies: {toy.thing.ready: immediate}\n")
	if v.Get("settings.toy").Raw == "" || v.Get("settings.toy.balance").Float() != 3 || v.Get("settings.toy.colour").String() != "blue" {
		t.Errorf("added: %s", v.Get("settings"))
	}
	if got := shop.create().Get("state").String(); got != "ready" {
		t.Errorf("the later scenario wins: %q, want ready", got)
	}
	if _, v = c.do("DELETE", w+"/mine", ""); v.Get("settings.toy.colour").String() != "red" || len(v.Get("scenarios").Array()) != 1 {
		t.Errorf("off: %s", v)
	}
	for _, r := range []struct {
		method, path, body string
		status             int
		detail             string
	}{
		{"PUT", w + "/stuk", "", 404, "did you mean stuck?"},
		{"DELETE", w + "/slow", "", 404, "is not on"},
		{"POST", w, "version: 1\nnam: x\n", 400, `body:2:1: a scenario has no key "nam", did you mean name?`},
		{"POST", w, strings.Repeat("#", 2<<20), 413, "1 MiB"},
	} {
		if status, v := c.do(r.method, r.path, r.body); status != r.status || !strings.Contains(v.Get("detail").String(), r.detail) {
			t.Errorf("%s %s: %d %s", r.method, r.path, status, v)
		}
	}
}

// Scenarios that are posted are kept within bounds, and one that finds no room changes
// nothing.
func TestScenariosOfAWorldAreBounded(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c := newController(t, srv)
	post := func(world, name string, size int) (int, string) {
		text := "version: 1\nname: " + name + "\n#"
		status, v := c.do("POST", "/worlds/"+world+"/scenarios", text+strings.Repeat("x", size-len(text)))
		return status, v.Get("detail").Str
	}
	for i := range 100 {
		if status, detail := post("many", fmt.Sprintf("n%d", i), 50); status != 200 {
			t.Fatalf("%d: %d %s", i, status, detail)
		}
	}
	if status, detail := post("many", "more", 50); status != 400 || !strings.Contains(detail, "at most 100 scenarios on: switch one off") {
		t.Errorf("the 101st: %d %s", status, detail)
	}
	if status, detail := post("many", "n7", 60); status != 200 {
		t.Errorf("one in the place of another: %d %s", status, detail)
	}
	for i := range 4 {
		if status, detail := post("large", fmt.Sprintf("n%d", i), 1<<20); status != 200 {
			t.Fatalf("%d: %d %s", i, status, detail)
		}
	}
	if status, detail := post("large", "more", 50); status != 400 || !strings.Contains(detail, "at most 4 MiB together: switch one off") {
		t.Errorf("more than 4 MiB: %d %s", status, detail)
	}
	_, many := c.do("GET", "/worlds/many/snapshot", "")
	_, large := c.do("GET", "/worlds/large/snapshot", "")
	for name, r := range map[string]struct {
		snapshot, pointer, detail string
		status                    int
	}{
		"100":             {many.Raw, "", "", 200},
		"101":             {withScenario(t, many.Raw, "version: 1\nname: more\n"), "/scenarios/100", "at most 100 scenarios", 400},
		"more than 4 MiB": {withScenario(t, large.Raw, "version: 1\nname: more\n"), "/scenarios/4", "at most 4 MiB together", 400},
	} {
		status, v := c.do("PUT", "/worlds/restored/snapshot", r.snapshot)
		if status != r.status || v.Get("pointer").Str != r.pointer || !strings.Contains(v.Get("detail").Str, r.detail) {
			t.Errorf("a snapshot with %s: %d %s", name, status, v)
		}
	}
	for world, want := range map[string]int{"many": 100, "large": 4} {
		if on := srv.WorldT(t, world).View().Scenarios; len(on) != want {
			t.Errorf("%s: %d are on, want %d", world, len(on), want)
		}
	}
}

// What was chosen by hand wins over scenarios, whichever came first.
func TestHandWinsOverScenario(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	w := srv.WorldT(t, "hand")
	if err := w.Patch(sim.Patch{"toy": {"colour": "red"}}); err != nil {
		t.Fatal(err)
	}
	if err := w.SwitchOn("poor"); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"balance": 1.5, "colour": "red", "seen": "red"}
	if diff := cmp.Diff(want, w.View().Settings["toy"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTimeline(t *testing.T) {
	t.Parallel()
	text := `version: 1
name: life
policies: {toy.thing.ready: manual}
timeline:
- {after: 1m, do: {edge: {edge: toy.thing.ready, id: nobody}}}
- {after: 2m, do: {use: {mb: 4}}}
- {after: 3m, do: {set: {toy: {balance: 5}}}}
- {after: 4m, do: {remove: {}}}
`
	srv := sim.StartT(t, sim.Config{Providers: []*sim.Provider{toyProvider()}, Library: fstest.MapFS{"life.yaml": {Data: []byte(text)}}, Freeze: start})
	c, w := caller{t, srv, "toy_t~life"}, srv.WorldT(t, "t~life")
	c.create()
	if _, err := w.Advance(2 * time.Minute); err != nil {
		t.Fatal(err)
	}
	if e := w.View().ESIMs[0]; !e.OnDevice {
		t.Errorf("after two minutes: %+v", e)
	}
	if _, err := w.Advance(3 * time.Minute); err != nil {
		t.Fatal(err)
	}
	v := w.View()
	if v.ESIMs[0].OnDevice || v.Settings["toy"]["balance"] != 5.0 {
		t.Errorf("after five minutes: %+v", v)
	}
}

// lines is a log that can be waited on.
type lines struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	more chan struct{}
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case l.more <- struct{}{}:
	default:
	}
	return l.buf.Write(p)
}

func (l *lines) has(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.buf.String(), text)
}

// A scenario file that changes is read again; with a mistake in it the old one stays.
func TestReload(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "mine.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(string(library["stuck.yaml"].Data))
	log := &lines{more: make(chan struct{}, 1)}
	srv := startToy(t, sim.Config{Scenarios: []string{file, "late"}, Log: slog.New(slog.NewTextHandler(log, nil))})
	c, w := caller{t, srv, "toy_x"}, srv.WorldT(t, "x")
	if got := c.create().Get("state").String(); got != "new" {
		t.Fatalf("state %q, want new", got)
	}
	write("version: 1\nname: stuck\npolices: {}\n")
	if err := srv.Reload(); err == nil || !strings.Contains(err.Error(), "mine.yaml:3:1") {
		t.Errorf("a mistake: %v", err)
	}
	if got := c.create().Get("state").String(); got != "new" {
		t.Errorf("after a mistake: %q, want new", got)
	}
	// The running simulator looks by itself.
	write("version: 1\nname: stuck\nsettings: {toy: {colour: blue}}\n")
	for !log.has("scenarios reloaded") {
		<-log.more
	}
	if got := c.create().Get("state").String(); got != "ready" {
		t.Errorf("after the change: %q, want ready", got)
	}
	if got := w.View(); got.Settings["toy"]["colour"] != "blue" || !slices.Equal(got.Scenarios, []string{"stuck", "late"}) {
		t.Errorf("after the change: %+v", got)
	}
}

func TestUnfired(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	caller{t, srv, "toy_u~broken~delay"}.do("POST", "/toy/things", `{"name":"x"}`)
	if diff := cmp.Diff([]string{"delay:4"}, srv.Unfired()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What a request's own scenario chooses holds for its refusals too.
func TestHeaderChoosesSettings(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c := caller{t, srv, "toy_set"}
	for header, want := range map[string]string{"poor": "blue", "slow": "red"} {
		if _, h, _ := c.with(sim.ScenarioHeader, header).do("GET", "/toy/things/none", ""); h.Get("X-Toy-Colour") != want {
			t.Errorf("%s: %q, want %q", header, h.Get("X-Toy-Colour"), want)
		}
	}
}

// withScenario is a snapshot with one more scenario.
func withScenario(t *testing.T, snapshot, text string) string {
	t.Helper()
	s, err := sim.ReadSnapshot([]byte(snapshot))
	if err != nil {
		t.Fatal(err)
	}
	s.Scenarios = append(s.Scenarios, text)
	out, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
