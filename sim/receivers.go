package sim

import (
	"container/heap"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/esimsim/esimsim/internal/scenario"
)

// A receiver is a test's, for the webhooks of one provider. It goes before what scenarios
// and settings say, and is no part of them: it lasts as long as its test, whatever becomes
// of the world meanwhile.
type receiver struct {
	provider, host, url string
	// outdone says that a setting of later goes before it, until the world begins anew.
	outdone bool
}

// receive puts a receiver last, so that it wins.
func (w *World) receive(r receiver) error {
	err := w.checkPatch(Patch{scenario.WebhookSettings: {r.provider: map[string]any{"url": r.url}}})
	if err != nil {
		return err
	}
	w.turn(nil, func(t *Turn) {
		before := w.targets
		w.receivers = append(w.receivers, r)
		w.choose()
		w.listened(before, t.Now)
	})
	return nil
}

// unreceive takes a receiver out of all worlds, forks of the one it was for among them. What
// is on its way there is given up, and a setting that names it goes with it.
func (s *Server) unreceive(r receiver, w *World) {
	s.mu.RLock()
	worlds := slices.Collect(maps.Values(s.worlds))
	s.mu.RUnlock()
	if !slices.Contains(worlds, w) {
		worlds = append(worlds, w) // it was forgotten, and may be in use
	}
	for _, w := range worlds {
		w.turn(nil, func(t *Turn) {
			known := slices.ContainsFunc(w.receivers, func(o receiver) bool { return o.host == r.host })
			if !known {
				return
			}
			w.receivers = slices.DeleteFunc(w.receivers, func(o receiver) bool { return o.host == r.host })
			hooks := maps.Clone(w.patched[scenario.WebhookSettings])
			maps.DeleteFunc(hooks, func(_ string, v any) bool {
				target, err := w.srv.checkTarget(v)
				return err == nil && goesTo(target, r.host)
			})
			if hooks != nil {
				w.patched[scenario.WebhookSettings] = hooks
			}
			w.choose()
			w.outbox.giveUp(r.host, t.Now)
		})
	}
}

// outdo lets settings go before the receivers of the providers whose webhooks they name.
func (w *World) outdo(settings Patch) {
	for i, r := range w.receivers {
		if _, said := settings[scenario.WebhookSettings][r.provider]; said {
			w.receivers[i].outdone = true
		}
	}
}

// hearAgain lets the receivers of tests win again, in a world that begins anew with these
// settings.
func (w *World) hearAgain(settings Patch) {
	for i := range w.receivers {
		w.receivers[i].outdone = false
	}
	w.outdo(settings)
}

func goesTo(t Target, host string) bool {
	u, err := url.Parse(t.URL)
	return err == nil && u.Host == host
}

// giveUp makes failures of what is on its way to a host; of what is being tried, if that
// is in vain.
func (o *outbox) giveUp(host string, now time.Time) {
	for _, d := range o.log {
		switch {
		case d.state != Pending || !goesTo(d.target, host):
			continue
		case d.pos < 0:
			d.retries = nil
			continue
		}
		heap.Remove(&o.lane(d.target.URL).heap, d.pos)
		o.pending--
		d.state, d.before = Failed, ""
		d.attempts = append(d.attempts, Attempt{At: now, Error: "the test that received this is over"})
		if d.done != nil {
			close(d.done)
			d.done = nil
		}
		o.weigh(d, false)
	}
}
