package sim

import (
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/brianvoe/gofakeit/v6"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/coverage"
	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/journal"
	"github.com/esimsim/esimsim/internal/scenario"
)

// A World is the test environment of one credential name: an account at each provider,
// the eSIMs, a clock, chance, scenarios and a journal. Nothing is shared between worlds.
type World struct {
	name    string
	caller  Caller
	srv     *Server
	clock   *clock.Clock
	ctx     context.Context // ends when the world is forgotten
	cancel  context.CancelFunc
	keep    func() bool // calls off that it is dropped when ctx ends; false when it is too late
	journal *journal.Journal
	met     coverage.Set
	entries sequence     // numbers the journal's entries
	asked   sequence     // and requests of clients that the world gave
	used    atomic.Int64 // real instant of the last use, in Unix nanoseconds

	// mu is the world's turn. It is taken in turn and nowhere else, and before the locks
	// of clock and journal, never after.
	mu        sync.Mutex
	accounts  map[string]*account
	esims     esims
	waits     waits
	script    *scenario.Script
	extras    map[string]*scenario.Script  // of X-Esimsim-Scenario headers met, by their value
	patched   Patch                        // what was chosen by hand; it wins over scenarios
	settings  map[string]map[string]string // what holds, by provider and setting; the inner maps never change
	mode      Mode
	epoch     int       // how often it was reset; an answer under way belongs to one
	begun     time.Time // the world's instant at its start
	outbox    *outbox
	targets   map[string]Target // of webhooks, by provider, as the settings have them
	receivers []receiver        // of tests, the last wins
	// quiet says that nothing that comes about is an event: it was long ago, or is no more
	// than tried.
	quiet bool
	// listening says that a provider knows of a target that the settings do not.
	listening bool
	moves     chan struct{} // held by whoever moves the clock on
	moving    bool          // whether somebody does
	moved     *sync.Cond    // told when an attempt is over
	trail     []*trailed    // what was sent while it moves
	alarm     alarm
	ordered   bool                // whether the clock may no longer go back
	reserved  map[esim.ICCID]bool // chosen by the fixture that is being built
}

// An account is a world's state at one provider.
type account struct {
	provider *Provider
	state    any
	ids      *rand.PCG // what rand draws from
	rand     *rand.Rand
	people   *rand.PCG // and what faker does
	faker    *gofakeit.Faker
}

// esims are the profiles of a world, in the order of issue.
type esims struct {
	all     []*esim.Profile
	byICCID map[esim.ICCID]*esim.Profile
}

func (e *esims) add(p *esim.Profile) {
	if e.byICCID == nil {
		e.byICCID = map[esim.ICCID]*esim.Profile{}
	}
	e.all = append(e.all, p)
	e.byICCID[p.ICCID] = p
}

// find takes an ICCID, the seller's own id, or "last".
func (e *esims) find(id string) *esim.Profile {
	if id == "last" && len(e.all) > 0 {
		return e.all[len(e.all)-1]
	}
	if p := e.byICCID[esim.ICCID(id)]; p != nil {
		return p
	}
	// By people alone, so that to look through all is soon enough.
	i := slices.IndexFunc(e.all, func(p *esim.Profile) bool { return id != "" && p.ID == id })
	if i < 0 {
		return nil
	}
	return e.all[i]
}

// A sequence gives 1, 2, 3 and so on.
type sequence struct{ n atomic.Uint64 }

func (s *sequence) next() string { return strconv.FormatUint(s.n.Add(1), 10) }

// touch notes that somebody asked for the world, at an instant of the machine's clock.
func (w *World) touch(at time.Time) { w.used.Store(at.UnixNano()) }

// begin puts the world at its start: no accounts yet, the clock as configured, the
// scenarios of the server and of its own name. A clock that is not zero stops there. The
// caller holds the lock, or is the only one to know the world.
func (w *World) begin(at time.Time) error {
	// What accounts begin with is no event.
	defer func(before bool) { w.quiet = before }(w.quiet)
	w.quiet = true
	list := w.srv.baseScenarios()
	for _, name := range w.caller.Scenarios {
		sc, err := w.srv.bundledScenario(name)
		if err != nil {
			return err
		}
		list = append(list, sc)
	}
	w.accounts, w.esims, w.waits = map[string]*account{}, esims{}, waits{}
	w.clearOutbox()
	w.listening = false
	w.patched, w.ordered = Patch{}, false
	w.script, w.extras = scenario.NewScript(nil, w.dice), map[string]*scenario.Script{}
	w.clock.Restart()
	if at.IsZero() {
		at = w.srv.cfg.Freeze
	}
	if !at.IsZero() {
		w.clock.Set(at)
	}
	w.begun = w.clock.Now()
	w.hearAgain(nil)
	w.choose()
	for _, sc := range list {
		if err := w.switchOn(sc, w.begun); err != nil {
			return err
		}
	}
	return nil
}

// dice gives a rule its own source of chance.
func (w *World) dice(rule string) *rand.PCG { return seedOf(w.srv.cfg.Seed, w.name, "rule", rule) }

// turn takes the lock, runs what fell due meanwhile, each at its own instant, and then
// f at the present one. What passed is what f and the due events caused.
func (w *World) turn(p *Provider, f func(*Turn)) (passed []Happening) {
	return w.take(new(Turn), p, f)
}

// take is turn for callers that have the room for one.
func (w *World) take(t *Turn, p *Provider, f func(*Turn)) (passed []Happening) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.clock.Now()
	passed = w.settle(now)
	*t = Turn{Now: now, w: w, tx: t.tx, passed: passed}
	if p != nil {
		t.a = w.account(p, now)
	}
	f(t)
	w.cover(t.passed)
	w.pump()
	w.rouse()
	return t.passed
}

// drop empties the outbox of a world that was forgotten.
func (w *World) drop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.outbox.end()
}

// clearOutbox forgets what is on its way: attempts under way end, and nobody hears of
// them.
func (w *World) clearOutbox() {
	w.alarm.off()
	w.outbox.end()
	w.outbox = newOutbox(w.ctx, &w.srv.mail)
	w.moved.Broadcast()
}

// settle runs the events that are due until the given instant, in order.
func (w *World) settle(until time.Time) (passed []Happening) {
	for {
		next := w.waits.next(until)
		if next == nil {
			return passed
		}
		t := &Turn{Now: next.due, w: w, a: next.account, passed: passed}
		if next.moment != nil {
			t.happen(next)
		} else {
			t.passDue(next)
		}
		passed = t.passed
	}
}

// at is a turn as a provider's account, at an instant.
func (w *World) at(p *Provider, now time.Time) *Turn {
	return &Turn{Now: now, w: w, a: w.account(p, now)}
}

// account is the world's account at a provider, opened when first asked for.
func (w *World) account(p *Provider, now time.Time) *account {
	if a := w.accounts[p.name]; a != nil {
		return a
	}
	seed := w.srv.cfg.Seed
	a := &account{
		provider: p,
		ids:      seedOf(seed, w.name, p.name, "ids"),
		people:   seedOf(seed, w.name, p.name, "people"),
	}
	a.rand, a.faker = rand.New(a.ids), gofakeit.NewCustom(fakerSource{a.people})
	w.accounts[p.name] = a
	p.open(&Turn{Now: now, w: w, a: a})
	return a
}

// setting is what was chosen for the world, or the default.
func (w *World) setting(p *Provider, name string) string { return p.value(w.settings[p.name], name) }

// ValidateHeader is the header of a request that names the Mode in which it is validated, in
// the place of the world's.
const ValidateHeader = "X-Esimsim-Validate"

// Modes lists the modes of validation, the default first.
var Modes = []Mode{ModeProvider, ModeStrict, ModeReport, ModeOff}

// Mode says what becomes of a request that breaks the contract.
type Mode string

// The modes of validation.
const (
	ModeProvider Mode = "provider" // what the real API refuses is refused, the rest recorded
	ModeStrict   Mode = "strict"   // any violation is refused
	ModeReport   Mode = "report"   // nothing is refused for it
	ModeOff      Mode = "off"      // nothing is checked
)
