package sim

import (
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/esimsim/esimsim/internal/control"
	"github.com/esimsim/esimsim/internal/webhook"
)

// The bounds of a world's outbox: of what is on its way, and of what is remembered of
// what was. Those in bytes hold for each world and for all together.
const (
	maxPending    = 5_000
	MaxDeliveries = 10_000 // remembered; the oldest that are over make room
	maxWaiting    = 8 << 20
	maxKept       = 32 << 20
	maxAll        = 256 << 20
	keptAnyway    = 64 << 10 // of a world, however much the others keep
	overhead      = 512      // of a delivery beside its texts, and of an attempt
)

// A mail is what outboxes hold, in bytes.
type mail struct{ waiting, kept atomic.Int64 }

// newOutbox ends when ctx does; all counts what every outbox holds.
func newOutbox(ctx context.Context, all *mail) *outbox {
	o := &outbox{lanes: map[string]*lane{}, all: all}
	o.ctx, o.cancel = context.WithCancel(ctx)
	return o
}

// end lets attempts under way end, and takes what the outbox holds out of all.
func (o *outbox) end() {
	o.cancel()
	o.all.waiting.Add(-o.waiting)
	o.all.kept.Add(-o.kept)
	o.waiting, o.kept = 0, 0
}

// weigh brings the account of a delivery up to date; gone takes it out.
func (o *outbox) weigh(d *delivery, gone bool) {
	if o.ctx.Err() != nil {
		return // it has ended, and counts for nothing
	}
	count := func(n int) {
		if d.waits {
			o.waiting += int64(n)
			o.all.waiting.Add(int64(n))
			return
		}
		o.kept += int64(n)
		o.all.kept.Add(int64(n))
	}
	count(-d.weight)
	if d.weight = 0; gone {
		return
	}
	d.waits, d.weight = d.state == Pending, overhead+len(d.body)+len(d.target.URL)+len(d.target.Secret)
	for _, a := range d.attempts {
		d.weight += overhead + len(a.Answer) + len(a.Error)
	}
	count(d.weight)
}

// forget lets go of the oldest that are over and done with, beyond the bounds.
func (o *outbox) forget() {
	crowded := func() bool {
		return len(o.log) > MaxDeliveries || o.kept > maxKept || o.kept > keptAnyway && o.all.kept.Load() > maxAll
	}
	for i := 0; i < len(o.log) && crowded(); {
		if d := o.log[i]; d.state != Pending {
			o.weigh(d, true)
			o.log = slices.Delete(o.log, i, i+1)
			continue
		}
		i++
	}
}

// An outbox holds the events of a world that are on their way, and those that were. It
// belongs to the world's turn, and a reset puts a new one in its place.
type outbox struct {
	ctx    context.Context // ends with the outbox
	cancel context.CancelFunc

	issued  int // deliveries named so far
	seq     uint64
	lanes   map[string]*lane // by receiver
	pending int
	busy    int         // attempts under way, and deliveries that wait for an answer of ours
	waiting int64       // bytes of what is on its way
	kept    int64       // and of the rest of the log
	all     *mail       // of all outboxes of a simulator
	log     []*delivery // oldest first
}

// A lane is the way to one receiver. What goes there goes in order, one at a time; a slow
// receiver holds up its own lane and no other.
type lane struct {
	heap deliveries
	busy bool
}

// A delivery is one event on its way to one receiver.
type delivery struct {
	id       string // on the wire, the same at each attempt
	number   int    // among those of the world, from 1
	copies   int    // 2 for the second of a doubled one
	rule     string // of a scenario, that meddled with it
	box      *outbox
	provider *Provider
	event    string
	target   Target
	body     string
	settings map[string]string
	retries  []time.Duration
	at       time.Time // when it came about
	due      time.Time // of the next attempt
	seq      uint64    // order among those due at one instant
	pos      int       // in its lane; -1 outside
	held     bool      // until the answer of the call that caused it is written
	eager    bool      // whether that answer waits for it instead
	behind   bool      // until the next of its lane has gone
	cut      bool      // whether only half of the body is sent
	spoil    spoil
	state    DeliveryState
	before   DeliveryState // of one that was sent again by hand; "" otherwise
	tries    int
	attempts []Attempt
	done     chan struct{} // closed after the next attempt; nil where nobody waits
	weight   int           // in bytes, as it was counted
	waits    bool          // whether it was counted with what is on its way
}

// A DeliveryState says what became of a delivery so far.
type DeliveryState string

// The states of a delivery.
const (
	Pending   DeliveryState = "pending"   // the next attempt is due, now or later
	Delivered DeliveryState = "delivered" // a receiver took it
	Failed    DeliveryState = "failed"    // the last attempt was in vain
	Dropped   DeliveryState = "dropped"   // a scenario lost it
)

// An Attempt is one try to hand a delivery over, At an instant of the world's clock: the
// Request sent, the Status of the answer, 0 for none, and the beginning of the Answer, or
// Error for why there was none, Latency of real time, and whether it was Taken, as the
// provider sees that.
type Attempt = control.Attempt

// name gives the next delivery its id: one that no chance of the world's pays for, so
// that listening changes no other id.
func (o *outbox) name(w *World) string {
	o.issued++
	chance := seedOf(w.srv.cfg.Seed, w.name, "webhook", strconv.Itoa(o.issued))
	return uuidOf(chance.Uint64(), chance.Uint64())
}

func (o *outbox) lane(target string) *lane {
	name := target
	if u, err := url.Parse(target); err == nil {
		name = u.Scheme + "://" + u.Host
	}
	l := o.lanes[name]
	if l == nil {
		l = &lane{}
		o.lanes[name] = l
	}
	return l
}

// add queues a delivery. One that finds no room is logged as failed.
func (o *outbox) add(t *Turn, d *delivery) {
	o.seq++
	d.box, d.seq, d.pos = o, o.seq, -1
	why := o.refuses(d)
	switch {
	case d.state == Dropped:
	case why != "":
		d.state, d.body, d.target.URL = Failed, "", d.target.URL[:min(len(d.target.URL), webhook.MaxURL)]
		d.attempts = []Attempt{{At: t.Now, Error: why}}
	default:
		d.state = Pending
		o.enter(t, d)
	}
	o.log = append(o.log, d)
	o.weigh(d, false)
	o.forget()
}

// enter puts a delivery into its lane, and lets it wait for the answer of the call that
// caused it, or that answer for it.
func (o *outbox) enter(t *Turn, d *delivery) {
	l := o.lane(d.target.URL)
	if d.behind && l.overtaken(d) {
		d.behind, d.due = false, d.due.Add(-behindAtMost) // itself it is late enough
	}
	if !d.behind {
		o.overtake(l, d)
	}
	switch {
	case t.defers && d.eager:
		t.eager = append(t.eager, awaited{d.seq, d.wait()})
	case t.defers:
		t.held = append(t.held, d)
		d.held = true
		o.busy++
	}
	o.push(l, d)
}

func (o *outbox) refuses(d *delivery) string {
	switch {
	case len(d.body) > webhook.MaxBody:
		return fmt.Sprintf("the payload is larger than %d bytes", webhook.MaxBody)
	case len(d.target.URL) > webhook.MaxURL:
		return fmt.Sprintf("the address is longer than %d bytes", webhook.MaxURL)
	case o.pending >= maxPending || o.waiting > maxWaiting:
		return "the queue of this world is full: its receivers do not answer"
	case o.all.waiting.Load() > maxAll:
		return "the queues of all worlds together are full: receivers do not answer"
	}
	return ""
}

// An awaited is an attempt that an answer waits for.
type awaited struct {
	seq  uint64
	done <-chan struct{}
}

// wait is closed after the next attempt.
func (d *delivery) wait() <-chan struct{} {
	if d.done == nil {
		d.done = make(chan struct{})
	}
	return d.done
}

// overtaken says whether another event than that of d waits to be overtaken.
func (l *lane) overtaken(d *delivery) bool {
	return slices.ContainsFunc(l.heap, func(other *delivery) bool { return other.behind && other.id != d.id })
}

// overtake lets what was told to come after the next event do so.
func (o *outbox) overtake(l *lane, d *delivery) {
	for _, other := range slices.SortedFunc(slices.Values(l.heap), func(a, b *delivery) int { return cmp.Compare(a.seq, b.seq) }) {
		if other.behind && other.id != d.id {
			other.behind, other.due = false, d.due
			o.seq++
			other.seq = o.seq
			heap.Fix(&l.heap, other.pos)
		}
	}
}

func (o *outbox) push(l *lane, d *delivery) {
	o.pending++
	heap.Push(&l.heap, d)
}

// next is when something falls due: the zero time for never.
func (o *outbox) next() (due time.Time) {
	for _, l := range o.lanes {
		if len(l.heap) == 0 || l.busy || l.heap[0].held {
			continue
		}
		if d := l.heap[0].due; due.IsZero() || d.Before(due) {
			due = d
		}
	}
	return due
}

func (o *outbox) find(id string) *delivery {
	for _, d := range o.log {
		if d.key() == id {
			return d
		}
	}
	return nil
}

// key names a delivery in the log, where a copy needs a name of its own.
func (d *delivery) key() string {
	if d.copies > 1 {
		return d.id + "-" + strconv.Itoa(d.copies)
	}
	return d.id
}

// wire is what is sent of the body.
func (d *delivery) wire() string {
	if d.cut {
		return d.body[:len(d.body)/2]
	}
	return d.body
}

// header is that of an attempt made at that instant.
func (d *delivery) header(at time.Time) http.Header {
	s := Signing{
		Event: d.event, ID: d.id, Secret: d.target.Secret, Body: []byte(d.body), At: at,
		Setting: func(name string) string { return d.provider.value(d.settings, name) },
	}
	return d.spoil.sign(d.provider.webhooks.sign, s)
}

// deliveries is a heap, the next to fall due first.
type deliveries []*delivery

func (h deliveries) Len() int { return len(h) }
func (h deliveries) Less(i, j int) bool {
	return cmp.Or(h[i].due.Compare(h[j].due), cmp.Compare(h[i].seq, h[j].seq)) < 0
}

func (h deliveries) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].pos, h[j].pos = i, j
}

func (h *deliveries) Push(x any) {
	d := x.(*delivery)
	d.pos = len(*h)
	*h = append(*h, d)
}

func (h *deliveries) Pop() any {
	old := *h
	d := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	d.pos = -1
	return d
}
