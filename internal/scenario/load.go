package scenario

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/nearest"
)

// A Vocabulary is what a scenario may speak of.
type Vocabulary struct {
	Operations []string
	Edges      []string
	// Errors lists the names that every operation which fits the pattern can answer.
	Errors func(on string) []string
	// Settings are the values of each setting by provider; nil values mean any value.
	Settings map[string]map[string][]string
}

// MaxSize bounds a scenario file.
const MaxSize = 1 << 20

// A Problem is one mistake in a file.
type Problem struct {
	File         string
	Line, Column int
	Message      string
}

func (p Problem) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
}

var nameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// Load reads one scenario strictly. The error joins a Problem for each mistake.
func Load(file string, data []byte, v Vocabulary) (*Scenario, error) {
	l := &loader{file: file, v: v}
	if len(data) > MaxSize {
		l.at(nil, "a scenario is at most %d bytes", MaxSize)
		return nil, errors.Join(l.problems...)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, l.syntax(err)
	}
	s := &Scenario{Settings: map[string]map[string]any{}, Policies: map[string]Policy{}}
	if len(doc.Content) == 0 {
		l.at(nil, "the file is empty: begin with version: 1")
		return nil, errors.Join(l.problems...)
	}
	l.scenario(doc.Content[0], s)
	if len(l.problems) > 0 {
		return nil, errors.Join(l.problems...)
	}
	return s, nil
}

type loader struct {
	file     string
	v        Vocabulary
	problems []error
}

func (l *loader) at(n *yaml.Node, format string, args ...any) {
	p := Problem{File: l.file, Line: 1, Column: 1, Message: fmt.Sprintf(format, args...)}
	if n != nil {
		p.Line, p.Column = n.Line, n.Column
	}
	l.problems = append(l.problems, p)
}

var syntaxLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

func (l *loader) syntax(err error) error {
	p := Problem{File: l.file, Line: 1, Column: 1, Message: err.Error()}
	if m := syntaxLine.FindStringSubmatch(err.Error()); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			p.Line = n
		}
		p.Message = m[2]
	}
	return p
}

// members calls the reader of each key and reports the keys nobody reads. It says
// whether n is a mapping at all.
func (l *loader) members(n *yaml.Node, what string, readers map[string]func(*yaml.Node)) bool {
	return l.each(n, what, func(key, value *yaml.Node) {
		read, ok := readers[key.Value]
		if !ok {
			l.at(key, "%s has no key %q%s", what, key.Value, nearest.Hint(key.Value, keys(readers)))
			return
		}
		read(value)
	})
}

// each walks a mapping, refusing keys that come twice and aliases.
func (l *loader) each(n *yaml.Node, what string, f func(key, value *yaml.Node)) bool {
	if n.Kind != yaml.MappingNode {
		l.at(n, "%s must be a mapping of keys to values", what)
		return false
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode || value.Kind == yaml.AliasNode:
			l.at(key, "write it out: aliases and composite keys are not read")
		case seen[key.Value]:
			l.at(key, "%s names %q twice", what, key.Value)
		default:
			seen[key.Value] = true
			f(key, value)
		}
	}
	return true
}

func keys[T any](m map[string]T) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (l *loader) scenario(n *yaml.Node, s *Scenario) {
	version := false
	ok := l.members(n, "a scenario", map[string]func(*yaml.Node){
		"version": func(n *yaml.Node) {
			if version = true; n.Value != "1" {
				l.at(n, "version must be 1")
			}
		},
		"name": func(n *yaml.Node) {
			if s.Name = l.text(n); !nameForm.MatchString(s.Name) {
				l.at(n, "a name is 1 to 64 of letters, digits, '.', '_' and '-'")
			}
		},
		"summary":  func(n *yaml.Node) { s.Summary = l.text(n) },
		"settings": func(n *yaml.Node) { l.settings(n, s) },
		"policies": func(n *yaml.Node) { l.policies(n, s) },
		"rules":    func(n *yaml.Node) { l.rules(n, s) },
	})
	if ok && !version {
		l.at(n, "say version: 1")
	}
	if ok && s.Name == "" {
		l.at(n, "give the scenario a name")
	}
}

func (l *loader) text(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode {
		l.at(n, "must be a text")
		return ""
	}
	return n.Value
}

func (l *loader) settings(n *yaml.Node, s *Scenario) {
	l.each(n, "settings", func(key, value *yaml.Node) {
		if values, ok := l.v.Settings[""][key.Value]; ok {
			l.setting(value, s, "", key.Value, values)
			return
		}
		known, ok := l.v.Settings[key.Value]
		if !ok {
			l.at(key, "there is no provider or setting %q%s", key.Value,
				nearest.Hint(key.Value, append(keys(l.v.Settings), keys(l.v.Settings[""])...)))
			return
		}
		l.each(value, "the settings of "+key.Value, func(name, value *yaml.Node) {
			values, ok := known[name.Value]
			if !ok {
				l.at(name, "%s has no setting %q%s", key.Value, name.Value, nearest.Hint(name.Value, keys(known)))
				return
			}
			l.setting(value, s, key.Value, name.Value, values)
		})
	})
}

func (l *loader) setting(n *yaml.Node, s *Scenario, provider, name string, values []string) {
	var v any
	if err := n.Decode(&v); err != nil {
		l.at(n, "%v", err)
		return
	}
	if values != nil {
		text := l.text(n)
		if !slices.Contains(values, text) {
			l.at(n, "%s is one of %s%s", name, strings.Join(values, ", "), nearest.Hint(text, values))
		}
		v = text
	}
	if i, ok := v.(int); ok {
		v = float64(i)
	}
	if s.Settings[provider] == nil {
		s.Settings[provider] = map[string]any{}
	}
	s.Settings[provider][name] = v
}

func (l *loader) policies(n *yaml.Node, s *Scenario) {
	l.each(n, "policies", func(key, value *yaml.Node) {
		if !slices.Contains(l.v.Edges, key.Value) {
			l.at(key, "there is no edge %q%s", key.Value, nearest.Hint(key.Value, l.v.Edges))
			return
		}
		s.Policies[key.Value] = l.policy(value)
	})
}

func (l *loader) policy(n *yaml.Node) (p Policy) {
	words := []string{"immediate", "manual", "never"}
	if n.Kind == yaml.ScalarNode {
		switch n.Value {
		case "immediate":
		case "manual":
			p.Manual = true
		case "never":
			p.Never = true
		default:
			l.at(n, "a policy is immediate, manual, never, {after: 90s} or {polls: 3}%s", nearest.Hint(n.Value, words))
		}
		return p
	}
	l.members(n, "a policy", map[string]func(*yaml.Node){
		"after": func(n *yaml.Node) {
			d, err := clock.ParseDuration(l.text(n))
			if err != nil || d == 0 {
				l.at(n, "after is a length of time above nothing, such as 90s, 5m or 30d")
			}
			p.After = d
		},
		"polls": func(n *yaml.Node) { p.Polls = l.count(n, "polls") },
	})
	if p.Immediate() && len(n.Content) == 0 {
		l.at(n, "an empty policy: write immediate")
	}
	return p
}

func (l *loader) count(n *yaml.Node, what string) int {
	i, err := strconv.Atoi(l.text(n))
	if err != nil || i < 1 || i > 1_000_000 {
		l.at(n, "%s is a whole number from 1 to 1000000", what)
		return 0
	}
	return i
}

func (l *loader) rules(n *yaml.Node, s *Scenario) {
	if n.Kind != yaml.SequenceNode {
		l.at(n, "rules must be a list")
		return
	}
	for _, item := range n.Content {
		s.Rules = append(s.Rules, l.rule(item))
	}
}

func (l *loader) rule(n *yaml.Node) Rule {
	r := Rule{Line: n.Line}
	var do *yaml.Node
	ok := l.members(n, "a rule", map[string]func(*yaml.Node){
		"on":    func(n *yaml.Node) { r.On = l.on(n) },
		"first": func(n *yaml.Node) { r.First = l.count(n, "first") },
		"do":    func(n *yaml.Node) { do = n },
	})
	switch {
	case !ok:
	case r.On == "":
		l.at(n, "a rule needs on: the operation it is about")
	case do == nil:
		l.at(n, "a rule needs do: what it does")
	default:
		r.Do = l.do(do, r.On)
	}
	return r
}

func (l *loader) on(n *yaml.Node) string {
	on := l.text(n)
	if slices.ContainsFunc(l.v.Operations, func(op string) bool { return Fits(on, op) }) {
		return on
	}
	l.at(n, "there is no operation %q%s", on, nearest.Hint(on, l.v.Operations))
	return on
}

func (l *loader) do(n *yaml.Node, on string) (d Do) {
	ok := l.members(n, "do", map[string]func(*yaml.Node){
		"error": func(n *yaml.Node) {
			d.Error = l.text(n)
			if known := l.v.Errors(on); !slices.Contains(known, d.Error) {
				l.at(n, "%s has no error %q%s", on, d.Error, nearest.Hint(d.Error, known))
			}
		},
		"delay": func(n *yaml.Node) {
			var err error
			if d.Delay, err = clock.ParseDuration(l.text(n)); err != nil || d.Delay > MaxDelay {
				l.at(n, "delay is a length of time up to %s, such as 700ms or 5s", MaxDelay)
			}
		},
	})
	if ok && d == (Do{}) && len(l.problems) == 0 {
		l.at(n, "do is empty: give it error or delay")
	}
	return d
}
