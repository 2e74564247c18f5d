package journal_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/esimsim/esimsim/internal/journal"
)

func filled(n int) *journal.Journal {
	j := &journal.Journal{}
	fill(j, 1, n)
	return j
}

func fill(j *journal.Journal, from, to int) {
	for i := from; i <= to; i++ {
		j.Add(&journal.Entry{ID: strconv.Itoa(i), Status: 200 + i%2})
	}
}

func TestFollow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		f    journal.Filter
		want []string
	}{
		"all that is held": {journal.Filter{}, []string{"1", "2", "3", "4", "5", "6"}},
		"filtered":         {journal.Filter{Status: 201}, []string{"1", "3", "5"}},
		"the newest":       {journal.Filter{Limit: 2}, []string{"3", "4", "5", "6"}},
		"more than held":   {journal.Filter{Limit: 9}, []string{"1", "2", "3", "4", "5", "6"}},
		"newest filtered":  {journal.Filter{Status: 200, Limit: 1}, []string{"4", "6"}},
		"what comes":       {journal.Filter{Limit: -1}, []string{"5", "6"}},
	} {
		j := filled(4)
		r := j.Follow(c.f)
		got, gap := r.Take(1)
		fill(j, 5, 6)
		rest, _ := r.Take(0)
		if diff := cmp.Diff(c.want, ids(append(got, rest...))); diff != "" || gap != (journal.Gap{}) {
			t.Errorf("%s: gap %+v (-want +got):\n%s", name, gap, diff)
		}
		if again, _ := r.Take(0); len(again) != 0 {
			t.Errorf("%s: %v come twice", name, ids(again))
		}
	}
}

func TestResume(t *testing.T) {
	t.Parallel()
	const gone = 5 // of the ids 1 to 5
	for id, c := range map[string]struct {
		first string
		gap   journal.Gap
	}{
		"0": {"6", journal.Gap{Lost: 5}}, "3": {"6", journal.Gap{Lost: 2}}, "5": {first: "6"}, "6": {first: "7"},
		"9000": {first: "9001"}, "99999": {first: "6"}, "x": {first: "6"}, "-1": {first: "6"}, "18446744073709551615": {first: "6"},
	} {
		j := filled(journal.MaxEntries + gone)
		got, gap := j.Resume(journal.Filter{}, eventID(j, id)).Take(1)
		if len(got) != 1 || got[0].ID != c.first || gap != c.gap {
			t.Errorf("after %q: %v, %+v, want %s and %+v", id, ids(got), gap, c.first, c.gap)
		}
	}
	j := filled(3)
	if got, gap := j.Resume(journal.Filter{}, eventID(j, "3")).Take(0); len(got) != 0 || gap != (journal.Gap{}) {
		t.Errorf("after the last: %v, %+v", ids(got), gap)
	}
}

func eventID(j *journal.Journal, id string) string { return j.Follow(journal.Filter{}).EventID(id) }

// An id of before a Clear, of another journal or of none is of no entry that is held, though
// one of that number is.
func TestResumeElsewhere(t *testing.T) {
	t.Parallel()
	var b journal.Budget
	j, other := journal.Within(&b, "a"), journal.Within(&b, "b")
	fill(other, 1, 2)
	fill(j, 1, 3)
	before := eventID(j, "1")
	j.Clear()
	fill(j, 1, 2)
	for name, id := range map[string]string{
		"before a Clear": before, "another journal": eventID(other, "1"), "a number": "1", "nothing": "", "a dash": "-", "no number": before + "-1",
	} {
		r := j.Resume(journal.Filter{}, id)
		got, gap := r.Take(1)
		rest, later := r.Take(0)
		if gap != (journal.Gap{Cleared: true}) || later != (journal.Gap{}) || strings.Join(ids(append(got, rest...)), " ") != "1 2" {
			t.Errorf("%s: %v then %v after %+v and %+v", name, ids(got), ids(rest), gap, later)
		}
		if r.EventID("2") != eventID(j, "2") {
			t.Errorf("%s: goes on as %s, want %s", name, r.EventID("2"), eventID(j, "2"))
		}
	}
	j.Clear()
	r := j.Resume(journal.Filter{}, before)
	if err := r.Wait(t.Context()); err != nil {
		t.Error(err)
	}
	if got, gap := r.Take(0); len(got) != 0 || !gap.Cleared {
		t.Errorf("nothing is held: %v, %+v", ids(got), gap)
	}
	fill(j, 1, 1)
	if got, gap := j.Resume(journal.Filter{}, r.EventID("0")).Take(0); len(got) != 1 || gap != (journal.Gap{}) {
		t.Errorf("after it was told of the Clear: %v, %+v", ids(got), gap)
	}
	fill(j, 2, journal.MaxEntries+4)
	if _, gap := j.Resume(journal.Filter{}, before).Take(1); gap != (journal.Gap{Lost: 4, Cleared: true}) {
		t.Errorf("much later: %+v", gap)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	j := filled(journal.MaxEntries + 1)
	for id, held := range map[string]bool{"1": false, "2": true, "10001": true, "10002": false, "": false} {
		if e := j.Find(id); (e != nil) != held || held && e.ID != id {
			t.Errorf("%q: %+v", id, e)
		}
	}
}

// A slow reader loses the oldest and is told so; who adds waits for nobody.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	j := filled(2)
	r := j.Follow(journal.Filter{})
	if got, _ := r.Take(1); ids(got)[0] != "1" {
		t.Fatalf("first %v", ids(got))
	}
	fill(j, 3, journal.MaxEntries+12)
	got, gap := r.Take(1)
	if gap != (journal.Gap{Lost: 11}) || ids(got)[0] != "13" {
		t.Errorf("%v after %+v, want 13 after 11 lost", ids(got), gap)
	}
	if _, gap = r.Take(1); gap != (journal.Gap{}) {
		t.Errorf("told twice: %+v", gap)
	}
	j.Clear()
	if got, gap = r.Take(0); len(got) != 0 || gap != (journal.Gap{Lost: journal.MaxEntries - 2, Cleared: true}) {
		t.Errorf("cleared: %d entries after %+v", len(got), gap)
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	j := filled(1)
	r := j.Follow(journal.Filter{})
	if err := r.Wait(t.Context()); err != nil {
		t.Errorf("something is held: %v", err)
	}
	r.Take(0)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Wait(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("nothing is held: %v", err)
	}
	for name, change := range map[string]func(){"added": func() { fill(j, 2, 2) }, "cleared": j.Clear} {
		r.Take(0)
		woken := make(chan error)
		go func() { woken <- r.Wait(t.Context()) }()
		change()
		if err := <-woken; err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whoever adds finds the entry in the journal as soon as Add is done, and every reader,
// early or late, sees every entry once and whole, in one order for all.
func TestLinearisable(t *testing.T) {
	t.Parallel()
	const writers, each, readers = 8, 150, 6
	var j journal.Journal
	var writing, reading sync.WaitGroup
	seen := make([][]string, readers)
	for i := range readers {
		f := journal.Filter{}
		if i%2 == 1 {
			f.Operation = "get" // which all are
		}
		reading.Go(func() {
			r := j.Follow(f)
			for len(seen[i]) < writers*each {
				if err := r.Wait(t.Context()); err != nil {
					t.Error(err)
					return
				}
				entries, gap := r.Take(1 + i)
				if gap != (journal.Gap{}) {
					t.Errorf("gap %+v", gap)
				}
				for _, e := range entries {
					if e.Response.Body != "answer "+e.ID {
						t.Errorf("%s is not whole: %+v", e.ID, e)
					}
					seen[i] = append(seen[i], e.ID)
				}
			}
		})
	}
	for w := range writers {
		writing.Go(func() {
			for n := range each {
				id := fmt.Sprintf("%d.%d", w, n)
				j.Add(&journal.Entry{ID: id, Provider: "p", Operation: "p.get", Response: journal.Message{Body: "answer " + id}})
				if !slices.Contains(ids(j.List(journal.Filter{Limit: writers * each})), id) {
					t.Errorf("%s was added and is not there", id)
				}
			}
		})
	}
	writing.Wait()
	reading.Wait()
	order := ids(j.List(journal.Filter{}))
	for i := range seen {
		if !slices.Equal(order, seen[i]) {
			t.Errorf("reader %d saw another order", i)
		}
	}
	next := map[string]int{}
	for _, id := range order {
		w, n, _ := strings.Cut(id, ".")
		if strconv.Itoa(next[w]) != n {
			t.Errorf("writer %s: %s comes where %d was due", w, n, next[w])
		}
		next[w]++
	}
}
