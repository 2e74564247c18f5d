package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/esimsim/esimsim/internal/coverage"
	"github.com/esimsim/esimsim/sim"
)

// A summary is what the author of a client should know of a run.
type summary struct {
	met      map[string]int // by condition of --fail-on
	requests int            // that worlds answered
	astray   int            // calls under no API
	codes    map[string]int // findings
	examples map[string]string
	troubles []string // worlds whose expectations could not be looked at
	unfired  []string // rules
	failed   []string // expectations
}

// summarise looks at all worlds, and at the one that the command was given the credentials
// of though it may never have used them: what was expected there has not come then.
func summarise(s *sim.Server, given string, covered coverage.Report) *summary {
	sum := &summary{met: map[string]int{}, codes: map[string]int{}, examples: map[string]string{}}
	if _, err := s.World(given); err != nil {
		sum.troubles = append(sum.troubles, fmt.Sprintf("world %s: %v", given, err))
	}
	for _, name := range s.WorldNames() {
		world, err := s.World(name)
		if err != nil {
			continue
		}
		verdict, err := world.Verify()
		if err != nil && !errors.Is(err, sim.ErrNothingExpected) {
			sum.troubles = append(sum.troubles, fmt.Sprintf("world %s: %v", name, err))
		}
		for _, r := range verdict.Results {
			if !r.Passed {
				sum.failed = append(sum.failed, fmt.Sprintf("world %s: %s: %s", name, r.Name, r.Message))
			}
		}
		for _, e := range world.Journal(sim.Filter{}) {
			sum.requests++
			sum.found(e)
		}
	}
	lone := s.Journal(sim.Filter{})
	for _, e := range lone {
		sum.found(e)
		if e.Provider == "" {
			sum.astray++
		} else {
			sum.met["refused-key"]++
		}
	}
	sum.unfired = s.Unfired()
	sum.met["unfired"], sum.met["expectation"] = len(sum.unfired), len(sum.failed)
	// A world that was forgotten or reset has no journal any more, but what it met counts.
	if sum.requests+len(lone)+covered.Totals[coverage.Operations].Met == 0 {
		sum.met["silence"] = 1
	}
	return sum
}

func (sum *summary) found(e *sim.Entry) {
	for _, f := range e.Findings {
		sum.met["violation"]++
		sum.codes[f.Code]++
		if sum.examples[f.Code] == "" {
			sum.examples[f.Code] = fmt.Sprintf("%s: %s", cmp.Or(e.Operation, e.Method+" "+e.URL), f.Message)
		}
	}
}

func (sum *summary) print(w io.Writer, s *sim.Server) {
	for _, text := range sum.troubles {
		_, _ = fmt.Fprintf(w, "esimsim: %s\n", text)
	}
	head := []string{count(sum.requests, "request"), count(sum.met["violation"], "finding"), count(sum.met["refused-key"], "refused key")}
	if sum.astray > 0 {
		head = append(head, count(sum.astray, "call")+" to no API")
	}
	_, _ = fmt.Fprintf(w, "esimsim: %s\n", strings.Join(head, ", "))
	if sum.met["silence"] > 0 {
		_, _ = fmt.Fprintf(w, "  THE COMMAND ASKED NOTHING: does it read %s?\n", strings.Join(bases(s), ", "))
	}
	for _, code := range slices.Sorted(maps.Keys(sum.codes)) {
		_, _ = fmt.Fprintf(w, "  %s (%s), such as %s\n", code, count(sum.codes[code], "time"), sum.examples[code])
	}
	for _, rule := range sum.unfired {
		_, _ = fmt.Fprintf(w, "  rule %s never fired\n", rule)
	}
	for _, text := range sum.failed {
		_, _ = fmt.Fprintf(w, "  not met in %s\n", text)
	}
}

// bases are the variables that tell the command where the APIs are.
func bases(s *sim.Server) (names []string) {
	for _, p := range s.Providers() {
		names = append(names, strings.ToUpper(p.Name())+"_BASE_URL")
	}
	return names
}

// count is a number with its noun, which agrees with it.
func count[N int | int64](n N, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
