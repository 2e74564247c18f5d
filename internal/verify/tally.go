package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/esimsim/esimsim/internal/nearest"
	"github.com/esimsim/esimsim/internal/scenario"
)

// A matcher says which requests fit, and counts them.
type matcher struct {
	want  *scenario.Expectation
	calls int // of the operation, whether the condition held or not
	fits  int
}

// fit says whether a request fits; it must see each one once, and in order.
func (m *matcher) fit(r *request) bool {
	if !scenario.Fits(m.want.On, r.operation()) {
		return false
	}
	m.calls++
	if m.want.When != nil && !m.want.When.HoldsFor(r.answered(m.fits+1)) {
		return false
	}
	m.fits++
	return true
}

// A tally is a trial of how many requests fit.
type tally struct {
	matcher
	matched []string
}

func (t *tally) add(r *request) {
	if t.fit(r) {
		t.matched = append(t.matched, r.ID)
	}
}

func (t *tally) passed() bool { return t.fits >= t.want.Least && t.fits <= t.want.Most }

func (t *tally) report(held []*request) Result {
	out := Result{Name: t.want.String(), Passed: t.passed(), Matched: listed(t.matched), Closest: []Close{}}
	out.Message = fmt.Sprintf("wanted %s, got %d", amount(t.want), t.fits)
	switch {
	case out.Passed:
	case t.fits > t.want.Most:
		out.Message += ", the first too many is request " + t.matched[t.want.Most]
	default:
		if t.want.When != nil {
			out.Message += " out of " + count(t.calls, "call")
		}
		out.Closest = t.closest(held)
		out.Message += told(out.Closest)
	}
	return out
}

// amount is how many are wanted, in words.
func amount(e *scenario.Expectation) string {
	switch {
	case e.Never():
		return "none"
	case e.Least == e.Most:
		return fmt.Sprintf("exactly %d", e.Least)
	case e.Most == scenario.NoBound:
		return fmt.Sprintf("at least %d", e.Least)
	case e.Least == 0:
		return fmt.Sprintf("at most %d", e.Most)
	}
	return fmt.Sprintf("%d to %d", e.Least, e.Most)
}

func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// early is the pointer of a difference in order.
const early = "order"

func told(closest []Close) string {
	switch {
	case len(closest) == 0:
		return ""
	case closest[0].Difference.Pointer == early:
		return "; request " + closest[0].ID + " is one, but came too early"
	}
	return fmt.Sprintf("; closest is request %s, where %s", closest[0].ID, closest[0].Difference)
}

func listed(ids []string) []string {
	if ids == nil {
		return []string{}
	}
	return ids
}

// maxClosest is how many near misses are shown.
const maxClosest = 3

// closest are the requests that differ in the fewest things, the newest of equals first;
// where the operation was never called, those of other operations.
func (m *matcher) closest(held []*request) []Close {
	type miss struct {
		r         *request
		different []scenario.Difference
	}
	var misses []*miss
	called := false
	for _, r := range slices.Backward(held) {
		if !scenario.Fits(m.want.On, r.operation()) {
			continue
		}
		called = true
		if m.want.When == nil {
			continue
		}
		if d := m.want.When.Differences(r.answered(m.fits + 1)); len(d) > 0 {
			misses = append(misses, &miss{r, d})
		}
	}
	if !called {
		return m.elsewhere(held)
	}
	slices.SortStableFunc(misses, func(a, b *miss) int { return cmp.Compare(len(a.different), len(b.different)) })
	out := []Close{}
	for _, miss := range misses[:min(len(misses), maxClosest)] {
		out = append(out, Close{miss.r.ID, miss.different[0]})
	}
	return out
}

// elsewhere are the last requests of other operations, one of each: those for no route
// first, since a path may be misspelt, then the one of a like name.
func (m *matcher) elsewhere(held []*request) []Close {
	var others []*request
	var names []string
	seen := map[string]bool{}
	for _, r := range slices.Backward(held) {
		if what := asked(r); !seen[what] {
			seen[what] = true
			others, names = append(others, r), append(names, r.Operation)
		}
	}
	provider, _, _ := strings.Cut(m.want.On, ".")
	like := nearest.Of(m.want.On, names)
	rank := func(r *request) int {
		switch {
		case r.Provider != provider:
			return 3
		case r.Operation == "":
			return 0
		case r.Operation == like:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(others, func(a, b *request) int { return cmp.Compare(rank(a), rank(b)) })
	out := []Close{}
	for _, r := range others[:min(len(others), maxClosest)] {
		out = append(out, Close{r.ID, scenario.Difference{Pointer: "operation", Wanted: m.want.On, Got: asked(r)}})
	}
	return out
}

const maxPath = 120

// asked is the operation, or what was asked in place of one.
func asked(r *request) string {
	if r.Operation != "" {
		return r.Operation
	}
	path, _, _ := strings.Cut(r.URL, "?")
	if len(path) > maxPath {
		path = path[:maxPath] + "…"
	}
	return r.Method + " " + path + ", which is no route"
}
