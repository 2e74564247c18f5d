package scenario_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/esimsim/esimsim/internal/scenario"
)

var vocabulary = scenario.Vocabulary{
	Operations: []string{"toy.createOrder", "toy.getOrder", "other.getBalance"},
	Edges:      []string{"toy.order.completed"},
	Errors: func(on string) []string {
		if scenario.Fits(on, "toy.createOrder") {
			return []string{"BROKE", "BROKEN"}
		}
		return nil
	},
	Settings: map[string]map[string][]string{
		"":    {"validate": {"provider", "strict"}},
		"toy": {"balance": nil, "colour": {"red", "off"}},
	},
}

func TestLoad(t *testing.T) {
	t.Parallel()
	got, err := scenario.Load("a.yaml", []byte(`# what a client learns
version: 1
name: a
summary: Something happens.
settings: {toy: {balance: 25.5, colour: off}, validate: strict}
policies:
  toy.order.completed: {after: 2m, polls: 3}
rules:
  - on: toy.createOrder
    first: 2
    do: {error: BROKEN, delay: 1s}
  - {on: "*", do: {delay: 700ms}}
`), vocabulary)
	if err != nil {
		t.Fatal(err)
	}
	want := &scenario.Scenario{
		Name: "a", Summary: "Something happens.",
		Settings: map[string]map[string]any{"": {"validate": "strict"}, "toy": {"balance": 25.5, "colour": "off"}},
		Policies: map[string]scenario.Policy{"toy.order.completed": {After: 2 * time.Minute, Polls: 3}},
		Rules: []scenario.Rule{
			{On: "toy.createOrder", First: 2, Do: scenario.Do{Delay: time.Second, Error: "BROKEN"}, Line: 9},
			{On: "*", Do: scenario.Do{Delay: 700 * time.Millisecond}, Line: 12},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Each mistake is told with its place and, where there is one, the word that was meant.
func TestMistakes(t *testing.T) {
	t.Parallel()
	head := "version: 1\nname: a\n"
	for text, want := range map[string]string{
		"":                        "a.yaml:1:1: the file is empty",
		"name: a\n":               "a.yaml:1:1: say version: 1",
		"version: 2\nname: a\n":   "a.yaml:1:10: version must be 1",
		"version: 1\n":            "a.yaml:1:1: give the scenario a name",
		"version: 1\nname: a b\n": "a.yaml:2:7: a name is",
		"- 1\n":                   "a.yaml:1:1: a scenario must be a mapping",
		head + "rulez: []\n":      `a.yaml:3:1: a scenario has no key "rulez", did you mean rules?`,
		head + "name: b\n":        `a.yaml:3:1: a scenario names "name" twice`,
		head + "\tx: 1\n":         "found a tab character",
		head + "rules: 3\n":       "a.yaml:3:8: rules must be a list",
		head + "rules:\n- {do: {error: BROKE}}\n":                      "a.yaml:4:3: a rule needs on",
		head + "rules:\n- {on: toy.createOrder}\n":                     "a.yaml:4:3: a rule needs do",
		head + "rules:\n- {on: toy.createOrder, do: {}}\n":             "a.yaml:4:29: do is empty",
		head + "rules:\n- {on: toy.creatOrder, do: {delay: 1s}}\n":     `a.yaml:4:8: there is no operation "toy.creatOrder", did you mean toy.createOrder?`,
		head + "rules:\n- {on: tyo.*, do: {delay: 1s}}\n":              `a.yaml:4:8: there is no operation "tyo.*"`,
		head + "rules:\n- {on: toy.createOrder, do: {error: BRKEN}}\n": `a.yaml:4:37: toy.createOrder has no error "BRKEN", did you mean BROKEN?`,
		head + "rules:\n- {on: toy.getOrder, do: {error: BROKEN}}\n":   `a.yaml:4:34: toy.getOrder has no error "BROKEN"`,
		head + "rules:\n- {on: '*', first: 0, do: {delay: 1s}}\n":      "a.yaml:4:20: first is a whole number",
		head + "rules:\n- {on: '*', first: x, do: {delay: 1s}}\n":      "a.yaml:4:20: first is a whole number",
		head + "rules:\n- {on: '*', do: {delay: 10}}\n":                "a.yaml:4:25: delay is a length of time",
		head + "rules:\n- {on: '*', do: {delay: 3m}}\n":                "a.yaml:4:25: delay is a length of time up to 2m0s",
		head + "policies: {toy.order.complete: never}\n":               `a.yaml:3:12: there is no edge "toy.order.complete", did you mean toy.order.completed?`,
		head + "policies: {toy.order.completed: nevr}\n":               "a.yaml:3:33: a policy is immediate, manual, never, {after: 90s} or {polls: 3}, did you mean never?",
		head + "policies: {toy.order.completed: {}}\n":                 "a.yaml:3:33: an empty policy",
		head + "policies: {toy.order.completed: {after: 5}}\n":         "a.yaml:3:41: after is a length of time",
		head + "policies: {toy.order.completed: {polls: -1}}\n":        "a.yaml:3:41: polls is a whole number",
		head + "settings: {tyo: {}}\n":                                 `a.yaml:3:12: there is no provider or setting "tyo", did you mean toy?`,
		head + "settings: {toy: {color: red}}\n":                       `a.yaml:3:18: toy has no setting "color", did you mean colour?`,
		head + "settings: {toy: {colour: rad}}\n":                      `a.yaml:3:26: colour is one of red, off, did you mean red?`,
		head + "settings: {validate: loose}\n":                         "a.yaml:3:22: validate is one of provider, strict",
		head + "a: &a {x: 1}\nb: *a\n":                                 "a.yaml:4:1: write it out: aliases",
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

// Every rule counts what fits it, also what another answers, and the last file wins.
func TestMatch(t *testing.T) {
	t.Parallel()
	rule := func(name, on string, first int) *scenario.Scenario {
		return &scenario.Scenario{Name: name, Rules: []scenario.Rule{{On: on, First: first, Do: scenario.Do{Error: "BROKEN"}, Line: 1}}}
	}
	s := scenario.NewScript([]*scenario.Scenario{rule("early", "toy.*", 3), rule("late", "toy.createOrder", 2)})
	var got []string
	for range 4 {
		name := "-"
		if f := s.Match("toy.createOrder"); f != nil {
			name = f.Scenario
		}
		got = append(got, name)
	}
	if diff := cmp.Diff([]string{"late", "late", "early", "-"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if f := s.Match("other.getBalance"); f != nil {
		t.Errorf("another provider's operation: %+v", f)
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
