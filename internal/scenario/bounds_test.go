package scenario_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/internal/scenario"
)

// A condition whose work would grow faster than what it looks at is refused, and told where.
func TestConditionsWithoutEnd(t *testing.T) {
	t.Parallel()
	for when, want := range map[string]string{
		"all(body.a, {all(body.a, {# > 0})})":           "4:33: when: all stands within all",
		"any(body.a, any(#.b, # == 1))":                 "any stands within any",
		"any(filter(body.a, # > 1), # > 2)":             "filter stands within any",
		"all(map(body.a, # + #), # != '')":              "map stands within all",
		"len(map(map(body.a, # + #), # + #)) > 0":       "map stands within map",
		"all(body.a, # in body.a)":                      "within all, body can only be compared",
		"all(body.a, body.a == body.b)":                 "within all, body can only be compared",
		"all(body.a, body.text contains #)":             "within all, body can only be compared",
		"all(body.a, header.X matches 'a*b')":           "within all, header can only be compared",
		"all(body.a, $env.body contains #)":             "within all, $env can only be compared",
		"let x = body.a; all(body.b, # in x)":           "within all, x can only be compared",
		"let a = body.s + body.s; a != ''":              "write a out",
		"reduce(1..100, #acc + #acc, 'x') != ''":        "when: ",
		"len(replace(body.s, '', body.s)) > 0":          "when: ",
		"len(join(body.a, body.s)) > 0":                 "when: ",
		"len(uniq(body.a)) > 0":                         "when: ",
		"body.s matches body.p":                         "write the pattern of matches out",
		"body.s matches '((a{10}){10}){10}'":            "the pattern is too large",
		"body.s == '" + strings.Repeat("x", 2000) + "'": "at most 2000 bytes",
	} {
		_, err := scenario.Load("a.yaml", []byte("version: 1\nname: a\nrules:\n- {on: '*', when: \""+when+"\", do: {delay: 1s}}\n"), vocabulary)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v, want %q", when, err, want)
		}
	}
}

// What clients ask about in earnest is still to be had.
func TestConditionsWithin(t *testing.T) {
	t.Parallel()
	body := `{"a":[{"id":"x","n":1,"tags":["p"]},{"id":"y","n":2,"tags":[]}],"main":"y","s":"89103","m":{"k":1}}`
	for when, want := range map[string]bool{
		"any(body.a, .id == body.main)":                                  true,
		"any(body.a, body.main == .id and .n > 1)":                       true,
		"any(body.a, .id == query.q)":                                    true,
		"all(body.a, len(.tags) > 0)":                                    false,
		"count(body.a, .n > 0) == 2 and len(body.a) == 2":                true,
		"len(filter(body.a, .id in ['x', 'z'])) == 1":                    true,
		"find(body.a, .id matches '^y').n == 2":                          true,
		"sum(body.a, .n) == 3 and sum(map(body.a, .n)) == 3":             true,
		"let m = body.m; m.k == 1":                                       true,
		"body.s matches '^[0-9]{5}$' and 'z' not in keys(body.m)":        true,
		"call in 1..1000000 and body.s + '!' == '89103!'":                true,
		"any(split(path, '/'), # == 'orders') and 'p' in body.a[0].tags": true,
	} {
		s, err := scenario.Load("a.yaml", []byte("version: 1\nname: a\nrules:\n- {on: '*', when: \""+when+"\", do: {delay: 1s}}\n"), vocabulary)
		if err != nil {
			t.Errorf("%s: %v", when, err)
			continue
		}
		env := scenario.Env{Path: "/v1/orders", Query: map[string]string{"q": "x"}, Body: gjson.Parse(body).Value(), Call: 3}
		if got := s.Rules[0].When.Holds(env); got != want {
			t.Errorf("%s: %t, want %t", when, got, want)
		}
	}
}

// A list and a text that are longer than a condition looks at make it false, as what is
// missing does; in the simplest comparisons they are as good as any.
func TestConditionsOnMuch(t *testing.T) {
	t.Parallel()
	list := func(n int) string { return "[" + strings.Repeat("1,", n-1) + "1]" }
	for _, c := range []struct {
		when, body string
		want       bool
	}{
		{"all(body.a, # == 1)", `{"a":` + list(1000) + "}", true},
		{"all(body.a, # == 1)", `{"a":` + list(1001) + "}", false},
		{"len(body.a) == 20000", `{"a":` + list(20_000) + "}", true},
		{"body.s matches '^x*$'", fmt.Sprintf(`{"s":%q}`, strings.Repeat("x", 10_000)), true},
		{"body.s matches '^x*$'", fmt.Sprintf(`{"s":%q}`, strings.Repeat("x", 10_001)), false},
		{"body.s startsWith 'x'", fmt.Sprintf(`{"s":%q}`, strings.Repeat("x", 10_001)), true},
		{"len(1..body.n) > 0", `{"n":9999}`, true},
		{"len(1..body.n) > 0", `{"n":10000}`, false},
	} {
		s, err := scenario.Load("a.yaml", []byte("version: 1\nname: a\nrules:\n- {on: '*', when: \""+c.when+"\", do: {delay: 1s}}\n"), vocabulary)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Rules[0].When.Holds(scenario.Env{Body: gjson.Parse(c.body).Value()}); got != c.want {
			t.Errorf("%s on %.20s, %d bytes: %t, want %t", c.when, c.body, len(c.body), got, c.want)
		}
	}
}
