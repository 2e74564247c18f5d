package verify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/golden"
	"github.com/esimsim/esimsim/internal/journal"
	"github.com/esimsim/esimsim/internal/scenario"
	"github.com/esimsim/esimsim/internal/verify"
)

var vocabulary = scenario.Vocabulary{
	Operations: []string{"toy.createOrder", "toy.getOrder", "toy.getBalance", "toy.createThing", "other.getBalance"},
	Settings:   map[string]map[string][]string{"": {}, "toy": {}, "other": {}},
	Errors:     func(string) []string { return nil },
}

func expect(t *testing.T, texts ...string) []*scenario.Expectation {
	t.Helper()
	list, err := scenario.LoadExpectations("body", []byte(`{"expectations":[`+strings.Join(texts, ",")+`]}`), vocabulary)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// look is Run without waiting.
func look(j *journal.Journal, wanted []*scenario.Expectation, accounts verify.Accounts) verify.Report {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	return verify.Run(ended, j, wanted, accounts)
}

// asked fills a journal, one entry a word: "create", "get:2" with that body, "get!404"
// with that status, "/path" for no route.
func asked(words string) *journal.Journal {
	j := &journal.Journal{}
	for i, word := range strings.Fields(words) {
		add(j, i+1, word)
	}
	return j
}

var operations = map[string]string{
	"create": "toy.createOrder", "get": "toy.getOrder", "balance": "toy.getBalance", "thing": "toy.createThing", "other": "other.getBalance",
}

func add(j *journal.Journal, id int, word string) {
	e := &journal.Entry{ID: strconv.Itoa(id), Provider: "toy", Method: "POST", URL: "/toy/x?page=" + strconv.Itoa(id), Status: 200}
	e.Request.Header = http.Header{"X-Id": {e.ID}}
	word, status, ok := strings.Cut(word, "!")
	if ok {
		e.Status, _ = strconv.Atoi(status)
		e.Error = "BROKEN"
	}
	word, body, ok := strings.Cut(word, ":")
	if ok {
		e.Request.Body = `{"n":` + body + `,"name":"x"}`
	}
	if e.Operation = operations[word]; e.Operation == "" {
		e.URL = "/toy" + word
	}
	e.Provider, _, _ = strings.Cut(e.Operation+".", ".")
	if e.Operation == "" {
		e.Provider = "toy"
	}
	j.Add(e)
}

func TestCounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		asked, wanted string
		matched       string // ids, after "-" when it fails
	}{
		{"create get create", `{"on":"toy.createOrder"}`, "1 3"},
		{"get", `{"on":"toy.createOrder"}`, "-"},
		{"create get create", `{"on":"toy.createOrder","times":2}`, "1 3"},
		{"create", `{"on":"toy.createOrder","times":2}`, "- 1"},
		{"create create create", `{"on":"toy.createOrder","times":2}`, "- 1 2 3"},
		{"create create", `{"on":"toy.createOrder","atLeast":2}`, "1 2"},
		{"create", `{"on":"toy.createOrder","atLeast":2}`, "- 1"},
		{"", `{"on":"toy.createOrder","atMost":1}`, ""},
		{"create create", `{"on":"toy.createOrder","atMost":1}`, "- 1 2"},
		{"create create", `{"on":"toy.createOrder","atLeast":1,"atMost":2}`, "1 2"},
		{"get", `{"on":"toy.createOrder","never":true}`, ""},
		{"get create", `{"on":"toy.createOrder","never":true}`, "- 2"},
		{"create other get /x", `{"on":"toy.*"}`, "1 3 4"},
		{"create other get /x", `{"on":"*"}`, "1 2 3 4"},
		{"create:1 create:2 create:3 create", `{"on":"toy.createOrder","when":"body.n > 1"}`, "2 3"},
		{"create!400 create get!400", `{"on":"*","when":"status == 400"}`, "1 3"},
		{"create!400 create", `{"on":"*","when":"error == 'BROKEN' and method == 'POST'"}`, "1"},
		{"create create", `{"on":"*","when":"query.page == '2' and header['x-id'] == '2' and path == '/toy/x'"}`, "2"},
		{"create create create", `{"on":"toy.createOrder","when":"call <= 2"}`, "1 2"},
		{"create /x", `{"on":"*","never":true,"when":"status == 404"}`, ""},
	} {
		got := look(asked(c.asked), expect(t, c.wanted), nil)
		line := strings.Join(got.Results[0].Matched, " ")
		if !got.Passed {
			line = strings.TrimSpace("- " + line)
		}
		if line != c.matched || got.Passed != got.Results[0].Passed {
			t.Errorf("%q, %s: %q, want %q: %s", c.asked, c.wanted, line, c.matched, got.Results[0].Message)
		}
	}
}

func TestSequences(t *testing.T) {
	t.Parallel()
	const (
		create, get = `{"on":"toy.createOrder"}`, `{"on":"toy.getOrder"}`
		twice       = `{"on":"toy.getOrder","times":2}`
		noBalance   = `{"on":"toy.getBalance","never":true}`
	)
	for _, c := range []struct {
		asked   string
		steps   []string
		matched string
	}{
		{"create get", []string{create, get}, "1 2"},
		{"get create", []string{create, get}, "- 2"},
		{"get create balance get get", []string{create, get}, "2 4"},
		{"create", []string{create, create}, "- 1"},
		{"create create", []string{create, create}, "1 2"},
		{"create get create get", []string{create, twice}, "1 2 4"},
		{"create get", []string{create, twice}, "- 1 2"},
		{"create balance get", []string{create, noBalance, get}, "- 1"},
		// A forbidden request before another try spoils nothing.
		{"create balance create get", []string{create, noBalance, get}, "3 4"},
		{"create balance get create get", []string{create, noBalance, get}, "4 5"},
		{"balance create get balance", []string{create, noBalance, get}, "2 3"},
		{"balance create", []string{noBalance, create}, "-"},
		{"create balance", []string{noBalance, create}, "1"},
		{"create balance", []string{create, noBalance}, "- 1"},
		{"create balance create", []string{create, noBalance}, "3"},
		{"create get balance get", []string{create, twice, noBalance}, "1 2 4"},
		{"", []string{create}, "-"},
		// One request is one step, though it fits two.
		{"create", []string{`{"on":"*"}`, create}, "- 1"},
		{"create create", []string{`{"on":"*"}`, create}, "1 2"},
		// And what is taken for a step may be forbidden to wait at.
		{"create get", []string{create, `{"on":"toy.getOrder","never":true}`, get}, "1 2"},
	} {
		got := look(asked(c.asked), expect(t, `{"sequence":[`+strings.Join(c.steps, ",")+`]}`), nil)
		line := strings.Join(got.Results[0].Matched, " ")
		if !got.Passed {
			line = strings.TrimSpace("- " + line)
		}
		if line != c.matched {
			t.Errorf("%q, %v: %q, want %q: %s", c.asked, c.steps, line, c.matched, got.Results[0].Message)
		}
	}
}

// A failure shows the nearest requests and the one field.
func TestReport(t *testing.T) {
	t.Parallel()
	j := asked("create:1 create:5!400 get create:3 /orderz balance other create!503")
	got := look(j, expect(
		t,
		`{"name":"an order of two","on":"toy.createOrder","when":"body.name == 'x' and body.n == 2 and status == 200"}`,
		`{"on":"toy.createOrder","times":4}`,
		`{"on":"toy.createOrder","atLeast":5}`,
		`{"on":"toy.createOrder","atMost":1}`,
		`{"on":"toy.*","when":"status == 503","never":true}`,
		`{"on":"toy.createThing"}`,
		`{"on":"other.getBalance","when":"query.size == '3'"}`,
		`{"sequence":[{"on":"toy.createOrder"},{"on":"toy.getBalance"},{"on":"toy.getOrder"}]}`,
		`{"sequence":[{"on":"toy.createOrder"},{"on":"toy.getOrder"},{"on":"toy.createOrder","when":"body.n == 4"}]}`,
		`{"sequence":[{"on":"toy.getOrder"},{"on":"toy.createOrder","never":true},{"name":"balance","on":"toy.getBalance"}]}`,
		`{"sequence":[{"on":"toy.getBalance"},{"on":"other.getBalance"}]}`,
	), nil)
	data, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	golden.JSON(t, "testdata/report.json", data)
}

func TestNearMisses(t *testing.T) {
	t.Parallel()
	// The fewest differences come first, then the newest; three are shown.
	j := asked("create:1 create:9!400 create:2 create:3 create:4")
	got := look(j, expect(t, `{"on":"toy.createOrder","when":"body.n == 8 and status == 200"}`), nil)
	var ids []string
	for _, c := range got.Results[0].Closest {
		ids = append(ids, c.ID)
	}
	if diff := cmp.Diff([]string{"5", "4", "3"}, ids); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	big := `"` + strings.Repeat("z", 100_000) + `"`
	got = look(asked("create:"+big), expect(t, `{"on":"toy.createOrder","when":"body.n == 8"}`), nil)
	if data, _ := json.Marshal(got); len(data) > 1000 {
		t.Errorf("a report of %d bytes shows more than a field", len(data))
	}
}

// What the bounds of the journal took away is told.
func TestDropped(t *testing.T) {
	t.Parallel()
	j := &journal.Journal{}
	for i := range journal.MaxEntries + 3 {
		add(j, i, "get")
	}
	got := look(j, expect(t, `{"on":"toy.createOrder","never":true}`), nil)
	if !got.Passed || !strings.HasSuffix(got.Results[0].Message, "; the journal no longer holds 3 earlier requests") {
		t.Errorf("%+v", got)
	}
}

// account is asked for once a look, for the provider in question, and only where a
// condition reads it.
func TestAccount(t *testing.T) {
	t.Parallel()
	calls := ""
	accounts := func(provider string) map[string]any {
		calls += provider + " "
		return map[string]any{"balance": 25.5}
	}
	j := asked("create create other")
	if got := look(j, expect(t, `{"on":"*"}`), accounts); !got.Passed || calls != "" {
		t.Errorf("%+v, asked for %q", got, calls)
	}
	if got := look(j, expect(t, `{"on":"*","when":"account.balance == 25.5"}`), accounts); !got.Passed || calls != "toy other " {
		t.Errorf("%+v, asked for %q", got, calls)
	}
}

// Run waits for what comes, however it comes, and no longer than it is let.
func TestWaiting(t *testing.T) {
	t.Parallel()
	one := `{"on":"toy.createOrder","times":2}`
	run := func(t *testing.T, j *journal.Journal, text string, accounts verify.Accounts, then func()) (verify.Report, time.Duration) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := clock.Wall{}.Now() // of the bubble
		out := make(chan verify.Report)
		go func() { out <- verify.Run(ctx, j, expect(t, text), accounts) }()
		synctest.Wait() // until it waits itself
		then()
		report := <-out
		return report, clock.Wall{}.Now().Sub(start)
	}
	for name, c := range map[string]struct {
		held, text string
		then       func(*journal.Journal)
		passed     bool
		took       time.Duration
	}{
		"already met":     {"create create", one, func(*journal.Journal) {}, true, 0},
		"met meanwhile":   {"create", one, func(j *journal.Journal) { add(j, 2, "get"); add(j, 3, "create") }, true, 0},
		"never met":       {"create", one, func(j *journal.Journal) { add(j, 2, "get") }, false, 5 * time.Second},
		"missed":          {"create create create", one, func(*journal.Journal) {}, false, 5 * time.Second},
		"cleared and met": {"create create create", one, func(j *journal.Journal) { j.Clear(); add(j, 1, "create"); add(j, 2, "create") }, true, 0},
		"cleared":         {"create", one, func(j *journal.Journal) { j.Clear(); add(j, 1, "create") }, false, 5 * time.Second},
		"in order": {
			"get create", `{"sequence":[{"on":"toy.createOrder"},{"on":"toy.getOrder"}]}`,
			func(j *journal.Journal) { add(j, 3, "get") }, true, 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				j := asked(c.held)
				got, took := run(t, j, c.text, nil, func() { c.then(j) })
				if got.Passed != c.passed || took != c.took {
					t.Errorf("passed is %v after %v, want %v after %v: %+v", got.Passed, took, c.passed, c.took, got)
				}
			})
		})
	}
	t.Run("an account that changes", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			j, balance := asked("create"), 1.0
			accounts := func(string) map[string]any { return map[string]any{"balance": balance} }
			got, took := run(t, j, `{"on":"toy.createOrder","when":"account.balance == 2"}`, accounts, func() {
				balance = 2
				add(j, 2, "get")
			})
			if !got.Passed || took != 0 {
				t.Errorf("%+v after %v", got, took)
			}
		})
	})
}

func BenchmarkRun(b *testing.B) {
	j := &journal.Journal{}
	for i := range journal.MaxEntries {
		add(j, i, fmt.Sprintf("create:%d", i))
	}
	list, err := scenario.LoadExpectations("b", []byte(`{"expectations":[{"on":"toy.createOrder","when":"body.n == 9999 and status == 200"}]}`), vocabulary)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if !look(j, list, nil).Passed {
			b.Fatal("not met")
		}
	}
}

// A body that is nested without end is as good as none: to read it would take minutes.
func TestDeepBody(t *testing.T) {
	t.Parallel()
	j := asked("create:" + strings.Repeat(`{"":`, 100_000) + "1" + strings.Repeat("}", 100_000))
	if r := look(j, expect(t, `{"on":"toy.createOrder","when":"body == nil"}`), nil); !r.Passed {
		t.Error("a condition sees the body")
	}
}
