package scenario_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/internal/scenario"
)

// However much is wrong, and however long, what is told of it is short.
func TestProblemsAreBounded(t *testing.T) {
	t.Parallel()
	const head = "version: 1\nname: a\n"
	long := strings.Repeat("x", 900_000)
	var unknown strings.Builder
	for i := range 80_000 {
		fmt.Fprintf(&unknown, "k%d: 1\n", i)
	}
	file := func(text string) error {
		_, err := scenario.Load("a.yaml", []byte(text), vocabulary)
		return err
	}
	body := func(text string) error {
		_, err := scenario.LoadExpectations("", []byte(text), vocabulary)
		return err
	}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"unknown keys":          {file(head + unknown.String()), "and 79980 more"},
		"a long key":            {file(head + "? " + long + "\n: 1\n"), `has no key "xxx`},
		"a long name":           {file("version: 1\nname: " + long + "\n"), "a name is"},
		"a long operation":      {file(head + "rules: [{on: " + long + ", do: {delay: 1s}}]\n"), `no operation "xxx`},
		"a long condition":      {file(head + "rules: [{on: '*', when: " + long + ", do: {delay: 1s}}]\n"), "at most 2000 bytes"},
		"a long unknown name":   {file(head + "rules: [{on: '*', when: " + long[:1900] + ", do: {delay: 1s}}]\n"), "unknown name xxx"},
		"a long anchor":         {file(head + "summary: *" + long + "\n"), "unknown anchor"},
		"rules":                 {file(head + "rules:\n" + strings.Repeat("- {on: '*', do: {delay: 1s}}\n", 30_000)), "rules has 30000 items, and at most 1000 are read"},
		"bad expectations":      {body(`{"expectations":[{"on":1}` + strings.Repeat(`,{"on":1}`, 900) + "]}"), "and 882 more"},
		"too many expectations": {body(`{"expectations":[{"on":1}` + strings.Repeat(`,{"on":1}`, 12_000) + "]}"), "at most 1000 are read"},
		"a long member":         {body(`{"` + long + `":1}`), `has no key "xxx`},
		"null in a long member": {body(`{"` + long + `":null}`), "is null"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: %.300v, want %q", name, c.err, c.want)
		} else if n := len(c.err.Error()); n > 20*500 {
			t.Errorf("%s: told in %d bytes", name, n)
		}
	}
}

// The place of each of many nodes in a member with a long name costs no copy of that name.
func TestPlacesAreSmall(t *testing.T) {
	t.Parallel()
	text := []byte(`{"` + strings.Repeat("k", 300_000) + `":[1` + strings.Repeat(",1", 10_000) + `]}`)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _ = scenario.LoadExpectations("", text, vocabulary)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<30 { // what other tests take included
		t.Errorf("%d MiB for a body of 320 KB", n>>20)
	}
}

// The thousandth equal rule is told of as the second is: by the one that answers before.
func TestShadowsOfManyRules(t *testing.T) {
	t.Parallel()
	_, err := scenario.Load("a.yaml", []byte("version: 1\nname: a\nrules:\n"+strings.Repeat("- {on: '*', do: {delay: 1s}}\n", 1000)), vocabulary)
	if err == nil || !strings.Contains(err.Error(), "a.yaml:24:1: this rule can never fire: the rule of line 4 always does\nand 979 more") {
		t.Errorf("%v", err)
	}
}
