package coverage_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/esimsim/esimsim/internal/coverage"
	"github.com/esimsim/esimsim/internal/golden"
	"github.com/esimsim/esimsim/internal/journal"
)

// universe is what two small providers have.
func universe() coverage.Universe {
	return coverage.Universe{Providers: []coverage.Provider{
		{
			Name: "roamify", Title: "Roamify",
			Operations: []coverage.Operation{
				{Name: "createOrder", Method: "POST", Path: "/esim/order", Statuses: []coverage.Status{{Status: 200}, {Status: 400}, {Status: 409}}},
				{Name: "getBalance", Method: "GET", Path: "/balance", Statuses: []coverage.Status{{Status: 200}, {Status: 401}}},
				{Name: "listPackages", Method: "GET", Path: "/esim/packages", Statuses: []coverage.Status{{Status: 200}}},
			},
			Errors: []coverage.Item{{Name: "VALIDATION"}, {Name: "INSUFFICIENT_BALANCE"}, {Name: "PACKAGE_NOT_FOUND"}},
			Edges:  []coverage.Item{{Name: "order.completed"}, {Name: "esim.ready"}, {Name: "package.expired"}},
		},
		{
			Name: "esimgo", Title: "eSIM Go",
			Operations: []coverage.Operation{
				{Name: "createOrder", Method: "POST", Path: "/orders", Statuses: []coverage.Status{{Status: 200}, {Status: 503}}},
			},
			Errors:   []coverage.Item{{Name: "PROCESSING"}},
			Webhooks: []coverage.Item{{Name: "Utilisation"}, {Name: "LowBalance"}},
		},
	}}
}

func entry(operation string, status int, name string) *journal.Entry {
	provider, _, _ := strings.Cut(operation, ".")
	return &journal.Entry{Provider: provider, Operation: operation, Status: status, Error: name}
}

func edges(names ...string) (out []journal.Edge) {
	for _, n := range names {
		out = append(out, journal.Edge{Edge: n})
	}
	return out
}

// some is a report in which a part was met, and a thing or two that nobody declared.
func some() coverage.Report {
	var s coverage.Set
	for range 3 {
		s.Add(entry("roamify.createOrder", 200, ""))
	}
	s.Add(entry("roamify.createOrder", 400, "VALIDATION"))
	s.Add(entry("roamify.createOrder", 418, "TEAPOT"))
	s.Add(entry("roamify.getBalance", 200, ""))
	s.Add(entry("roamify.getBalance", 401, "UNAUTHENTICATED"))
	s.Pass(edges("roamify.order.completed", "roamify.esim.ready", "roamify.order.completed"))
	s.Send("esimgo", "Utilisation")
	r := universe().Report(&s)
	r.World = "ci1~esimfly-pending-details"
	return r
}

func TestFormats(t *testing.T) {
	t.Parallel()
	for format, file := range map[string]string{"text": "some.txt", "json": "some.json", "junit": "some.xml", "html": "some.html"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			if err := coverage.CheckFormat(format); err != nil {
				t.Error(err)
			}
			_, got := some().Format(format)
			golden.Bytes(t, "testdata/"+file, got)
		})
	}
	for format, want := range map[string]string{
		"jsn":        `there is no format "jsn", did you mean json?`,
		"postscript": `there is no format "postscript", use one of text, json, junit, html`,
	} {
		if err := coverage.CheckFormat(format); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// The ends: nothing met, all met, nothing to meet.
func TestTextOfNothingAndAll(t *testing.T) {
	t.Parallel()
	var none, all coverage.Set
	for _, p := range universe().Providers {
		for _, o := range p.Operations {
			for _, s := range o.Statuses {
				all.Add(entry(p.Name+"."+o.Name, s.Status, ""))
			}
		}
		for _, i := range p.Errors {
			all.Add(&journal.Entry{Provider: p.Name, Error: i.Name})
		}
		for _, i := range p.Edges {
			all.Pass(edges(p.Name + "." + i.Name))
		}
		for _, i := range p.Webhooks {
			all.Send(p.Name, i.Name)
		}
	}
	golden.Bytes(t, "testdata/none.txt", universe().Report(&none).Text())
	golden.Bytes(t, "testdata/all.txt", universe().Report(&all).Text())
	golden.Bytes(t, "testdata/nothing.txt", coverage.Universe{}.Report(&none).Text())
}

// What the wire spoilt was no answer, and a route that matched nothing is no operation.
func TestWhatCounts(t *testing.T) {
	t.Parallel()
	var s coverage.Set
	spoilt := entry("roamify.getBalance", 200, "VALIDATION")
	spoilt.Fault = "truncate"
	s.Add(spoilt)
	s.Add(&journal.Entry{Provider: "roamify", Status: 404, Error: "VALIDATION"})
	r := universe().Report(&s)
	want := map[coverage.Kind]coverage.Total{
		coverage.Operations: {Met: 1, Of: 4}, coverage.Statuses: {Of: 8}, coverage.Errors: {Met: 1, Of: 4},
		coverage.Edges: {Of: 3}, coverage.Webhooks: {Of: 2},
	}
	if diff := cmp.Diff(want, r.Totals); diff != "" {
		t.Errorf("totals (-want +got):\n%s", diff)
	}
	if got := r.Providers[1].Errors[2]; got != (coverage.Item{Name: "VALIDATION", Count: 1}) {
		t.Errorf("error: %+v", got)
	}
	s.Clear()
	if diff := cmp.Diff(universe().Report(&coverage.Set{}), universe().Report(&s)); diff != "" {
		t.Errorf("cleared (-want +got):\n%s", diff)
	}
}

func TestSetIsSafeAndExact(t *testing.T) {
	t.Parallel()
	var s coverage.Set
	var wait sync.WaitGroup
	for range 40 {
		wait.Go(func() {
			for range 100 {
				s.Add(entry("roamify.createOrder", 400, "VALIDATION"))
				s.Pass(edges("roamify.esim.ready"))
				s.Send("esimgo", "LowBalance")
				_ = universe().Report(&s)
			}
		})
	}
	wait.Wait()
	r := universe().Report(&s)
	roamify := r.Providers[1]
	for what, got := range map[string]uint64{
		"operation": roamify.Operations[0].Count, "status": roamify.Operations[0].Statuses[1].Count,
		"error": roamify.Errors[2].Count, "edge": roamify.Edges[0].Count, "webhook": r.Providers[0].Webhooks[0].Count,
	} {
		if got != 4000 {
			t.Errorf("%s: %d, want 4000", what, got)
		}
	}
}

// Counting is on the way of each request.
func TestKnownThingsAreCountedWithoutAllocating(t *testing.T) { //nolint:paralleltest // it counts the allocations of all goroutines
	var s coverage.Set
	e, passed := entry("roamify.createOrder", 400, "VALIDATION"), edges("roamify.esim.ready")
	count := func() {
		s.Add(e)
		s.Pass(passed)
		s.Send("esimgo", "LowBalance")
	}
	count()
	if n := testing.AllocsPerRun(100, count); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	// An older edition of one API, in which there was less and something else.
	var s coverage.Set
	s.Add(entry("roamify.createOrder", 200, ""))
	s.Add(entry("roamify.getUsage", 200, ""))
	older := coverage.Universe{Providers: []coverage.Provider{{
		Name: "roamify", Title: "Roamify", Operations: []coverage.Operation{
			{Name: "createOrder", Method: "POST", Path: "/order", Statuses: []coverage.Status{{Status: 200}}},
			{Name: "getUsage", Method: "GET", Path: "/usage"},
		},
		Errors: []coverage.Item{{Name: "TEAPOT"}},
	}}}.Report(&s)

	got := coverage.Merge(some(), older)
	golden.JSON(t, "testdata/merged.json", got.JSON())
	if diff := cmp.Diff(got, coverage.Merge(older, some())); diff != "" {
		t.Errorf("the order matters:\n%s", diff)
	}
	if got := coverage.Merge(some(), some()); got.World != some().World || got.Runs != 2 || got.Providers[1].Operations[0].Count != 10 {
		t.Errorf("the same world twice: %q, %d runs, %d calls", got.World, got.Runs, got.Providers[1].Operations[0].Count)
	}
	if diff := cmp.Diff(some(), coverage.Merge(some())); diff != "" {
		t.Errorf("one alone (-want +got):\n%s", diff)
	}
	many := some()
	many.Providers[1].Operations[0].Count = math.MaxUint64
	if got := coverage.Merge(many, many).Providers[1].Operations[0].Count; got != math.MaxUint64 {
		t.Errorf("a count ran over to %d", got)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]coverage.Report{"some": some(), "nothing": coverage.Universe{}.Report(&coverage.Set{})} {
		got, err := coverage.Read(r.JSON())
		if diff := cmp.Diff(r, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
	good := string(some().JSON())
	for name, c := range map[string]struct{ old, new, want string }{
		"no JSON":         {good, "{", "unexpected EOF"},
		"more":            {good, good + "{}", "something follows"},
		"another format":  {"esimsim-coverage", "har", `format is "har", not "esimsim-coverage"`},
		"another version": {`"version": 1`, `"version": 2`, "version is 2, and this program reads 1"},
		"unknown member":  {`"runs"`, `"rums": 1, "runs"`, `unknown field "rums"`},
		"no run":          {`"runs": 1`, `"runs": 0`, "runs is less than 1"},
		"twice":           {`"name": "esim.ready"`, `"name": "order.completed"`, `roamify: edges "order.completed" stands twice`},
		"provider twice":  {`"name": "roamify"`, `"name": "esimgo"`, `provider "esimgo" stands twice`},
		"no status":       {`"status": 418`, `"status": 12`, "createOrder: 12 is no status"},
		"less than none":  {`"count": 3`, `"count": -3`, "cannot unmarshal number -3"},
		"escape codes":    {"TEAPOT", `\u001b[2J`, `"\x1b[2J" is no name`},
		"no name":         {`"name": "TEAPOT"`, `"name": ""`, "a name has 1 to 200 bytes, not 0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(good, c.old, c.new, 1)
			if text == good {
				t.Fatal("nothing was replaced")
			}
			if _, err := coverage.Read([]byte(text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// Whatever a file holds, it is refused, or read into a report that can be written in all
// formats, read again as it was, and merged.
func FuzzRead(f *testing.F) {
	f.Add(some().JSON())
	f.Add(coverage.Universe{}.Report(&coverage.Set{}).JSON())
	f.Add([]byte(`{"format":"esimsim-coverage","version":1,"runs":1,"providers":[{"name":"a","title":"A","operations":[{"name":"x","count":18446744073709551615,"statuses":[{"status":200}]}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := coverage.Read(data)
		if err != nil {
			return
		}
		again, err := coverage.Read(r.JSON())
		if diff := cmp.Diff(r, again); err != nil || diff != "" {
			t.Fatalf("read again: %v\n%s", err, diff)
		}
		wellFormed(t, r.JUnit())
		if !bytes.HasSuffix(r.HTML(), []byte("</html>\n")) {
			t.Error("the page breaks off")
		}
		if bytes.ContainsAny(r.Text(), "\x1b\r\t") {
			t.Error("the text steers the terminal")
		}
		if twice := coverage.Merge(r, r); !cmp.Equal(twice.Totals, r.Totals) {
			t.Errorf("merged with itself: %v, want %v", twice.Totals, r.Totals)
		}
	})
}

func wellFormed(t *testing.T, text []byte) {
	t.Helper()
	dec := xml.NewDecoder(bytes.NewReader(text))
	for {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
	}
}

func TestMin(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string]string{
		"operations=50":                           "",
		"operations=50, errors=25%":               "",
		"operations=80,errors=20":                 "operations: 2 of 4 met, 50 %, and 80 % were asked",
		"edges=66.6":                              "",
		"edges=66.7,errors=26":                    "edges: 2 of 3 met, 66 %, and 66.7 % were asked; errors: 1 of 4 met, 25 %, and 26 % were asked",
		"roamify.operations=66,esimgo.statuses=0": "",
		"roamify.operations=70,esimgo.statuses=1": "roamify.operations: 2 of 3 met, 66 %, and 70 % were asked; esimgo.statuses: 0 of 2 met, 0 %, and 1 % were asked",
		"esimgo.edges=1":                          "esimgo.edges: there is nothing to meet, and 1 % were asked",
		"esimgo.edges=0":                          "",
		"esimgo.webhooks=50":                      "",
		"webhooks=100":                            "webhooks: 1 of 2 met, 50 %, and 100 % were asked",
		"operatons=80":                            `error: there is no kind of coverage "operatons", did you mean operations?`,
		"all=80":                                  `error: there is no kind of coverage "all", use one of operations, statuses, errors, edges, webhooks`,
		"roamify.erors=80":                        `error: there is no kind of coverage "erors", did you mean errors?`,
		"romify.errors=80":                        `error: there is no provider "romify", did you mean roamify?`,
		"operations":                              `error: "operations" is no minimum: write operations=80, a percentage from 0 to 100`,
		"operations=many":                         `error: "operations=many" is no minimum: write operations=80, a percentage from 0 to 100`,
		"operations=101":                          `error: "operations=101" is no minimum: write operations=80, a percentage from 0 to 100`,
		"operations=NaN":                          `error: "operations=NaN" is no minimum: write operations=80, a percentage from 0 to 100`,
		"":                                        `error: "" is no minimum: write operations=80, a percentage from 0 to 100`,
		"operations=1,errors=1,operations=2":      "error: the minimum of operations is given twice",
		"operations=1,roamify.operations=2,errors": `error: "errors" is no minimum: write operations=80, a percentage from 0 to 100`,
	} {
		if got := below(spec, some()); got != want {
			t.Errorf("%q:\n got %s\nwant %s", spec, got, want)
		}
	}
}

func below(spec string, r coverage.Report) string {
	m, err := coverage.ParseMin(spec)
	if err != nil {
		return "error: " + err.Error()
	}
	found, err := m.Below(r)
	if err != nil {
		return "error: " + err.Error()
	}
	var texts []string
	for _, s := range found {
		texts = append(texts, s.String())
	}
	return strings.Join(texts, "; ")
}

func BenchmarkAdd(b *testing.B) {
	var s coverage.Set
	e := entry("roamify.createOrder", 400, "VALIDATION")
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			s.Add(e)
		}
	})
}
