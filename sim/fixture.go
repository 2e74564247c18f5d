package sim

import (
	"slices"
	"time"

	"github.com/esimsim/esimsim/internal/control"
	"github.com/esimsim/esimsim/internal/esim"
)

// A Fixture describes a world as a test wants to find it.
type Fixture struct {
	Clock     time.Time // at which the world's clock stands; zero leaves it as after a reset
	Settings  Patch     // as for World.Patch
	Scenarios []string  // names of bundled ones, after those that are on anyway
	Orders    []FixtureOrder
	ESIMs     []FixtureESIM
}

// A FixtureOrder asks for an order that was placed before the test begins.
type FixtureOrder struct {
	Provider  string
	Item      string        // as the provider's catalogue has it
	State     string        // in the provider's word; "" for an order that is done
	Quantity  int           // 0 means 1
	Reference string        // by which the client or the provider calls it; "" has one made
	ICCIDs    []string      // of its eSIMs, the first ones; those not given are made
	Ago       time.Duration // how long ago it was placed, if longer than the state asks for
	Inventory bool          // into the inventory, where the provider has one, and not onto eSIMs
}

// A FixtureESIM asks for one eSIM, bought in an order of its own.
type FixtureESIM struct {
	Provider  string
	Item      string        // as the provider's catalogue has it
	State     string        // in the provider's word; "" for an eSIM that can be installed
	Reference string        // of its order; "" has one made
	ICCID     string        // "" has one made
	Country   string        // where its device is: an ISO code; "" for its package's first
	UsedMB    float64       // data used, in the seller's own megabytes; 0 for what the state asks for
	Ago       time.Duration // how long ago it was ordered, if longer than the state asks for
}

// Started says what a fixture made, in the order of asking: Orders and ESIMs, each with
// Provider, ID and State, and the World as it is then.
type Started = control.Started

// A FixtureError refuses a fixture.
type FixtureError struct {
	Pointer string // JSON pointer to the member at fault
	Message string
}

func (e *FixtureError) Error() string { return e.Message }

// Fixtures say how orders and eSIMs of a provider come to stand as a test asks. The way is
// that of any order: what is sold is placed, edges are passed, devices act, time goes by.
type Fixtures[S any] struct {
	// Items are the names of the catalogue, to find the one that was meant.
	Items func() []string
	// Orders and ESIMs are the states that can be asked for; the first is the default.
	Orders, ESIMs []FixtureState
	// MaxQuantity bounds one order, as the API does.
	MaxQuantity int
	// Inventory says that an order need not go onto eSIMs.
	Inventory bool
	// Reference refuses one that this provider could not have; it may be nil.
	Reference func(reference string) error
	// Place sells what is asked for, which the catalogue has and no reference is taken for,
	// and gives the order's id. What it does to the balance is undone by the engine.
	Place func(tx *Tx[S], o FixtureOrder, s *FixtureState) (id string, err error)
	// Show is the order of that id, or of that reference, as it is now; false for none.
	Show func(tx *Tx[S], id string) (FixtureShown, bool)
}

// A FixtureState is one word of a provider for an order or an eSIM, and how it gets there.
type FixtureState struct {
	Name string
	// Path are the edges that it has passed: at once, whatever scenarios say.
	Path []string
	// Hold are those that it has come to and not passed. Where no policy holds them up,
	// they wait for the control plane.
	Hold []string
	// Device is what a device did with the eSIM; Use takes a megabyte, or All there is.
	Device []esim.ActionKind
	All    bool
	// Last are edges passed at the end: those of an order by its id, those of an eSIM by
	// the eSIM's, and all others by its Parts.
	Last []string
	// Age is how long ago an order for that item must have been placed; nil for any time.
	Age func(item string) time.Duration
}

// A FixtureShown is an order as it has come to stand.
type FixtureShown struct {
	State string
	ESIMs []FixtureShownESIM
}

// A FixtureShownESIM is one eSIM of an order.
type FixtureShownESIM struct {
	Edge   string   // the id that edges take
	ID     string   // the seller's own; "" where the ICCID is it
	ICCID  string   // "" until there is a profile
	States []string // the words that hold of it
	Parts  []string // ids of what is on it, such as bundles
}

// fixtures is a Fixtures whose state type is put away.
type fixtures struct {
	items         func() []string
	orders, esims []FixtureState
	maxQuantity   int
	inventory     bool
	reference     func(string) error
	place         func(*Turn, FixtureOrder, *FixtureState) (string, error)
	show          func(*Turn, string) (FixtureShown, bool)
}

func eraseFixtures[S any](f *Fixtures[S], tx func(*Turn) *Tx[S]) *fixtures {
	if f == nil {
		return nil
	}
	return &fixtures{
		items: f.Items, orders: f.Orders, esims: f.ESIMs, maxQuantity: f.MaxQuantity, inventory: f.Inventory, reference: f.Reference,
		place: func(t *Turn, o FixtureOrder, s *FixtureState) (string, error) { return f.Place(tx(t), o, s) },
		show:  func(t *Turn, id string) (FixtureShown, bool) { return f.Show(tx(t), id) },
	}
}

// FixtureStates are the states that a fixture can ask for, of orders and of eSIMs; nil where
// the provider has no fixtures.
func (p *Provider) FixtureStates() (orders, esims []string) {
	if p.fixtures == nil {
		return nil, nil
	}
	for _, s := range p.fixtures.orders {
		orders = append(orders, s.Name)
	}
	for _, s := range p.fixtures.esims {
		esims = append(esims, s.Name)
	}
	return orders, esims
}

// fixing is what a turn knows in which a fixture's order is placed; nil in any other.
type fixing struct {
	state  *FixtureState
	begun  time.Time    // when the world begins, and its scenarios with it
	iccids []esim.ICCID // chosen, for the next profiles issued
}

// policy is that of an edge, which was asked for, on the way to the state wanted. What a
// scenario has happen at once later on would keep it from there, so that the default holds,
// and what it has happen after a while does so after the world began.
func (f *fixing) policy(e *edge, asked Policy, due, now time.Time) (Policy, time.Time) {
	switch {
	case f == nil:
		return asked, due
	case slices.Contains(f.state.Path, e.short):
		return Policy{}, now
	case slices.Contains(f.state.Hold, e.short):
		// It is held up to the world's beginning, and from then on as the policy says.
		switch {
		case due.After(f.begun):
		case asked.Immediate():
			return Policy{Manual: true}, f.begun
		default:
			due = f.begun
		}
		return asked, due
	case due.After(now):
		return asked, due
	case !asked.Immediate():
		if due.Before(f.begun) {
			due = f.begun
		}
		return asked, due
	}
	return e.def, due
}

// next is the ICCID chosen for the next profile, or "".
func (f *fixing) next() (iccid esim.ICCID) {
	if f != nil && len(f.iccids) > 0 {
		iccid, f.iccids = f.iccids[0], f.iccids[1:]
	}
	return iccid
}
