// Package scenario reads what a world shall do out of the ordinary: settings, policies
// for edges, and rules that answer in the API's place. It is the only importer of yaml.
package scenario

import (
	"strings"
	"time"

	"github.com/esimsim/esimsim/internal/money"
)

// A Scenario is one file, read and checked.
type Scenario struct {
	Name    string
	Summary string
	// Settings are values by provider and setting; the provider "" holds those of the
	// world itself.
	Settings map[string]map[string]any
	Policies map[string]Policy // by edge, with the provider's name
	// Catalogue holds changes by provider and item.
	Catalogue map[string]map[string]Change
	Rules     []Rule
}

// A Change is what becomes of an item of a catalogue.
type Change struct {
	Price *money.Amount // nil leaves it
	Gone  bool          // no longer for sale
	From  time.Duration // after the world's start; zero is from the start
}

// A Rule answers, or delays, some of the calls of an operation.
type Rule struct {
	On    string // provider.operationId, provider.* or *
	First int    // how many of the first calls; 0 means every one
	Do    Do
	Line  int // in its file, to name it by
}

// A Do is what a rule does: it waits, then answers or lets the operation go on.
type Do struct {
	Delay time.Duration // real time, at most MaxDelay
	Error string        // name of an error; "" answers nothing
}

// MaxDelay bounds an injected delay, in real time.
const MaxDelay = 120 * time.Second

// Fits says whether the pattern of a rule takes in the operation.
func Fits(on, operation string) bool {
	if on == "*" || on == operation {
		return true
	}
	provider, any := strings.CutSuffix(on, ".*")
	return any && strings.HasPrefix(operation, provider+".")
}

// A Script is the scenarios of one world, with what was counted so far. It belongs to
// the world's turn; a nil Script is one without scenarios.
type Script struct {
	scenarios []*Scenario
	counts    map[*Rule]int
}

// NewScript puts scenarios together, of which a later one wins.
func NewScript(scenarios []*Scenario) *Script {
	if len(scenarios) == 0 {
		return nil
	}
	return &Script{scenarios: scenarios, counts: map[*Rule]int{}}
}

// Names lists the scenarios that are on.
func (s *Script) Names() []string {
	names := []string{}
	if s != nil {
		for _, sc := range s.scenarios {
			names = append(names, sc.Name)
		}
	}
	return names
}

// Policy is the one that the last scenario to mention the edge gives it.
func (s *Script) Policy(edge string) (p Policy, ok bool) {
	if s == nil {
		return Policy{}, false
	}
	for i := len(s.scenarios) - 1; i >= 0; i-- {
		if p, ok = s.scenarios[i].Policies[edge]; ok {
			return p, true
		}
	}
	return Policy{}, false
}

// Catalogue is what the last scenario to mention an item says of it, so long after the
// world's start.
func (s *Script) Catalogue(provider, item string, since time.Duration) (c Change, ok bool) {
	if s == nil {
		return Change{}, false
	}
	for i := len(s.scenarios) - 1; i >= 0; i-- {
		if c, ok = s.scenarios[i].Catalogue[provider][item]; ok && since >= c.From {
			return c, true
		}
	}
	return Change{}, false
}

// A Firing is what a rule wants done with the present call.
type Firing struct {
	Do
	Scenario string
	Line     int
}

// Match counts the call with every rule it fits and gives the first firing rule of the
// last scenario, or nil.
func (s *Script) Match(operation string) (fired *Firing) {
	if s == nil {
		return nil
	}
	for i := len(s.scenarios) - 1; i >= 0; i-- {
		sc := s.scenarios[i]
		for j := range sc.Rules {
			r := &sc.Rules[j]
			if !Fits(r.On, operation) {
				continue
			}
			s.counts[r]++
			if fired == nil && (r.First == 0 || s.counts[r] <= r.First) {
				fired = &Firing{Do: r.Do, Scenario: sc.Name, Line: r.Line}
			}
		}
	}
	return fired
}
