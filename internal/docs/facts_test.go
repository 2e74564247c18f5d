package docs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/internal/docs"
	"github.com/esimsim/esimsim/sim"
	"github.com/esimsim/esimsim/sim/all"
)

// A volume is all that is known of one provider.
type volume struct {
	*sim.Provider
	operations []sim.Explanation // in the order of the table
	edges      []sim.EdgeInfo
	facts      []fact
}

// volumes are those of all providers. To make them takes a while.
func volumes(t *testing.T) (list []*volume) {
	t.Helper()
	for _, p := range all.Providers() {
		v := &volume{Provider: p}
		for _, op := range p.Operations() {
			x, err := sim.Explain([]*sim.Provider{p}, p.Name()+"."+op.ID)
			if err != nil {
				t.Fatal(err)
			}
			v.operations = append(v.operations, x)
		}
		v.edges = v.operations[0].Edges // each has them all
		v.facts = facts(t, v)
		list = append(list, v)
	}
	return list
}

// bases are the words for whose word a fact rests on, the strongest first.
var bases = []string{string(sim.Brief), string(sim.Observed), string(sim.Documented), string(sim.Assumed)}

// A fact is one row of a provider's tables.
type fact struct {
	kind, name, basis, source string
	of                        string // of an error, the operations that answer with it; of a finding, what it means
}

// The kinds of fact, in the order in which pages list them.
var kinds = []string{"Operations", "Errors", "Edges", "Settings", "Webhooks", "Findings"}

// facts are all rows that have a basis.
func facts(t *testing.T, v *volume) (list []fact) {
	t.Helper()
	add := func(kind, name string, basis any, source, of string) {
		f := fact{kind, name, fmt.Sprint(basis), source, of}
		if !slices.Contains(bases, f.basis) {
			t.Errorf("%s: %s %s rests on %q", v.Name(), f.kind, f.name, f.basis)
		}
		list = append(list, f)
	}
	for _, x := range v.operations {
		add("Operations", x.Name, x.Basis, x.Source, "")
	}
	for _, e := range sim.Errors([]*sim.Provider{v.Provider}) {
		add("Errors", fmt.Sprint(e.Status, " ", e.Name), e.Basis, e.Source, answering(e.Operations))
	}
	for _, e := range v.edges {
		add("Edges", e.Name, e.Basis, e.Source, "")
	}
	for _, s := range v.Settings() {
		add("Settings", v.Name()+"."+s.Name, s.Basis, s.Doc, "")
	}
	for _, e := range v.Events() {
		add("Webhooks", e.Name, e.Basis, e.Source, "")
	}
	for _, f := range v.findings() {
		add("Findings", f.Code, f.Basis, f.Source, f.Says)
	}
	return list
}

// answering says which operations answer with an error, of many only how many.
func answering(operations []string) string {
	switch n := len(operations); {
	case n == 0:
		return "every operation"
	case n > 5:
		return fmt.Sprint(n, " operations")
	}
	return strings.Join(operations, ", ")
}

// grounds are two cells: whose word a row rests on, and where it stands.
func grounds[T ~string](basis T, source string) []string {
	return []string{string(basis), docs.Plain(source)}
}
