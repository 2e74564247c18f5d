package sim_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/esimsim/esimsim/sim"
)

// busy is a world in which much is under way.
func busy(t *testing.T, srv *sim.Server, name string) caller {
	t.Helper()
	c := caller{t, srv, "toy_" + name}
	c.create()
	w := srv.WorldT(t, name)
	if err := w.SwitchOn("slow"); err != nil {
		t.Fatal(err)
	}
	if err := w.SwitchOn("broken"); err != nil {
		t.Fatal(err)
	}
	c.do("POST", "/toy/things", `{"name":"x"}`) // counted and refused
	c.with(sim.ScenarioHeader, "stuck").do("POST", "/toy/things", `{"name":"x"}`)
	c.create()
	if err := w.Patch(sim.Patch{"toy": {"balance": 7.5, "colour": "blue"}, "": {"validate": "report"}}); err != nil {
		t.Fatal(err)
	}
	return c
}

// after is what a world does from here on.
func after(c caller, w *sim.World) (out []string) {
	for range 3 {
		status, _, v := c.do("POST", "/toy/things", `{"name":"x"}`)
		out = append(out, strings.ReplaceAll(v.Raw, w.Name(), "W"), time.Duration(status).String())
	}
	happened, _ := w.Advance(40 * 24 * time.Hour)
	data, _ := json.Marshal(happened)
	return append(out, string(data))
}

// A world put back, and one forked, go on as the first did.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c, ctl := busy(t, srv, "one"), newController(t, srv)
	one := srv.WorldT(t, "one")
	_, snapshot := ctl.do("GET", "/worlds/one/snapshot", "")
	if status, v := ctl.do("POST", "/worlds/one/fork", `{"name":"two"}`); status != 200 || v.Get("settings.toy.balance").Float() != 7.5 {
		t.Fatalf("fork: %d %s", status, v)
	}
	want := after(c, one)
	if diff := cmp.Diff(want, after(caller{t, srv, "toy_two"}, srv.WorldT(t, "two"))); diff != "" {
		t.Errorf("the fork goes on otherwise (-want +got):\n%s", diff)
	}
	if status, v := ctl.do("PUT", "/worlds/one/snapshot", snapshot.Raw); status != 200 {
		t.Fatalf("restore: %d %s", status, v)
	}
	if diff := cmp.Diff(want, after(c, one)); diff != "" {
		t.Errorf("the world put back goes on otherwise (-want +got):\n%s", diff)
	}
	if status, _ := ctl.do("DELETE", "/worlds/two", ""); status != 204 {
		t.Errorf("forget: %d", status)
	}
	if status, _ := ctl.do("DELETE", "/worlds/two", ""); status != 404 {
		t.Errorf("forget again: %d", status)
	}
}

// A snapshot that cannot be put back changes nothing and says why.
func TestSnapshotRefusals(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	busy(t, srv, "w")
	w := srv.WorldT(t, "w")
	s, err := w.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	data, _ := json.Marshal(s)
	good := string(data)
	ctl := newController(t, srv)
	for _, c := range []struct{ from, to, detail string }{
		{good, "{", "no snapshot"},
		{`"version":1`, `"version":2`, "version is 2, want 1"},
		{`"version":1`, `"verzion":1`, "unknown field"},
		{`"mode":"frozen"`, `"mode":"fast"`, "clock.mode"},
		{`"rate":1`, `"rate":-1`, "clock.rate"},
		{`"Things":{`, `"Thinks":{`, "accounts.toy"},
		{`"accounts":{"toy"`, `"accounts":{"tyo"`, `no provider \"tyo\"`},
		{`"edge":"thing.gone"`, `"edge":"thing.none"`, "waits["},
		{`"rule":"broken:4"`, `"rule":"broken:5"`, `no rule`},
		{`"colour":"blue"`, `"colour":"green"`, "red, blue"},
		{`"esims":[{"ICCID":"89`, `"esims":[{"ICCID":"xx`, "18 to 22 digits"},
	} {
		bad := strings.Replace(good, c.from, c.to, 1)
		if bad == good {
			t.Fatalf("the snapshot has no %s:\n%s", c.from, good)
		}
		status, v := ctl.do("PUT", "/worlds/w/snapshot", bad)
		if status != 400 || !strings.Contains(v.Get("detail").Raw, c.detail) {
			t.Errorf("%s: %d %s, want %q", c.to, status, v.Get("detail"), c.detail)
		}
	}
	again, err := w.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if now, _ := json.Marshal(again); string(now) != good {
		t.Errorf("refused snapshots changed the world\nfrom %s\n  to %s", good, now)
	}
}

// A moment of a timeline waits once.
func TestSnapshotWithAMomentTwice(t *testing.T) {
	t.Parallel()
	w := startToy(t, sim.Config{}).WorldT(t, "w")
	w.ScenarioT(t, "version: 1\nname: life\ntimeline:\n- {after: 1m, do: {set: {toy: {balance: 5}}}}\n- {after: 2m, do: {set: {toy: {balance: 6}}}}\n")
	s, err := w.Snapshot()
	if err != nil || len(s.Waits) != 2 {
		t.Fatalf("%d wait: %v", len(s.Waits), err)
	}
	if err := w.Restore(s); err != nil {
		t.Error(err)
	}
	s.Waits = append(s.Waits, s.Waits[1])
	if err := w.Restore(s); !errors.Is(err, sim.ErrSnapshot) || !strings.Contains(err.Error(), "waits[2]") {
		t.Errorf("got %v", err)
	}
}

func FuzzReadSnapshot(f *testing.F) {
	f.Add(`{"version":1,"world":"w","clock":{"now":"2026-04-02T08:15:09Z","mode":"frozen","rate":1},"begun":"2026-04-02T08:15:09Z","accounts":{},"waits":[]}`)
	f.Add(`{"version":1,"esims":[null],"waits":[{"moment":-1,"id":"x"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := sim.ReadSnapshot([]byte(text))
		if err != nil {
			return
		}
		srv, err := sim.New(sim.Config{Providers: []*sim.Provider{toyProvider()}, Library: library, Freeze: start})
		if err != nil {
			t.Fatal(err)
		}
		w, err := srv.World("w")
		if err != nil {
			t.Fatal(err)
		}
		if w.Restore(s) == nil {
			if _, err := w.Snapshot(); err != nil {
				t.Errorf("%s was put back and cannot be taken again: %v", text, err)
			}
		}
	})
}
