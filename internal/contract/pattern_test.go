package contract

import (
	"regexp"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/openapi"
)

// patterns are all that stand in the documents.
func patterns() (out []string) {
	find := regexp.MustCompile(`pattern: "((?:[^"\\]|\\.)*)"`)
	for _, doc := range [][]byte{openapi.Roamify, openapi.Esimgo, openapi.Esimfly, openapi.Control} {
		for _, m := range find.FindAllSubmatch(doc, -1) {
			out = append(out, strings.ReplaceAll(string(m[1]), `\\`, `\`))
		}
	}
	return append(out, `^$`, `^a{3}$`, `^a`, `a$`, `^[a-c]{2}x\$$`, `^(?i)ab$`, `^é$`, `^[^a]$`, `^a{0}$`, `^a$|b`, `^.{2}$`)
}

func FuzzPattern(f *testing.F) {
	all := patterns()
	for i := range all {
		for _, text := range []string{
			"", "a", "aaa", "aaa\n", "bcx$", "é", "1789200000000", "esf_x",
			"00000001-0000-4000-8000-000000000000", strings.Repeat("0A", 32), "8943108170002310451",
		} {
			f.Add(i, text)
		}
	}
	f.Fuzz(func(t *testing.T, i int, text string) {
		pattern := all[uint(i)%uint(len(all))]
		match, err := compilePattern(pattern)
		if err != nil {
			t.Skip()
		}
		if got, want := match(text), regexp.MustCompile(pattern).MatchString(text); got != want {
			t.Errorf("%s of %q: got %v, want %v", pattern, text, got, want)
		}
	})
}
