package esimfly

import (
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// The edges of orders, by reference, and of eSIMs, by ICCID.
const (
	edgeProvisioned = "order.provisioned"
	edgeFailed      = "order.failed"
	edgeInstalled   = "esim.installed"
	edgeActive      = "esim.active"
	edgeDepleted    = "esim.depleted"
	edgeExpired     = "esim.expired"
)

// Statuses of an order. The page has the first two; failed is from api-docs, List Orders.
const (
	orderCompleted = "completed"
	orderPending   = "pending_details"
	orderFailed    = "failed"
)

// Statuses of an eSIM, as api-docs lists them under List eSIMs.
const (
	statusNew       = "NEW"
	statusActive    = "ACTIVE"
	statusDepleted  = "DEPLETED"
	statusExpired   = "EXPIRED"
	statusCancelled = "CANCELLED"
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
	Balance  money.Amount
	Requests requestIDs
	Hour     hour
	NextID   int // of the next eSIM; an order has the id of its first one

	Orders      []*order // oldest first
	ByReference map[string]int
	ESIMs       []*soldESIM // in the order of provisioning
	ByICCID     map[string]int

	// signers are tools and no state: made when first needed.
	signers []*signer
}

func open(tx *sim.Tx[state]) {
	*tx.State = state{
		Balance: openingBalance, NextID: firstID,
		ByReference: map[string]int{}, ByICCID: map[string]int{},
	}
}

// An order keeps what was bought, at what price, and when things happened to it.
type order struct {
	Reference    string
	ID           int // of its first eSIM; the others follow
	PackageCode  string
	PackageName  string
	Volume       esim.Bytes // of each eSIM; 0 when unlimited
	Days         int
	Quantity     int
	Amount       money.Amount // for all
	ProcessingMS int

	PlacedAt      time.Time
	ProvisionedAt time.Time // zero while details are pending
	FailedAt      time.Time
	ICCIDs        []string // once provisioned
}

func (o *order) status() string {
	switch {
	case !o.FailedAt.IsZero():
		return orderFailed
	case o.ProvisionedAt.IsZero():
		return orderPending
	}
	return orderCompleted
}

func (o *order) unlimited() bool { return o.Volume == 0 }

// A soldESIM is what was sold on one profile, and what became of it. What a device did
// with the profile itself is the profile's own.
type soldESIM struct {
	ICCID     string
	ID        int
	Reference string // of its order
	Volume    esim.Bytes
	Used      esim.Bytes
	Days      int
	InstallBy time.Time

	InstalledAt time.Time
	ActivatedAt time.Time
	DepletedAt  time.Time
	ExpiredAt   time.Time
}

func (e *soldESIM) unlimited() bool { return e.Volume == 0 }

func (e *soldESIM) status() string {
	switch {
	case !e.ExpiredAt.IsZero():
		return statusExpired
	case !e.DepletedAt.IsZero():
		return statusDepleted
	case !e.ActivatedAt.IsZero():
		return statusActive
	}
	return statusNew
}

// expires is when it does, or did.
func (e *soldESIM) expires() time.Time {
	at := e.InstallBy
	if !e.ActivatedAt.IsZero() {
		at = e.ActivatedAt.AddDate(0, 0, e.Days)
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

func (s *state) addOrder(o *order) {
	s.ByReference[o.Reference] = len(s.Orders)
	s.Orders = append(s.Orders, o)
}

func (s *state) esim(iccid string) *soldESIM {
	if i, ok := s.ByICCID[iccid]; ok {
		return s.ESIMs[i]
	}
	return nil
}

func (s *state) addESIM(e *soldESIM) {
	s.ByICCID[e.ICCID] = len(s.ESIMs)
	s.ESIMs = append(s.ESIMs, e)
}
