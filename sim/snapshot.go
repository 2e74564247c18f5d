package sim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/brianvoe/gofakeit/v6"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/scenario"
)

// SnapshotVersion is that of the form below. Another one is refused, not guessed at.
const SnapshotVersion = 1

// A Snapshot is all of a world but its journal: put back, it answers alike.
type Snapshot struct {
	Version   int                        `json:"version"`
	World     string                     `json:"world"`
	Clock     snapshotClock              `json:"clock"`
	Begun     time.Time                  `json:"begun"`
	Ordered   bool                       `json:"ordered"`
	Settings  Patch                      `json:"settings"` // chosen by hand; those of the world itself under ""
	Scenarios []string                   `json:"scenarios"`
	Rules     []scenario.Count           `json:"rules"`
	Accounts  map[string]snapshotAccount `json:"accounts"`
	ESIMs     []*esim.Profile            `json:"esims"`
	// Issued is how many webhooks were named; those on their way are no part of it.
	Issued int `json:"issued,omitempty"`
	// Asked is how many requests were made by clients that the world gave.
	Asked     uint64         `json:"asked,omitempty"`
	Listening bool           `json:"listening,omitempty"`
	Waits     []snapshotWait `json:"waits"`
}

type snapshotClock struct {
	Now  time.Time  `json:"now"`
	Mode clock.Mode `json:"mode"`
	Rate float64    `json:"rate"`
}

type snapshotAccount struct {
	State  json.RawMessage `json:"state"`
	IDs    []byte          `json:"ids"`    // the chance of ids, as it stands
	People []byte          `json:"people"` // and that of people and places
}

type snapshotWait struct {
	Provider string    `json:"provider,omitempty"`
	Edge     string    `json:"edge,omitempty"` // without the provider's name
	ID       string    `json:"id"`             // of a moment, the scenario's name
	Moment   *int      `json:"moment,omitempty"`
	Extra    string    `json:"extra,omitempty"` // value of the scenario header
	From     time.Time `json:"from,omitzero"`
	Due      time.Time `json:"due,omitzero"`
	Polls    int       `json:"polls,omitempty"`
	Looks    int       `json:"looks,omitempty"`
}

// ErrSnapshot is what cannot be put back.
var ErrSnapshot = errors.New("this is no snapshot that can be put back")

// Snapshot is the world as it stands.
func (w *World) Snapshot() (s Snapshot, err error) {
	w.turn(nil, func(t *Turn) {
		mode, rate := w.clock.State()
		s = Snapshot{
			Version: SnapshotVersion, World: w.name, Clock: snapshotClock{t.Now, mode, rate},
			Begun: w.begun, Ordered: w.ordered, Settings: clonePatch(w.patched),
			Scenarios: []string{}, Rules: w.script.Counts(), Accounts: map[string]snapshotAccount{},
			Waits: []snapshotWait{}, Issued: w.outbox.issued, Asked: w.asked.n.Load(), Listening: w.listening,
		}
		for _, sc := range w.script.Scenarios() {
			s.Scenarios = append(s.Scenarios, sc.Text)
		}
		for name, a := range w.accounts {
			var out snapshotAccount
			if out, err = a.save(); err != nil {
				return
			}
			s.Accounts[name] = out
		}
		for _, p := range w.esims.all {
			copied := *p
			s.ESIMs = append(s.ESIMs, &copied)
		}
		for _, q := range w.waits.all() {
			s.Waits = append(s.Waits, w.saveWait(q))
		}
	})
	return s, err
}

func (a *account) save() (out snapshotAccount, err error) {
	state, err := json.Marshal(a.state)
	if err != nil {
		return out, err
	}
	ids, err := a.ids.MarshalBinary()
	if err != nil {
		return out, err
	}
	people, err := a.people.MarshalBinary()
	return snapshotAccount{State: state, IDs: ids, People: people}, err
}

func (w *World) saveWait(q *wait) snapshotWait {
	out := snapshotWait{ID: q.id, From: q.from, Due: q.due, Polls: q.polls, Looks: q.looks}
	if q.moment != nil {
		for _, sc := range w.script.Scenarios() {
			for i := range sc.Timeline {
				if &sc.Timeline[i] == q.moment {
					out.Moment = &i
				}
			}
		}
		return out
	}
	out.Provider, out.Edge = q.account.provider.name, q.edge.short
	for header, extra := range w.extras {
		if extra == q.extra {
			out.Extra = header
		}
	}
	return out
}

// Restore puts the world where the snapshot was taken; its own name stays. Nothing is
// changed when the snapshot cannot be put back.
func (w *World) Restore(s Snapshot) error {
	next := w.srv.newWorld(w.caller)
	defer next.cancel()
	if err := next.load(s); err != nil {
		return fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	w.turn(nil, func(t *Turn) {
		w.become(next, s.Clock)
		t.passed = nil
	})
	return nil
}

// become takes over all of a world that nobody else knows, but its journal. The caller
// holds the lock.
func (w *World) become(next *World, c snapshotClock) {
	w.epoch++
	w.clearOutbox()
	w.outbox.issued, w.listening = next.outbox.issued, next.listening
	w.asked.n.Store(next.asked.n.Load())
	w.accounts, w.esims, w.waits = next.accounts, next.esims, next.waits
	w.script, w.extras, w.patched = next.script, next.extras, next.patched
	w.begun, w.ordered = next.begun, next.ordered
	w.clock.Set(c.Now)
	if c.Mode == clock.Follow {
		w.clock.Run(c.Rate)
	}
	w.choose()
	w.listened(nil, c.Now) // nobody may have listened where it comes from
}

// load fills a world that nobody knows yet.
func (w *World) load(s Snapshot) error {
	switch {
	case s.Version != SnapshotVersion:
		return fmt.Errorf("version is %d, want %d", s.Version, SnapshotVersion)
	case !inRange(s.Clock.Now) || !inRange(s.Begun):
		return ErrTime
	case s.Clock.Mode != clock.Follow && s.Clock.Mode != clock.Frozen:
		return fmt.Errorf("clock.mode is %q, want follow or frozen", s.Clock.Mode)
	case !(s.Clock.Rate > 0 && s.Clock.Rate <= 1e6):
		return errors.New("clock.rate is above 0 and at most 1000000")
	}
	if err := w.checkPatch(s.Settings); err != nil {
		return err
	}
	w.accounts, w.extras, w.patched = map[string]*account{}, map[string]*scenario.Script{}, clonePatch(s.Settings)
	w.begun, w.ordered = s.Begun, s.Ordered
	w.outbox.issued, w.listening = s.Issued, s.Listening
	w.asked.n.Store(s.Asked)
	w.script = scenario.NewScript(nil, w.dice)
	for _, text := range s.Scenarios {
		sc, err := scenario.Load("scenario", []byte(text), w.srv.vocab)
		if err != nil {
			return err
		}
		if err := w.checkTargets(sc.Settings); err != nil {
			return err
		}
		w.script.Add(sc)
	}
	if err := w.script.Restore(s.Rules); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(s.Accounts)) {
		p := w.srv.provider(name)
		if p == nil {
			return fmt.Errorf("there is no provider %q", name)
		}
		if err := w.loadAccount(p, s.Accounts[name]); err != nil {
			return fmt.Errorf("accounts.%s: %w", name, err)
		}
	}
	for _, e := range s.ESIMs {
		if e == nil || w.srv.provider(e.Seller) == nil || w.esims.byICCID[e.ICCID] != nil {
			return errors.New("esims: each has a known seller and an ICCID of its own")
		}
		if _, err := esim.ParseICCID(string(e.ICCID)); err != nil {
			return fmt.Errorf("esims: %q: %w", e.ICCID, err)
		}
		copied := *e // the snapshot may be put back again
		w.esims.add(&copied)
	}
	for i, q := range s.Waits {
		if err := w.loadWait(q); err != nil {
			return fmt.Errorf("waits[%d]: %w", i, err)
		}
	}
	return nil
}

func (w *World) loadAccount(p *Provider, s snapshotAccount) error {
	state, err := p.decode(s.State)
	if err != nil {
		return err
	}
	a := &account{provider: p, state: state, ids: &rand.PCG{}, people: &rand.PCG{}}
	if err := errors.Join(a.ids.UnmarshalBinary(s.IDs), a.people.UnmarshalBinary(s.People)); err != nil {
		return err
	}
	a.rand, a.faker = rand.New(a.ids), gofakeit.NewCustom(fakerSource{a.people})
	w.accounts[p.name] = a
	return nil
}

func (w *World) loadWait(s snapshotWait) error {
	q := &wait{id: s.ID, from: s.From, due: s.Due, polls: s.Polls, looks: s.Looks}
	if s.Moment != nil {
		for _, sc := range w.script.Scenarios() {
			if sc.Name == s.ID && *s.Moment >= 0 && *s.Moment < len(sc.Timeline) {
				q.moment = &sc.Timeline[*s.Moment]
			}
		}
		if q.moment == nil || q.due.IsZero() {
			return fmt.Errorf("scenario %q has no such moment", s.ID)
		}
		w.waits.add(q)
		return nil
	}
	p := w.srv.provider(s.Provider)
	if p == nil || w.accounts[s.Provider] == nil || p.edges[s.Edge] == nil {
		return fmt.Errorf("there is no edge %s.%s in this world", s.Provider, s.Edge)
	}
	var err error
	if q.extra, err = w.extra(s.Extra); err != nil {
		return err
	}
	q.account, q.edge = w.accounts[s.Provider], p.edges[s.Edge]
	w.waits.add(q)
	return nil
}

// strictly decodes JSON with no members but those there are.
func strictly(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return errors.New("something follows the JSON value")
	}
	return nil
}

// ReadSnapshot reads a snapshot strictly.
func ReadSnapshot(data []byte) (s Snapshot, err error) {
	if err := strictly(data, &s); err != nil {
		return s, fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	return s, nil
}

// Fork makes a world of another name that stands where this one does.
func (w *World) Fork(name string) (*World, error) {
	s, err := w.Snapshot()
	if err != nil {
		return nil, err
	}
	if w.srv.lookup(name) != nil {
		return nil, fmt.Errorf("there is a world %q already: choose another name, or forget it first", name)
	}
	other, err := w.srv.World(name)
	if err != nil {
		return nil, err
	}
	// Accounts are copied by way of JSON, so that the two share nothing.
	data, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	if s, err = ReadSnapshot(data); err != nil {
		return nil, err
	}
	return other, other.Restore(s)
}

// Forget lets a world go; false says that there is none of that name. What it held is given
// back when it returns.
func (s *Server) Forget(name string) bool {
	s.mu.Lock()
	w := s.worlds[name]
	mine := false
	if w != nil {
		mine = w.keep()
		s.forget(w, "forgotten by hand")
	}
	s.mu.Unlock()
	if mine {
		w.drop() // a turn may wait for the lock of the server, so not under it
	}
	return w != nil
}
