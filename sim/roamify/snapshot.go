package roamify

import (
	"slices"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

const (
	isNegative = "is below 0"
	isTaken    = "is empty, or taken by another"
	noPackage  = "is no package of the catalogue"
	noESIM     = "is no eSIM of the account"
	noOrder    = "is no order of the account"
)

// check looks over a state that came in a snapshot. The maps, and what else can be counted
// from the lists, are made anew.
func check(tx *sim.Tx[state], at *sim.Spot, sold []*esim.Profile) {
	s := tx.State
	at.Want(s.Balance >= 0, "Balance", isNegative)
	at.Want(s.LowBalance == nil || *s.LowBalance >= 0, "LowBalance", isNegative)
	s.reindexOrders(at)
	s.reindexESIMs(at)
	s.reindexOthers(at)
	for i, o := range s.Orders {
		s.checkOrder(at.At("Orders").Item(i), o)
	}
	for i, e := range s.ESIMs {
		s.checkESIM(tx, at.At("ESIMs").Item(i), e)
	}
	for i, v := range s.Vouchers {
		s.checkVoucher(at.At("Vouchers").Item(i), v)
	}
	for _, p := range sold {
		e := s.esim(p.ID)
		at.Want(e != nil && e.ICCID == string(p.ICCID), "ESIMs", "lack "+string(p.ICCID)+", which is sold")
	}
	if at.Good() {
		s.recount()
	}
}

// index finds things by a name that each has of its own; "" is none where that may be.
type index map[string]int

func (x index) add(at *sim.Spot, member, name string, n int, maybe bool) {
	_, taken := x[name]
	at.Want(!taken && (name != "" || maybe), member, isTaken)
	if name != "" {
		x[name] = n
	}
}

func (s *state) reindexOrders(at *sim.Spot) {
	byID, byReference := index{}, index{}
	for n, o := range s.Orders {
		spot := at.At("Orders").Item(n)
		byID.add(spot, "ID", o.ID, n, false)
		byReference.add(spot, "Reference", o.Reference, n, true)
	}
	s.OrderByID, s.OrderByReference = byID, byReference
}

func (s *state) reindexESIMs(at *sim.Spot) {
	byID, byLink := index{}, index{}
	for n, e := range s.ESIMs {
		spot := at.At("ESIMs").Item(n)
		byID.add(spot, "ID", e.ID, n, false)
		byLink.add(spot.At("Link"), "Key", e.Link.Key, n, true)
	}
	s.ESIMByID, s.ESIMByLink = byID, byLink
}

func (s *state) reindexOthers(at *sim.Spot) {
	vouchers, codes, gifts, refunds, open := index{}, index{}, index{}, index{}, index{}
	s.VoucherBatches = map[string]bool{}
	for n, v := range s.Vouchers {
		spot := at.At("Vouchers").Item(n)
		vouchers.add(spot, "ID", v.ID, n, false)
		codes.add(spot, "Code", v.Code, n, false)
		if v.Reference != "" {
			s.VoucherBatches[v.Reference] = true
		}
	}
	for n, g := range s.Gifts {
		spot := at.At("Gifts").Item(n)
		gifts.add(spot, "OrderID", g.OrderID, n, false)
		spot.Want(slices.Contains(currencyCodes(), g.Currency), "Currency", "is no currency")
		spot.Want(g.Amount >= 0, "Amount", isNegative)
	}
	for n, f := range s.Refunds {
		spot := at.At("Refunds").Item(n)
		refunds.add(spot, "ID", f.ID, n, false)
		spot.Want(s.esim(f.ESIM) != nil, "ESIM", noESIM)
		spot.Want(f.Amount >= 0, "Amount", isNegative)
		if status := f.status(); status == pending || status == processing {
			open.add(spot, "ESIM", f.ESIM, n, false)
		}
	}
	s.VoucherByID, s.VoucherByCode, s.GiftByID, s.RefundByID, s.OpenRefundByESIM = vouchers, codes, gifts, refunds, open
}

func (s *state) checkOrder(at *sim.Spot, o *order) {
	at.Want(o.Total >= 0, "Total", isNegative)
	at.Want(len(o.Items) > 0, "Items", "are none")
	at.Want(len(o.Items) == 1 || !o.TopUp, "Items", "are more than a top-up has")
	v := s.voucher(o.Voucher)
	at.Want(o.Voucher == "" || v != nil && v.Order == o.ID, "Voucher", "is no voucher for this order")
	met := map[string]bool{}
	for n := range o.Items {
		i, spot := &o.Items[n], at.At("Items").Item(n)
		spot.Want(findPackage(i.Package) != nil, "Package", noPackage)
		spot.Want(i.Price >= 0, "Price", isNegative)
		e := s.esim(i.ESIM)
		if !spot.Want(e != nil && !met[i.ESIM], "ESIM", "is no eSIM of the account, or there twice") {
			return
		}
		met[i.ESIM] = true
		if o.TopUp {
			spot.Want(slices.Contains(e.TopUps, o.ID), "ESIM", "does not know of this top-up")
			continue
		}
		spot.Want(e.Order == o.ID, "ESIM", "came with another order")
	}
}

// mostDays is more than packages have together, and far from where sums overflow.
const mostDays = 36600

func (s *state) checkESIM(tx *sim.Tx[state], at *sim.Spot, e *eSIM) {
	o := s.order(e.Order)
	at.Want(o != nil && !o.TopUp && o.item(e.ID) != nil, "Order", "is no order that this eSIM came with")
	at.Want(findPackage(e.Package) != nil, "Package", noPackage)
	at.Want((e.ICCID == "") == e.ReadyAt.IsZero(), "ICCID", "is there before ReadyAt, or is not after it")
	if p := tx.ESIM(e.ICCID); e.ICCID != "" {
		at.Want(p != nil && p.ID == e.ID, "ICCID", "is no profile of this eSIM in esims")
	}
	for n, id := range e.TopUps {
		t := s.order(id)
		at.At("TopUps").Item(n).Want(t != nil && t.TopUp && t.item(e.ID) != nil, "", "is no top-up of this eSIM")
	}
	at.Want(e.ICCID != "" || e.Link == (shareLink{}), "Link", "is there before the profile")
	at.Want(e.InstalledAt.IsZero() || !e.ReadyAt.IsZero(), "InstalledAt", "is set without ReadyAt")
	at.Want(e.StartedAt.IsZero() || !e.InstalledAt.IsZero(), "StartedAt", "is set without InstalledAt")
	at.Want(e.ReadyAt.IsZero() || !e.ExpiresAt.IsZero(), "ExpiresAt", "is not set, though there is a profile")
	at.Want(e.Days >= 0 && e.Days <= mostDays, "Days", "is no number of days of packages")
	at.Want(e.Unlimited || e.Used <= e.Allowed, "Used", "is more than there is")
	at.Want(e.SMS >= 0, "SMS", isNegative)
	at.Want(e.Minutes >= 0, "Minutes", isNegative)
	last := time.Time{}
	for n, u := range e.Usage {
		at.At("Usage").Item(n).Want(!u.Day.Before(last), "Day", "is before the last one")
		last = u.Day
	}
}

func (s *state) checkVoucher(at *sim.Spot, v *voucher) {
	at.Want(findPackage(v.Package) != nil, "Package", noPackage)
	at.Want(v.Price >= 0, "Price", isNegative)
	o := s.order(v.Order)
	if at.Want(o != nil && o.Voucher == v.ID && len(o.Items) == 1, "Order", "is no order for this voucher") {
		at.Want(o.Items[0].ESIM == v.ESIM, "ESIM", "is not the eSIM of its order")
	}
}

// recount counts the statuses anew. Those that there are no more are still listed.
func (s *state) recount() {
	orders, esims := map[string]int{}, map[string]int{}
	for _, status := range orderStatuses {
		if _, listed := s.OrdersOf[status]; listed {
			orders[status] = 0
		}
	}
	for _, status := range esimStatuses {
		if _, listed := s.ESIMsOf[status]; listed {
			esims[status] = 0
		}
	}
	for _, o := range s.Orders {
		orders[o.status()]++
	}
	for _, e := range s.ESIMs {
		esims[e.status()]++
	}
	s.OrdersOf, s.ESIMsOf = orders, esims
}

// knows is for those who wait.
func knows(tx *sim.Tx[state], entity, id string) bool {
	s := tx.State
	switch entity {
	case "order":
		return s.order(id) != nil
	case "voucher":
		return s.voucher(id) != nil
	case "gift":
		return at(s.Gifts, s.GiftByID, id) != nil
	case "refund":
		return at(s.Refunds, s.RefundByID, id) != nil
	}
	return s.esim(id) != nil
}

func (s *state) voucher(id string) *voucher { return at(s.Vouchers, s.VoucherByID, id) }
