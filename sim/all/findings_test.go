package all_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

var (
	declaredOdd = regexp.MustCompile(`(?m)^\t(odd[A-Z]\w*) += `)
	spokenOdd   = regexp.MustCompile(`\bodd[A-Z]\w*`)
)

// Each finding that a package declares is in its table, and something notes it. That it is
// noted with reason is for the tests of the package; here it is a matter of names.
func TestEachFindingIsListedAndNoted(t *testing.T) {
	t.Parallel()
	rows := map[string]int{}
	for _, f := range sim.Findings(all.Providers()) {
		if f.Basis != "" { // not the document's
			rows[f.Provider]++
		}
	}
	folders := map[string]string{"": ".."}
	for _, p := range all.Providers() {
		folders[p.Name()] = filepath.Join("..", p.Name())
	}
	for provider, folder := range folders {
		const table = "findings_named.go"
		elsewhere, named := map[string]bool{}, ""
		for name, text := range sources(t, folder) {
			if name == table {
				named = text
				continue
			}
			for _, word := range spokenOdd.FindAllString(text, -1) {
				elsewhere[word] = true
			}
			if strings.Contains(text, "NamedFinding{") {
				t.Errorf("%s/%s makes a finding of its own: it belongs into %s", folder, name, table)
			}
		}
		declared := declaredOdd.FindAllStringSubmatch(named, -1)
		if len(declared) == 0 || len(declared) != rows[provider] {
			t.Errorf("%s: %d findings are declared, %d are in the table", folder, len(declared), rows[provider])
		}
		for _, d := range declared {
			if !elsewhere[d[1]] {
				t.Errorf("%s: nothing notes %s", folder, d[1])
			}
		}
	}
}

// sources are the Go files of a folder, without its tests, by name.
func sources(t *testing.T, folder string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(file)] = string(text)
	}
	return out
}
