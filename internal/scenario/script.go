package scenario

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"
)

// A Script is the scenarios of one world, with what was counted so far. It belongs to
// the world's turn; a nil Script is one without scenarios.
type Script struct {
	scenarios []*Scenario // a later one wins
	counts    map[*Rule]*count
	dice      func(rule string) *rand.PCG
}

// A count is what a world remembers of a rule.
type count struct {
	calls  int // that fit
	fired  int
	pcg    *rand.PCG // what dice draws from
	dice   *rand.Rand
	window time.Time // of a rate limit: when it began
	taken  int       // and the calls within
}

// NewScript puts scenarios together. dice gives each rule, named by scenario and line, a
// source of its own, so that adding one rule changes the luck of no other.
func NewScript(scenarios []*Scenario, dice func(rule string) *rand.PCG) *Script {
	return &Script{scenarios: scenarios, counts: map[*Rule]*count{}, dice: dice}
}

// Scenarios are those that are on.
func (s *Script) Scenarios() []*Scenario {
	if s == nil {
		return nil
	}
	return s.scenarios
}

// Names lists them.
func (s *Script) Names() []string {
	names := []string{}
	for _, sc := range s.Scenarios() {
		names = append(names, sc.Name)
	}
	return names
}

// Add switches one on; one of that name that is on already is put last.
func (s *Script) Add(sc *Scenario) {
	s.Remove(sc.Name)
	s.scenarios = append(slices.Clone(s.scenarios), sc)
}

// Remove switches one off and says whether it was on.
func (s *Script) Remove(name string) bool {
	before := len(s.scenarios)
	s.scenarios = slices.DeleteFunc(slices.Clone(s.scenarios), func(sc *Scenario) bool { return sc.Name == name })
	return len(s.scenarios) < before
}

// Reset puts back what Scenarios gave before.
func (s *Script) Reset(scenarios []*Scenario) { s.scenarios = scenarios }

// Replace puts a newer reading of a scenario in its place; its rules count from nothing.
func (s *Script) Replace(old, latest *Scenario) bool {
	i := slices.Index(s.scenarios, old)
	if i < 0 {
		return false
	}
	s.scenarios = slices.Clone(s.scenarios)
	s.scenarios[i] = latest
	s.Forget(old)
	return true
}

// Forget drops what was counted of a scenario that is not to come again.
func (s *Script) Forget(old *Scenario) {
	for _, r := range old.Rules {
		delete(s.counts, r)
	}
}

// HasRules says whether a call has to be asked about.
func (s *Script) HasRules() bool {
	return slices.ContainsFunc(s.Scenarios(), func(sc *Scenario) bool { return len(sc.Rules) > 0 })
}

// Policy is the one that the last scenario to mention the edge gives it.
func (s *Script) Policy(edge string) (p Policy, ok bool) {
	for _, sc := range slices.Backward(s.Scenarios()) {
		if p, ok = sc.Policies[edge]; ok {
			return p, true
		}
	}
	return Policy{}, false
}

// Catalogue is what the last scenario to mention an item says of it, so long after the
// world's start.
func (s *Script) Catalogue(provider, item string, since time.Duration) (c Change, ok bool) {
	for _, sc := range slices.Backward(s.Scenarios()) {
		if c, ok = sc.Catalogue[provider][item]; ok && since >= c.From {
			return c, true
		}
	}
	return Change{}, false
}

// ChangesCatalogue says whether a scenario mentions any item of the provider's.
func (s *Script) ChangesCatalogue(provider string) bool {
	for _, sc := range s.Scenarios() {
		if len(sc.Catalogue[provider]) > 0 {
			return true
		}
	}
	return false
}

// Setting is what the last scenario to mention a setting chooses.
func (s *Script) Setting(provider, name string) (v any, ok bool) {
	for _, sc := range slices.Backward(s.Scenarios()) {
		if v, ok = sc.Settings[provider][name]; ok {
			return v, true
		}
	}
	return nil, false
}

// A Call is what rules are asked about.
type Call struct {
	Operation string        // with the provider's name; of an event, its full name
	Webhook   bool          // whether it is an event
	Now       time.Time     // the world's instant
	Since     time.Duration // since the world's start
	// Answers says whether the operation has an error of that name; nil does not ask.
	Answers func(name string) bool
	// Env gives what conditions look at; it is called once, when the first one asks.
	Env func() Env

	env *Env // that it gave
}

// Exhausted says whether a condition did not hold since it was too dear.
func (c *Call) Exhausted() bool { return c.env != nil && c.env.Work.Exhausted() }

// A Firing is what a rule wants done with the present call.
type Firing struct {
	Do
	Delay    time.Duration // as drawn
	Rule     string        // scenario:line
	Scenario string
}

// Match counts the call with every rule it fits and gives, for each phase, the first
// firing rule of the last scenario, or nil. Several scripts may be asked about one call.
func (s *Script) Match(c *Call) (before, after *Firing) {
	for _, sc := range slices.Backward(s.Scenarios()) {
		for _, r := range sc.Rules {
			if !r.fits(c) {
				continue
			}
			n := s.count(sc, r)
			if r.When != nil {
				if c.env == nil {
					made := c.Env()
					c.env = &made
				}
				c.env.Call = n.calls + 1
				if !r.When.Holds(*c.env) {
					continue
				}
			}
			n.calls++
			if !r.fires(n, c) {
				continue
			}
			slot := &before
			if r.Phase == After {
				slot = &after
			}
			if *slot == nil {
				n.fired++
				*slot = &Firing{Do: r.Do, Delay: r.Do.Delay.Draw(n.dice), Rule: RuleName(sc, r), Scenario: sc.Name}
			}
		}
	}
	return before, after
}

// RuleName names a rule by scenario and line.
func RuleName(sc *Scenario, r *Rule) string { return sc.Name + ":" + strconv.Itoa(r.Line) }

func (s *Script) count(sc *Scenario, r *Rule) *count {
	n := s.counts[r]
	if n == nil {
		n = &count{pcg: s.dice(RuleName(sc, r))}
		n.dice = rand.New(n.pcg)
		s.counts[r] = n
	}
	return n
}

// fires says whether the call is one of those the rule is about. The dice are thrown for
// each call that fits, whatever else is asked, so that their luck does not shift.
func (r *Rule) fires(n *count, c *Call) bool {
	lucky := r.Chance == 0 || n.dice.Float64() < r.Chance
	able := r.Do.Error == "" || c.Answers == nil || c.Answers(r.Do.Error)
	return lucky && able &&
		(r.First == 0 || n.calls <= r.First) &&
		(len(r.Calls) == 0 || slices.Contains(r.Calls, n.calls)) &&
		(r.Every == 0 || n.calls%r.Every == 0) &&
		n.calls > r.After && c.Since >= r.Since &&
		(r.Do.RateLimit == nil || n.over(r.Do.RateLimit, c.Now))
}

// over takes a call and says whether it is one too many.
func (n *count) over(l *RateLimit, now time.Time) bool {
	if n.window.IsZero() || now.Sub(n.window) >= l.Per {
		n.window, n.taken = now, 0
	}
	n.taken++
	return n.taken > l.Calls
}

// A Count is what was counted of a rule, to be kept and put back.
type Count struct {
	Rule   string    `json:"rule"` // scenario:line
	Calls  int       `json:"calls"`
	Fired  int       `json:"fired"`
	Dice   []byte    `json:"dice"`
	Window time.Time `json:"window,omitzero"`
	Taken  int       `json:"taken,omitempty"`
}

// Counts is what was counted so far, in the order of the rules.
func (s *Script) Counts() []Count {
	out := []Count{}
	for _, sc := range s.Scenarios() {
		for _, r := range sc.Rules {
			n := s.counts[r]
			if n == nil {
				continue
			}
			dice, err := n.pcg.MarshalBinary()
			if err != nil {
				panic(err) // a PCG always can
			}
			out = append(out, Count{RuleName(sc, r), n.calls, n.fired, dice, n.window, n.taken})
		}
	}
	return out
}

// Restore puts counts back. One of a rule that is not there is refused.
func (s *Script) Restore(counts []Count) error {
	rules := map[string]*Rule{}
	for _, sc := range s.Scenarios() {
		for _, r := range sc.Rules {
			rules[RuleName(sc, r)] = r
		}
	}
	for _, c := range counts {
		r := rules[c.Rule]
		if r == nil {
			return fmt.Errorf("there is no rule %q", c.Rule)
		}
		n := &count{calls: c.Calls, fired: c.Fired, pcg: &rand.PCG{}, window: c.Window, taken: c.Taken}
		if err := n.pcg.UnmarshalBinary(c.Dice); err != nil {
			return fmt.Errorf("rule %s: %w", c.Rule, err)
		}
		n.dice = rand.New(n.pcg)
		s.counts[r] = n
	}
	return nil
}
