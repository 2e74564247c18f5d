package sim

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/nearest"
)

// ErrNoESIM is an eSIM that this world does not have.
var ErrNoESIM = errors.New("this world has no such eSIM")

// ErrNoEdge is an edge that no provider has.
var ErrNoEdge = errors.New("no such edge")

// ErrTime is an instant that a clock cannot be set to.
var ErrTime = errors.New("a world's clock stays between the years 2000 and 3000")

func inRange(t time.Time) bool { return !t.Before(clock.Begin) && t.Before(clock.End) }

// Name is the world's full name, scenarios included.
func (w *World) Name() string { return w.name }

// Now is the world's present instant.
func (w *World) Now() time.Time { return w.clock.Now() }

// Advance moves the clock by d, runs everything that falls due on the way, each at its
// own instant, waits for those who receive webhooks, and lists what happened. d is not
// negative, and the error for a clock that would leave its range is ErrTime.
func (w *World) Advance(d time.Duration) ([]Happening, error) {
	_, passed, err := w.advance(context.Background(), d)
	return passed, err
}

func (w *World) advance(ctx context.Context, d time.Duration) (time.Time, []Happening, error) {
	if d < 0 {
		return time.Time{}, nil, clock.ErrBackwards
	}
	return w.moveTo(ctx, func(now time.Time) time.Time { return now.Add(d) }, false)
}

// Set stops the clock at t, and is else as Advance. It goes back only in a world where
// nothing was ordered yet.
func (w *World) Set(t time.Time) ([]Happening, error) {
	_, passed, err := w.setClock(context.Background(), t)
	return passed, err
}

func (w *World) setClock(ctx context.Context, t time.Time) (time.Time, []Happening, error) {
	return w.moveTo(ctx, func(time.Time) time.Time { return t }, true)
}

// moveTo moves the clock, one caller at a time, and waits for what is sent on the way; it
// may stop the clock then.
func (w *World) moveTo(ctx context.Context, target func(time.Time) time.Time, stop bool) (now time.Time, passed []Happening, err error) {
	select {
	case w.moves <- struct{}{}:
		defer func() { <-w.moves }()
	case <-ctx.Done():
		return now, nil, ctx.Err()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	now = w.clock.Now()
	to := target(now)
	switch {
	case !inRange(to):
		return now, nil, ErrTime
	case to.Before(now) && w.ordered:
		return now, nil, clock.ErrBackwards
	}
	passed = w.settle(now)
	mode, rate := w.clock.State()
	if stop {
		w.clock.Set(now) // or it would run past the target while receivers are waited for
	}
	later, err := w.runUntil(ctx, to)
	if errors.Is(err, errReset) {
		return now, nil, err // the world is another one now
	}
	passed = append(passed, later...)
	w.cover(passed)
	if err != nil && stop && mode == clock.Follow {
		w.clock.Run(rate)
	}
	switch now = w.clock.Now(); {
	case err != nil:
	case stop:
		w.clock.Set(to)
		now = to
	case to.After(now):
		w.clock.Jump(to)
		now = to
	}
	w.pump()
	w.rouse()
	return now, passed, err
}

// Freeze stops the clock where it is, and lists what had fallen due.
func (w *World) Freeze() []Happening {
	_, passed := w.freeze()
	return passed
}

func (w *World) freeze() (now time.Time, passed []Happening) {
	passed = w.turn(nil, func(t *Turn) {
		w.clock.Set(t.Now)
		now = t.Now
	})
	return now, passed
}

// Follow lets the clock run on, rate world seconds for each real one: above 0 and at most
// 1e6, or it is an error. It lists what had fallen due.
func (w *World) Follow(rate float64) ([]Happening, error) {
	_, passed, err := w.follow(rate)
	return passed, err
}

func (w *World) follow(rate float64) (now time.Time, passed []Happening, err error) {
	if !(rate > 0 && rate <= 1e6) {
		return now, nil, fmt.Errorf("a rate is above 0 and at most 1000000")
	}
	passed = w.turn(nil, func(t *Turn) {
		now = t.Now
		w.clock.Run(rate)
	})
	return now, passed, nil
}

// Patch changes settings, all or none; an error is a SettingError, of the one refused. Values are
// taken as JSON has them, so that numbers of any type will do.
func (w *World) Patch(p Patch) error {
	p, err := plain(p)
	if err == nil {
		w.turn(nil, func(t *Turn) { err = w.apply(p, t.Now) })
	}
	return err
}

// Pass carries out an edge, by its full name, such as esimfly.order.provisioned, for the
// thing of that id: one that it waits at, or one that its state allows. An error wraps
// ErrNoEdge, or is an EdgeError.
func (w *World) Pass(name, id string) ([]Happening, error) {
	_, passed, err := w.passEdge(name, id)
	return passed, err
}

func (w *World) passEdge(name, id string) (now time.Time, passed []Happening, err error) {
	passed = w.turn(nil, func(t *Turn) {
		now = t.Now
		err = t.passByHand(name, id)
	})
	return now, passed, err
}

func (t *Turn) passByHand(name, id string) error {
	provider, short, _ := strings.Cut(name, ".")
	p := t.w.srv.provider(provider)
	if p == nil || p.edges[short] == nil {
		return fmt.Errorf("%w as %q%s", ErrNoEdge, name, nearest.Hint(name, t.w.srv.vocab.Edges))
	}
	t.a = t.w.account(p, t.Now)
	// It waits no longer, unless passing it makes it wait again.
	e := p.edges[short]
	waiting := t.w.waits.find(t.a, e, id)
	err := t.pass(e, id)
	if err == nil && waiting != nil && t.w.waits.find(t.a, e, id) == waiting {
		t.w.waits.remove(waiting)
	}
	return err
}

// An Acted is what a device action led to.
type Acted struct {
	ICCID  string
	Status string      // the seller's word for the eSIM's state, afterwards
	Used   esim.Bytes  // how many bytes were really used; 0 but for Use
	Passed []Happening // edges that were passed for it, and those that fell due before
}

// actFor does with an eSIM what a device would: id is an ICCID, the seller's own id, or
// "last", and the action may depend on who sold it, as a megabyte does. An eSIM that is not
// yet installed or attached is so first, where the action needs it.
func (w *World) actFor(id string, action func(megabyte esim.Bytes) esim.Action) (out Acted, err error) {
	out.Passed = w.turn(nil, func(t *Turn) {
		var e *esim.Profile
		if e, out.Used, err = t.actOn(id, action); e != nil {
			out.ICCID, out.Status = string(e.ICCID), t.a.provider.status(t, e)
		}
	})
	return out, err
}

// actOn finds the eSIM and does the action as its seller's account.
func (t *Turn) actOn(id string, action func(megabyte esim.Bytes) esim.Action) (*esim.Profile, esim.Bytes, error) {
	e := t.w.esims.find(id)
	if e == nil {
		return nil, 0, fmt.Errorf("%w: %q", ErrNoESIM, id)
	}
	p := t.w.srv.provider(e.Seller)
	t.a = t.w.account(p, t.Now)
	used, err := t.act(p, e, action(p.megabyte))
	return e, used, err
}

// act does the steps that come before the wanted one, then that one.
func (t *Turn) act(p *Provider, e *esim.Profile, a esim.Action) (esim.Bytes, error) {
	switch a.Kind {
	case esim.Install:
		if e.OnDevice {
			return 0, nil
		}
	case esim.Attach:
		if _, err := t.act(p, e, esim.Action{Kind: esim.Install}); err != nil {
			return 0, err
		}
		if a.Country == "" && len(e.Countries) > 0 {
			a.Country = e.Countries[0]
		}
	case esim.Use:
		if _, err := t.act(p, e, esim.Action{Kind: esim.Install}); err != nil {
			return 0, err
		}
		if e.AttachedAt.IsZero() {
			if _, err := t.act(p, e, esim.Action{Kind: esim.Attach, Country: a.Country}); err != nil {
				return 0, err
			}
		}
	case esim.Remove:
		if !e.OnDevice {
			return 0, &EdgeError{ID: string(e.ICCID), State: "not on a device", Wanted: "installed"}
		}
	}
	// Whom the provider tells of an installation, it tells of the device too.
	known := e.EID
	if a.Kind == esim.Install && known == "" {
		e.EID = "89049032" + t.Text(24, digits)
	}
	used, err := p.device(t, e, a)
	if err != nil {
		e.EID = known
		return used, err
	}
	t.mark(e, a)
	return used, nil
}

// mark writes down on the profile what the device did.
func (t *Turn) mark(e *esim.Profile, a esim.Action) {
	switch a.Kind {
	case esim.Install:
		e.OnDevice = true
		if e.InstalledAt.IsZero() {
			e.InstalledAt = t.Now
		}
	case esim.Attach:
		e.LastCountry, e.LastSeenAt = a.Country, t.Now
		e.Registrations++
		if e.AttachedAt.IsZero() {
			e.AttachedAt = t.Now
		}
	case esim.Use:
		e.LastSeenAt = t.Now
	case esim.Remove:
		e.OnDevice, e.RemovedAt = false, t.Now
	}
}

// Reset puts the world back to its start: accounts, eSIMs, clock, chance, scenarios,
// journal and coverage as if it had never been used.
func (w *World) Reset() (err error) {
	w.turn(nil, func(t *Turn) {
		w.journal.Clear()
		w.met.Clear()
		w.entries.n.Store(0)
		w.asked.n.Store(0)
		w.epoch++
		if err = w.begin(time.Time{}); err == nil {
			t.passed = nil // it belongs to what is no more
		}
	})
	return err
}

// Journal lists what was asked of this world and what it answered, newest last. An entry
// is there before the client has its answer.
func (w *World) Journal(f Filter) []*Entry { return w.journal.List(f) }
