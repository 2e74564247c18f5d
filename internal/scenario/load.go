package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/esimsim/esimsim/internal/clock"
)

// A Vocabulary is what a scenario may speak of.
type Vocabulary struct {
	Operations []string
	Edges      []string
	// Events are the full names of webhooks: esimgo.webhook.FirstUse.
	Events []string
	// Errors lists the names that some operation which fits the pattern can answer.
	Errors func(on string) []string
	// Settings are the values of each setting by provider; nil values mean any value,
	// and that it is part of an account's state.
	Settings map[string]map[string][]string
	// Item says whether a provider's catalogue has an item; nil does not ask.
	Item func(provider, item string) bool
}

// MaxSize bounds a scenario file.
const MaxSize = 1 << 20

// A Problem is one mistake in a file.
type Problem struct {
	File         string
	Line, Column int
	Pointer      string // into a JSON body; "" in a file
	Message      string
}

func (p Problem) Error() string {
	if p.File == "" { // written by a program: nobody has seen its lines
		return fmt.Sprintf("%s: %s", p.Pointer, p.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
}

// Load reads one scenario strictly. The error joins a Problem for each mistake.
func Load(file string, data []byte, v Vocabulary) (*Scenario, error) {
	l := &loader{file: file, v: v}
	if len(data) > MaxSize {
		l.at(nil, "a scenario is at most %d bytes", MaxSize)
		return nil, l.err()
	}
	if depth(data) > maxDepth {
		l.at(nil, "a scenario is nested at most %d deep", maxDepth)
		return nil, l.err()
	}
	var doc yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		return nil, l.syntax(err)
	}
	var second yaml.Node
	if err := decoder.Decode(&second); err == nil {
		l.at(&second, "a file holds one scenario, and this is a second document")
		return nil, l.err()
	} else if !errors.Is(err, io.EOF) {
		return nil, l.syntax(err)
	}
	if len(doc.Content) == 0 {
		l.at(nil, "the file is empty: begin with version: 1")
		return nil, l.err()
	}
	s := l.scenario(doc.Content[0])
	if l.found > 0 {
		return nil, l.err()
	}
	s.Text = string(data)
	return s, nil
}

// maxDepth is more than any scenario needs. The YAML reader takes a time that grows with
// the square of the nesting, so a hostile file is turned away before.
const maxDepth = 100

// depth is how many brackets are open at once, quotes and comments aside: at least as
// many as the reader would meet.
func depth(data []byte) (deepest int) {
	open := 0
	for _, b := range data {
		switch b {
		case '[', '{':
			open++
			deepest = max(deepest, open)
		case ']', '}':
			open = max(open-1, 0)
		}
	}
	return deepest
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
	p.Message = cut(p.Message, maxSaid)
	return p
}

// A member is one key of a mapping: what it is for, what may stand there, and how it is
// read. The reader and the JSON Schema are both made of these tables.
type member struct {
	doc  string
	as   schema
	read func(*yaml.Node)
}

type members map[string]member

// read walks a mapping and reports keys that are not among its members. It says whether
// n is a mapping at all.
func (l *loader) read(n *yaml.Node, what string, known members) bool {
	return l.each(n, what, func(key, value *yaml.Node) {
		m, ok := known[key.Value]
		if !ok {
			l.at(key, "%s has no key %q%s", what, key.Value, l.hint(key.Value, keys(known)))
			return
		}
		m.read(value)
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

// maxItems bounds each list of a scenario.
const maxItems = 1_000

// items walks a list.
func (l *loader) items(n *yaml.Node, what string, f func(*yaml.Node)) {
	switch {
	case n.Kind != yaml.SequenceNode:
		l.at(n, "%s must be a list", what)
		return
	case len(n.Content) > maxItems:
		l.at(n, "%s has %d items, and at most %d are read", what, len(n.Content), maxItems)
		return
	}
	for _, item := range n.Content {
		f(item)
	}
}

func keys[T any](m map[string]T) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (l *loader) text(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode {
		l.at(n, "must be a text")
		return ""
	}
	return n.Value
}

func (l *loader) truth(n *yaml.Node, what string) bool {
	if n.Value != "true" && n.Value != "false" {
		l.at(n, "%s is true or false", what)
	}
	return n.Value == "true"
}

func (l *loader) count(n *yaml.Node, what string) int {
	i, err := strconv.Atoi(l.text(n))
	if err != nil || i < 1 || i > 1_000_000 {
		l.at(n, "%s is a whole number from 1 to 1000000", what)
		return 0
	}
	return i
}

func (l *loader) number(n *yaml.Node, what string, least, most float64) float64 {
	f, err := strconv.ParseFloat(l.text(n), 64)
	if err != nil || f < least || f > most {
		l.at(n, "%s is a number from %v to %v", what, least, most)
		return 0
	}
	return f
}

// span reads a length of the world's time above nothing.
func (l *loader) span(n *yaml.Node, what string) time.Duration {
	d, err := clock.ParseDuration(l.text(n))
	if err != nil || d == 0 {
		l.at(n, "%s is a length of time above nothing, such as 90s, 5m or 30d", what)
	}
	return d
}

// wait reads a length of real time.
func (l *loader) wait(n *yaml.Node, what string) time.Duration {
	d, err := clock.ParseDuration(l.text(n))
	if err != nil || d > MaxDelay {
		l.at(n, "%s is a length of time up to %s, such as 700ms or 5s", what, MaxDelay)
	}
	return d
}

func (l *loader) oneOf(n *yaml.Node, what string, values []string) string {
	text := l.text(n)
	if !slices.Contains(values, text) {
		l.at(n, "%s is one of %s%s", what, join(values), l.hint(text, values))
	}
	return text
}
