package sim

import (
	"cmp"
	"context"
	"encoding/json"
	"iter"
	"slices"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/control"
	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/journal"
)

// plane is the server as the control plane sees it.
type plane struct{ s *Server }

func (p plane) Health() control.Health {
	return control.Health{
		Status: "ok", Version: p.s.cfg.Version, Seed: p.s.cfg.Seed,
		Uptime: p.s.cfg.Real.Now().Sub(p.s.started).Seconds(),
	}
}

func (p plane) APIs() []control.API {
	var out []control.API
	for _, pr := range p.s.cfg.Providers {
		out = append(out, control.API{Name: pr.name, Title: pr.title, Base: pr.ClientBase()})
	}
	return out
}

// Document is an API's own, of which the first mount is the one that it speaks of.
func (p plane) Document(api string) (document []byte, base string) {
	if pr := p.s.provider(api); pr != nil {
		return pr.document, pr.mounts[0]
	}
	return nil, ""
}

// Access is how callers of a world reach each API. Keys of the user's own may be real ones
// and are not shown, so that there is nothing to show where no others are taken.
func (p plane) Access(world, origin string) ([]control.Access, error) {
	if _, err := p.s.caller(world); err != nil {
		return nil, err
	}
	var out []control.Access
	for i, api := range p.APIs() {
		pr, a := p.s.cfg.Providers[i], control.Access{API: api}
		for _, c := range pr.Credentials(world) {
			if p.s.cfg.Auth != AuthNames {
				c.Value = ""
			}
			a.Credentials = append(a.Credentials, control.Credential{Name: c.Name, Value: c.Value})
		}
		if p.s.cfg.Auth == AuthNames {
			a.Example = pr.example(origin, world)
		}
		out = append(out, a)
	}
	return out, nil
}

// Scenarios are the bundled ones.
func (p plane) Scenarios() ([]control.Scenario, error) {
	out := []control.Scenario{}
	for _, name := range p.s.bundled {
		sc, err := p.s.bundledScenario(name)
		if err != nil {
			return nil, err
		}
		out = append(out, control.Scenario{Name: name, Summary: sc.Summary})
	}
	return out, nil
}

func (p plane) Worlds() []control.Summary {
	p.s.mu.RLock()
	defer p.s.mu.RUnlock()
	out := []control.Summary{}
	for name, w := range p.s.worlds {
		out = append(out, control.Summary{Name: name, LastUsed: time.Unix(0, w.used.Load()).UTC()})
	}
	slices.SortStableFunc(out, func(a, b control.Summary) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func (p plane) World(name string) (control.World, error) {
	w, err := p.s.World(name)
	if err != nil {
		return nil, err
	}
	return worldPlane{w}, nil
}

// Existing is the world of that name, nil where it was not made; that it was looked for is a
// use of it.
func (p plane) Existing(name string) (control.World, error) {
	c, err := p.s.caller(name)
	if err != nil {
		return nil, err
	}
	w := p.s.lookup(c.World)
	if w == nil {
		return nil, nil
	}
	w.touch(w.srv.cfg.Real.Now())
	return worldPlane{w}, nil
}

func (p plane) Requests(f journal.Filter) iter.Seq[*journal.Entry] { return p.s.journal.Each(f) }

func (p plane) QR(world, iccid string) ([]byte, error) {
	w := p.s.lookup(world)
	if w == nil {
		return nil, ErrNoESIM
	}
	var code *esim.ActivationCode
	w.turn(nil, func(*Turn) {
		if e := w.esims.byICCID[esim.ICCID(iccid)]; e != nil {
			copied := e.Code
			code = &copied
		}
	})
	if code == nil {
		return nil, ErrNoESIM
	}
	return code.QR()
}

// CA is the authority made at start.
func (p plane) CA() []byte { return p.s.ca }

// Kind says what is wrong, for the status of a problem.
func (p plane) Kind(err error) control.Kind { return kindOf(err) }

func (p plane) Forget(world string) bool { return p.s.Forget(world) }

type worldPlane struct{ *World }

func (w worldPlane) Requests(f journal.Filter) iter.Seq[*journal.Entry] { return w.journal.Each(f) }

func (w worldPlane) Request(id string) *journal.Entry { return w.journal.Find(id) }

func (w worldPlane) Newest(n int) []control.Delivery { return w.deliveries(n) }

func (w worldPlane) Snapshot() ([]byte, error) {
	s, err := w.World.Snapshot()
	if err != nil {
		return nil, err
	}
	return json.Marshal(s)
}

func (w worldPlane) Restore(data []byte) error {
	s, err := ReadSnapshot(data)
	if err != nil {
		return err
	}
	return w.World.Restore(s)
}

func (w worldPlane) Start(body []byte) (control.Started, error) {
	f, err := ReadFixture(body)
	if err != nil {
		return control.Started{}, err
	}
	return w.World.Start(f)
}

func (w worldPlane) Fork(name string) (control.World, error) {
	other, err := w.World.Fork(name)
	return worldPlane{other}, err
}

func (w worldPlane) Advance(ctx context.Context, d time.Duration) (time.Time, []Happening, error) {
	return w.advance(ctx, d)
}

func (w worldPlane) Set(ctx context.Context, t time.Time) (time.Time, []Happening, error) {
	return w.setClock(ctx, t)
}

func (w worldPlane) Freeze() (time.Time, []Happening) { return w.freeze() }

func (w worldPlane) Follow(rate float64) (time.Time, []Happening, error) { return w.follow(rate) }

func (w worldPlane) Pass(edge, id string) (time.Time, []Happening, error) {
	return w.passEdge(edge, id)
}

func (w worldPlane) Act(id string, action func(megabyte esim.Bytes) esim.Action) (control.Acted, error) {
	a, err := w.actFor(id, action)
	return control.Acted{ICCID: a.ICCID, Status: a.Status, UsedBytes: int64(a.Used), Happened: a.Passed}, err
}

// A View is a world as it is now: its Name, its Clock with Now, Mode and Rate, the mode in
// which it does Validate, the Scenarios that are on, Settings by provider and name, balances
// among them, the targets of Webhooks by provider, Orders and ESIMs, the newest of each, of
// OrdersTotal and ESIMsTotal there are, Things that belong to none of those, the newest of
// ThingsTotal, and what is Waiting for an edge, the next of WaitingTotal to fall due. An eSIM
// has ICCID, Provider, ID, Status in the provider's word, LPA, OnDevice, Country, IssuedAt and
// Things, the newest of ThingsTotal. What has Moves can pass each Edge of them now, and comes
// to the state To, which is "" where the word stays.
type View = control.View

// View is the world as the control plane shows it.
func (w *World) View() (v View) {
	w.turn(nil, func(t *Turn) {
		mode, rate := w.clock.State()
		v = control.View{
			Name: w.name, Clock: control.Clock{Now: t.Now, Mode: string(mode), Rate: rate},
			Validate: string(w.mode), Scenarios: w.script.Names(),
			Webhooks: map[string]control.Webhook{},
			Settings: map[string]map[string]any{}, Waiting: []control.Wait{},
		}
		for _, p := range w.srv.cfg.Providers {
			v.Settings[p.name] = w.settingsOf(p, t.Now)
			if target := w.targets[p.name]; target.URL != "" {
				shown := control.Webhook{URL: redacted(target.URL)}
				if target.Wait > 0 {
					shown.Timeout = clock.FormatDuration(target.Wait)
				}
				v.Webhooks[p.name] = shown
			}
		}
		w.showThings(t, &v)
		for _, q := range w.waits.first(viewWaits) {
			v.Waiting = append(v.Waiting, q.show())
		}
		v.WaitingTotal = len(w.waits.heap) - w.waits.moments
	})
	return v
}

func (w *World) settingsOf(p *Provider, now time.Time) map[string]any {
	out := map[string]any{}
	t := w.at(p, now)
	for _, s := range p.settings {
		if s.get != nil {
			out[s.name] = s.get(t)
			continue
		}
		out[s.name] = w.setting(p, s.name)
	}
	return out
}

func (q *wait) show() control.Wait {
	out := control.Wait{Edge: q.edge.name, ID: q.id}
	if !q.due.IsZero() {
		out.Due = &q.due
	}
	if q.polls > 0 {
		left := q.polls - q.looks
		out.LooksLeft = &left
	}
	return out
}

// Dump is the state of the world's accounts and eSIMs as JSON, by provider; the eSIMs
// stand under "esims". Two worlds with the same dump answer alike.
func (w *World) Dump() (map[string]json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	var err error
	w.turn(nil, func(*Turn) {
		for name, a := range w.accounts {
			if out[name], err = json.Marshal(a.state); err != nil {
				return
			}
		}
		out["esims"], err = json.Marshal(w.esims.all)
	})
	return out, err
}
