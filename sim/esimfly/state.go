package esimfly

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// The edges of orders, by reference, and of eSIMs, by ICCID.
const (
	edgeAccepted    = "order.accepted"
	edgeProvisioned = "order.provisioned"
	edgeFailed      = "order.failed"
	edgeToppedUp    = "topup.completed"
	edgeInstalled   = "esim.installed"
	edgeActive      = "esim.active"
	edgeDepleted    = "esim.depleted"
	edgeExpired     = "esim.expired"
	edgeSuspended   = "esim.suspended"
	edgeReactivated = "esim.reactivated"
	edgeCancelled   = "esim.cancelled"
	edgeRefunded    = "esim.refunded"
	edgeDeleted     = "esim.deleted"
	edgeSynced      = "esim.synced"
)

// Statuses of an order. The page has the first two; the others are from api-docs, List
// Orders, which says pending for pending_details.
const (
	orderCompleted = "completed"
	orderPending   = "pending_details"
	orderFailed    = "failed"
	orderCancelled = "cancelled"
)

// Statuses of an eSIM, as api-docs lists them under List eSIMs.
const (
	statusNew       = "NEW"
	statusActive    = "ACTIVE"
	statusDepleted  = "DEPLETED"
	statusExpired   = "EXPIRED"
	statusCancelled = "CANCELLED"
	statusDeleted   = "DELETED"
)

const (
	openingBalance = money.Amount(1000_00)
	// firstID is the esimId of the page's example, so that a first order looks like it.
	firstID = 2503
	// The page's expiredTime lies 180 days after its orderDate for a plan of seven days:
	// until first use, it is the last day to install.
	installWithin = 180 * 24 * time.Hour
)

// state is one account at esimfly.
type state struct {
	Kind     string // of account: the currency in which the balance is
	Balance  money.Amount
	Unpaid   uint64 // for an enterprise's data, in parts of 2^30 of the currency's smallest sum
	Requests requestIDs
	Minute   window
	Hour     window
	Day      window
	NextID   int // of the next eSIM or top-up; an order has the id of its first eSIM
	Webhook  *hook

	Orders      []*order // oldest first, top-ups among them
	ByReference map[string]int
	ByKey       map[string]int   // orders by their idempotency key
	Unaccepted  []int            // orders still under way, oldest first
	ESIMs       []*soldESIM      // in the order of sale
	FailedESIMs int              // those that never came to be
	Sums        map[string]tally // by currency

	// signers are tools and no state: made when first needed, by the caller's own secret.
	signers map[string][]*signer
}

// A tally sums up the orders in one currency.
type tally struct {
	Orders    int
	Completed int
	Revenue   money.Amount // of the completed ones
}

func open(tx *sim.Tx[state]) {
	*tx.State = state{
		Kind: accountUSD, Balance: openingBalance, NextID: firstID,
		ByReference: map[string]int{}, ByKey: map[string]int{}, Sums: map[string]tally{},
	}
}

// An order keeps what was bought, at what price, and when things happened to it.
type order struct {
	Reference    string
	ID           int // of its first eSIM; the others follow
	PackageCode  string
	PackageName  string
	Volume       esim.Bytes // of each; 0 when unlimited
	Days         int
	Quantity     int
	Amount       money.Amount // for all
	Kind         string       // of account at the time, which tells the currency
	ProcessingMS int
	FlagURL      string
	CallbackURL  string // where the events of its eSIMs go, instead of to the key's address
	Deferred     bool   // whether its buyer was told to wait for details
	Key          string // the idempotency key; "" for none
	First        int    // index of its first eSIM
	TopUp        string // ICCID of the eSIM that it tops up; "" where it brings its own

	PlacedAt      time.Time
	AcceptedAt    time.Time // zero while it is under way
	ProvisionedAt time.Time // zero while details are pending
	FailedAt      time.Time
	CancelledAt   time.Time // when the last of its eSIMs was
}

func (o *order) status() string {
	switch {
	case !o.FailedAt.IsZero():
		return orderFailed
	case o.ProvisionedAt.IsZero():
		return orderPending
	case !o.CancelledAt.IsZero():
		return orderCancelled
	}
	return orderCompleted
}

func (o *order) currency() currency { return currencies[o.Kind] }

// pack is its package. A top-up's code is none.
func (o *order) pack() *pack { return catalogue().byCode[o.PackageCode] }

func (o *order) class() string { return o.pack().class }

// A soldESIM is what was sold on one profile, and what became of it. What a device did
// with the profile itself is the profile's own.
type soldESIM struct {
	ICCID     string // "" until provisioned
	ID        int
	Order     int // index of its order
	Volume    esim.Bytes
	Used      esim.Bytes
	Days      int
	InstallBy time.Time
	EndsAt    time.Time // once active

	InstalledAt time.Time
	ActivatedAt time.Time
	DepletedAt  time.Time
	ExpiredAt   time.Time
	SuspendedAt time.Time
	CancelledAt time.Time
	RefundedAt  time.Time
	DeletedAt   time.Time
	UsedAt      time.Time // last

	// What was told, or would have been had anybody listened.
	ToldStatus  string // "" for NEW
	ToldProfile string // the network's word; "" for null

	Device *handset // once installed
	Events []event  // of the last seven days, oldest first
	Daily  []daily  // of the last ninety days, oldest first
}

func (e *soldESIM) unlimited() bool { return e.Volume == 0 }

func (e *soldESIM) pending() bool { return e.ICCID == "" }

func (e *soldESIM) status() string {
	switch {
	case !e.CancelledAt.IsZero():
		return statusCancelled
	case !e.DeletedAt.IsZero():
		return statusDeleted
	case !e.ExpiredAt.IsZero():
		return statusExpired
	case !e.DepletedAt.IsZero():
		return statusDepleted
	case !e.ActivatedAt.IsZero():
		return statusActive
	}
	return statusNew
}

// expires is when it does, or did: until first use, the last day to install.
func (e *soldESIM) expires() time.Time {
	at := e.InstallBy
	if !e.ActivatedAt.IsZero() {
		at = e.EndsAt
	}
	if !e.ExpiredAt.IsZero() && e.ExpiredAt.Before(at) {
		at = e.ExpiredAt
	}
	return at
}

func (s *state) order(reference string) *order {
	if i, ok := s.ByReference[reference]; ok {
		return s.Orders[i]
	}
	return nil
}

// addOrder takes an order in, with its eSIMs to come.
func (s *state) addOrder(o *order) {
	n := len(s.Orders)
	s.ByReference[o.Reference] = n
	if o.Key != "" {
		s.ByKey[o.Key] = n
	}
	s.Orders = append(s.Orders, o)
	s.count(o, tally{Orders: 1})
	if o.TopUp != "" {
		s.NextID++
		return
	}
	s.NextID += o.Quantity
	o.First = len(s.ESIMs)
	for i := range o.Quantity {
		s.ESIMs = append(s.ESIMs, &soldESIM{ID: o.ID + i, Order: n, Volume: o.Volume, Days: o.Days, InstallBy: o.installBy()})
	}
}

func (s *state) count(o *order, by tally) {
	t := s.Sums[o.currency().code]
	t.Orders += by.Orders
	t.Completed += by.Completed
	t.Revenue += by.Revenue
	s.Sums[o.currency().code] = t
}

// esimsOf are those of an order: for a top-up, the one that it tops up.
func esimsOf(tx *sim.Tx[state], o *order) []*soldESIM {
	from, n := o.First, o.Quantity
	if o.TopUp != "" {
		from, n = tx.ESIM(o.TopUp).Place, 1
	}
	return tx.State.ESIMs[from : from+n]
}

func esimOf(tx *sim.Tx[state], iccid string) *soldESIM {
	if p := tx.ESIM(iccid); p != nil {
		return tx.State.ESIMs[p.Place]
	}
	return nil
}

// esimCalled is the eSIM of an ICCID, or of the stand-in for one, as long as that is
// shown. Every ten thousandth has the same number in its stand-in.
func esimCalled(tx *sim.Tx[state], iccid string) *soldESIM {
	s := tx.State
	const head = len("PENDING_B0601021504")
	if !strings.HasPrefix(iccid, "PENDING_B") || len(iccid) < head+4 {
		return esimOf(tx, iccid)
	}
	number, err := strconv.ParseUint(iccid[head:head+4], 10, 16)
	if err != nil {
		return nil
	}
	for id := firstID - 1 + int(number); id < s.NextID; id += 10000 {
		if e := s.esimByID(id); e != nil && e.pending() && s.orderOf(e).placeholder(id) == iccid {
			return e
		}
	}
	return nil
}

func (s *state) esimByID(id int) *soldESIM {
	i, ok := slices.BinarySearchFunc(s.ESIMs, id, func(e *soldESIM, id int) int { return e.ID - id })
	if !ok {
		return nil
	}
	return s.ESIMs[i]
}

func (s *state) orderOf(e *soldESIM) *order { return s.Orders[e.Order] }
