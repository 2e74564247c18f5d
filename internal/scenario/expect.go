package scenario

import (
	"math"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// An Expectation says what clients shall have asked: which operation, under which
// condition and how often; or, in a sequence, what after what.
type Expectation struct {
	Name string
	On   string // as of a Rule
	When *Condition
	// Least and Most bound how many requests fit, both included.
	Least, Most int
	// Sequence holds instead what comes one after another. A step that is never to come
	// forbids it between its neighbours.
	Sequence []*Expectation
	Line     int
}

// NoBound is Most where any number will do.
const NoBound = math.MaxInt

// Never says that no request is to fit.
func (e *Expectation) Never() bool { return e.Most == 0 }

// String is the name, or a description.
func (e *Expectation) String() string {
	if e.Name != "" {
		return e.Name
	}
	if e.Sequence != nil {
		steps := make([]string, len(e.Sequence))
		for i, s := range e.Sequence {
			if steps[i] = s.String(); s.Never() {
				steps[i] = "never " + steps[i]
			}
		}
		return strings.Join(steps, ", then ")
	}
	if e.When != nil {
		return e.On + " when " + e.When.Source
	}
	return e.On
}

// The bounds of expectations, so that holding a full journal against them stays quick.
const (
	maxExpectations = 500
	maxSteps        = 500 // of one sequence, each as often as it is to come
)

// LoadExpectations reads {"expectations": [...]}, of JSON and as strictly as a file. The
// error joins a Problem for each mistake. Without that member there are none.
func LoadExpectations(file string, data []byte, v Vocabulary) ([]*Expectation, error) {
	l := &loader{file: file, v: v}
	root := l.json(data)
	if root == nil {
		return nil, l.err()
	}
	var list []*Expectation
	l.read(root, "the body", members{
		"expectations": {read: func(n *yaml.Node) { list = l.expectations(n) }},
	})
	if l.found > 0 {
		return nil, l.err()
	}
	return list, nil
}

func (l *loader) expectationsSchema() schema {
	one := object(l.expectationMembers(nil), nil)
	one["anyOf"] = []schema{{"required": []string{"on"}}, {"required": []string{"sequence"}}}
	return schema{"type": "array", "minItems": 1, "maxItems": maxExpectations, "items": one}
}

func (l *loader) expectations(n *yaml.Node) (list []*Expectation) {
	l.items(n, "expectations", func(item *yaml.Node) {
		e := &Expectation{Line: item.Line}
		if l.read(item, "an expectation", l.expectationMembers(e)) {
			l.counts(item, e)
			list = append(list, e)
		}
	})
	switch {
	case n.Kind == yaml.SequenceNode && len(n.Content) == 0:
		l.at(n, "expectations is empty: say what to expect")
	case len(list) > maxExpectations:
		l.at(n, "there are at most %d expectations", maxExpectations)
	}
	return list
}

func (l *loader) expectationMembers(e *Expectation) members {
	out := l.stepMembers(e)
	out["times"] = member{"Exactly so many requests.", countSchema, func(n *yaml.Node) {
		e.Least = l.many(n, "times")
		e.Most = e.Least
	}}
	out["atLeast"] = member{"So many requests or more; one, when no count is given.", countSchema, func(n *yaml.Node) { e.Least = l.many(n, "atLeast") }}
	out["atMost"] = member{"So many requests or fewer.", countSchema, func(n *yaml.Node) { e.Most = l.many(n, "atMost") }}
	out["sequence"] = member{
		"Requests one after another, others between them or not.",
		schema{"type": "array", "minItems": 1, "items": object(l.stepMembers(nil), []string{"on"})},
		func(n *yaml.Node) { e.Sequence = l.steps(n) },
	}
	return out
}

// stepMembers are those of a step of a sequence.
func (l *loader) stepMembers(e *Expectation) members {
	return members{
		"name": {"What it is called in the report.", schema{"type": "string", "maxLength": maxName}, func(n *yaml.Node) {
			if e.Name = l.text(n); len(e.Name) > maxName {
				l.at(n, "a name is at most %d bytes long", maxName)
			}
		}},
		"on": {"The operation: provider.operationId, provider.* or *.", schema{"enum": l.patterns()}, func(n *yaml.Node) { e.On = l.on(n) }},
		"when": {
			"A condition over method, path, query, header, body, call and account, and over status and error of the answer.",
			schema{"type": "string"},
			func(n *yaml.Node) { e.When = l.condition(n, compileExpectation) },
		},
		"times": {"So often, one after another.", countSchema, func(n *yaml.Node) { e.Least = l.many(n, "times") }},
		"never": {"No such request; in a sequence, none between the steps before and after.", schema{"const": true}, func(n *yaml.Node) {
			if n.Value != "true" || quoted(n) {
				l.at(n, "never is true, or left out")
			}
		}},
	}
}

const maxName = 200

// many is count without what a program sends by mistake: a text, or none at all.
func (l *loader) many(n *yaml.Node, what string) int {
	switch {
	case quoted(n):
		l.at(n, "%s is a number and no text", what)
		return 0
	case n.Value == "0":
		l.at(n, "%s is at least 1: for none, write never: true", what)
		return 0
	}
	return l.count(n, what)
}

func quoted(n *yaml.Node) bool { return n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 }

// counts settles how often, and refuses what contradicts itself.
func (l *loader) counts(n *yaml.Node, e *Expectation) {
	given := func(keys ...string) bool {
		return slices.ContainsFunc(keys, func(k string) bool { return child(n, k) != nil })
	}
	never, times, bounds := given("never"), given("times"), given("atLeast", "atMost")
	switch {
	case given("sequence") && (given("on", "when") || never || times || bounds):
		l.at(n, "a sequence stands alone: put on, when, times and never into its steps")
	case given("sequence"):
	case !given("on"):
		l.at(n, "an expectation needs on: the operation it is about; * is any")
	case never && times, never && bounds, times && bounds:
		l.at(n, "say how often in one way: times, never, or atLeast and atMost")
	case given("atMost") && e.Least > e.Most:
		l.at(n, "this can never be: atLeast is %d and atMost is %d", e.Least, e.Most)
	case never:
		e.Least, e.Most = 0, 0
	case times:
	default:
		if !given("atMost") {
			e.Most = NoBound
			e.Least = max(e.Least, 1)
		}
	}
}

// steps reads a sequence.
func (l *loader) steps(n *yaml.Node) (steps []*Expectation) {
	all, positive := 0, 0
	l.items(n, "sequence", func(item *yaml.Node) {
		s := &Expectation{Line: item.Line, Least: 1}
		if !l.read(item, "a step", l.stepMembers(s)) {
			return
		}
		never := child(item, "never") != nil
		switch {
		case child(item, "on") == nil:
			l.at(item, "a step needs on: the operation it is about; * is any")
		case never && child(item, "times") != nil:
			l.at(item, "a step has times or never, not both")
		}
		s.Most = NoBound
		if all += s.Least; never {
			s.Least, s.Most = 0, 0
		} else {
			positive++
		}
		steps = append(steps, s)
	})
	switch {
	case n.Kind != yaml.SequenceNode:
	case positive == 0:
		l.at(n, "a sequence needs a step that is to come")
	case all > maxSteps:
		l.at(n, "a sequence is at most %d requests long", maxSteps)
	}
	return steps
}
