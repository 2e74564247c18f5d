package sim

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/esimsim/esimsim/internal/journal"
	"github.com/esimsim/esimsim/internal/scenario"
	"github.com/esimsim/esimsim/internal/verify"
)

// ErrNothingExpected is a call of Verify without expectations, in a world whose
// scenarios have none either. It is an error, since a check of nothing passes always.
var ErrNothingExpected = errors.New("there is nothing to verify: give expectations, or switch on a scenario that has some")

// An Expectation says what a client should have asked. Without a count it is met by one
// request or more.
type Expectation struct {
	Name string `json:"name,omitempty"`
	// On is the operation: provider.operationId, provider.* or *.
	On string `json:"on,omitempty"`
	// When is a condition in the language of a rule's, over status and error of the answer
	// too; account is what it is when verified.
	When string `json:"when,omitempty"`
	// Times asks for exactly so many requests; 0 does not ask.
	Times int `json:"times,omitempty"`
	// AtLeast and AtMost bound their number; 0 does not.
	AtLeast int `json:"atLeast,omitempty"`
	AtMost  int `json:"atMost,omitempty"`
	// Never asks for none.
	Never bool `json:"never,omitempty"`
	// Sequence asks instead for requests one after another, others between them or not. A
	// step has On, When, Times and Never; one that is never to come forbids it between its
	// neighbours.
	Sequence []Expectation `json:"sequence,omitempty"`
}

// A Verdict is what became of expectations: whether all Passed, and Results, one each, with
// Name, Passed, Message, the ids of the requests that Matched and the Closest that did not.
type Verdict = verify.Report

// Verify holds the requests of this world against expectations, as they are now. Without
// any it takes those of the world's scenarios.
func (w *World) Verify(expected ...Expectation) (Verdict, error) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	return w.VerifyUntil(ended, expected...)
}

// VerifyUntil is Verify for what may still be under way: it waits until all are met or
// ctx ends, which is no error.
func (w *World) VerifyUntil(ctx context.Context, expected ...Expectation) (Verdict, error) {
	if len(expected) == 0 {
		return w.verify(ctx, nil)
	}
	body, err := json.Marshal(map[string][]Expectation{"expectations": expected})
	if err != nil {
		return Verdict{}, err
	}
	// One reader for all, so that Go testers are told of mistakes as others are.
	list, err := scenario.LoadExpectations("", body, w.srv.vocab)
	if err != nil {
		return Verdict{}, err
	}
	return w.verify(ctx, list)
}

// VerifyT is Verify for a test, which fails with a line for each that was not met.
func (w *World) VerifyT(t TB, expected ...Expectation) Verdict {
	t.Helper()
	v, err := w.Verify(expected...)
	if err != nil {
		t.Fatalf("verify world %s: %v", w.name, err)
	}
	for _, r := range v.Results {
		if !r.Passed {
			t.Errorf("world %s: %s: %s", w.name, r.Name, r.Message)
		}
	}
	return v
}

func (w *World) verify(ctx context.Context, list []*scenario.Expectation) (Verdict, error) {
	if list == nil {
		list = w.expected()
	}
	if len(list) == 0 {
		return Verdict{}, ErrNothingExpected
	}
	return verify.Run(ctx, w.journal, list, w.accountNow), nil
}

// expected are the expectations of all scenarios that are on.
func (w *World) expected() (list []*scenario.Expectation) {
	w.turn(nil, func(*Turn) {
		for _, sc := range w.script.Scenarios() {
			list = append(list, sc.Expectations...)
		}
	})
	return list
}

// accountNow is what conditions see as account.
func (w *World) accountNow(provider string) (settings map[string]any) {
	p := w.srv.provider(provider)
	if p == nil {
		return nil
	}
	w.turn(nil, func(t *Turn) { settings = w.settingsOf(p, t.Now) })
	return settings
}

// Verify reads the expectations of a body; an empty one leaves them to the scenarios.
func (w worldPlane) Verify(ctx context.Context, body []byte, wait time.Duration) (verify.Report, error) {
	var list []*scenario.Expectation
	if len(body) > 0 {
		var err error
		if list, err = scenario.LoadExpectations("body", body, w.srv.vocab); err != nil {
			return verify.Report{}, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	return w.verify(ctx, list)
}

// Read follows the journal from where the filter says, or from after the entry of that event id.
func (w worldPlane) Read(f journal.Filter, after string) *journal.Reader {
	if after == "" {
		return w.journal.Follow(f)
	}
	return w.journal.Resume(f, after)
}

// Keep counts as a use, so that a world that is followed is not let go of as idle. It
// says whether there still is this world.
func (w worldPlane) Keep() bool {
	w.touch(w.srv.cfg.Real.Now())
	return w.srv.lookup(w.name) == w.World
}
