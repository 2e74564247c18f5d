// Package verify holds a journal against expectations and says which were met. Of those
// that were not it shows the requests that came closest, and the field in which each
// differs.
package verify

import (
	"context"

	"github.com/esimsim/esimsim/internal/journal"
	"github.com/esimsim/esimsim/internal/scenario"
)

// A Report is the outcome, one result an expectation and in their order.
type Report struct {
	Passed  bool     `json:"passed"`
	Results []Result `json:"results"`
}

// A Result is what became of one expectation.
type Result struct {
	Name    string   `json:"name"`
	Passed  bool     `json:"passed"`
	Message string   `json:"message"`
	Matched []string `json:"matched"` // ids of the requests that fit
	Closest []Close  `json:"closest"` // those that nearly did, the nearest first
}

// A Close is a request that nearly fits.
type Close struct {
	ID         string              `json:"id"`
	Difference scenario.Difference `json:"difference"`
}

// Accounts is what conditions see as account: the provider's settings as they are now,
// since the journal does not keep what they were.
type Accounts func(provider string) map[string]any

// Run holds what is in the journal, and what comes, against the expectations, until all
// are met or ctx ends. With a context that has ended it looks once.
func Run(ctx context.Context, j *journal.Journal, wanted []*scenario.Expectation, accounts Accounts) Report {
	c, r := newCheck(wanted, accounts), j.Follow(journal.Filter{})
	for {
		entries, gap := r.Take(0)
		if gap.Cleared {
			c, r = newCheck(wanted, accounts), j.Follow(journal.Filter{})
			continue
		}
		c.lost += gap.Lost
		for _, e := range entries {
			c.add(e)
		}
		if c.passed() || ctx.Err() != nil || r.Wait(ctx) != nil {
			return c.report(j.List(journal.Filter{}))
		}
		if c.accounts.ask != nil {
			// The account may have changed under requests that were looked at already.
			c, r = newCheck(wanted, accounts), j.Follow(journal.Filter{})
		}
	}
}

// A check counts while requests come. It belongs to one goroutine.
type check struct {
	accounts *accounts
	trials   []trial
	lost     uint64 // requests that were dropped before they could be counted
}

// A trial is one expectation on its way.
type trial interface {
	add(*request)
	passed() bool
	report(held []*request) Result
}

func newCheck(wanted []*scenario.Expectation, ask Accounts) *check {
	c := &check{accounts: &accounts{}}
	for _, e := range wanted {
		for _, s := range append([]*scenario.Expectation{e}, e.Sequence...) {
			if s.When.ReadsAccount() {
				c.accounts.ask = ask
			}
		}
		if e.Sequence != nil {
			c.trials = append(c.trials, newSequence(e))
			continue
		}
		c.trials = append(c.trials, &tally{matcher: matcher{want: e}})
	}
	return c
}

func (c *check) add(e *journal.Entry) {
	r := &request{Entry: e, accounts: c.accounts}
	for _, t := range c.trials {
		t.add(r)
	}
}

func (c *check) passed() bool {
	for _, t := range c.trials {
		if !t.passed() {
			return false
		}
	}
	return true
}

func (c *check) report(held []*journal.Entry) Report {
	out := Report{Passed: true, Results: []Result{}}
	requests := make([]*request, len(held))
	for i, e := range held {
		requests[i] = &request{Entry: e, accounts: c.accounts}
	}
	for _, t := range c.trials {
		r := t.report(requests)
		if c.lost > 0 {
			r.Message += "; the journal no longer holds " + count(int(c.lost), "earlier request")
		}
		out.Passed = out.Passed && r.Passed
		out.Results = append(out.Results, r)
	}
	return out
}
