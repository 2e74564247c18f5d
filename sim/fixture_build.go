package sim

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/control"
	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/nearest"
)

// maxFixture bounds the eSIMs of one fixture.
const maxFixture = 1000

// Start begins the world anew as the fixture describes it, with an empty journal; or
// changes nothing and says what is wrong. Orders do not change the balance: what the
// settings give, or a new account has, is what the world begins with.
func (w *World) Start(f Fixture) (Started, error) {
	next := w.srv.newWorld(w.caller)
	defer next.cancel()
	made, err := next.build(f)
	if err != nil {
		return made, err
	}
	w.turn(nil, func(t *Turn) {
		w.journal.Clear()
		w.met.Clear()
		w.entries.n.Store(0)
		mode, rate := next.clock.State()
		w.become(next, snapshotClock{next.clock.Now(), mode, rate})
		t.passed = nil
	})
	made.World = w.View()
	return made, nil
}

// build makes a new world what the fixture describes.
func (w *World) build(f Fixture) (made Started, err error) {
	w.quiet = true // what it is made of was long ago
	if !f.Clock.IsZero() && !inRange(f.Clock) {
		return made, &FixtureError{"/clock", ErrTime.Error()}
	}
	if err := w.begin(f.Clock.UTC()); err != nil {
		return made, err
	}
	now := w.begun
	if err := w.arrange(f, now); err != nil {
		return made, err
	}
	list, err := w.wanted(f, now)
	if err != nil {
		return made, err
	}
	back := w.remember(list, now)
	for _, e := range slices.SortedStableFunc(slices.Values(list), func(a, b *fixtureEntry) int { return a.at.Compare(b.at) }) {
		w.settle(e.at)
		if err := w.place(e); err != nil {
			return made, err
		}
	}
	w.settle(now)
	back()
	w.ordered = len(list) > 0
	made.Orders, made.ESIMs = []control.MadeOrder{}, []control.MadeESIM{}
	for _, e := range list {
		o, err := w.made(e, now)
		if err != nil {
			return made, err
		}
		if e.device {
			made.ESIMs = append(made.ESIMs, o.ESIMs[0])
		} else {
			made.Orders = append(made.Orders, o)
		}
	}
	return made, nil
}

// arrange switches scenarios on and chooses settings.
func (w *World) arrange(f Fixture, now time.Time) error {
	for i, name := range f.Scenarios {
		at := "/scenarios/" + strconv.Itoa(i)
		sc, err := w.srv.bundledScenario(name)
		if err != nil {
			return &FixtureError{at, err.Error()}
		}
		if slices.Contains(f.Scenarios[:i], name) {
			return &FixtureError{at, fmt.Sprintf("scenario %q is named twice", name)}
		}
		if err := w.switchOn(sc, now); err != nil {
			return &FixtureError{at, err.Error()}
		}
	}
	settings, err := plain(f.Settings)
	if err == nil {
		err = w.apply(settings, now)
	}
	var setting *SettingError
	if errors.As(err, &setting) {
		return &FixtureError{"/settings" + setting.Pointer, setting.Message}
	}
	return err
}

// remember notes the state that settings show, such as balances, of the accounts that
// orders are placed in, and gives a function that puts it back.
func (w *World) remember(list []*fixtureEntry, now time.Time) (back func()) {
	var undo []func()
	seen := map[*Provider]bool{}
	for _, e := range list {
		if seen[e.p] {
			continue
		}
		seen[e.p] = true
		t := w.at(e.p, now)
		for _, s := range e.p.settings {
			if s.set != nil {
				old := s.get(t)
				undo = append(undo, func() { _ = s.set(t, old) })
			}
		}
	}
	return func() {
		for _, f := range undo {
			f()
		}
	}
}

// A fixtureEntry is an order to be placed, and once it is, which it is.
type fixtureEntry struct {
	FixtureOrder
	p       *Provider
	pointer string // to the member that asks for it
	state   *FixtureState
	device  bool // one eSIM is asked for
	country string
	usedMB  float64
	at      time.Time
	chosen  []esim.ICCID
	id      string
}

func (e *fixtureEntry) fault(member, format string, args ...any) error {
	return &FixtureError{e.pointer + member, fmt.Sprintf(format, args...)}
}

// wanted lists what is to be placed, checked as far as it can be before.
func (w *World) wanted(f Fixture, now time.Time) (list []*fixtureEntry, err error) {
	for i, o := range f.Orders {
		list = append(list, &fixtureEntry{FixtureOrder: o, pointer: "/orders/" + strconv.Itoa(i)})
	}
	for i, e := range f.ESIMs {
		o := FixtureOrder{Provider: e.Provider, Item: e.Item, State: e.State, Reference: e.Reference, Ago: e.Ago}
		if e.ICCID != "" {
			o.ICCIDs = []string{e.ICCID}
		}
		list = append(list, &fixtureEntry{
			FixtureOrder: o, pointer: "/esims/" + strconv.Itoa(i), device: true, country: e.Country, usedMB: e.UsedMB,
		})
	}
	w.reserved = map[esim.ICCID]bool{}
	total := 0
	for _, e := range list {
		if err := w.check(e, now); err != nil {
			return nil, err
		}
		if total += e.Quantity; total > maxFixture {
			return nil, e.fault("", "a fixture has at most %d eSIMs", maxFixture)
		}
	}
	return list, nil
}

// check refuses what could never be, and settles when the order is placed.
func (w *World) check(e *fixtureEntry, now time.Time) error {
	if err := w.checkNames(e); err != nil {
		return err
	}
	if err := w.checkFacts(e); err != nil {
		return err
	}
	ago := e.Ago
	if e.state.Age != nil {
		ago = max(ago, e.state.Age(e.Item))
	}
	if e.at = now.Add(-ago); e.Ago < 0 || !inRange(e.at) {
		return e.fault("/ago", "%s before %s is no time: %v", clock.FormatDuration(ago), now.Format(time.RFC3339), ErrTime)
	}
	return nil
}

// checkNames finds the provider, the item and the state.
func (w *World) checkNames(e *fixtureEntry) error {
	var known []string
	for _, p := range w.srv.cfg.Providers {
		if p.fixtures != nil {
			known = append(known, p.name)
		}
	}
	if e.p = w.srv.provider(e.Provider); e.p == nil || e.p.fixtures == nil {
		return e.fault("/provider", "there is no provider %q%s", e.Provider, nearest.Hint(e.Provider, known))
	}
	if !slices.Contains(e.p.fixtures.items(), e.Item) {
		return e.fault("/item", "%s has no item %q%s", e.p.title, e.Item, nearest.Hint(e.Item, e.p.fixtures.items()))
	}
	states, what := e.p.fixtures.orders, "an order"
	if e.device {
		states, what = e.p.fixtures.esims, "an eSIM"
	}
	if e.State == "" {
		e.State = states[0].Name
	}
	var names []string
	for i := range states {
		names = append(names, states[i].Name)
		if states[i].Name == e.State {
			e.state = &states[i]
			return nil
		}
	}
	return e.fault("/state", "%s of %s is one of %s%s", what, e.p.title, strings.Join(names, ", "), nearest.Hint(e.State, names))
}

// checkFacts looks at what the fixture chose itself.
func (w *World) checkFacts(e *fixtureEntry) error {
	of := e.p.fixtures
	if e.Quantity == 0 {
		e.Quantity = 1
	}
	switch {
	case e.Quantity < 0 || e.Quantity > of.maxQuantity:
		return e.fault("/quantity", "an order at %s is of 1 to %d", e.p.title, of.maxQuantity)
	case e.Inventory && !of.inventory:
		return e.fault("/inventory", "%s has no inventory", e.p.title)
	case e.Inventory && len(e.ICCIDs) > 0:
		return e.fault("/iccids", "what goes into the inventory has no ICCID")
	case len(e.ICCIDs) > e.Quantity:
		return e.fault("/iccids", "%d ICCIDs are too many for %d eSIMs", len(e.ICCIDs), e.Quantity)
	case !(e.usedMB >= 0 && e.usedMB <= esim.MaxMegabytes):
		return e.fault("/usedMB", "usedMB is a number above 0, in the seller's own megabytes")
	}
	var err error
	if e.country, err = esim.ParseCountry(e.country); err != nil {
		return e.fault("/country", "%v", err)
	}
	if e.Reference != "" && of.reference != nil {
		if err := of.reference(e.Reference); err != nil {
			return e.fault("/reference", "%v", err)
		}
	}
	for i, text := range e.ICCIDs {
		at := "/iccids/" + strconv.Itoa(i)
		if e.device {
			at = "/iccid"
		}
		iccid := esim.ICCID(text)
		switch {
		case !iccid.Valid() || !strings.HasPrefix(text, "89"):
			return e.fault(at, "%q is no ICCID: 18 to 22 digits that begin with 89 and end with their Luhn digit%s", text, luhnHint(text))
		case w.reserved[iccid]:
			return e.fault(at, "ICCID %s is chosen twice", text)
		}
		w.reserved[iccid] = true
		e.chosen = append(e.chosen, iccid)
	}
	return nil
}

// luhnHint names the number that was probably meant.
func luhnHint(text string) string {
	for d := '0'; d <= '9' && text != ""; d++ {
		if better := text[:len(text)-1] + string(d); esim.ICCID(better).Valid() && strings.HasPrefix(text, "89") {
			return ", such as " + better
		}
	}
	return ""
}

// place brings an order to the state asked for, at the instant of the entry.
func (w *World) place(e *fixtureEntry) error {
	f := &fixing{state: e.state, begun: w.begun, iccids: e.chosen}
	t := w.at(e.p, e.at)
	t.fixing = f
	of := e.p.fixtures
	if _, taken := of.show(t, e.Reference); taken && e.Reference != "" {
		return e.fault("/reference", "the reference %q is taken by another order of this fixture", e.Reference)
	}
	var err error
	if e.id, err = of.place(t, e.FixtureOrder, e.state); err != nil {
		return e.refuse(err)
	}
	shown, _ := of.show(t, e.id)
	if e.device {
		for _, s := range shown.ESIMs {
			if err := t.handle(e, s); err != nil {
				return e.refuse(err)
			}
		}
	}
	for _, name := range e.state.Last {
		for _, id := range subjects(name, e.id, shown) {
			if err := t.pass(e.p.edge(name), id); err != nil {
				return e.refuse(err)
			}
		}
	}
	return nil
}

// refuse tells why an order does not come to the state asked for.
func (e *fixtureEntry) refuse(err error) error {
	var own *FixtureError
	if errors.As(err, &own) {
		return e.fault(own.Pointer, "%s", own.Message)
	}
	return e.fault("/state", "cannot be %s: %v", e.State, err)
}

// subjects are the ids of what an edge is about.
func subjects(edge, order string, shown FixtureShown) (ids []string) {
	entity, _, _ := strings.Cut(edge, ".")
	if entity == "order" {
		return []string{order}
	}
	for _, s := range shown.ESIMs {
		if entity == "esim" {
			ids = append(ids, s.Edge)
		} else {
			ids = append(ids, s.Parts...)
		}
	}
	return ids
}

// allData is more than any package holds.
const allData = esim.Bytes(1e15)

// handle does with an eSIM what a device did.
func (t *Turn) handle(e *fixtureEntry, s FixtureShownESIM) error {
	steps := e.state.Device
	switch uses := slices.Contains(steps, esim.Use); {
	case e.usedMB > 0 && !uses:
		steps = append([]esim.ActionKind{esim.Use}, steps...)
	case e.country != "" && !uses:
		steps = append([]esim.ActionKind{esim.Attach}, steps...)
	}
	if len(steps) == 0 {
		return nil
	}
	p := t.ESIM(s.ICCID)
	if p == nil {
		return &FixtureError{"", "an eSIM that is not provisioned is on no device"}
	}
	for _, kind := range steps {
		a := esim.Action{Kind: kind, Country: e.country, Bytes: e.p.megabyte}
		switch {
		case e.usedMB > 0:
			a.Bytes = esim.Bytes(e.usedMB * float64(e.p.megabyte))
		case e.state.All:
			a.Bytes = allData
		}
		if _, err := t.act(e.p, p, a); err != nil {
			return err
		}
	}
	return nil
}

// made is an entry as it has come to stand, if that is as asked.
func (w *World) made(e *fixtureEntry, now time.Time) (control.MadeOrder, error) {
	t := w.at(e.p, now)
	shown, _ := e.p.fixtures.show(t, e.id)
	out := control.MadeOrder{Provider: e.p.name, ID: e.id, Reference: e.Reference, State: shown.State, ESIMs: []control.MadeESIM{}}
	if e.Reference == e.id {
		out.Reference = ""
	}
	if !e.device && shown.State != e.State {
		return out, e.fault("/state", "cannot be %s: it would be %s", e.State, shown.State)
	}
	for _, s := range shown.ESIMs {
		state := s.States[0]
		if e.device {
			if !slices.Contains(s.States, e.State) {
				return out, e.fault("/state", "cannot be %s: it would be %s", e.State, strings.Join(s.States, " and "))
			}
			state = e.State
		}
		out.ESIMs = append(out.ESIMs, control.MadeESIM{Provider: e.p.name, ID: s.ID, ICCID: s.ICCID, State: state, Order: e.id})
	}
	for _, iccid := range e.chosen {
		if p := w.esims.byICCID[iccid]; p == nil || p.Seller != e.p.name {
			return out, e.fault("", "what is %s has no ICCID yet, so that %s cannot be chosen", e.State, iccid)
		}
	}
	return out, nil
}
