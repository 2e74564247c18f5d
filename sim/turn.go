package sim

import (
	"encoding/binary"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"github.com/brianvoe/gofakeit/v6"

	"github.com/esimsim/esimsim/internal/clock"
	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/journal"
	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/internal/scenario"
)

// A Turn is the proof of holding a world's lock: whoever has one may read and change
// the world, and nobody else can meanwhile. It must not be kept beyond the call it was
// given to, and nothing may be waited for while it is held.
type Turn struct {
	// Now is the instant at which this turn takes place; it does not move within it.
	Now time.Time

	w      *World
	a      *account
	tx     any              // the last Tx made of it, be it for an earlier turn
	extra  *scenario.Script // of the request's own header; nil for most
	asked  Mode             // of the request's own header; "" for most
	fixing *fixing          // the order of a fixture that is being placed; nil for most
	passed []Happening
	defers bool        // whether what is sent waits for the answer of a call
	held   []*delivery // what does so
	eager  []awaited   // what the answer waits for
}

// A Tx is a turn with the state of one account at hand.
type Tx[S any] struct {
	*Turn
	State *S
}

// A Happening is an edge that was passed, or an attempt to deliver a webhook, At an instant
// of the world's clock. Edge is the edge's name, as in roamify.order.completed, and ID that
// of what passed it. Of a webhook, Webhook is the event's name in the place of Edge, ID that
// of the delivery, Attempt counts from 1, Status is that of the receiver's answer, 0 for
// none, and Error says why there was none.
type Happening = journal.Edge

// World is the name of the world, scenarios included.
func (t *Turn) World() string { return t.w.name }

// Rand is the account's own chance. What it gives depends on seed, world and provider,
// and on what was drawn before, never on the clock.
func (t *Turn) Rand() *rand.Rand { return t.a.rand }

// Faker invents the people and places of this account, from its own stream.
func (t *Turn) Faker() *gofakeit.Faker { return t.a.faker }

// UUID is a random UUID, version 4, of the account's chance.
func (t *Turn) UUID() string { return uuidOf(t.a.rand.Uint64(), t.a.rand.Uint64()) }

// uuidOf makes a UUID, version 4, of 128 bits of chance.
func uuidOf(high, low uint64) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], high)
	binary.BigEndian.PutUint64(b[8:], low)
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	const hex = "0123456789abcdef"
	out := make([]byte, 0, 36)
	for i, v := range b {
		switch i {
		case 4, 6, 8, 10:
			out = append(out, '-')
		}
		out = append(out, hex[v>>4], hex[v&15])
	}
	return string(out)
}

// Text is n characters of the account's chance, out of alphabet.
func (t *Turn) Text(n int, alphabet string) string { return t.text("", n, alphabet) }

// text is Text with something before it.
func (t *Turn) text(before string, n int, alphabet string) string {
	var usual [32]byte
	b := append(usual[:0], before...)
	for range n {
		b = append(b, alphabet[t.a.rand.IntN(len(alphabet))])
	}
	return string(b)
}

// at is another turn of the same instant, as a provider's account.
func (t *Turn) at(p *Provider) *Turn { return t.w.at(p, t.Now) }

// Setting is what the provider's setting of that name is now in this world.
func (t *Turn) Setting(name string) string {
	if v, ok := t.extra.Setting(t.a.provider.name, name); ok {
		if text, ok := v.(string); ok {
			return text
		}
	}
	return t.w.setting(t.a.provider, name)
}

// Frozen says that the clock stands still, so that nothing can be said of rates.
func (t *Turn) Frozen() bool {
	mode, _ := t.w.clock.State()
	return mode == clock.Frozen
}

// settings is what holds of the provider's settings for this request.
func (t *Turn) settings() map[string]string {
	if t.extra == nil {
		return t.w.settings[t.a.provider.name]
	}
	out := map[string]string{}
	for _, s := range t.a.provider.settings {
		if s.set == nil {
			out[s.name] = t.Setting(s.name)
		}
	}
	return out
}

// Lenient says that nothing is to be refused for breaking the contract alone, only what
// cannot be carried out.
func (t *Turn) Lenient() bool {
	mode := t.mode()
	return mode == ModeReport || mode == ModeOff
}

func (t *Turn) mode() Mode {
	if t.asked != "" {
		return t.asked
	}
	if v, ok := t.extra.Setting("", "validate"); ok {
		return Mode(v.(string))
	}
	return t.w.mode
}

// policy is what the request's own scenario says of an edge, else the world's, else the
// default.
func (t *Turn) policy(e *edge) Policy {
	if p, ok := t.extra.Policy(e.name); ok {
		return p
	}
	if p, ok := t.w.script.Policy(e.name); ok {
		return p
	}
	return e.def
}

// Price is what an item of the provider's catalogue costs now: base, unless a scenario
// says otherwise.
func (t *Turn) Price(item string, base money.Amount) money.Amount {
	if c, ok := t.change(item); ok && c.Price != nil {
		return *c.Price
	}
	return base
}

func (t *Turn) change(item string) (c scenario.Change, ok bool) {
	since := t.Now.Sub(t.w.begun)
	if c, ok = t.extra.Catalogue(t.a.provider.name, item, since); ok {
		return c, true
	}
	return t.w.script.Catalogue(t.a.provider.name, item, since)
}

// CatalogueChanged says whether any item has another price or is withdrawn, so that those
// who list thousands need not ask for each.
func (t *Turn) CatalogueChanged() bool {
	return t.extra.ChangesCatalogue(t.a.provider.name) || t.w.script.ChangesCatalogue(t.a.provider.name)
}

// Strict says that any violation of the contract is to be refused.
func (t *Turn) Strict() bool { return t.mode() == ModeStrict }

// Offered says whether an item of the catalogue is still for sale; a scenario may have
// withdrawn it.
func (t *Turn) Offered(item string) bool {
	c, ok := t.change(item)
	return !ok || !c.Gone
}

// An Issue asks for a new profile.
type Issue struct {
	Prefix      string // first digits of the ICCID, beginning with 89
	SMDPAddress string // bare host
	MatchingID  string
	ID          string   // the provider's own id of the eSIM; "" when the ICCID is it
	MSISDN      bool     // whether it has a telephone number
	Countries   []string // ISO codes where it works, home first
}

// Issue makes a profile and gives it to this world. Its ICCID is new there.
func (t *Turn) Issue(i Issue) *esim.Profile {
	iccid := esim.NewICCID(t.a.rand, i.Prefix)
	for t.w.esims.byICCID[iccid] != nil || t.w.reserved[iccid] {
		iccid = esim.NewICCID(t.a.rand, i.Prefix)
	}
	if chosen := t.fixing.next(); chosen != "" {
		iccid = chosen
	}
	numbers := t.text("26001", 22, digits) // in one piece, of which there are many
	p := &esim.Profile{
		ICCID: iccid, Seller: t.a.provider.name, ID: i.ID,
		IMSI: numbers[:15], PIN: numbers[15:19], PUK: numbers[19:],
		Code:      esim.ActivationCode{SMDPAddress: i.SMDPAddress, MatchingID: i.MatchingID},
		Countries: i.Countries, IssuedAt: t.Now,
	}
	if i.MSISDN {
		p.MSISDN = t.text("48", 9, digits)
	}
	t.w.esims.add(p)
	return p
}

const digits = "0123456789"

// ESIM is the profile of that ICCID if this provider issued it in this world, else nil.
func (t *Turn) ESIM(iccid string) *esim.Profile {
	if p := t.w.esims.byICCID[esim.ICCID(iccid)]; p != nil && p.Seller == t.a.provider.name {
		return p
	}
	return nil
}

// pass carries an edge out and remembers that it happened.
func (t *Turn) pass(e *edge, id string) error {
	// A cause stands before what it causes.
	before := len(t.passed)
	if t.passed == nil {
		const usual = 2
		t.passed = make([]Happening, 0, usual)
	}
	t.passed = append(t.passed, Happening{At: t.Now, Edge: e.name, ID: id})
	err := e.pass(t, id)
	if err != nil {
		t.passed = t.passed[:before]
	}
	return err
}

// Await brings a thing to an edge: the policy in force says whether it passes now or
// when. A thing waits at an edge once; to come again replaces the wait.
func (t *Turn) Await(name, id string) { t.At(name, id, t.Now) }

// At is Await for an edge whose natural instant lies ahead, such as an expiry: a policy
// of immediate means then, after: 5m means five minutes past then.
func (t *Turn) At(name, id string, due time.Time) {
	e := t.a.provider.edge(name)
	p, due := t.fixing.policy(e, t.policy(e), due, t.Now)
	t.w.waits.drop(t.a, e, id)
	if p.Never {
		return
	}
	if p.Immediate() && !due.After(t.Now) {
		// The thing was just brought here, so only a wrong table could refuse.
		if err := t.pass(e, id); err != nil {
			t.w.srv.log.Error("edge refused at once", "edge", e.name, "id", id, "err", err)
		}
		return
	}
	w := &wait{account: t.a, edge: e, id: id, extra: t.extra, from: due, polls: p.Polls}
	if p.Immediate() || p.After > 0 {
		w.due = due.Add(p.After)
	}
	t.w.waits.add(w)
}

// Waits says whether a thing waits at an edge.
func (t *Turn) Waits(name, id string) bool {
	return t.w.waits.find(t.a, t.a.provider.edge(name), id) != nil
}

// Cancel forgets that a thing waits at an edge.
func (t *Turn) Cancel(name, id string) { t.w.waits.drop(t.a, t.a.provider.edge(name), id) }

// Look counts one look at a thing, by an operation that answers that one thing; edges
// whose policy counts looks may be passed by it. Call it before projecting.
func (t *Turn) Look(id string) {
	for _, w := range t.w.waits.of(t.a, id) {
		if w.pos < 0 || w.polls == 0 || t.Now.Before(w.from) {
			continue
		}
		if w.looks++; w.looks < w.polls {
			continue
		}
		t.w.waits.remove(w)
		t.passDue(w)
	}
}

// passDue passes an edge that fell due; one that its thing has left by another way is
// dropped.
func (t *Turn) passDue(w *wait) {
	// What follows is still the doing of the request that made the thing.
	own := t.extra
	t.extra = w.extra
	defer func() { t.extra = own }()
	if err := t.pass(w.edge, w.id); err != nil {
		t.w.srv.log.Debug("edge dropped", "edge", w.edge.name, "id", w.id, "err", err)
	}
}

// seedOf makes a seed out of the run's seed and names, so that each stream of chance is
// its own.
func seedOf(seed uint64, names ...string) *rand.PCG {
	h := fnv.New128a()
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], seed)
	_, _ = h.Write(b[:])
	for _, n := range names {
		_, _ = h.Write([]byte(n))
		_, _ = h.Write([]byte{0})
	}
	sum := h.Sum(nil)
	return rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:]))
}

// fakerSource lets gofakeit draw from a source of ours; its own New(0) would be random.
type fakerSource struct{ *rand.PCG }

func (s fakerSource) Int63() int64 { return int64(s.Uint64() >> 1) }
func (s fakerSource) Seed(int64)   {}
