package sim_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/golden"
	"github.com/esimsim/esimsim/sim"
)

// expecting is a library whose scenario "strict-shop" says what a client should ask.
var expecting = fstest.MapFS{
	"strict-shop.yaml": {Data: []byte(`version: 1
name: strict-shop
expectations:
  - {name: one thing, on: toy.createThing, when: body.name == "x" and status == 200, times: 1}
  - {name: no stray calls, on: "*", when: status == 404, never: true}
  - name: bought, then looked at
    sequence:
      - {on: toy.createThing}
      - {on: toy.getThing, when: status == 200}
`)},
	"broken.yaml": {Data: []byte("version: 1\nname: broken\nrules:\n- {on: toy.createThing, first: 1, do: {error: BROKEN}}\n")},
}

func TestVerify(t *testing.T) {
	t.Parallel()
	srv := sim.StartT(t, sim.Config{Providers: []*sim.Provider{toyProvider()}, Library: expecting, Freeze: start})
	c, shop := newController(t, srv), caller{t, srv, "toy_w~strict-shop"}
	const path = "/worlds/w~strict-shop/verify"
	_, v := c.do("POST", path, "")
	if v.Get("passed").Bool() || v.Get("results.#(passed==true)#").Get("#").Int() != 1 {
		t.Errorf("before anything was asked: %s", v)
	}
	id := shop.create().Get("id").String()
	shop.state(id)
	if _, v = c.do("POST", path, "{}"); !v.Get("passed").Bool() || v.Get("results.2.matched").String() == "[]" {
		t.Errorf("all was asked: %s", v)
	}
	shop.do("POST", "/toy/thing", `{"name":"x"}`)
	shop.do("POST", "/toy/things", `{"name":"y"}`)
	if _, v = c.do("POST", path, ""); v.Get("passed").Bool() || v.Get("results.1.matched.0").String() != "3" {
		t.Errorf("a stray call: %s", v)
	}
	_, v = c.do("POST", path, `{"expectations":[
		{"name":"two of z","on":"toy.createThing","when":"body.name == 'z'","times":2},
		{"on":"toy.createThing","when":"account.balance == 1000 and header['x-toy'] == '[redacted]'","atLeast":2},
		{"sequence":[{"on":"toy.getThing"},{"on":"toy.createThing","never":true},{"on":"toy.getThing"}]}
	]}`)
	golden.JSON(t, "testdata/verify.json", []byte(v.Raw))
}

func TestVerifyRefusals(t *testing.T) {
	t.Parallel()
	c := newController(t, startToy(t, sim.Config{}))
	for _, r := range []struct {
		query, body     string
		status          int
		pointer, detail string
	}{
		{"", ``, 409, "", "there is nothing to verify"},
		{"", `{}`, 409, "", "there is nothing to verify"},
		{"", `[]`, 400, "", "must be a mapping"},
		{"", `{"expectations":[]}`, 400, "/expectations", "expectations is empty"},
		{"", `{"expectation":[]}`, 400, "/expectation", "did you mean expectations?"},
		{"", `{"expectations":[{"on":"toy.createThng"}]}`, 400, "/expectations/0/on", "did you mean toy.createThing?"},
		{"", `{"expectations":[{"on":"*","tims":1}]}`, 400, "/expectations/0/tims", "did you mean times?"},
		{"", `{"expectations":[{"on":"*","when":"stats == 1"}]}`, 400, "/expectations/0/when", "unknown name stats"},
		{"?wait=61s", `{"expectations":[{"on":"*"}]}`, 400, "query/wait", "up to 60s"},
		{"?wait=-1s", `{"expectations":[{"on":"*"}]}`, 400, "query/wait", "up to 60s"},
		{"?wait=soon", `{"expectations":[{"on":"*"}]}`, 400, "query/wait", "up to 60s"},
		{"?wat=1s", `{"expectations":[{"on":"*"}]}`, 400, "query/wat", "did you mean wait?"},
		{"", strings.Repeat(" ", 2<<20), 413, "", "1 MiB"},
	} {
		status, v := c.do("POST", "/worlds/w/verify"+r.query, r.body)
		if status != r.status || v.Get("pointer").String() != r.pointer || !strings.Contains(v.Get("detail").String(), r.detail) {
			t.Errorf("%s %.60s: %d %s, want %+v", r.query, r.body, status, v, r)
		}
	}
}

// A client that asks later is waited for, by whoever waits.
func TestVerifyWaits(t *testing.T) {
	t.Parallel()
	srv := startToy(t, sim.Config{})
	c, shop := newController(t, srv), caller{t, srv, "toy_w"}
	answers := make(chan gjson.Result)
	for i := range 3 {
		go func() {
			_, v := c.do("POST", "/worlds/w/verify?wait=60s", fmt.Sprintf(`{"expectations":[{"on":"toy.createThing","atLeast":%d}]}`, i+1))
			answers <- v
		}()
	}
	for i := range 3 {
		shop.create()
		if v := <-answers; !v.Get("passed").Bool() || len(v.Get("results.0.matched").Array()) < 1 {
			t.Errorf("answer %d: %s", i, v)
		}
	}
	if _, v := c.do("POST", "/worlds/w/verify?wait=1ms", `{"expectations":[{"on":"toy.getThing"}]}`); v.Get("passed").Bool() {
		t.Errorf("never asked: %s", v)
	}
}

// failures is a test that may fail.
type failures struct {
	sim.TB
	told []string
}

func (f *failures) Helper() {}
func (f *failures) Errorf(format string, args ...any) {
	f.told = append(f.told, fmt.Sprintf(format, args...))
}

func TestVerifyForGo(t *testing.T) {
	t.Parallel()
	srv := sim.StartT(t, sim.Config{Providers: []*sim.Provider{toyProvider()}, Library: expecting, Freeze: start})
	w, shop := srv.WorldT(t, "w~broken"), caller{t, srv, "toy_w~broken"}
	shop.do("POST", "/toy/things", `{"name":"x"}`)
	id := shop.create().Get("id").String()
	shop.state(id)
	w.VerifyT(t,
		sim.Expectation{On: "toy.createThing", Times: 2},
		sim.Expectation{On: "toy.*", AtLeast: 2, AtMost: 3},
		sim.Expectation{Name: "refused once", On: "toy.createThing", When: "error == 'BROKEN' and status == 503", Times: 1},
		sim.Expectation{On: "*", When: "method == 'PUT'", Never: true},
		sim.Expectation{Sequence: []sim.Expectation{{On: "toy.createThing", Times: 2}, {On: "toy.*", When: "status > 299", Never: true}, {On: "toy.getThing"}}},
	)
	f := &failures{}
	w.VerifyT(f, sim.Expectation{Name: "three", On: "toy.createThing", Times: 3}, sim.Expectation{On: "toy.getThing"})
	if diff := cmp.Diff([]string{"world w~broken: three: wanted exactly 3, got 2"}, f.told); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	v, err := w.Verify(sim.Expectation{On: "toy.createThing", When: "body.name == 'y'"})
	if err != nil {
		t.Fatal(err)
	}
	got := v.Results[0].Closest
	if len(got) != 2 || got[0].Difference.Pointer != "/name" || got[0].Difference.Wanted != "y" || got[0].Difference.Got != "x" {
		t.Errorf("%+v", got)
	}
	if _, err := w.Verify(sim.Expectation{On: "toy.createThng"}); err == nil || err.Error() != `/expectations/0/on: there is no operation "toy.createThng", did you mean toy.createThing?` {
		t.Errorf("a mistake: %v", err)
	}
	if _, err := w.Verify(); !errors.Is(err, sim.ErrNothingExpected) {
		t.Errorf("nothing to verify: %v", err)
	}
	if err := w.SwitchOn("strict-shop"); err != nil {
		t.Fatal(err)
	}
	if v, err = w.Verify(); err != nil || !v.Passed || len(v.Results) != 3 {
		t.Errorf("of the scenario: %+v, %v", v, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan sim.Verdict)
	go func() {
		v, err := w.VerifyUntil(ctx, sim.Expectation{On: "toy.getThing", Times: 2})
		if err != nil {
			t.Error(err)
		}
		done <- v
	}()
	shop.state(id)
	if v := <-done; !v.Passed {
		t.Errorf("waited for: %+v", v)
	}
	cancel()
	if v, err := w.VerifyUntil(ctx, sim.Expectation{On: "toy.getThing", Times: 3}); err != nil || v.Passed {
		t.Errorf("a context that has ended: %+v, %v", v, err)
	}
}

// What the reader of scenarios takes, lint takes, and the schema names.
func TestExpectationsInScenarios(t *testing.T) {
	t.Parallel()
	providers := []*sim.Provider{toyProvider()}
	if _, _, err := sim.LintScenario(providers, "a.yaml", expecting["strict-shop.yaml"].Data); err != nil {
		t.Error(err)
	}
	_, _, err := sim.LintScenario(providers, "a.yaml", []byte("version: 1\nname: a\nexpectations:\n- {on: toy.getThng}\n- {on: '*', when: statu == 2}\n"))
	want := "a.yaml:4:8: there is no operation \"toy.getThng\", did you mean toy.getThing?\na.yaml:5:19: when: unknown name statu"
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("lint: %v, want %s", err, want)
	}
	schema := gjson.ParseBytes(sim.ScenarioSchema(providers)).Get("properties.expectations.items.properties")
	for _, key := range []string{"name", "on", "when", "times", "atLeast", "atMost", "never", "sequence.items.properties.never"} {
		if !schema.Get(key).Exists() {
			t.Errorf("the schema has no %s", key)
		}
	}
	// They survive a snapshot, as all of a scenario does.
	srv := sim.StartT(t, sim.Config{Providers: providers, Library: expecting, Freeze: start})
	w := srv.WorldT(t, "a")
	if err := w.SwitchOn("strict-shop"); err != nil {
		t.Fatal(err)
	}
	other, err := w.Fork("b")
	if err != nil {
		t.Fatal(err)
	}
	one, err := w.Verify()
	if err != nil {
		t.Fatal(err)
	}
	two, err := other.Verify()
	if diff := cmp.Diff(one, two, cmpopts.EquateEmpty()); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
