package sim

import (
	"strings"
	"testing"
	"time"
)

func letter(id, body string) *delivery {
	return &delivery{id: id, body: body, provider: &Provider{}, target: Target{URL: "http://127.0.0.1:1/"}}
}

// The account of an outbox is what it holds: refusals, answers and what is forgotten
// included.
func TestOutboxAccount(t *testing.T) {
	t.Parallel()
	var all mail
	o := newOutbox(t.Context(), &all)
	turn := &Turn{Now: time.Unix(1e9, 0)}
	check := func(when string) {
		t.Helper()
		var waiting, kept int64
		for _, d := range o.log {
			n := int64(overhead + len(d.body) + len(d.target.URL))
			for _, a := range d.attempts {
				n += int64(overhead + len(a.Answer) + len(a.Error))
			}
			if d.state == Pending {
				waiting += n
			} else {
				kept += n
			}
		}
		if o.waiting != waiting || o.kept != kept || all.waiting.Load() != waiting || all.kept.Load() != kept {
			t.Errorf("%s: counted %d and %d, all %d and %d; there are %d and %d", when, o.waiting, o.kept, all.waiting.Load(), all.kept.Load(), waiting, kept)
		}
	}
	for range maxPending {
		o.add(turn, letter("x", strings.Repeat("b", 100)))
	}
	check("full")
	for range 2 * MaxDeliveries {
		o.add(turn, letter("y", strings.Repeat("b", 100)))
	}
	check("refused")
	if n := len(o.log); n != MaxDeliveries || o.log[n-1].state != Failed {
		t.Errorf("%d in the log", n)
	}
	for _, d := range o.log[:100] {
		d.state, d.attempts = Delivered, []Attempt{{Answer: "thanks"}}
		o.weigh(d, false)
	}
	check("delivered")
	o.end()
	if all.waiting.Load() != 0 || all.kept.Load() != 0 {
		t.Errorf("after the end: %d and %d", all.waiting.Load(), all.kept.Load())
	}
}

// What other worlds remember keeps nothing of this one from being sent, nor all of it from
// being remembered.
func TestOutboxBesideFullOnes(t *testing.T) {
	t.Parallel()
	var all mail
	all.kept.Store(2 * maxAll)
	o := newOutbox(t.Context(), &all)
	for range 200 {
		d := letter("x", strings.Repeat("b", 1000))
		o.add(&Turn{Now: time.Unix(1e9, 0)}, d)
		if d.state != Pending {
			t.Fatalf("%s: %+v", d.state, d.attempts)
		}
		d.state = Delivered
		o.weigh(d, false)
		o.forget()
	}
	if n := len(o.log); n < 40 || n > 50 {
		t.Errorf("%d remembered, want as many as 64 KiB hold", n)
	}
}
