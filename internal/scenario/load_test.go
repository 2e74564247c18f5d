package scenario_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/esimsim/esimsim/internal/fault"
	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/internal/scenario"
)

var vocabulary = scenario.Vocabulary{
	Operations: []string{"toy.createOrder", "toy.getOrder", "other.getBalance"},
	Edges:      []string{"toy.order.completed"},
	Errors: func(on string) []string {
		if scenario.Fits(on, "toy.createOrder") {
			return []string{"BROKE", "BROKEN", "RATE_LIMITED"}
		}
		return nil
	},
	Item: func(_, item string) bool { return item == "thing" || item == "other" },
	Settings: map[string]map[string][]string{
		"":    {"validate": {"provider", "strict"}},
		"toy": {"balance": nil, "colour": {"red", "off"}}, "other": {},
	},
}

func TestLoad(t *testing.T) {
	t.Parallel()
	got, err := scenario.Load("a.yaml", []byte(`# what a client learns
version: 1
name: a
summary: Something happens.
settings: {toy: {colour: off}, validate: strict}
accounts: {toy: {balance: 25.5}}
catalogue:
  toy: {thing: {price: 2.95, from: 10m}, other: {gone: true}}
policies:
  toy.order.completed: {after: 2m, polls: 3}
rules:
  - on: toy.createOrder
    first: 2
    do: {error: BROKEN, delay: 1s}
  - on: toy.*
    calls: [2, 3]
    every: 1
    after: 1
    chance: 0.5
    phase: after
    do: {fault: reset}
  - {on: toy.getOrder, after: 1m, do: {delay: {min: 1s, max: 3s}}}
  - {on: toy.getOrder, do: {delay: {median: 1s, sigma: 0.5}, fault: {kind: drip, pace: 10ms}}}
  - {on: other.getBalance, do: {respond: {status: 418, headers: {X-Tea: pot}, body: {a: [1, null]}}}}
  - {on: toy.createOrder, do: {rateLimit: {calls: 5, per: 1m}}}
  - {on: "*", do: {set: {toy: {balance: 0}}}}
timeline:
  - {after: 5m, do: {use: {esim: last, mb: 500}}}
  - {after: 1d, do: {set: {toy: {colour: red}}}}
  - {after: 2d, do: {edge: {edge: toy.order.completed, id: x}}}
`), vocabulary)
	if err != nil {
		t.Fatal(err)
	}
	price := money.Amount(295)
	want := &scenario.Scenario{
		Name: "a", Summary: "Something happens.",
		Settings: map[string]map[string]any{"": {"validate": "strict"}, "toy": {"balance": 25.5, "colour": "off"}},
		Policies: map[string]scenario.Policy{"toy.order.completed": {After: 2 * time.Minute, Polls: 3}},
		Catalogue: map[string]map[string]scenario.Change{
			"toy": {"thing": {Price: &price, From: 10 * time.Minute}, "other": {Gone: true}},
		},
		Rules: []*scenario.Rule{
			{On: "toy.createOrder", First: 2, Phase: scenario.Before, Do: scenario.Do{Delay: scenario.Delay{Fixed: time.Second}, Error: "BROKEN"}, Line: 12},
			{
				On: "toy.*", Calls: []int{2, 3}, Every: 1, After: 1, Chance: 0.5, Phase: scenario.After,
				Do: scenario.Do{Fault: &fault.Fault{Kind: fault.Reset}}, Line: 15,
			},
			{On: "toy.getOrder", Since: time.Minute, Phase: scenario.Before, Do: scenario.Do{Delay: scenario.Delay{Min: time.Second, Max: 3 * time.Second}}, Line: 22},
			{On: "toy.getOrder", Phase: scenario.Before, Do: scenario.Do{Delay: scenario.Delay{Median: time.Second, Sigma: 0.5}, Fault: &fault.Fault{Kind: fault.Drip, Pace: 10 * time.Millisecond}}, Line: 23},
			{
				On: "other.getBalance", Phase: scenario.Before, Line: 24,
				Do: scenario.Do{Respond: &scenario.Respond{Status: 418, Header: map[string]string{"X-Tea": "pot"}, Body: map[string]any{"a": []any{1, nil}}}},
			},
			{On: "toy.createOrder", Phase: scenario.Before, Do: scenario.Do{RateLimit: &scenario.RateLimit{Calls: 5, Per: time.Minute}}, Line: 25},
			{On: "*", Phase: scenario.Before, Do: scenario.Do{Set: map[string]map[string]any{"toy": {"balance": 0.0}}}, Line: 26},
		},
		Timeline: []scenario.Moment{
			{After: 5 * time.Minute, Line: 28, Device: &scenario.Device{Kind: "use", ESIM: "last", MB: 500}},
			{After: 24 * time.Hour, Line: 29, Set: map[string]map[string]any{"toy": {"colour": "red"}}},
			{After: 48 * time.Hour, Line: 30, Edge: &scenario.Edge{Edge: "toy.order.completed", ID: "x"}},
		},
	}
	got.Text = ""
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Each mistake is told with its place and, where there is one, the word that was meant.
func TestMistakes(t *testing.T) {
	t.Parallel()
	const head = "version: 1\nname: a\n"
	for text, want := range map[string]string{
		"":                                  "a.yaml:1:1: the file is empty",
		"name: a\n":                         "a.yaml:1:1: say version: 1",
		head + "---\nversion: 1\nname: b\n": "this is a second document",
		"version: 2\nname: a\n":             "a.yaml:1:10: version must be 1",
		"version: 1\n":                      "a.yaml:1:1: give the scenario a name",
		"version: 1\nname: a b\n":           "a.yaml:2:7: a name is",
		"- 1\n":                             "a.yaml:1:1: a scenario must be a mapping",
		head + "rulez: []\n":                `a.yaml:3:1: a scenario has no key "rulez", did you mean rules?`,
		head + "name: b\n":                  `a.yaml:3:1: a scenario names "name" twice`,
		head + "\tx: 1\n":                   "found a tab character",
		head + "rules: 3\n":                 "a.yaml:3:8: rules must be a list",
		head + "rules:\n- {do: {error: BROKE}}\n":                                                     "a.yaml:4:3: a rule needs on",
		head + "rules:\n- {on: toy.createOrder}\n":                                                    "a.yaml:4:3: a rule needs do",
		head + "rules:\n- {on: toy.createOrder, do: {}}\n":                                            "a.yaml:4:29: do is empty",
		head + "rules:\n- {on: toy.creatOrder, do: {delay: 1s}}\n":                                    `a.yaml:4:8: there is no operation "toy.creatOrder", did you mean toy.createOrder?`,
		head + "rules:\n- {on: tyo.*, do: {delay: 1s}}\n":                                             `a.yaml:4:8: there is no operation "tyo.*"`,
		head + "rules:\n- {on: toy.createOrder, do: {error: BRKEN}}\n":                                `a.yaml:4:37: toy.createOrder has no error "BRKEN", did you mean BROKEN?`,
		head + "rules:\n- {on: toy.getOrder, do: {error: BROKEN}}\n":                                  `a.yaml:4:34: toy.getOrder has no error "BROKEN"`,
		head + "rules:\n- {on: '*', first: 0, do: {delay: 1s}}\n":                                     "a.yaml:4:20: first is a whole number",
		head + "rules:\n- {on: '*', first: x, do: {delay: 1s}}\n":                                     "a.yaml:4:20: first is a whole number",
		head + "rules:\n- {on: '*', do: {delay: 10}}\n":                                               "a.yaml:4:25: delay is a length of time",
		head + "rules:\n- {on: '*', do: {delay: 3m}}\n":                                               "a.yaml:4:25: delay is a length of time up to 2m0s",
		head + "policies: {toy.order.complete: never}\n":                                              `a.yaml:3:12: there is no edge "toy.order.complete", did you mean toy.order.completed?`,
		head + "policies: {toy.order.completed: nevr}\n":                                              "a.yaml:3:33: a policy is immediate, manual, never, {after: 90s} or {polls: 3}, did you mean never?",
		head + "policies: {toy.order.completed: {}}\n":                                                "a.yaml:3:33: an empty policy",
		head + "policies: {toy.order.completed: {after: 5}}\n":                                        "a.yaml:3:41: after is a length of time",
		head + "policies: {toy.order.completed: {polls: -1}}\n":                                       "a.yaml:3:41: polls is a whole number",
		head + "settings: {tyo: {}}\n":                                                                `a.yaml:3:12: there is no provider or setting "tyo", did you mean toy?`,
		head + "settings: {toy: {color: red}}\n":                                                      `a.yaml:3:18: toy has no setting "color", did you mean colour?`,
		head + "settings: {toy: {colour: rad}}\n":                                                     `a.yaml:3:26: colour is one of red, off, did you mean red?`,
		head + "settings: {validate: loose}\n":                                                        "a.yaml:3:22: validate is one of provider, strict",
		head + "settings: {toy: {colour: red}}\naccounts: {toy: {colour: red}}\n":                     `a.yaml:4:18: toy has no account "colour"`,
		head + "catalogue: {tyo: {}}\n":                                                               `a.yaml:3:13: there is no provider "tyo", did you mean toy?`,
		head + "catalogue: {toy: {thin: {gone: true}}}\n":                                             `a.yaml:3:19: the catalogue of toy has no item "thin"`,
		head + "catalogue: {toy: {thing: {}}}\n":                                                      "a.yaml:3:26: a change needs price or gone: true",
		head + "catalogue: {toy: {thing: {price: -1}}}\n":                                             "a.yaml:3:34: a price is a number",
		head + "catalogue: {toy: {thing: {gone: maybe}}}\n":                                           "a.yaml:3:33: gone is true or false",
		head + "rules:\n- {on: '*', when: 'body.n >', do: {delay: 1s}}\n":                             "a.yaml:4:27: when: unexpected token EOF",
		head + "rules:\n- {on: '*', when: bdy.n > 3, do: {delay: 1s}}\n":                              "a.yaml:4:19: when: unknown name bdy",
		head + "rules:\n- {on: '*', when: method, do: {delay: 1s}}\n":                                 "when: expected bool, but got string",
		head + "rules:\n- {on: '*', when: now() != nil, do: {delay: 1s}}\n":                           "when: ",
		head + "rules:\n- {on: '*', calls: [], do: {delay: 1s}}\n":                                    "a.yaml:4:20: this rule can never fire: calls is empty",
		head + "rules:\n- {on: '*', chance: 0, do: {delay: 1s}}\n":                                    "a.yaml:4:21: this rule can never fire: its chance is 0",
		head + "rules:\n- {on: '*', chance: 1.5, do: {delay: 1s}}\n":                                  "a.yaml:4:21: chance is a number from 0 to 1",
		head + "rules:\n- {on: '*', first: 2, after: 2, do: {delay: 1s}}\n":                           "a.yaml:4:3: this rule can never fire: no call",
		head + "rules:\n- {on: '*', calls: [3], every: 2, do: {delay: 1s}}\n":                         "a.yaml:4:3: this rule can never fire: no call",
		head + "rules:\n- {on: toy.*, do: {fault: reset}}\n- {on: toy.getOrder, do: {fault: hang}}\n": "a.yaml:5:1: this rule can never fire: the rule of line 4 always does",
		head + "rules:\n- {on: '*', phase: later, do: {delay: 1s}}\n":                                 "a.yaml:4:20: phase is one of before, after",
		head + "rules:\n- {on: '*', do: {fault: rset}}\n":                                             "a.yaml:4:25: a fault is one of reset, close, hang, truncate, drip, malformed, wrongType, empty, html502, did you mean reset?",
		head + "rules:\n- {on: '*', do: {fault: {pace: 1s}}}\n":                                       "a.yaml:4:25: a fault needs kind",
		head + "rules:\n- {on: toy.createOrder, do: {error: BROKE, fault: reset}}\n":                  "a.yaml:4:29: do gives one answer",
		head + "rules:\n- {on: toy.getOrder, do: {rateLimit: {calls: 1, per: 1m}}}\n":                 "a.yaml:4:38: toy.getOrder has no error RATE_LIMITED to refuse with",
		head + "rules:\n- {on: toy.createOrder, do: {rateLimit: {calls: 1}}}\n":                       "a rateLimit needs calls and per",
		head + "rules:\n- {on: toy.createOrder, phase: after, do: {set: {toy: {balance: 1}}}}\n":      "belong to phase: before",
		head + "rules:\n- {on: '*', do: {delay: {min: 3s, max: 1s}}}\n":                               "delay is {min: 1s, max: 3s}",
		head + "rules:\n- {on: '*', do: {respond: {status: 99}}}\n":                                   "status is a number from 200 to 599",
		head + "timeline:\n- {do: {use: {mb: 1}}}\n":                                                  "a.yaml:4:3: a moment needs after",
		head + "timeline:\n- {after: 1m}\n":                                                           "a.yaml:4:3: a moment needs do",
		head + "timeline:\n- {after: 1m, do: {use: {}}}\n":                                            "use needs mb or bytes",
		head + "timeline:\n- {after: 1m, do: {user: {mb: 1}}}\n":                                      `do has no key "user", did you mean use?`,
		head + "timeline:\n- {after: 1m, do: {edge: {edge: toy.x, id: y}}}\n":                         `there is no edge "toy.x"`,
		head + "a: &a {x: 1}\nb: *a\n":                                                                "a.yaml:4:1: write it out: aliases",
	} {
		_, err := scenario.Load("a.yaml", []byte(text), vocabulary)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
	}
}

func TestHostileFiles(t *testing.T) {
	t.Parallel()
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for i := 'b'; i < 'k'; i++ {
		bomb += string(i) + ": &" + string(i) + " [" + strings.Repeat("*"+string(i-1)+",", 9) + "]\n"
	}
	for name, text := range map[string]string{
		"alias bomb": bomb, "nesting": strings.Repeat("[", 20_000), "size": strings.Repeat("#", scenario.MaxSize+1),
	} {
		if _, err := scenario.Load(name, []byte(text), vocabulary); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func script(t *testing.T, texts ...string) *scenario.Script {
	t.Helper()
	var list []*scenario.Scenario
	for i, text := range texts {
		sc, err := scenario.Load("s.yaml", []byte("version: 1\nname: s"+strconv.Itoa(i)+"\nrules:\n"+text), vocabulary)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, sc)
	}
	return scenario.NewScript(list, func(rule string) *rand.PCG { return rand.NewPCG(1, uint64(len(rule))) })
}

func call(operation string, env scenario.Env) *scenario.Call {
	return &scenario.Call{Operation: operation, Env: func() scenario.Env { return env }}
}

// Every rule counts what fits it, also what another answers, and the last file wins.
func TestMatch(t *testing.T) {
	t.Parallel()
	s := script(t, "- {on: toy.*, first: 3, do: {error: BROKEN}}\n", "- {on: toy.createOrder, first: 2, do: {error: BROKE}}\n- {on: toy.createOrder, calls: [2], phase: after, do: {fault: reset}}\n")
	var got []string
	for range 4 {
		line := ""
		before, after := s.Match(call("toy.createOrder", scenario.Env{}))
		for _, f := range []*scenario.Firing{before, after} {
			if f == nil {
				line += "- "
				continue
			}
			line += f.Rule + " "
		}
		got = append(got, line)
	}
	want := []string{"s1:4 - ", "s1:4 s1:5 ", "s0:4 - ", "- - "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if before, after := s.Match(call("other.getBalance", scenario.Env{})); before != nil || after != nil {
		t.Errorf("another provider's operation: %+v %+v", before, after)
	}
}

func TestWhichCalls(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"first: 2": "12", "calls: [1, 4]": "14", "every: 3": "369", "after: 7": "89", "every: 2, after: 3": "468", "first: 6, every: 4": "4",
	} {
		s, got := script(t, "- {on: '*', "+text+", do: {delay: 1s}}\n"), ""
		for i := range 9 {
			if f, _ := s.Match(call("toy.getOrder", scenario.Env{})); f != nil {
				got += strconv.Itoa(i + 1)
			}
		}
		if got != want {
			t.Errorf("%s fired on %s, want %s", text, got, want)
		}
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	s := script(t, "- {on: '*', do: {rateLimit: {calls: 2, per: 1m}}}\n")
	got := ""
	for i := range 8 {
		c := call("toy.createOrder", scenario.Env{})
		c.Now = time.Unix(int64(i)*20, 0)
		f, _ := s.Match(c)
		got += map[bool]string{true: "x", false: "."}[f != nil]
	}
	if want := "..x..x.."; got != want {
		t.Errorf("refused %s, want %s", got, want)
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	env := scenario.Env{
		Method: "POST", Path: "/x", Query: map[string]string{"page": "2"}, Header: map[string]string{"x-a": "b"}, Call: 3,
		Body:    map[string]any{"quantity": 5.0, "items": []any{map[string]any{"id": "a"}}, "none": nil},
		Account: map[string]any{"balance": 25.5},
	}
	for text, want := range map[string]bool{
		"body.quantity > 3": true, "body.quantity == 5": true, "body.quantity > 7": false,
		"body.missing > 3": false, "body.missing != 3": false, "not (body.missing == 3)": false, "body.none != 1": false,
		"body.items[0].id == 'a'": true, "body.items[1].id != 'a'": false, "len(body.items) == 1": true,
		"(body.missing ?? 7) == 7": true, "body?.missing == nil": true,
		"method == 'POST' and path startsWith '/'": true, "query.page == '2'": true, "query.size == ''": false,
		"header['x-a'] == 'b'": true, "header['x-b'] != 'b'": false,
		"call == 3": true, "account.balance < 30": true, "body.quantity startsWith 'x'": false,
	} {
		s := script(t, "- {on: '*', when: \""+text+"\", do: {delay: 1s}}\n")
		// call is the rule's own count, so the third call is asked.
		for range 2 {
			other := env
			other.Call = 0
			s.Match(call("toy.getOrder", other))
		}
		f, _ := s.Match(call("toy.getOrder", env))
		if got := f != nil; got != want && text != "call == 3" {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
	third := script(t, "- {on: '*', when: call % 2 == 1, do: {delay: 1s}}\n")
	if f, _ := third.Match(call("toy.getOrder", env)); f == nil {
		t.Error("the first call is not counted as 1")
	}
}

// The same seed gives the same dice, whatever other rules there are.
func TestChance(t *testing.T) {
	t.Parallel()
	rule := "- {on: toy.getOrder, chance: 0.3, do: {delay: {min: 1s, max: 9s}}}\n"
	throw := func(s *scenario.Script) (out []time.Duration) {
		for range 200 {
			if f, _ := s.Match(call("toy.getOrder", scenario.Env{})); f != nil {
				out = append(out, f.Delay)
			}
		}
		return out
	}
	alone, beside := throw(script(t, rule)), throw(script(t, rule+"- {on: toy.createOrder, chance: 0.9, do: {delay: 1s}}\n"))
	if diff := cmp.Diff(alone, beside); diff != "" {
		t.Errorf("another rule changed the dice:\n%s", diff)
	}
	if n := len(alone); n < 40 || n > 80 {
		t.Errorf("a chance of 0.3 fired %d times in 200", n)
	}
	for _, d := range alone {
		if d < time.Second || d > 9*time.Second {
			t.Errorf("a delay of %v", d)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("version: 1\nname: a\npolicies:\n  toy.order.completed: {after: 2m, polls: 3}\n")
	f.Add("version: 1\nname: a\nrules:\n- {on: '*', first: 2, do: {delay: 1s}}\n")
	f.Add("settings: {toy: {balance: [1]}}\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := scenario.Load("f.yaml", []byte(text), vocabulary)
		if (s == nil) == (err == nil) {
			t.Errorf("scenario %v and error %v", s, err)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "f.yaml:") {
			t.Errorf("error without a place: %v", err)
		}
	})
}
