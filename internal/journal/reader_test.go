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
		lost  uint64
	}{
		"0": {"6", 5}, "3": {"6", 2}, "5": {"6", 0}, "6": {"7", 0}, "9000": {"9001", 0},
		"99999": {"6", 0}, "x": {"6", 0}, "-1": {"6", 0}, "18446744073709551615": {"6", 0},
	} {
		j := filled(journal.MaxEntries + gone)
		got, gap := j.Resume(journal.Filter{}, id).Take(1)
		if len(got) != 1 || got[0].ID != c.first || gap != (journal.Gap{Lost: c.lost}) {
			t.Errorf("after %q: %v, %+v, want %s and %d lost", id, ids(got), gap, c.first, c.lost)
		}
	}
	j := filled(3)
	j.Clear()
	fill(j, 1, 2)
	if got, gap := j.Resume(journal.Filter{}, "1").Take(0); len(got) != 1 || got[0].ID != "2" || gap != (journal.Gap{}) {
		t.Errorf("after a Clear: %v, %+v", ids(got), gap)
	}
	if got, _ := filled(3).Resume(journal.Filter{}, "3").Take(0); len(got) != 0 {
		t.Errorf("after the last: %v", ids(got))
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
