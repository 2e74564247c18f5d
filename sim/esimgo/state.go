package esimgo

import (
	"strconv"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// A state is one organisation. Lists grow at their end, so what is newest stands last;
// the maps only find things in them.
type state struct {
	Balance      money.Amount
	Alert        money.Amount // balance at which the organisation is warned
	Warned       []int        // percents of Alert that the balance is at or below
	Refused      int          // purchases refused for want of money and told of, since any came in
	TopUps       []topUp      // of the last 24 hours
	Organisation organisation
	Window       window

	Orders   []*order
	OrderAt  map[string]int // by reference, of orders and of applies
	UnderWay []string       // references of orders that are still processing
	ESIMs    []*heldESIM
	Away     int // how many of them have left the account
	FirstID  int // id of the first assignment; the others count on
	Assigned []*assignment
	FirstUse int // usageId of the first stock; the others count on
	Stock    []*stock
}

// An order is what was bought, or taken out of the inventory.
type order struct {
	Reference   string
	CreatedAt   time.Time
	CompletedAt time.Time // this one and the next are zero while it is processing
	FailedAt    time.Time
	Assign      bool // onto eSIMs, else into the inventory
	Apply       bool // out of the inventory, by POST /esims/apply
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
	Usages        []int    // of an apply, the usageId each unit was taken from
	Issued        []string // of an apply, those of the targets that are new
}

// pending says that the order has neither come nor failed.
func (o *order) pending() bool { return o.CompletedAt.IsZero() && o.FailedAt.IsZero() }

// units counts the bundles of an order.
func (o *order) units() (n int) {
	for _, l := range o.Lines {
		n += max(l.Quantity, len(l.Targets))
	}
	return n
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
	Downloaded   bool      // and not removed since
	Installed    bool      // and not removed since
	Assigned     []int     // places in state.Assigned, in the order of assignment
	History      []event

	Country   string    // where it is registered now, "" for nowhere
	CountryAt time.Time // since when
	Visits    []visit   // of other countries that ended in the last day

	// Each is zero until the edge of that name has been passed, and again once another
	// has undone it.
	AttachedAt    time.Time
	ReturnedAt    time.Time // left the account; undone by restored
	SuspendedAt   time.Time // by the organisation; undone by resumed
	BarredAt      time.Time // by the vendor's policy
	UnavailableAt time.Time // withdrawn by the SM-DP+
	ScheduledAt   time.Time // for deletion
	DeactivatedAt time.Time
}

// An event is one entry in the history of an eSIM.
type event struct {
	Name   string
	Bundle string // "" where it is about the eSIM
	State  string // of the assignment, after it
	Alert  string // of an utilisation alert: "50% Used"
	At     time.Time
}

// An assignment is one bundle on one eSIM, or a month of it.
type assignment struct {
	ID         int
	ICCID      string
	Bundle     string
	Order      string // reference
	Index      int    // within the order
	AssignedAt time.Time
	BoughtAt   time.Time     // when it was paid for, which may be long before
	Price      money.Amount  // of this assignment alone
	Usage      int           // usageId of the stock it came from, 0 for none
	Months     int           // of the bundle; more than one, when this is but a part of it
	Length     time.Duration // from the first use
	Volume     esim.Bytes    // of an unlimited one, in 24 hours
	Unlimited  bool

	Used   esim.Bytes // of an unlimited one, on Day
	Day    int        // 24-hour periods since StartedAt
	DataAt time.Time  // when data first asked for it
	Alerts int        // how many of the thresholds of use were told
	Refund refund     // what the organisation gets when it is revoked

	// Each is zero until the edge of that name has been passed.
	QueuedAt   time.Time
	StartedAt  time.Time
	DepletedAt time.Time
	ExpiredAt  time.Time
	LapsedAt   time.Time
	RevokedAt  time.Time
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
	ExpiredAt time.Time // zero until then
}

// lapse is when an assignment lapses on an eSIM without activity since t, and when a stock
// runs out of time (12 months: vendor's history page; of stock assumed).
func lapse(t time.Time) time.Time { return t.AddDate(1, 0, 0) }

func open(tx *sim.Tx[state]) {
	s := tx.State
	s.Balance, s.Alert = money.Of(1000), money.Of(100)
	s.OrderAt = map[string]int{}
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

// held is an eSIM of the account, or one that has left it.
func held(tx *sim.Tx[state], iccid string) *heldESIM {
	if p := tx.ESIM(iccid); p != nil {
		return tx.State.ESIMs[p.Place]
	}
	return nil
}

// stock is that of a usageId.
func (s *state) stock(id int) *stock {
	if i := id - s.FirstUse; i >= 0 && i < len(s.Stock) {
		return s.Stock[i]
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
	if e := held(tx, iccid); e != nil && e.ReturnedAt.IsZero() {
		return e, nil
	}
	return nil, errAccessDenied
}

// issue puts a new eSIM, fit for bundles like this one, into the account.
func issue(tx *sim.Tx[state], b *bundle) *heldESIM {
	p := tx.Issue(sim.Issue{
		Prefix: "8943108", SMDPAddress: "smdp.esimsim.test", MatchingID: matchingID(tx),
		MSISDN: !b.Plan.NoMSISDN && tx.Setting("msisdn") == "true", Countries: b.Area.Countries,
	})
	e := &heldESIM{ICCID: string(p.ICCID), Version: b.Version, AssignedAt: tx.Now, ActionAt: tx.Now}
	p.Place = len(tx.State.ESIMs)
	tx.State.ESIMs = append(tx.State.ESIMs, e)
	return e
}

// matchingID is four groups of five, as live ones often are, out of Crockford's base 32.
func matchingID(tx *sim.Tx[state]) string {
	s := tx.Text(20, "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
	return s[:5] + "-" + s[5:10] + "-" + s[10:15] + "-" + s[15:]
}
