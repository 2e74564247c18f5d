package esimgo

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// A state is one organisation. Lists grow at their end, so what is newest stands last;
// the maps only find things in them.
type state struct {
	Balance      money.Amount
	Organisation organisation
	Window       window

	Orders   []*order
	OrderAt  map[string]int // by reference, of orders and of applies
	ESIMs    []*heldESIM
	ESIMAt   map[string]int // by ICCID
	FirstID  int            // id of the first assignment; the others count on
	Assigned []*assignment
	FirstUse int // usageId of the first stock; the others count on
	Stock    []*stock
}

// An order is what was bought, or taken out of the inventory.
type order struct {
	Reference   string
	CreatedAt   time.Time
	CompletedAt time.Time // zero while it is processing
	Assign      bool      // onto eSIMs, else into the inventory
	Apply       bool      // out of the inventory, by POST /esims/apply
	SourceIP    string
	Total       money.Amount
	Lines       []*orderLine
	Assigned    []int // places in state.Assigned; the nth is reference "<order>-<n>"
}

// An orderLine is a number of one bundle.
type orderLine struct {
	Bundle        string
	Quantity      int
	Price         money.Amount // of one
	AllowReassign bool
	Targets       []string // ICCIDs, "" for a new eSIM; one for each unit when assigned
	ICCIDs        []string // where the bundles went; set on completion
}

// A heldESIM is an eSIM of the organisation. Its numbers are in the world's profile; here
// is what the organisation is told of it.
type heldESIM struct {
	ICCID        string
	Version      string // of the bundles it can take
	CustomerRef  string
	LastAction   string
	ActionAt     time.Time
	AssignedAt   time.Time // to the organisation
	FirstInstall time.Time // zero until then; kept when the profile is removed
	Installed    bool
	Assigned     []int // places in state.Assigned, in the order of assignment
}

// An assignment is one bundle on one eSIM, or a month of it.
type assignment struct {
	ID         int
	ICCID      string
	Bundle     string
	Order      string // reference
	Index      int    // within the order
	AssignedAt time.Time
	Length     time.Duration // from the first use
	Volume     esim.Bytes    // of an unlimited one, in 24 hours
	Unlimited  bool

	Used   esim.Bytes // of an unlimited one, on Day
	Day    int        // 24-hour periods since StartedAt
	DataAt time.Time  // when data first asked for it

	// Each is zero until the edge of that name has been passed.
	QueuedAt   time.Time
	StartedAt  time.Time
	DepletedAt time.Time
	ExpiredAt  time.Time
	LapsedAt   time.Time
}

// A stock is bundles of one purchase that wait in the inventory. The API calls its number
// a usageId.
type stock struct {
	ID        int
	Bundle    string
	Price     money.Amount
	BoughtAt  time.Time
	ExpiresAt time.Time
	Total     int
	Remaining int
}

// lapse is how long an assignment waits for its first use, and a stock in the inventory
// (12 months: vendor's history page; of stock assumed).
func lapse(t time.Time) time.Time { return t.AddDate(1, 0, 0) }

func open(tx *sim.Tx[state]) {
	s := tx.State
	s.Balance = money.Of(1000)
	s.OrderAt, s.ESIMAt = map[string]int{}, map[string]int{}
	s.FirstID = 200_000_000 + tx.Rand().IntN(50_000_000)
	s.FirstUse = 900_000 + tx.Rand().IntN(50_000)
	s.Organisation = newOrganisation(tx)
}

func (s *state) order(reference string) *order {
	if i, ok := s.OrderAt[reference]; ok {
		return s.Orders[i]
	}
	return nil
}

func (s *state) addOrder(o *order) {
	s.OrderAt[o.Reference] = len(s.Orders)
	s.Orders = append(s.Orders, o)
}

func (s *state) esim(iccid string) *heldESIM {
	if i, ok := s.ESIMAt[iccid]; ok {
		return s.ESIMs[i]
	}
	return nil
}

func (s *state) assignment(id string) *assignment {
	n, err := strconv.Atoi(id)
	if i := n - s.FirstID; err == nil && i >= 0 && i < len(s.Assigned) {
		return s.Assigned[i]
	}
	return nil
}

// owned is the eSIM of that ICCID. One of somebody else is refused like a bad key
// (vendor's error table of v2.4), one that is no ICCID as a bad request (that of v2.3).
func owned(tx *sim.Tx[state], iccid string) (*heldESIM, error) {
	if _, err := esim.ParseICCID(iccid); err != nil {
		return nil, errInvalidICCID
	}
	if e := tx.State.esim(iccid); e != nil {
		return e, nil
	}
	return nil, errAccessDenied
}

// issue puts a new eSIM, fit for bundles like this one, into the account.
func issue(tx *sim.Tx[state], b *bundle) *heldESIM {
	p := tx.Issue(sim.Issue{
		Prefix: "8943108", SMDPAddress: "smdp.esimsim.test", MatchingID: matchingID(tx),
		MSISDN: true, Countries: b.Area.Countries,
	})
	e := &heldESIM{ICCID: string(p.ICCID), Version: b.Version, AssignedAt: tx.Now, ActionAt: tx.Now}
	tx.State.ESIMAt[e.ICCID] = len(tx.State.ESIMs)
	tx.State.ESIMs = append(tx.State.ESIMs, e)
	return e
}

// matchingID is four groups of five, as live ones often are, out of Crockford's base 32.
func matchingID(tx *sim.Tx[state]) string {
	var groups [4]string
	for i := range groups {
		groups[i] = tx.Text(5, "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
	}
	return strings.Join(groups[:], "-")
}

// settings are what a world or a scenario can choose.
var settings = []sim.Setting[state]{
	{
		Name: "shapes", Values: []string{"observed", "documented"}, Basis: sim.Observed,
		Doc: "Lists and assignments as live clients read them, or as the published documents show them.",
	},
	{
		Name: "stateCase", Values: []string{"title", "lower"}, Basis: sim.Brief,
		Doc: "Bundle states as the owner's page writes them (Queued), or as the vendor's samples do (queued).",
	},
	{
		Name: "rateLimit", Values: []string{"announce", "enforce"}, Basis: sim.Documented,
		Doc: "A call over ten a second is a finding, or is answered with 429.",
	},
	{
		Name: "balance", Basis: sim.Assumed, Doc: "The organisation's balance in USD.",
		Get: func(tx *sim.Tx[state]) any { return tx.State.Balance.Float() },
		Set: setBalance,
	},
}

func setBalance(tx *sim.Tx[state], v any) error {
	units, ok := v.(float64)
	if !ok || !(units >= 0 && units <= 1e9) {
		return fmt.Errorf("balance is a number from 0 to 1000000000")
	}
	tx.State.Balance = money.Of(units)
	return nil
}

// edges are the transitions of orders, assignments and profiles.
var edges = []sim.Edge[state]{
	{
		Name: "order.completed", Basis: sim.Brief,
		Source: "POST /orders: bundles are usually there at once, in some cases after up to 5 minutes",
		Pass:   completeOrder,
	},
	{
		Name: "bundle.queued", Basis: sim.Brief,
		Source: "GET /esims/{iccid}/bundles: Processing is usually instant but can take up to 10 minutes",
		Pass:   queueBundle,
	},
	{
		Name: "bundle.active", Basis: sim.Brief,
		Source: "GET /esims/{iccid}/bundles: Active, the bundle has been used; which of several is first is assumed",
		Pass:   activateBundle,
	},
	{
		Name: "bundle.depleted", Basis: sim.Brief,
		Source: "GET /esims/{iccid}/bundles: Depleted, no data remaining but within the duration",
		Pass:   depleteBundle,
	},
	{
		Name: "bundle.expired", Basis: sim.Brief,
		Source: "GET /esims/{iccid}/bundles: Expired, the duration has been exceeded",
		Pass:   expireBundle,
	},
	{
		Name: "bundle.lapsed", Basis: sim.Documented,
		Source: "vendor's history page of v2.4: Bundle Lapsed, no activity for 12 months",
		Pass:   lapseBundle,
	},
	{
		Name: "esim.installed", Basis: sim.Documented,
		Source: "vendor's eSIM details page of v2.2: profileStatus Installed",
		Pass:   installESIM,
	},
	{
		Name: "esim.released", Basis: sim.Documented,
		Source: "vendor's eSIM details page of v2.2: Released with an installation date was installed and removed",
		Pass:   releaseESIM,
	},
}
