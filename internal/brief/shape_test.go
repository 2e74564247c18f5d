package brief_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A node is one JSON value with the order of its keys kept.
type node struct {
	kind   string // object, array, string, number, boolean or null
	text   string // of a string its content, of another scalar its literal
	keys   []string
	fields map[string]*node
	items  []*node
}

func parse(data []byte) (*node, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	n, err := read(dec)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return n, nil
}

func read(dec *json.Decoder) (*node, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch v := token.(type) {
	case string:
		return &node{kind: "string", text: v}, nil
	case json.Number:
		return &node{kind: "number", text: v.String()}, nil
	case bool:
		return &node{kind: "boolean", text: strconv.FormatBool(v)}, nil
	case nil:
		return &node{kind: "null", text: "null"}, nil
	case json.Delim:
		if v == '[' {
			return readArray(dec)
		}
		return readObject(dec)
	}
	return nil, fmt.Errorf("token %v", token)
}

func readArray(dec *json.Decoder) (*node, error) {
	n := &node{kind: "array"}
	for dec.More() {
		item, err := read(dec)
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, item)
	}
	_, err := dec.Token()
	return n, err
}

func readObject(dec *json.Decoder) (*node, error) {
	n := &node{kind: "object", fields: map[string]*node{}}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, err
		}
		key, _ := token.(string)
		if n.fields[key] != nil {
			return nil, fmt.Errorf("key %q stands twice", key)
		}
		value, err := read(dec)
		if err != nil {
			return nil, err
		}
		n.keys, n.fields[key] = append(n.keys, key), value
	}
	_, err := dec.Token()
	return n, err
}

// at is the value by a path of keys and indices, or nil.
func (n *node) at(path string) *node {
	for part := range strings.SplitSeq(path, ".") {
		switch {
		case n == nil:
			return nil
		case n.kind == "array":
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(n.items) {
				return nil
			}
			n = n.items[i]
		default:
			n = n.fields[part]
		}
	}
	return n
}

func (n *node) number() (float64, bool) {
	f, err := strconv.ParseFloat(n.text, 64)
	return f, err == nil && n.kind == "number"
}

func (n *node) String() string {
	if n == nil {
		return "nothing"
	}
	switch n.kind {
	case "object":
		return "an object of " + strings.Join(n.keys, ", ")
	case "array":
		return fmt.Sprintf("an array of %d", len(n.items))
	}
	return n.kind + " " + n.text
}

// A sample is a body as a page prints it. Everything about it counts: keys, their order,
// types, lengths and values. Only the values that open names, by a path such as
// data.items[].esimId, are the service's own; each must match its pattern.
type sample struct {
	body string
	open map[string]string
}

func (s sample) check(t *testing.T, got reply) {
	t.Helper()
	got.isJSON(t)
	if problems := s.differs(got.body); len(problems) > 0 {
		t.Errorf("%s:\n%s\nanswered %s", got.call, strings.Join(problems, "\n"), got.body)
	}
}

func (s sample) differs(got []byte) []string {
	want, err := parse([]byte(s.body))
	if err != nil {
		return []string{"the sample is no JSON: " + err.Error()}
	}
	have, err := parse(got)
	if err != nil {
		return []string{"want JSON, got " + err.Error()}
	}
	c := comparison{open: s.open, met: map[string]bool{}}
	c.same("", want, have)
	for _, path := range slices.Sorted(maps.Keys(s.open)) {
		if !c.met[path] {
			c.fail(path, "the sample has no such field")
		}
	}
	return c.problems
}

type comparison struct {
	open     map[string]string
	met      map[string]bool // paths of open or extra that occurred
	filled   map[string]bool // arrays, and whether there was ever anything in them
	problems []string
}

func (c *comparison) fail(path, format string, args ...any) {
	if path == "" {
		path = "the body"
	}
	c.problems = append(c.problems, path+": "+fmt.Sprintf(format, args...))
}

func (c *comparison) same(path string, want, got *node) {
	if want.kind != got.kind {
		c.fail(path, "want a %s (%s), got %s", want.kind, want, got)
		return
	}
	switch want.kind {
	case "object":
		if !slices.Equal(want.keys, got.keys) {
			c.fail(path, "want keys %s, got %s", strings.Join(want.keys, " "), strings.Join(got.keys, " "))
		}
		for _, key := range want.keys {
			if got.fields[key] != nil {
				c.same(join(path, key), want.fields[key], got.fields[key])
			}
		}
	case "array":
		if len(want.items) != len(got.items) {
			c.fail(path, "want %d items, got %d", len(want.items), len(got.items))
		}
		for i := range min(len(want.items), len(got.items)) {
			c.same(path+"[]", want.items[i], got.items[i])
		}
	default:
		c.scalar(path, want, got)
	}
}

func (c *comparison) scalar(path string, want, got *node) {
	if pattern, ok := c.open[path]; ok {
		c.met[path] = true
		if !regexp.MustCompile(`\A(?:` + pattern + `)\z`).MatchString(got.text) {
			c.fail(path, "want a value like %s, got %s", pattern, got.text)
		}
		return
	}
	a, number := want.number()
	b, _ := got.number()
	if number && a == b {
		return
	}
	if want.text != got.text {
		c.fail(path, "want %s, got %s", want.text, got.text)
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// A shape is a body whose values a page leaves open: "<string>", "<integer>",
// "<boolean>" and "<dateTime>" stand for any value of that type. Each printed key must be
// there, in the order printed; beyond those only the keys of extra may be, and must. An
// array may be empty here and there, but not throughout.
type shape struct {
	body  string
	extra []string
}

// moneyKeys are printed as integers and are amounts with cents in every answer seen.
var moneyKeys = []string{"price", "subTotal", "pricePerUnit", "total", "balance", "testCredit"}

func (s shape) check(t *testing.T, got reply) {
	t.Helper()
	got.isJSON(t)
	if problems := s.differs(got.body); len(problems) > 0 {
		t.Errorf("%s:\n%s\nanswered %.2000s", got.call, strings.Join(problems, "\n"), got.body)
	}
}

func (s shape) differs(got []byte) []string {
	want, err := parse([]byte(s.body))
	if err != nil {
		return []string{"the shape is no JSON: " + err.Error()}
	}
	have, err := parse(got)
	if err != nil {
		return []string{"want JSON, got " + err.Error()}
	}
	c := comparison{open: map[string]string{}, met: map[string]bool{}, filled: map[string]bool{}}
	for _, path := range s.extra {
		c.open[path] = ""
	}
	c.fits("", want, have)
	for _, path := range slices.Sorted(maps.Keys(c.filled)) {
		if !c.filled[path] {
			c.fail(path, "want something in this array at least once, got nothing")
		}
	}
	for _, path := range s.extra {
		if !c.met[path] {
			c.fail(path, "want this key beyond the page's, got none")
		}
	}
	return c.problems
}

func (c *comparison) fits(path string, want, got *node) {
	switch want.kind {
	case "object":
		if got.kind != "object" {
			c.fail(path, "want %s, got %s", want, got)
			return
		}
		c.keys(path, want, got)
		for _, key := range want.keys {
			if got.fields[key] != nil {
				c.fits(join(path, key), want.fields[key], got.fields[key])
			}
		}
	case "array":
		if got.kind != "array" {
			c.fail(path, "want an array, got %s", got)
			return
		}
		c.filled[path] = c.filled[path] || len(got.items) > 0
		for _, item := range got.items {
			c.fits(path+"[]", want.items[0], item)
		}
	default:
		if !standsFor(path, want.text, got) {
			c.fail(path, "want %s, got %s", want.text, got)
		}
	}
}

// keys wants the printed keys in their order and nothing else but the extra ones.
func (c *comparison) keys(path string, want, got *node) {
	var printed []string
	for _, key := range got.keys {
		_, extra := c.open[join(path, key)]
		switch {
		case want.fields[key] != nil:
			printed = append(printed, key)
		case extra:
			c.met[join(path, key)] = true
		default:
			c.fail(join(path, key), "the page has no such key")
		}
	}
	if !slices.Equal(printed, want.keys) {
		c.fail(path, "want the page's keys %s, got %s", strings.Join(want.keys, " "), strings.Join(printed, " "))
	}
}

func standsFor(path, placeholder string, got *node) bool {
	switch placeholder {
	case "<string>":
		return got.kind == "string"
	case "<boolean>":
		return got.kind == "boolean"
	case "<dateTime>":
		_, err := time.Parse(time.RFC3339Nano, got.text)
		return got.kind == "string" && err == nil
	case "<integer>":
		_, err := strconv.ParseInt(got.text, 10, 64)
		money := slices.Contains(moneyKeys, path[strings.LastIndexByte(path, '.')+1:])
		return got.kind == "number" && (err == nil || money)
	}
	return got.kind == "string" && got.text == placeholder
}

// The comparisons are only worth something if they see a difference.
func TestComparisons(t *testing.T) {
	t.Parallel()
	s := sample{`{"id":"a","total":5.00,"items":[{"n":1}]}`, map[string]string{"id": "[a-z]"}}
	for got, fine := range map[string]bool{
		`{"id":"z","total":5,"items":[{"n":1}]}`:          true,
		`{"id":"9","total":5,"items":[{"n":1}]}`:          false,
		`{"id":"z","total":6,"items":[{"n":1}]}`:          false,
		`{"id":"z","total":"5","items":[{"n":1}]}`:        false,
		`{"total":5,"id":"z","items":[{"n":1}]}`:          false,
		`{"id":"z","total":5,"items":[]}`:                 false,
		`{"id":"z","total":5,"items":[{"n":1,"more":2}]}`: false,
		`{"id":"z","total":5,"items":[{"n":1}],"x":null}`: false,
		`{"id":"z","total":5}`:                            false,
		`{"id":null,"total":5,"items":[{"n":1}]}`:         false,
	} {
		if problems := s.differs([]byte(got)); (len(problems) == 0) != fine {
			t.Errorf("sample against %s: want fine=%t, got %q", got, fine, problems)
		}
	}
	if problems := (sample{`{"a":1}`, map[string]string{"b": "x"}}).differs([]byte(`{"a":1}`)); len(problems) != 1 {
		t.Errorf("an open path that the sample lacks: want 1 problem, got %q", problems)
	}
	p := shape{`[{"name":"<string>","when":"<dateTime>","n":"<integer>","price":"<integer>"}]`, []string{"[].more"}}
	for got, fine := range map[string]bool{
		`[{"name":"a","when":"2026-01-01T00:00:00Z","n":1,"price":1.5,"more":{}}]`: true,
		`[{"name":"a","when":"2026-01-01T00:00:00Z","n":1.5,"price":1,"more":1}]`:  false,
		`[{"name":"a","when":"yesterday","n":1,"price":1,"more":1}]`:               false,
		`[{"name":"a","when":"2026-01-01T00:00:00Z","n":1,"price":1}]`:             false,
		`[{"name":"a","when":"2026-01-01T00:00:00Z","n":1,"price":1,"other":1}]`:   false,
		`[{"when":"2026-01-01T00:00:00Z","name":"a","n":1,"price":1,"more":1}]`:    false,
		`[{"name":null,"when":"2026-01-01T00:00:00Z","n":1,"price":1,"more":1}]`:   false,
		`[]`: false,
	} {
		if problems := p.differs([]byte(got)); (len(problems) == 0) != fine {
			t.Errorf("shape against %s: want fine=%t, got %q", got, fine, problems)
		}
	}
}
