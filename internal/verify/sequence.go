package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/esimsim/esimsim/internal/scenario"
)

// A sequence is a trial of what comes after what. It follows all ways at once in which
// requests can be taken for the steps, so that a step which came too early, or a
// forbidden request before a second try, spoils nothing.
type sequence struct {
	want     *scenario.Expectation
	matchers []*matcher // one a step, forbidden ones included
	steps    []int      // matchers of what is to come, each as often as it is to come
	between  [][]int    // matchers of what is forbidden while so many of steps were taken

	// ways holds, for so many of steps taken, one way to have come there; nil for none.
	ways     []*way
	furthest *way
	spoiler  *spoiler // what ended the furthest way
}

// A way is the requests taken for the steps, the last one first.
type way struct {
	id    string
	taken int
	prev  *way
}

// A spoiler is a request that was forbidden where it came.
type spoiler struct {
	id   string
	step int // which forbids it
}

func newSequence(e *scenario.Expectation) *sequence {
	s := &sequence{want: e, between: [][]int{nil}}
	for i, step := range e.Sequence {
		s.matchers = append(s.matchers, &matcher{want: step})
		if step.Never() {
			last := len(s.between) - 1
			s.between[last] = append(s.between[last], i)
			continue
		}
		for range step.Least {
			s.steps = append(s.steps, i)
			s.between = append(s.between, nil)
		}
	}
	s.furthest = &way{}
	s.ways = make([]*way, len(s.between))
	s.ways[0] = s.furthest
	return s
}

func (s *sequence) add(r *request) {
	var fits []bool
	for i, m := range s.matchers {
		if m.fit(r) {
			if fits == nil {
				fits = make([]bool, len(s.matchers))
			}
			fits[i] = true
		}
	}
	if fits == nil {
		return
	}
	// From the end, so that one request is taken for one step.
	for taken := len(s.steps); taken >= 0; taken-- {
		way := s.ways[taken]
		if way == nil {
			continue
		}
		for _, m := range s.between[taken] {
			if fits[m] && s.ways[taken] != nil {
				s.ways[taken] = nil
				if way == s.furthest {
					s.spoiler = &spoiler{r.ID, m}
				}
			}
		}
		if taken < len(s.steps) && fits[s.steps[taken]] && s.ways[taken+1] == nil {
			s.step(way, r.ID)
		}
	}
}

// step goes one step on from a way.
func (s *sequence) step(from *way, id string) {
	w := &way{id, from.taken + 1, from}
	s.ways[w.taken] = w
	// A way as far as one that was spoilt is the better one to tell of.
	if w.taken > s.furthest.taken || w.taken == s.furthest.taken && s.spoiler != nil {
		s.furthest, s.spoiler = w, nil
	}
}

func (s *sequence) passed() bool { return s.ways[len(s.steps)] != nil }

func (s *sequence) report(held []*request) Result {
	out := Result{Name: s.want.String(), Passed: s.passed(), Matched: []string{}, Closest: []Close{}}
	way := s.furthest
	if out.Passed {
		way = s.ways[len(s.steps)]
	}
	out.Matched = way.ids()
	switch {
	case out.Passed:
		out.Message = count(len(s.steps), "step") + " in order"
	case s.spoiler != nil:
		forbidden := s.want.Sequence[s.spoiler.step]
		out.Message = fmt.Sprintf("step %d, %s, is never to come%s, and request %s did", s.spoiler.step+1, forbidden, way.after(), s.spoiler.id)
		out.Closest = []Close{{s.spoiler.id, scenario.Difference{Pointer: early, Wanted: "none" + way.after(), Got: "one" + way.after()}}}
	default:
		missing := s.steps[way.taken]
		out.Message = fmt.Sprintf("step %d, %s, did not come%s", missing+1, s.want.Sequence[missing], way.after())
		out.Closest = s.closest(s.matchers[missing], way, held)
		out.Message += told(out.Closest)
	}
	return out
}

// closest are requests that fit the missing step but came too early, else those that
// came in time and nearly fit.
func (s *sequence) closest(m *matcher, w *way, held []*request) []Close {
	out := []Close{}
	place := len(held)
	for place > 0 && w.id != "" && held[place-1].ID != w.id {
		place--
	}
	if w.id == "" {
		place = 0
	}
	taken := w.ids()
	before := matcher{want: m.want}
	for _, r := range held[:place] {
		if before.fit(r) && !slices.Contains(taken, r.ID) {
			out = append(out, Close{r.ID, scenario.Difference{Pointer: early, Wanted: strings.TrimSpace(w.after()), Got: "before it"}})
		}
	}
	if len(out) > 0 {
		return out[max(0, len(out)-maxClosest):]
	}
	return m.closest(held[place:])
}

// ids are the requests of a way, the first one first.
func (w *way) ids() []string {
	out := make([]string, w.taken)
	for ; w.taken > 0; w = w.prev {
		out[w.taken-1] = w.id
	}
	return out
}

// after says where on the way.
func (w *way) after() string {
	if w.taken == 0 {
		return ""
	}
	return " after request " + w.id
}
