package sim

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/esimsim/esimsim/internal/scenario"
)

// What waits is told in the order of falling due, then of coming, as sorting all would have
// it, whatever was taken out; what no instant passes is last, and never falls due.
func TestFirstWaits(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(1, 2))
	start := time.Unix(1e9, 0)
	var q waits
	var want []*wait
	for n := range 500 {
		w := &wait{id: strconv.Itoa(n)}
		if n%5 > 0 {
			w.due = start.Add(time.Duration(chance.IntN(60)) * time.Second)
		}
		if n%11 == 0 {
			w.moment = &scenario.Moment{}
		}
		q.add(w)
		if w.moment == nil {
			want = append(want, w)
		}
	}
	for range 100 {
		i := chance.IntN(len(want))
		q.remove(want[i])
		want = slices.Delete(want, i, i+1)
	}
	slices.SortFunc(want, func(a, b *wait) int {
		if a.due.IsZero() != b.due.IsZero() {
			return map[bool]int{true: 1, false: -1}[a.due.IsZero()]
		}
		return cmp.Or(a.due.Compare(b.due), cmp.Compare(a.seq, b.seq))
	})
	for _, n := range []int{0, 1, 7, 200, 1000} {
		if got := q.first(n); !slices.Equal(got, want[:min(n, len(want))]) {
			t.Errorf("the first %d are not those that sorting has", n)
		}
	}
	if n := len(q.heap) - q.moments; n != len(want) {
		t.Errorf("%d wait, want %d", n, len(want))
	}
	for q.next(start.Add(time.Hour)) != nil {
		continue
	}
	if got := q.first(1000); len(got) == 0 || slices.ContainsFunc(got, func(w *wait) bool { return !w.due.IsZero() }) {
		t.Errorf("%d are left, want those that no instant passes", len(got))
	}
}

// Things of one id are found by account and edge, and listed in the order of their coming,
// as looking through all would have it.
func TestWaitsOfOneThing(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(3, 4))
	accounts := []*account{{}, {}, nil}
	edges := []*edge{{short: "a"}, {short: "b"}, {short: "c"}}
	ids := []string{"x", "y", "z", ""}
	var q waits
	var have []*wait
	of := func(a *account, id string) (out []*wait) {
		for _, w := range have {
			if w.account == a && w.id == id {
				out = append(out, w)
			}
		}
		return out
	}
	for range 5000 {
		a, e, id := accounts[chance.IntN(3)], edges[chance.IntN(3)], ids[chance.IntN(4)]
		var found *wait
		for _, w := range of(a, id) {
			if w.edge == e {
				found = w
			}
		}
		if got := q.find(a, e, id); got != found {
			t.Fatalf("of %q at %q: got %v, want %v", id, e.short, got, found)
		}
		if got := q.of(a, id); !slices.Equal(got, of(a, id)) {
			t.Fatalf("of %q: got %d, want %d", id, len(got), len(of(a, id)))
		}
		if found == nil {
			found = &wait{account: a, edge: e, id: id}
			q.add(found)
			have = append(have, found)
			continue
		}
		q.remove(found)
		q.remove(found) // changes nothing
		have = slices.Delete(have, slices.Index(have, found), slices.Index(have, found)+1)
	}
	if !slices.Equal(q.all(), have) {
		t.Errorf("%d wait, want %d", len(q.all()), len(have))
	}
}

// A scenario's timeline is taken away as one, and what else waits stays. It may be so long
// that it must not be gone through for each of its moments, which here would take minutes.
func TestManyMoments(t *testing.T) {
	t.Parallel()
	const many = 200_000
	a, e := &account{}, &edge{}
	var q waits
	for range many {
		q.add(&wait{id: "long", moment: &scenario.Moment{}, due: time.Unix(1e9, 0)})
	}
	thing, other := &wait{account: a, edge: e, id: "long"}, &wait{id: "other", moment: &scenario.Moment{}}
	q.add(thing)
	q.add(other)
	if got := q.of(a, "long"); !slices.Equal(got, []*wait{thing}) || q.moments != many+1 {
		t.Errorf("of the thing: %d, and %d moments", len(got), q.moments)
	}
	if q.next(time.Unix(1e9, 0)) == nil {
		t.Error("no moment fell due")
	}
	q.dropMoments("long")
	if got := q.all(); !slices.Equal(got, []*wait{thing, other}) || q.moments != 1 {
		t.Errorf("%d are left, %d of them moments", len(got), q.moments)
	}
}
