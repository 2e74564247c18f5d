package esimfly

import (
	"slices"
	"strconv"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

const (
	isNegative = "is below 0"
	isTaken    = "is empty, or taken by another"
	noProfile  = "is no profile of this provider in esims"
	noESIM     = "is no eSIM of the account"
)

// check looks over a state that came in a snapshot. The maps, and what else can be counted
// from the lists, are made anew.
func check(tx *sim.Tx[state], at *sim.Spot, sold []*esim.Profile) {
	s := tx.State
	s.checkAccount(at)
	for i, o := range s.Orders {
		o.check(at.At("Orders").Item(i))
	}
	if !at.Good() {
		return
	}
	s.reindex(tx, at)
	s.checkNumbers(at)
	for _, p := range sold {
		at.Want(p.Place >= 0, "ESIMs", "lack "+string(p.ICCID)+", which is sold")
	}
	if !at.Good() {
		return
	}
	for i, e := range s.ESIMs {
		s.checkESIM(tx, at.At("ESIMs").Item(i), e)
	}
	for i, o := range s.Orders {
		e := esimOf(tx, o.TopUp)
		at.At("Orders").Item(i).Want(o.TopUp == "" || e != nil, "TopUp", noESIM)
	}
}

func (s *state) checkAccount(at *sim.Spot) {
	_, known := currencies[s.Kind]
	at.Want(known, "Kind", "is no kind of account")
	at.Want(s.Balance >= 0, "Balance", isNegative)
	at.Want(s.Unpaid < uint64(esim.GiB), "Unpaid", "is more than what is paid for at once")
	at.Want(s.Minute.Calls >= 0 && s.Minute.Calls <= perMinute.most, "Minute", "has more calls than are taken")
	at.Want(s.Hour.Calls >= 0 && s.Hour.Calls <= hourly.most, "Hour", "has more calls than are taken")
	at.Want(s.Day.Calls >= 0 && s.Day.Calls <= aDay.most, "Day", "has more calls than are taken")
	if h := s.Webhook; h != nil {
		at.At("Webhook").Want(isTarget(h.URL), "URL", "is no address for events")
		for _, name := range h.Events {
			known := slices.ContainsFunc(availableEvents, func(e availableEvent) bool { return e.Event == name })
			at.At("Webhook").Want(known, "Events", "has one that is never sent")
		}
	}
}

// check looks at what an order says of itself.
func (o *order) check(at *sim.Spot) {
	_, known := currencies[o.Kind]
	at.Want(known, "Kind", "is no kind of account")
	at.Want(o.TopUp != "" || o.pack() != nil, "PackageCode", "is no package of the catalogue")
	at.Want(o.TopUp == "" || isItem(o.PackageCode), "PackageCode", "is no package to top up with")
	at.Want(o.Quantity >= 1 && o.Quantity <= maxQuantity, "Quantity", "is no number from 1 to 10")
	at.Want(o.Days >= 0 && o.Days <= mostDays, "Days", "is no number of days of a package")
	at.Want(o.Volume <= mostVolume, "Volume", "is more than a package has")
	at.Want(o.Amount >= 0, "Amount", isNegative)
	at.Want(o.ProvisionedAt.IsZero() || o.FailedAt.IsZero(), "FailedAt", "is set, as is ProvisionedAt")
	at.Want(o.CancelledAt.IsZero() || !o.ProvisionedAt.IsZero(), "CancelledAt", "is set without ProvisionedAt")
	settled := !o.ProvisionedAt.IsZero() || !o.FailedAt.IsZero() || o.TopUp != ""
	at.Want(!settled || !o.AcceptedAt.IsZero(), "AcceptedAt", "is not set, though the order is past that")
}

// More than a package has, and far from where sums of it overflow.
const (
	mostDays   = 3660
	mostVolume = 1 << 20 * esim.GiB
)

func (s *state) reindex(tx *sim.Tx[state], at *sim.Spot) {
	s.ByReference, s.ByKey = map[string]int{}, map[string]int{}
	s.Sums, s.Unaccepted, s.FailedESIMs = map[string]tally{}, s.Unaccepted[:0], 0
	for i, o := range s.Orders {
		_, taken := s.ByReference[o.Reference]
		at.At("Orders").Item(i).Want(!taken && o.Reference != "", "Reference", isTaken)
		s.ByReference[o.Reference] = i
		if o.Key != "" {
			s.ByKey[o.Key] = i
		}
		if o.AcceptedAt.IsZero() {
			s.Unaccepted = append(s.Unaccepted, i)
		}
		sum := tally{Orders: 1}
		switch o.status() {
		case orderFailed:
			if o.TopUp == "" {
				s.FailedESIMs += o.Quantity
			}
		case orderCompleted:
			sum.Completed, sum.Revenue = 1, o.Amount
		}
		s.count(o, sum)
	}
	for i, e := range s.ESIMs {
		if e.pending() {
			continue
		}
		p, spot := tx.ESIM(e.ICCID), at.At("ESIMs").Item(i)
		if spot.Want(p != nil, "ICCID", noProfile) && spot.Want(p.Place < 0, "ICCID", isTaken) {
			p.Place = i
		}
	}
}

// checkNumbers counts the ids, and the eSIMs, in the order in which they are given out.
func (s *state) checkNumbers(at *sim.Spot) {
	next, first := firstID, 0
	for i, o := range s.Orders {
		spot := at.At("Orders").Item(i)
		if spot.Want(o.ID == next, "ID", "does not follow the one before"); o.TopUp != "" {
			next++
			continue
		}
		if !spot.Want(o.First == first && first+o.Quantity <= len(s.ESIMs), "First", "is not where its eSIMs begin") {
			return
		}
		for n, e := range s.ESIMs[first : first+o.Quantity] {
			each := at.At("ESIMs").Item(first + n)
			each.Want(e.Order == i, "Order", "is not the order that it came with")
			each.Want(e.ID == next+n, "ID", "does not follow the one before")
		}
		next, first = next+o.Quantity, first+o.Quantity
	}
	at.Want(first == len(s.ESIMs), "ESIMs", "are more than the orders have")
	at.Want(s.NextID == next, "NextID", "does not follow the last id")
}

func (s *state) checkESIM(tx *sim.Tx[state], at *sim.Spot, e *soldESIM) {
	if !at.Good() {
		return
	}
	o := s.Orders[e.Order]
	at.Want(e.pending() == o.ProvisionedAt.IsZero(), "ICCID", "is there before the order is provisioned, or is not after it")
	at.Want(e.unlimited() == (o.Volume == 0), "Volume", "is limited, unlike that of its order, or the other way about")
	at.Want(e.Volume <= 1000*mostVolume, "Volume", "is more than packages have")
	at.Want(e.unlimited() || e.Used <= e.Volume, "Used", "is more than there is")
	at.Want(e.Days >= 0 && e.Days <= 100*mostDays, "Days", "is no number of days of packages")
	at.Want(!e.InstallBy.IsZero(), "InstallBy", "is not set")
	at.Want(e.ActivatedAt.IsZero() || !e.EndsAt.IsZero(), "EndsAt", "is not set, though it is active")
	at.Want((e.Device != nil) == !e.InstalledAt.IsZero(), "Device", "is there before the installation, or is not after it")
	words := []string{"", statusNew, statusActive, statusDepleted, statusExpired, statusCancelled, statusDeleted}
	at.Want(slices.Contains(words, e.ToldStatus), "ToldStatus", "is no status of an eSIM")
	at.Want(len(e.Events) <= maxEvents, "Events", "are more than are remembered")
	for n, v := range e.Events {
		at.At("Events").Item(n).Want(v.Type == eventAttach || v.Type == eventSession, "Type", "is no event of the network")
	}
	if e.pending() {
		still := e.Used == 0 && e.InstalledAt.IsZero() && e.status() == statusNew && e.SuspendedAt.IsZero()
		at.Want(still, "", "has a past, though it is still to come")
		return
	}
	p := tx.ESIM(e.ICCID)
	at.Want(p.ID == strconv.Itoa(e.ID), "ID", "is not that of its profile")
	at.Want(len(p.Countries) > 0, "ICCID", "has a profile that works nowhere")
	at.Want(!hasNumber(o.class()) || len(p.MSISDN) > 2, "ICCID", "has a profile without a telephone number")
}

// knows is for those who wait.
func knows(tx *sim.Tx[state], entity, id string) bool {
	if entity == "esim" {
		return esimOf(tx, id) != nil
	}
	o := tx.State.order(id)
	return o != nil && (entity == "topup") == (o.TopUp != "")
}
