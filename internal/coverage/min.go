package coverage

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/esimsim/esimsim/internal/nearest"
)

// A Min is the least that is asked of a report.
type Min struct{ limits []limit }

type limit struct {
	name     string // as it was written
	provider string // "" for all together
	kind     Kind
	percent  float64
}

// ParseMin reads percentages such as "operations=80,errors=20". A name may be that of one
// provider's kind, "esimfly.operations", since few clients speak to all.
func ParseMin(text string) (Min, error) {
	var m Min
	seen := map[string]bool{}
	for part := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		name, value = strings.TrimSpace(name), strings.TrimSuffix(strings.TrimSpace(value), "%")
		percent, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if !ok || err != nil || !(percent >= 0 && percent <= 100) {
			return Min{}, fmt.Errorf("%q is no minimum: write operations=80, a percentage from 0 to 100", part)
		}
		l := limit{name: name, kind: Kind(name), percent: percent}
		if provider, kind, ok := strings.Cut(name, "."); ok {
			l.provider, l.kind = provider, Kind(kind)
		}
		if err := known("kind of coverage", string(l.kind), kindNames()); err != nil {
			return Min{}, err
		}
		if seen[name] {
			return Min{}, fmt.Errorf("the minimum of %s is given twice", name)
		}
		seen[name] = true
		m.limits = append(m.limits, l)
	}
	return m, nil
}

// known refuses a word that is none of a list, with the nearest that is.
func known(what, word string, list []string) error {
	if slices.Contains(list, word) {
		return nil
	}
	hint := nearest.Hint(word, list)
	if hint == "" {
		hint = ", use one of " + strings.Join(list, ", ")
	}
	return fmt.Errorf("there is no %s %q%s", what, word, hint)
}

func kindNames() (out []string) {
	for _, k := range Kinds() {
		out = append(out, string(k))
	}
	return out
}

// A Shortfall is a minimum that was not reached.
type Shortfall struct {
	Name  string // as the minimum was written
	Total Total
	Asked float64
}

// String is the shortfall for people.
func (s Shortfall) String() string {
	asked := strconv.FormatFloat(s.Asked, 'f', -1, 64)
	if s.Total.Of == 0 {
		return fmt.Sprintf("%s: there is nothing to meet, and %s %% were asked", s.Name, asked)
	}
	return fmt.Sprintf("%s: %d of %d met, %d %%, and %s %% were asked", s.Name, s.Total.Met, s.Total.Of, s.Total.Percent(), asked)
}

// Below lists the minimums that a report does not reach, in the order they were given.
// What there is nothing of reaches nothing but 0: a gate that holds nothing back should
// be seen. A provider that the report does not have is an error.
func (m Min) Below(r Report) (out []Shortfall, err error) {
	var names []string
	totals := map[string]map[Kind]Total{"": r.Totals}
	for _, p := range r.Providers {
		names = append(names, p.Name)
		totals[p.Name] = p.Totals
	}
	for _, l := range m.limits {
		if l.provider != "" {
			if err := known("provider", l.provider, names); err != nil {
				return nil, err
			}
		}
		t := totals[l.provider][l.kind]
		if float64(t.Met)*100 < l.percent*float64(t.Of) || t.Of == 0 && l.percent > 0 {
			out = append(out, Shortfall{l.name, t, l.percent})
		}
	}
	return out, nil
}
