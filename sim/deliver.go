package sim

import (
	"cmp"
	"container/heap"
	"context"
	"slices"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/journal"
	"github.com/esimsim/esimsim/internal/webhook"
)

// maxAttempts bounds what is remembered of one delivery.
const maxAttempts = 50

// pump sends what is due, one delivery for each receiver at a time. The caller holds the
// lock; the sending does not.
func (w *World) pump() {
	o := w.outbox
	if o.pending == 0 {
		return
	}
	now := w.clock.Now()
	for name, l := range o.lanes {
		if len(l.heap) == 0 && !l.busy {
			delete(o.lanes, name)
			continue
		}
		if l.busy || len(l.heap) == 0 || l.heap[0].held || l.heap[0].due.After(now) {
			continue
		}
		w.post(o, l, heap.Pop(&l.heap).(*delivery), now)
	}
}

// post makes one attempt, outside the world's turn.
func (w *World) post(o *outbox, l *lane, d *delivery, now time.Time) {
	started := w.srv.tasks.start(func() {
		sent, got := w.try(o.ctx, d, now)
		w.srv.log.Info("webhook", "world", w.name, "event", d.provider.eventName(d.event), "id", d.key(), "status", got.Status, "err", got.Err)
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.outbox != o {
			return // the world was reset meanwhile
		}
		l.busy = false
		o.busy--
		o.pending--
		defer w.moved.Broadcast()
		w.attempted(o, l, d, now, got, sent)
		o.weigh(d, false)
		o.forget()
		w.pump()
		w.rouse()
	})
	if started {
		l.busy = true
		o.busy++
	}
}

// try sends a delivery. A panic is an attempt that failed: others wait for its end.
func (w *World) try(ctx context.Context, d *delivery, now time.Time) (sent journal.Message, got webhook.Result) {
	got.Err = ErrInternal.Error()
	w.srv.tasks.guard(func() {
		sent.Body = d.wire()
		sent.Header = d.header(now)
		got = w.srv.sender.Post(ctx, d.target.URL, sent.Header, []byte(sent.Body), d.target.Wait)
	})
	return sent, got
}

// attempted writes an attempt down and sees to the next one.
func (w *World) attempted(o *outbox, l *lane, d *delivery, at time.Time, got webhook.Result, sent journal.Message) {
	if len(d.attempts) == 0 {
		w.met.Send(d.provider.name, d.event)
		w.srv.met.Send(d.provider.name, d.event)
	}
	if len(d.attempts) == maxAttempts {
		d.attempts = slices.Delete(d.attempts, 1, 2)
	}
	taken := got.Err == "" && d.provider.webhooks.received(got.Status)
	d.attempts = append(d.attempts, Attempt{
		At: at, Status: got.Status, Error: got.Err, Latency: got.Latency, Answer: got.Answer, Request: sent, Taken: taken,
	})
	d.tries++
	if w.moving {
		w.trail = append(w.trail, &trailed{d.seq, Happening{
			At: at, Webhook: d.provider.eventName(d.event), ID: d.key(), Attempt: d.tries, Status: got.Status, Error: got.Err,
		}})
	}
	if d.done != nil {
		close(d.done)
		d.done = nil
	}
	switch {
	case taken:
		d.state = Delivered
	case d.before != "":
		// What was asked for by hand is one attempt, and the ladder is not begun anew.
		d.state = d.before
	case d.tries <= len(d.retries):
		d.due = at.Add(d.retries[d.tries-1])
		if got.TimedOut {
			// On a clock that stands still the time-out took no time, on a real one it did.
			d.due = d.due.Add(d.target.Wait)
		}
		o.push(l, d)
		return
	default:
		d.state = Failed
	}
	d.before = ""
}

// A trailed is an attempt, to be told in the order of the deliveries.
type trailed struct {
	seq uint64
	Happening
}

// rouse sees to it that somebody comes when the next thing falls due, where events have
// somewhere to go and the clock runs. The caller holds the lock.
func (w *World) rouse() {
	if w.outbox.pending == 0 && !w.hooked() && w.alarm.cancel == nil {
		return
	}
	mode, rate := w.clock.State()
	next := w.nextDue(w.hooked()) // of edges, somebody outside hears by events alone
	if mode != clock.Follow || next.IsZero() || !next.Before(clock.End) || w.moving {
		w.alarm.off()
		return
	}
	if next.Equal(w.alarm.at) && rate == w.alarm.rate {
		return
	}
	w.alarm.off()
	ctx, cancel := context.WithCancel(w.outbox.ctx)
	mine := alarm{next, rate, cancel}
	// A slow clock may take longer than can be counted; then one looks again.
	away := min(float64(next.Sub(w.clock.Now()))/rate, float64(time.Hour))
	wait := max(time.Duration(away), time.Millisecond)
	if w.srv.tasks.start(func() {
		if w.srv.cfg.Real.Sleep(ctx, wait) != nil {
			return
		}
		defer w.silence(ctx)
		w.turn(nil, func(*Turn) {
			if ctx.Err() == nil {
				w.alarm.off()
			}
		})
	}) {
		w.alarm = mine
	}
}

// silence puts an alarm off that has rung, though its turn broke off.
func (w *World) silence(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ctx.Err() == nil {
		w.alarm.off()
	}
}

// An alarm is a goroutine that sleeps until an instant; its zero value is none.
type alarm struct {
	at     time.Time
	rate   float64 // of the clock, when it was set
	cancel context.CancelFunc
}

func (a *alarm) off() {
	if a.cancel != nil {
		a.cancel()
	}
	*a = alarm{}
}

// nextDue is when something falls due, the zero time for never: a delivery, and an edge
// where those count too.
func (w *World) nextDue(edges bool) time.Time {
	next := w.outbox.next()
	if edges {
		if due := w.waits.due(); !due.IsZero() && (next.IsZero() || due.Before(next)) {
			next = due
		}
	}
	return next
}

func (w *World) hooked() bool { return w.listening || len(w.targets) > 0 }

// release lets go what waits for an answer and stands before seq, and gives the rest.
func (w *World) release(held []*delivery, seq uint64) (rest []*delivery) {
	w.turn(nil, func(*Turn) {
		for _, d := range held {
			if d.seq >= seq {
				rest = append(rest, d)
				continue
			}
			d.held = false
			d.box.busy-- // which is no longer the world's, after a reset
		}
	})
	return rest
}

// runUntil runs and sends all that falls due until an instant, each at its own, and waits
// for the receivers. The caller holds the lock, which is let go while somebody is waited
// for. An error says that the world was reset meanwhile, or ctx ended.
func (w *World) runUntil(ctx context.Context, until time.Time) (passed []Happening, err error) {
	epoch := w.epoch
	defer context.AfterFunc(ctx, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.moved.Broadcast()
	})()
	w.moving, w.trail = true, nil
	w.alarm.off()
	defer func() { w.moving, w.trail = false, nil }()
	for {
		w.pump()
		for w.outbox.busy > 0 {
			if w.moved.Wait(); w.epoch != epoch {
				return passed, errReset
			}
			if err := ctx.Err(); err != nil {
				return passed, err
			}
			w.pump()
		}
		next := w.nextDue(true)
		if next.IsZero() || next.After(until) {
			break
		}
		if next.After(w.clock.Now()) {
			w.clock.Jump(next)
		}
		passed = append(passed, w.settle(next)...)
	}
	slices.SortStableFunc(w.trail, func(a, b *trailed) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.seq, b.seq)) })
	for _, sent := range w.trail {
		passed = append(passed, sent.Happening)
	}
	slices.SortStableFunc(passed, func(a, b Happening) int { return a.At.Compare(b.At) })
	return passed, nil
}
