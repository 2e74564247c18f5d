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

// The bounds of a world's outbox: of what is on its way, and of what is remembered; and
// of what the outboxes of all worlds hold.
const (
	maxPending     = 5_000
	MaxDeliveries  = 10_000
	maxOutboxBytes = 16 << 20
	maxMail        = 256 << 20
	overhead       = 512 // of a delivery beside its body, and of an attempt
)

// newOutbox ends when ctx does; all counts the bytes of every outbox there is.
func newOutbox(ctx context.Context, all *atomic.Int64) *outbox {
	o := &outbox{lanes: map[string]*lane{}, all: all}
	o.ctx, o.cancel = context.WithCancel(ctx)
	return o
}

// end lets attempts under way end, and takes what the outbox holds out of all.
func (o *outbox) end() {
	o.cancel()
	o.all.Add(-o.bytes.Swap(0))
}

func (o *outbox) weigh(n int) {
	if o.ctx.Err() == nil {
		o.bytes.Add(int64(n))
		o.all.Add(int64(n))
	}
}

func (o *outbox) crowded() bool { return o.bytes.Load() > maxOutboxBytes || o.all.Load() > maxMail }

// An outbox holds the events of a world that are on their way, and those that were. It
// belongs to the world's turn, and a reset puts a new one in its place.
type outbox struct {
	ctx    context.Context // ends with the outbox
	cancel context.CancelFunc

	issued  int // deliveries named so far
	seq     uint64
	lanes   map[string]*lane // by receiver
	pending int
	busy    int // attempts under way, and deliveries that wait for an answer of ours
	bytes   atomic.Int64
	all     *atomic.Int64 // bytes of all outboxes of a simulator
	log     []*delivery   // oldest first
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

// An Attempt is one try to hand a delivery over.
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
	o.remember(d)
	if d.state == Dropped {
		return
	}
	if why := o.refuses(d); why != "" {
		d.state = Failed
		d.attempts = append(d.attempts, Attempt{At: t.Now, Error: why})
		o.shed(d)
		return
	}
	d.state = Pending
	l := o.lane(d.target.URL)
	o.overtake(l, d)
	switch {
	case t.defers && d.eager:
		t.eager = append(t.eager, d.wait())
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
	case o.pending >= maxPending || o.crowded():
		return "the queue of this world is full: its receivers do not answer"
	}
	return ""
}

// wait is closed after the next attempt.
func (d *delivery) wait() <-chan struct{} {
	if d.done == nil {
		d.done = make(chan struct{})
	}
	return d.done
}

// overtake lets what was told to come after the next one do so.
func (o *outbox) overtake(l *lane, d *delivery) {
	for _, other := range slices.Clone(l.heap) {
		if other.behind {
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

// remember logs a delivery, and forgets the oldest that are over and done with.
func (o *outbox) remember(d *delivery) {
	o.log = append(o.log, d)
	o.weigh(len(d.body) + overhead)
	for i := 0; i < len(o.log) && (len(o.log) > MaxDeliveries || o.crowded()); {
		old := o.log[i]
		if old.state == Pending || old == d {
			i++
			continue
		}
		o.shed(old)
		o.weigh(-overhead * (1 + len(old.attempts)))
		o.log = slices.Delete(o.log, i, i+1)
	}
}

// shed takes the bytes of a delivery out of the account.
func (o *outbox) shed(d *delivery) {
	o.weigh(-len(d.body))
	d.body = ""
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
