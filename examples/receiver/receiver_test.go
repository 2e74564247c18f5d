// Package receiver tests the examples of receivers, one in each language.
package receiver

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/tool"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

var start = time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC)

// spoilt are the ways to make an event that must be refused, by the scenario that does.
var spoilt = map[string]string{
	"wrong":    "signature: wrong",
	"other":    "signature: other",
	"none":     "signature: none",
	"cut":      "truncate: true",
	"staleBad": "stale: 1h, signature: wrong",
}

func TestReceivers(t *testing.T) {
	t.Parallel()
	for name, command := range map[string]func(*testing.T) []string{
		"go": func(t *testing.T) []string {
			source(t, "go/main.go")
			binary := filepath.Join(t.TempDir(), "receiver")
			if out, err := exec.Command(tool.Path(t, "go"), "build", "-o", binary, "./go").CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			return []string{binary}
		},
		"node":   func(t *testing.T) []string { return []string{tool.Path(t, "node"), source(t, "node/receiver.mjs")} },
		"python": func(t *testing.T) []string { return []string{tool.Path(t, "python3"), source(t, "python/receiver.py")} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := sim.StartT(t, sim.Config{Providers: all.Providers(), Library: library(), Freeze: start})
			r := launch(t, srv, command(t))
			w := srv.WorldT(t, "shop")
			targets := map[string]any{}
			for _, p := range srv.Providers() {
				targets[p.Name()] = map[string]any{"url": r.url + "/" + p.Name()}
			}
			if err := w.Patch(sim.Patch{"webhooks": targets}); err != nil {
				t.Fatal(err)
			}
			r.refuses(t, w)
			r.takesOnce(t, w)
			r.minds(t, srv)
		})
	}
}

// library has a scenario for each way to go wrong, and one that doubles all events.
func library() fstest.MapFS {
	out := fstest.MapFS{}
	write := func(name, does string) {
		text := "version: 1\nname: " + name + "\nrules:\n"
		for _, p := range all.Providers() {
			text += fmt.Sprintf("  - {on: %s.webhook, do: {webhook: {%s}}}\n", p.Name(), does)
		}
		out[name+".yaml"] = &fstest.MapFile{Data: []byte(text)}
	}
	for name, does := range spoilt {
		write(name, does)
	}
	write("twice", "duplicate: 2")
	return out
}

// A running receiver.
type running struct {
	url    string
	secret map[string]string // by provider
	lines  *bufio.Scanner    // what it prints
}

// launch runs a receiver with the secrets of the world shop until the test ends.
func launch(t *testing.T, srv *sim.Server, command []string) *running {
	t.Helper()
	r := &running{secret: map[string]string{}}
	// One that does not print what is waited for ends too.
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "PORT=0")
	for _, p := range srv.Providers() {
		secret, err := srv.WebhookSecret(p.Name(), "shop")
		if err != nil {
			t.Fatal(err)
		}
		r.secret[p.Name()] = secret
	}
	cmd.Env = append(cmd.Env, "ESIMGO_API_KEY="+r.secret["esimgo"], "ROAMIFY_WEBHOOK_SECRET="+r.secret["roamify"], "ESIMFLY_WEBHOOK_SECRET="+r.secret["esimfly"])
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("receiver: %s", &stderr)
		}
	})
	r.lines = bufio.NewScanner(stdout)
	if !r.lines.Scan() {
		t.Fatalf("it printed nothing: %s", &stderr)
	}
	url, ok := strings.CutPrefix(r.lines.Text(), "listening on ")
	if !ok {
		t.Fatalf("it printed %q", r.lines.Text())
	}
	r.url = url
	return r
}

// refuses sends every event wrongly in every way.
func (r *running) refuses(t *testing.T, w *sim.World) {
	t.Helper()
	for name := range spoilt {
		if err := w.SwitchOn(name); err != nil {
			t.Fatal(err)
		}
		for _, event := range events(t) {
			if d := trigger(t, w, event); d.Attempts[0].Status != http.StatusUnauthorized {
				t.Errorf("%s, %s: %+v", event, name, d.Attempts[0])
			}
		}
		w.SwitchOff(name)
	}
}

// takesOnce sends every event twice, rightly.
func (r *running) takesOnce(t *testing.T, w *sim.World) {
	t.Helper()
	if err := w.SwitchOn("twice"); err != nil {
		t.Fatal(err)
	}
	before := len(w.Deliveries())
	for _, event := range events(t) {
		trigger(t, w, event)
		if _, err := w.Advance(0); err != nil { // until the second has come, too
			t.Fatal(err)
		}
	}
	w.SwitchOff("twice")
	sent := w.Deliveries()[before:]
	if len(sent) != 2*len(events(t)) {
		t.Errorf("%d were sent", len(sent))
	}
	for _, d := range sent {
		if d.Attempts[0].Status != http.StatusOK {
			t.Errorf("%s: %+v", d.Event, d.Attempts[0])
		}
	}
	var want []string
	for _, d := range sent {
		provider, short, _ := strings.Cut(d.Event, ".webhook.")
		if provider == "roamify" {
			short = gjson.Get(d.Attempts[0].Request.Body, "event_category").Str + "." + short
		}
		if line := "accepted " + provider + " " + short; !slices.Contains(want, line) {
			want = append(want, line)
		}
	}
	// One more, so that a line too many would come before it.
	if got := r.post(t, "/esimgo", `{"alertType":"Last"}`, "esimgo", nil); got != http.StatusOK {
		t.Errorf("last: %d", got)
	}
	want = append(want, "accepted esimgo Last")
	var got []string
	for len(got) < len(want) && r.lines.Scan() {
		got = append(got, r.lines.Text())
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("printed\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// minds is about what scenarios do not do.
func (r *running) minds(t *testing.T, srv *sim.Server) {
	t.Helper()
	// The spaces would be gone, and the order another, in JSON that was written anew.
	const body = `{ "z": 1.50, "event": "odd", "event_category": "é" }`
	for _, p := range srv.Providers() {
		name := p.Name()
		if got := r.post(t, "/"+name, body, name, nil); got != http.StatusOK {
			t.Errorf("%s: odd JSON: %d", name, got)
		}
		if got := r.post(t, "/"+name, "no JSON", name, nil); got != http.StatusOK {
			t.Errorf("%s: no JSON: %d", name, got)
		}
		for what, change := range map[string]func(http.Header){
			"no header": func(h http.Header) { clear(h) },
			"upper case": func(h http.Header) {
				for k := range h {
					h[k] = []string{strings.ToUpper(h[k][0])}
				}
			},
			"an empty signature": func(h http.Header) {
				for k := range h {
					h[k] = []string{""}
				}
			},
			"half of it": func(h http.Header) {
				for k := range h {
					h[k] = []string{h[k][0][:len(h[k][0])/2]}
				}
			},
		} {
			if got := r.post(t, "/"+name, body, name, change); got != http.StatusUnauthorized {
				t.Errorf("%s: %s: %d", name, what, got)
			}
		}
		other := map[string]string{"esimgo": "roamify", "roamify": "esimfly", "esimfly": "esimgo"}[name]
		if got := r.post(t, "/"+other, body, name, nil); got != http.StatusUnauthorized {
			t.Errorf("%s's at %s: %d", name, other, got)
		}
	}
	if got := r.post(t, "/", body, "roamify", nil); got != http.StatusNotFound {
		t.Errorf("elsewhere: %d", got)
	}
	res, err := http.Get(r.url + "/roamify")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode < 400 {
		t.Errorf("GET: %d", res.StatusCode)
	}
}

// post signs a body as a provider does, and sends it.
func (r *running) post(t *testing.T, path, body, provider string, change func(http.Header)) int {
	t.Helper()
	var header http.Header
	for _, p := range all.Providers() {
		if p.Name() == provider {
			header = p.SignWebhook(sim.Signing{Event: "e", ID: provider + body, Secret: r.secret[provider], Body: []byte(body), At: start})
		}
	}
	if change != nil {
		change(header)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode
}

func trigger(t *testing.T, w *sim.World, event string) sim.Delivery {
	t.Helper()
	d, err := w.Trigger(t.Context(), event)
	if err != nil {
		t.Fatalf("%s: %v", event, err)
	}
	if len(d.Attempts) == 0 {
		t.Fatalf("%s was not sent: %+v", event, d)
	}
	return d
}

// events are all that the providers send; each of them sends some.
func events(t *testing.T) (names []string) {
	t.Helper()
	for _, p := range all.Providers() {
		if len(p.Events()) == 0 {
			t.Fatalf("%s sends nothing", p.Name())
		}
		for _, e := range p.Events() {
			names = append(names, e.Name)
		}
	}
	return names
}

// source is a file that another program reads. It is opened here too, so that go test does
// not take an earlier result for that of a file that has changed.
func source(t *testing.T, file string) string {
	t.Helper()
	if _, err := os.ReadFile(file); err != nil {
		t.Fatal(err)
	}
	return file
}
