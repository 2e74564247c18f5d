package sim_test

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/coverage"
	"github.com/esimsim/esimsim/sim"
)

// counts are the counts of a report of the toy, by a short name; what was never met is
// left out.
func counts(r coverage.Report) map[string]uint64 {
	out := map[string]uint64{}
	add := func(name string, n uint64) {
		if n > 0 {
			out[name] = n
		}
	}
	for _, p := range r.Providers {
		for _, o := range p.Operations {
			add(o.Name, o.Count)
			for _, s := range o.Statuses {
				add(o.Name+" "+http.StatusText(s.Status), s.Count)
			}
		}
		for _, kind := range coverage.Kinds() {
			for _, i := range p.Items(kind) {
				add(i.Name, i.Count)
			}
		}
	}
	return out
}

func wantCounts(t *testing.T, what string, r coverage.Report, want map[string]uint64) {
	t.Helper()
	got := counts(r)
	for name := range got {
		if got[name] != want[name] {
			t.Errorf("%s: %s met %d times, want %d", what, name, got[name], want[name])
		}
	}
	for name := range want {
		if _, ok := got[name]; !ok {
			t.Errorf("%s: %s never met, want %d times", what, name, want[name])
		}
	}
}

// What a world met is counted there and in the server, edges also where no request passed
// them.
func TestCoverage(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	a, b := caller{t, srv, "toy_a"}, caller{t, srv, "toy_b~broken"}
	id := a.create().Get("id").String() // ready at once
	a.state(id)
	a.state("none")
	for range 3 {
		b.do("POST", "/toy/things", `{"name":"x"}`)
	}
	caller{t, srv, "wrong"}.do("GET", "/toy/things/1", "")
	a.do("GET", "/toy/nowhere", "")
	worldA, worldB := srv.WorldT(t, "a"), srv.WorldT(t, "b~broken")
	if _, err := worldA.Advance(31 * 24 * time.Hour); err != nil {
		t.Fatal(err)
	}

	r := worldA.Coverage()
	if want := (coverage.Total{Met: 2, Of: 2}); r.World != "a" || r.Totals[coverage.Operations] != want || r.Totals[coverage.Edges] != want {
		t.Errorf("world %q, totals %v", r.World, r.Totals)
	}
	if want := (coverage.Total{Met: 0, Of: 1}); r.Totals[coverage.Errors] != want {
		t.Errorf("errors %v, want %v", r.Totals[coverage.Errors], want)
	}
	if want := (coverage.Total{Met: 2, Of: 2}); r.Totals[coverage.Statuses] != want {
		t.Errorf("statuses %v, want %v: 404 is not declared", r.Totals[coverage.Statuses], want)
	}
	wantCounts(t, "world a", r, map[string]uint64{
		"createThing": 1, "createThing OK": 1, "getThing": 2, "getThing OK": 1, "getThing Not Found": 1, "thing.ready": 1, "thing.gone": 1,
	})
	inB := map[string]uint64{"createThing": 3, "createThing OK": 1, "createThing Service Unavailable": 2, "BROKEN": 2, "thing.ready": 1}
	wantCounts(t, "world b", worldB.Coverage(), inB)
	all := map[string]uint64{
		"createThing": 4, "createThing OK": 2, "createThing Service Unavailable": 2, "BROKEN": 2, "UNAUTHENTICATED": 1,
		"getThing": 3, "getThing OK": 1, "getThing Not Found": 1, "getThing Unauthorized": 1, "thing.ready": 2, "thing.gone": 1,
	}
	wantCounts(t, "server", srv.Coverage(), all)

	if err := worldA.Reset(); err != nil {
		t.Fatal(err)
	}
	wantCounts(t, "world a after its reset", worldA.Coverage(), nil)
	wantCounts(t, "world b after the reset of a", worldB.Coverage(), inB)
	wantCounts(t, "server after the reset", srv.Coverage(), all)
}

// What fell due while nobody asked is met when coverage is looked at.
func TestCoverageCountsWhatFellDue(t *testing.T) {
	t.Parallel()
	real := &byHand{now: start}
	srv := startToy(t, sim.Config{Real: real})
	c := caller{t, srv, "toy_due"}
	c.create()
	w := srv.WorldT(t, "due")
	if _, err := w.Follow(1); err != nil {
		t.Fatal(err)
	}
	real.add(31 * 24 * time.Hour)
	for what, r := range map[string]coverage.Report{"server": srv.Coverage(), "world": w.Coverage()} {
		wantCounts(t, what, r, map[string]uint64{"createThing": 1, "createThing OK": 1, "thing.ready": 1, "thing.gone": 1})
	}
}

func TestCoverageByControl(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c := newController(t, srv)
	caller{t, srv, "toy_w"}.create()
	for path, world := range map[string]string{"/coverage": "", "/worlds/w/coverage": "w"} {
		_, v := c.do("GET", path, "")
		r, err := coverage.Read([]byte(v.Raw))
		if err != nil || r.World != world || r.Totals[coverage.Operations].Met != 1 {
			t.Errorf("%s: %v, %+v", path, err, r)
		}
		if status, other := c.do("GET", path+"?format=json", ""); status != 200 || other.Raw != v.Raw {
			t.Errorf("%s: json is not the default", path)
		}
		for format, want := range map[string]string{"text": "Never met", "junit": `<skipped message="never met">`, "html": "<!doctype html>"} {
			if status, body := fetch(t, srv.URL()+"/_sim"+path+"?format="+format); status != 200 || !strings.Contains(body, want) {
				t.Errorf("%s %s: %d %s", path, format, status, body)
			}
		}
		if _, body := fetch(t, srv.URL()+"/_sim"+path+"?format=junit"); xmlError(body) != nil {
			t.Errorf("junit: %v", xmlError(body))
		}
		for query, want := range map[string]string{
			"?format=jsn": "did you mean json?", "?format=": "use one of text, json, junit, html", "?color=red": "there is no such key",
		} {
			if status, v := c.do("GET", path+query, ""); status != 400 || !strings.Contains(v.Get("detail").String(), want) {
				t.Errorf("%s%s: %d %s", path, query, status, v)
			}
		}
	}
	if status, _ := c.do("GET", "/worlds/a%20b/coverage", ""); status != 400 {
		t.Errorf("no name: %d", status)
	}
}

func TestCoverageNeedsTheToken(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{ControlToken: "secret"})
	for _, path := range []string{"/_sim/coverage", "/_sim/worlds/w/coverage"} {
		for auth, want := range map[string]int{"": 401, "Bearer secret": 200} {
			res := get(t, srv.URL()+path, "", auth)
			_ = res.Body.Close()
			if res.StatusCode != want {
				t.Errorf("%s with %q: %d, want %d", path, auth, res.StatusCode, want)
			}
		}
	}
}

// Requests, levers, resets and reports at once, and no call is lost by the server.
func TestCoverageInParallel(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	const workers, each = 10, 20
	shared := srv.WorldT(t, "shared")
	var wait sync.WaitGroup
	for i := range workers {
		name := "own" + strconv.Itoa(i)
		own := srv.WorldT(t, name)
		wait.Go(func() {
			for range each {
				caller{t, srv, "toy_shared"}.create()
				caller{t, srv, "toy_" + name}.create()
				if _, err := shared.Advance(time.Hour); err != nil {
					t.Error(err)
				}
				_, _ = shared.Coverage(), srv.Coverage()
				if err := own.Reset(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	for what, c := range map[string]struct {
		report coverage.Report
		want   uint64
	}{"server": {srv.Coverage(), 2 * workers * each}, "shared world": {shared.Coverage(), workers * each}} {
		wantCounts(t, what, c.report, map[string]uint64{"createThing": c.want, "createThing OK": c.want, "thing.ready": c.want})
	}
}

// A byHand source is moved by the test.
type byHand struct {
	mu  sync.Mutex
	now time.Time
}

func (b *byHand) Now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *byHand) Sleep(ctx context.Context, _ time.Duration) error {
	<-ctx.Done()
	return ctx.Err()
}

func (b *byHand) add(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func fetch(t *testing.T, link string) (int, string) {
	t.Helper()
	res := get(t, link, "", "")
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func xmlError(text string) error {
	dec := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
