package sim

import (
	"cmp"
	"container/heap"
	"slices"
	"time"

	"github.com/esimsim/esimsim/internal/scenario"
)

// A wait is a thing that stands before an edge, or a moment of a scenario's timeline.
type wait struct {
	account *account
	edge    *edge
	id      string
	extra   *scenario.Script // of the request that made the thing
	moment  *scenario.Moment // instead of account and edge; id is the scenario's name
	from    time.Time        // looks count from here
	due     time.Time        // zero: no instant passes it
	polls   int              // 0: looks do not pass it
	looks   int
	seq     uint64 // order of coming, among those due at one instant
	pos     int    // place in the heap; -1 outside
	next    *wait  // of the same id, in the order of coming; nil for a moment
}

// waits holds what stands before an edge in one world, the next to fall due first, and then
// what no instant passes.
type waits struct {
	heap    waitHeap
	by      map[string]*wait // things' by id, of all accounts; those of one id follow each other
	at      map[*edge]int    // how many wait at each: mostly nothing does, and need not be looked for
	moments int              // how many of the heap are such; they stand nowhere else
	seq     uint64
}

func (q *waits) add(w *wait) {
	q.seq++
	w.seq, w.pos = q.seq, -1
	heap.Push(&q.heap, w)
	if w.moment != nil {
		q.moments++ // one scenario may have thousands
		return
	}
	if q.by == nil {
		q.by, q.at = map[string]*wait{}, map[*edge]int{}
	}
	q.at[w.edge]++
	last := q.by[w.id]
	if last == nil {
		q.by[w.id] = w
		return
	}
	for last.next != nil {
		last = last.next
	}
	last.next = w
}

func (q *waits) remove(w *wait) {
	if w.pos < 0 {
		return
	}
	heap.Remove(&q.heap, w.pos)
	if w.moment != nil {
		q.moments--
		return
	}
	q.at[w.edge]--
	switch before := q.by[w.id]; {
	case before != w:
		for before.next != w {
			before = before.next
		}
		before.next = w.next
	case w.next != nil:
		q.by[w.id] = w.next
	default:
		delete(q.by, w.id)
	}
	w.next = nil
}

func (q *waits) drop(a *account, e *edge, id string) {
	if w := q.find(a, e, id); w != nil {
		q.remove(w)
	}
}

func (q *waits) find(a *account, e *edge, id string) *wait {
	if q.at[e] == 0 {
		return nil
	}
	for w := q.by[id]; w != nil; w = w.next {
		if w.account == a && w.edge == e {
			return w
		}
	}
	return nil
}

// of lists what waits for one thing of an account; two accounts may have things of one id.
func (q *waits) of(a *account, id string) (out []*wait) {
	for w := q.by[id]; w != nil; w = w.next {
		if w.account == a {
			out = append(out, w)
		}
	}
	return out
}

// dropMoments takes what is left of a scenario's timeline away.
func (q *waits) dropMoments(scenario string) {
	if q.moments == 0 {
		return
	}
	for _, w := range slices.Clone(q.heap) {
		if w.moment != nil && w.id == scenario {
			q.remove(w)
		}
	}
}

// all lists the waits in the order of their coming.
func (q *waits) all() []*wait {
	out := slices.Clone(q.heap)
	slices.SortFunc(out, func(a, b *wait) int { return cmp.Compare(a.seq, b.seq) })
	return out
}

// first are the next n things that wait for an edge, those first that fall due first.
func (q *waits) first(n int) (out []*wait) {
	// Whoever comes next is the head, or stands right below one that was taken.
	var open placeHeap
	look := func(pos int) {
		if pos < len(q.heap) {
			heap.Push(&open, q.heap[pos])
		}
	}
	for look(0); len(open) > 0 && len(out) < n; {
		w := heap.Pop(&open).(*wait)
		look(2*w.pos + 1)
		look(2*w.pos + 2)
		if w.moment == nil {
			out = append(out, w)
		}
	}
	return out
}

// due is the instant at which the next falls due; zero where none does.
func (q *waits) due() time.Time {
	if len(q.heap) == 0 {
		return time.Time{}
	}
	return q.heap[0].due
}

// next takes the first wait that falls due at or before t.
func (q *waits) next(t time.Time) *wait {
	if due := q.due(); due.IsZero() || due.After(t) {
		return nil
	}
	w := q.heap[0]
	q.remove(w)
	return w
}

// before says whether a wait falls due before another one does.
func (q *wait) before(o *wait) bool {
	switch {
	case q.due.Equal(o.due):
		return q.seq < o.seq
	case q.due.IsZero() || o.due.IsZero():
		return o.due.IsZero()
	}
	return q.due.Before(o.due)
}

type waitHeap []*wait

func (h waitHeap) Len() int { return len(h) }
func (h waitHeap) Less(i, j int) bool {
	return h[i].before(h[j])
}

func (h waitHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].pos, h[j].pos = i, j
}

func (h *waitHeap) Push(x any) {
	w := x.(*wait)
	w.pos = len(*h)
	*h = append(*h, w)
}

func (h *waitHeap) Pop() any {
	old := *h
	w := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	w.pos = -1
	return w
}

// A placeHeap is the same order over waits that keep their places in another heap.
type placeHeap []*wait

func (h placeHeap) Len() int           { return len(h) }
func (h placeHeap) Less(i, j int) bool { return h[i].before(h[j]) }
func (h placeHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *placeHeap) Push(x any)        { *h = append(*h, x.(*wait)) }

func (h *placeHeap) Pop() any {
	w := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return w
}
