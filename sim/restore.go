package sim

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"

	"github.com/brianvoe/gofakeit/v6"

	"github.com/esimsim/esimsim/internal/atlas"
	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/scenario"
)

// Restore puts the world where the snapshot was taken; its own name stays. Nothing is
// changed when the snapshot cannot be put back, and what contradicts itself cannot.
func (w *World) Restore(s Snapshot) error {
	next := w.srv.newWorld(w.caller)
	defer next.cancel()
	if err := next.load(s); err != nil {
		return fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	w.turn(nil, func(t *Turn) {
		w.hearAgain(nil)
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
	if err := w.checkFrame(s); err != nil {
		return err
	}
	var setting *SettingError
	if err := w.checkPatch(s.Settings); errors.As(err, &setting) {
		return &SnapshotError{"/settings" + setting.Pointer, setting.Message}
	}
	w.accounts, w.extras, w.patched = map[string]*account{}, map[string]*scenario.Script{}, clonePatch(s.Settings)
	w.begun, w.ordered = s.Begun, s.Ordered
	w.outbox.issued, w.listening = s.Issued, s.Listening
	w.asked.n.Store(s.Asked)
	if err := w.loadScript(s); err != nil {
		return err
	}
	// Each is looked over with what it speaks of at hand.
	for _, step := range []func(Snapshot) error{w.loadESIMs, w.loadAccounts, w.loadWaits} {
		if err := step(s); err != nil {
			return err
		}
	}
	return nil
}

// checkFrame looks at what is no part of anything.
func (w *World) checkFrame(s Snapshot) error {
	at := func(pointer, format string, args ...any) error {
		return &SnapshotError{pointer, fmt.Sprintf(format, args...)}
	}
	switch {
	case s.Version != SnapshotVersion:
		return at("/version", "version is %d, want %d", s.Version, SnapshotVersion)
	case !inRange(s.Clock.Now):
		return at("/clock/now", "%v", ErrTime)
	case !inRange(s.Begun):
		return at("/begun", "%v", ErrTime)
	case s.Clock.Mode != clock.Follow && s.Clock.Mode != clock.Frozen:
		return at("/clock/mode", "clock.mode is %q, want follow or frozen", s.Clock.Mode)
	case !(s.Clock.Rate > 0 && s.Clock.Rate <= 1e6):
		return at("/clock/rate", "clock.rate is above 0 and at most 1000000")
	case s.Issued < 0 || s.Issued > mostCount:
		return at("/issued", "issued counts from 0")
	}
	for _, name := range slices.Sorted(maps.Keys(s.Accounts)) {
		if w.srv.provider(name) == nil {
			return at("/accounts/"+escape.Replace(name), "there is no provider %q", name)
		}
	}
	for i, c := range s.Rules {
		if c.Calls < 0 || c.Fired < 0 || c.Taken < 0 || !possible(c.Window) {
			return at(place("/rules", i), "rules[%d] does not count from 0", i)
		}
	}
	return nil
}

func (w *World) loadScript(s Snapshot) error {
	w.script = scenario.NewScript(nil, w.dice)
	for i, text := range s.Scenarios {
		sc, err := scenario.Load("scenario", []byte(text), w.srv.vocab)
		if err == nil {
			err = w.checkTargets(sc.Settings)
		}
		if err != nil {
			return &SnapshotError{place("/scenarios", i), err.Error()}
		}
		w.script.Add(sc)
		if err := roomFor(w.script.Scenarios()); err != nil {
			return &SnapshotError{place("/scenarios", i), err.Error()}
		}
	}
	if err := w.script.Restore(s.Rules); err != nil {
		return &SnapshotError{"/rules", err.Error()}
	}
	return nil
}

func (w *World) loadESIMs(s Snapshot) error {
	var first *SnapshotError
	list := (&Spot{first: &first, number: -1}).At("esims")
	for i, e := range s.ESIMs {
		at := list.Item(i)
		if !at.Want(e != nil, "", "is null") {
			break
		}
		_, err := esim.ParseICCID(string(e.ICCID))
		at.Want(err == nil, "ICCID", "is 18 to 22 digits")
		at.Want(w.esims.byICCID[e.ICCID] == nil, "ICCID", "is taken by another")
		_, has := s.Accounts[e.Seller]
		at.Want(has, "Seller", "has no account here")
		code, err := esim.ParseActivationCode(e.Code.LPA())
		at.Want(err == nil && code == e.Code && len(e.Code.LPA()) <= maxLPA, "Code", "is no activation code")
		for n, iso := range e.Countries {
			_, known := atlas.ByISO(iso)
			at.At("Countries").Item(n).Want(known, "", "is no ISO code of a country")
		}
		_, known := atlas.ByISO(e.LastCountry)
		at.Want(known || e.LastCountry == "", "LastCountry", "is no ISO code of a country")
		at.Want(e.Registrations >= 0, "Registrations", "is below 0")
		at.inspect(reflect.ValueOf(*e))
		if !at.Good() {
			break
		}
		copied := *e // the snapshot may be put back again
		copied.Place = -1
		w.esims.add(&copied)
	}
	return asError(first)
}

// maxLPA is more than activation codes have, and less than a QR image can hold.
const maxLPA = 255

func asError(e *SnapshotError) error {
	if e == nil {
		return nil
	}
	return e
}

func (w *World) loadAccounts(s Snapshot) error {
	sold := map[string][]*esim.Profile{}
	for _, e := range w.esims.all {
		sold[e.Seller] = append(sold[e.Seller], e)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Accounts)) {
		at := "/accounts/" + escape.Replace(name)
		p := w.srv.provider(name)
		a, err := p.loadAccount(s.Accounts[name])
		if err != nil {
			return &SnapshotError{at, fmt.Sprintf("accounts.%s: %v", name, err)}
		}
		w.accounts[name] = a
		var first *SnapshotError
		state := (&Spot{first: &first, number: -1}).At("accounts").At(name).At("state")
		state.inspect(reflect.ValueOf(a.state).Elem())
		if state.Good() {
			p.check(&Turn{Now: s.Clock.Now, w: w, a: a}, state, sold[name])
		}
		if first != nil {
			return first
		}
	}
	return nil
}

func (p *Provider) loadAccount(s snapshotAccount) (*account, error) {
	state, err := p.decode(s.State)
	if err != nil {
		return nil, err
	}
	a := &account{provider: p, state: state, ids: &rand.PCG{}, people: &rand.PCG{}}
	if err := errors.Join(a.ids.UnmarshalBinary(s.IDs), a.people.UnmarshalBinary(s.People)); err != nil {
		return nil, err
	}
	a.rand, a.faker = rand.New(a.ids), gofakeit.NewCustom(fakerSource{a.people})
	return a, nil
}

func (w *World) loadWaits(s Snapshot) error {
	moments := map[*scenario.Moment]bool{}
	for i, q := range s.Waits {
		if err := w.loadWait(q, s, moments); err != nil {
			return &SnapshotError{place("/waits", i), fmt.Sprintf("waits[%d]: %v", i, err)}
		}
	}
	return nil
}

func (w *World) loadWait(s snapshotWait, whole Snapshot, moments map[*scenario.Moment]bool) error {
	q := &wait{id: s.ID, from: s.From, due: s.Due, polls: s.Polls, looks: s.Looks}
	switch {
	case !possible(s.From), !possible(s.Due):
		return errors.New("from and due are instants between the years 2000 and 3200")
	case !s.Due.IsZero() && s.Due.Before(whole.Clock.Now):
		return errors.New("due was before the world's own clock")
	case s.Polls < 0, s.Looks < 0, s.Looks > 0 && s.Looks >= s.Polls:
		return errors.New("looks are fewer than polls, and both count from 0")
	}
	if s.Moment != nil {
		for _, sc := range w.script.Scenarios() {
			if sc.Name == s.ID && *s.Moment >= 0 && *s.Moment < len(sc.Timeline) {
				q.moment = &sc.Timeline[*s.Moment]
			}
		}
		if q.moment == nil || q.due.IsZero() {
			return fmt.Errorf("scenario %q has no such moment", s.ID)
		}
		if moments[q.moment] {
			return fmt.Errorf("moment %d of scenario %q is there twice", *s.Moment, s.ID)
		}
		moments[q.moment] = true
		w.waits.add(q)
		return nil
	}
	p, a := w.srv.provider(s.Provider), w.accounts[s.Provider]
	if p == nil || a == nil || p.edges[s.Edge] == nil {
		return fmt.Errorf("there is no edge %s.%s in this world", s.Provider, s.Edge)
	}
	entity, _, _ := strings.Cut(s.Edge, ".")
	switch {
	case w.waits.find(a, p.edges[s.Edge], s.ID) != nil:
		return fmt.Errorf("%q waits at %s already", s.ID, s.Edge)
	case !p.knows(&Turn{Now: whole.Clock.Now, w: w, a: a}, entity, s.ID):
		return fmt.Errorf("there is no %s %q to wait at an edge", entity, s.ID)
	}
	var err error
	if q.extra, err = w.extra(s.Extra); err != nil {
		return err
	}
	q.account, q.edge = a, p.edges[s.Edge]
	w.waits.add(q)
	return nil
}
