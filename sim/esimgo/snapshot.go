package esimgo

import (
	"slices"
	"strconv"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

const (
	isNegative = "is below 0"
	isTaken    = "is empty, or taken by another"
	noProfile  = "is no profile of this provider in esims"
	noBundle   = "is no bundle of the catalogue"
	noESIM     = "is no eSIM of the account"
	noOrder    = "is no order of the account"
	noStock    = "is no usageId of the inventory"
)

// check looks over a state that came in a snapshot. The maps, and what else can be counted
// from the lists, are made anew.
func check(tx *sim.Tx[state], at *sim.Spot, sold []*esim.Profile) {
	s := tx.State
	s.checkAccount(at)
	s.reindex(tx, at)
	for _, p := range sold {
		at.Want(p.Place >= 0, "ESIMs", "lack "+string(p.ICCID)+", which is sold")
	}
	if !at.Good() {
		return
	}
	for i, each := range s.Stock {
		s.checkStock(at.At("Stock").Item(i), i, each)
	}
	for i, o := range s.Orders {
		s.checkOrder(tx, at.At("Orders").Item(i), o)
	}
	for i, a := range s.Assigned {
		s.checkAssignment(tx, at.At("Assigned").Item(i), i, a)
	}
	places := 0
	for i, e := range s.ESIMs {
		s.checkESIM(tx, at.At("ESIMs").Item(i), e)
		places += len(e.Assigned)
	}
	at.Want(places == len(s.Assigned), "Assigned", "are not each on one eSIM")
}

func (s *state) checkAccount(at *sim.Spot) {
	at.Want(s.Balance >= 0, "Balance", isNegative)
	at.Want(s.Alert >= 0, "Alert", isNegative)
	at.Want(s.Refused >= 0 && s.Refused <= toldRefusals, "Refused", "counts up to 10")
	for _, p := range s.Warned {
		at.Want(slices.Contains(warnings[:], p), "Warned", "has a percent at which nobody is warned")
	}
	at.Want(s.Window.Calls >= 0, "Window", "has fewer calls than none")
	// The ids that count on from them stay numbers of a sensible length.
	at.Want(s.FirstID > 0 && s.FirstID <= 1e9, "FirstID", "is no number from 1 to 1000000000")
	at.Want(s.FirstUse > 0 && s.FirstUse <= 1e9, "FirstUse", "is no number from 1 to 1000000000")
}

func (s *state) reindex(tx *sim.Tx[state], at *sim.Spot) {
	s.OrderAt, s.UnderWay, s.Away = map[string]int{}, s.UnderWay[:0], 0
	for i, o := range s.Orders {
		_, taken := s.OrderAt[o.Reference]
		at.At("Orders").Item(i).Want(!taken && o.Reference != "", "Reference", isTaken)
		s.OrderAt[o.Reference] = i
		if o.pending() {
			s.UnderWay = append(s.UnderWay, o.Reference)
		}
	}
	for i, e := range s.ESIMs {
		p, spot := tx.ESIM(e.ICCID), at.At("ESIMs").Item(i)
		if spot.Want(p != nil, "ICCID", noProfile) && spot.Want(p.Place < 0, "ICCID", isTaken) {
			p.Place = i
		}
		if !e.ReturnedAt.IsZero() {
			s.Away++
		}
	}
}

func (s *state) checkStock(at *sim.Spot, i int, each *stock) {
	at.Want(each.ID == s.FirstUse+i, "ID", "does not count on from FirstUse")
	at.Want(catalogue().byName[each.Bundle] != nil, "Bundle", noBundle)
	at.Want(each.Price >= 0, "Price", isNegative)
	at.Want(each.Total >= 0 && each.Total <= maxUnits, "Total", "is no number of bundles that can be bought")
	at.Want(each.Remaining >= 0 && each.Remaining <= each.Total, "Remaining", "is more than the total, or below 0")
}

func (s *state) checkOrder(tx *sim.Tx[state], at *sim.Spot, o *order) {
	at.Want(o.Total >= 0, "Total", isNegative)
	at.Want(o.CompletedAt.IsZero() || o.FailedAt.IsZero(), "FailedAt", "is set, as is CompletedAt")
	at.Want(o.Assign || !o.Apply, "Apply", "is set of an order into the inventory")
	at.Want(len(o.Assigned) == 0 || !o.CompletedAt.IsZero(), "Assigned", "are there before the order is completed")
	for n, i := range o.Assigned {
		ok := i >= 0 && i < len(s.Assigned) && s.Assigned[i].Order == o.Reference && s.Assigned[i].Index == n
		at.At("Assigned").Item(n).Want(ok, "", "is no assignment of this order")
	}
	for n, l := range o.Lines {
		s.checkLine(tx, at.At("Lines").Item(n), o, l)
	}
}

func (s *state) checkLine(tx *sim.Tx[state], at *sim.Spot, o *order, l *orderLine) {
	at.Want(catalogue().byName[l.Bundle] != nil, "Bundle", noBundle)
	at.Want(l.Price >= 0, "Price", isNegative)
	at.Want(l.Quantity >= 0 && l.Quantity <= maxUnits, "Quantity", "is no number of bundles that can be bought")
	units := 0
	switch {
	case o.Apply:
		units = len(l.Targets)
	case o.Assign:
		units = l.Quantity
	}
	at.Want(len(l.Targets) == units && units <= maxUnits, "Targets", "are not one for each bundle")
	for n, iccid := range l.Targets {
		ok := held(tx, iccid) != nil || iccid == "" && !o.Apply
		at.At("Targets").Item(n).Want(ok, "", noESIM)
	}
	came := 0
	if !o.CompletedAt.IsZero() {
		came = units
	}
	at.Want(len(l.ICCIDs) == came, "ICCIDs", "are not one for each bundle that came")
	for n, iccid := range l.ICCIDs {
		at.At("ICCIDs").Item(n).Want(held(tx, iccid) != nil, "", noESIM)
	}
	for n, iccid := range l.Issued {
		at.At("Issued").Item(n).Want(slices.Contains(l.Targets, iccid) && o.Apply, "", "is no target of this line")
	}
	at.Want(len(l.Usages) == 0 || o.Apply && len(l.Usages) == units, "Usages", "are not one for each bundle of an apply")
	for n, id := range l.Usages {
		at.At("Usages").Item(n).Want(s.stock(id) != nil, "", noStock)
	}
}

// longest is more than any bundle lasts.
const longest = 10 * 365 * 24 * time.Hour

func (s *state) checkAssignment(tx *sim.Tx[state], at *sim.Spot, i int, a *assignment) {
	at.Want(a.ID == s.FirstID+i, "ID", "does not count on from FirstID")
	at.Want(held(tx, a.ICCID) != nil, "ICCID", noESIM)
	at.Want(catalogue().byName[a.Bundle] != nil, "Bundle", noBundle)
	o := s.order(a.Order)
	if at.Want(o != nil, "Order", noOrder) {
		at.Want(a.Index >= 0 && a.Index < len(o.Assigned) && o.Assigned[a.Index] == i, "Index", "is another assignment of the order")
	}
	at.Want(a.Price >= 0, "Price", isNegative)
	at.Want(a.Usage == 0 || s.stock(a.Usage) != nil, "Usage", noStock)
	at.Want(a.Months >= 1 && a.Months <= 120, "Months", "is no number from 1 to 120")
	at.Want(a.Length > 0 && a.Length <= longest, "Length", "is no time up to ten years")
	at.Want(a.Volume > 0 && a.Volume <= 1_000_000*esim.GB, "Volume", "is none, or more than a bundle has")
	at.Want(a.Used <= a.Volume && (a.Used == 0 || !a.StartedAt.IsZero()), "Used", "is more than there is, or before the start")
	at.Want(!a.StartedAt.After(tx.Now), "StartedAt", "is still to come")
	at.Want(a.Day >= 0 && time.Duration(a.Day) <= a.Length/(24*time.Hour), "Day", "is outside the bundle's time")
	at.Want(a.Alerts >= 0 && a.Alerts <= len(thresholds), "Alerts", "is no number of thresholds")
	at.Want(slices.Contains([]refund{toNobody, toInventory, toBalance}, a.Refund), "Refund", "is neither inventory nor balance")
}

func (s *state) checkESIM(tx *sim.Tx[state], at *sim.Spot, e *heldESIM) {
	at.Want(e.Country == "" || !e.CountryAt.IsZero() && !e.CountryAt.After(tx.Now), "CountryAt", "is never, or still to come")
	last := -1
	for n, i := range e.Assigned {
		ok := i > last && i < len(s.Assigned) && s.Assigned[i].ICCID == e.ICCID
		at.At("Assigned").Item(n).Want(ok, "", "is no assignment on this eSIM, or out of order")
		last = i
	}
}

// knows is for those who wait: at the edges of the balance, percents and amounts.
func knows(tx *sim.Tx[state], entity, id string) bool {
	switch entity {
	case "order":
		return tx.State.order(id) != nil
	case "bundle":
		return tx.State.assignment(id) != nil
	case "inventory":
		n, err := strconv.Atoi(id)
		return err == nil && tx.State.stock(n) != nil
	case "balance":
		amount, err := money.Parse(id)
		return err == nil && amount > 0
	}
	return held(tx, id) != nil
}
