package sim_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// dialsEnv tells this test binary to say what a story connects to: it watches what the
// whole process has but once.
const dialsEnv = "ESIMSIM_TEST_DIALS"

// dials are what was looked up and connected to.
type dials struct {
	mu       sync.Mutex
	Target   string   // that was configured, "" for none
	Dialled  []string // by the sender of webhooks
	Resolved []string // by name, and by net/http's own client
	Got      int      // events that arrived at the target
}

func (d *dials) dialled(address string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Dialled = append(d.Dialled, address)
}

// resolve stands in for what would open a connection for anybody.
func (d *dials) resolve(_ context.Context, network, address string) (net.Conn, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Resolved = append(d.Resolved, network+" "+address)
	return nil, errors.New("watched")
}

// tellDials is the child of TestDials.
func tellDials(targeted bool) error {
	var d dials
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: d.resolve}
	http.DefaultTransport = &http.Transport{DialContext: d.resolve}
	s, err := sim.New(sim.Config{Providers: all.Providers(), InMemory: true, Freeze: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		return err
	}
	s.WatchDials(d.dialled)
	if err := s.Start(context.Background()); err != nil {
		return err
	}
	w, err := s.World("w")
	if err != nil {
		return err
	}
	if targeted {
		receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.Got++
		}))
		defer receiver.Close()
		d.Target = strings.TrimPrefix(receiver.URL, "http://")
		if err := w.Patch(sim.Patch{"webhooks": {"esimfly": map[string]any{"url": receiver.URL}}}); err != nil {
			return err
		}
	}
	if err := buyEverywhere(w); err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return json.NewEncoder(os.Stdout).Encode(&d)
}

// buyEverywhere buys an eSIM at each of the three, uses it, and lets a month go by.
func buyEverywhere(w *sim.World) error {
	for _, c := range []struct{ provider, path, body string }{
		{"roamify", "/api/esim/order", `{"items":[{"packageId":"esim-cambodia-7days-1gb-all","quantity":1}]}`},
		{"esimgo", "/orders", `{"type":"transaction","assign":true,"order":[{"type":"bundle","quantity":1,"item":"esim_1GB_7D_GB_V2"}]}`},
		{"esimfly", "/esims/order", `{"packageCode":"merhaba-7days-1gb","packageName":"Turkey 1 GB 7 Days","price":2.72}`},
	} {
		res, err := w.Client(c.provider).Post(w.BaseURL(c.provider)+c.path, "application/json", strings.NewReader(c.body))
		if err != nil {
			return err
		}
		_ = res.Body.Close()
		if res.StatusCode/100 != 2 {
			return fmt.Errorf("%s answers %s", c.provider, res.Status)
		}
		if c.provider == "roamify" {
			continue // its eSIM is yet to be made
		}
		if _, err := w.Use("last", 100); err != nil {
			return err
		}
	}
	_, err := w.Advance(30 * 24 * time.Hour)
	return err
}

// The simulator connects to the targets of webhooks that somebody configured, and to nobody
// else, whatever is bought and used and however long it runs.
func TestDials(t *testing.T) {
	t.Parallel()
	for _, targets := range []string{"none", "one"} {
		t.Run(targets, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), dialsEnv+"="+targets)
			cmd.Stderr = os.Stderr
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			var d dials
			if err := json.Unmarshal(out, &d); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if len(d.Resolved) > 0 {
				t.Errorf("looked up or asked for: %v", d.Resolved)
			}
			if others := slices.DeleteFunc(slices.Clone(d.Dialled), func(a string) bool { return a == d.Target }); len(others) > 0 {
				t.Errorf("connected to %v, want %q alone", others, d.Target)
			}
			if targets == "one" && (len(d.Dialled) == 0 || d.Got == 0) {
				t.Errorf("the target was dialled %d times and got %d events: the watch sees nothing", len(d.Dialled), d.Got)
			}
		})
	}
}
