package esimgo

import (
	"strconv"

	"github.com/esimsim/esimsim/sim"
)

func validationOf(o *order, valid bool) validationWire {
	w := validationWire{
		Total: o.Total.Float(), Valid: valid, Currency: currency,
		CreatedDate: o.CreatedAt.Format(nanos), Assigned: o.Assign,
	}
	for _, l := range o.Lines {
		w.Order = append(w.Order, lineOf(l))
	}
	return w
}

func lineOf(l *orderLine) lineWire {
	return lineWire{
		Type: "bundle", Item: l.Bundle, Quantity: l.Quantity, SubTotal: l.Price.Times(l.Quantity).Float(),
		PricePerUnit: l.Price.Float(), AllowReassign: l.AllowReassign,
	}
}

// receiptOf answers the purchase itself; orderOf is what later reads see.
func receiptOf(tx *sim.Tx[state], o *order) orderWire {
	w := orderWire{
		Total: o.Total.Float(), Currency: currency, Status: o.status(),
		OrderReference: o.Reference, CreatedDate: o.CreatedAt.Format(nanos), Assigned: o.Assign, SourceIP: o.SourceIP,
	}
	if o.Apply {
		w.Order = appliedLines(tx, o)
	} else {
		w.Order = boughtLines(tx, o)
	}
	esims := 0
	for _, l := range o.Lines {
		esims += len(l.ICCIDs)
	}
	if esims == 0 {
		w.StatusMessage = "Order " + w.Status
	} else { // live answers say so of a single one too
		w.StatusMessage = "Order " + w.Status + ": " + strconv.Itoa(esims) + " eSIMs assigned"
	}
	return w
}

func boughtLines(tx *sim.Tx[state], o *order) []lineWire {
	lines := make([]lineWire, 0, len(o.Lines))
	for _, l := range o.Lines {
		w := lineOf(l)
		for _, iccid := range l.ICCIDs {
			w.ESIMs = append(w.ESIMs, installOf(tx, iccid))
		}
		w.ICCIDs = l.ICCIDs
		lines = append(lines, w)
	}
	return lines
}

// appliedLines are those of an order that POST /esims/apply made: one for each assignment,
// free of charge (vendor's release notes of v2.2). While it is processing, and when it
// failed, they are those that were to be.
func appliedLines(tx *sim.Tx[state], o *order) []lineWire {
	lines := make([]lineWire, 0, len(o.Assigned))
	add := func(iccid, reference string) {
		lines = append(lines, lineWire{
			ESIMs: []installWire{installOf(tx, iccid)}, Type: "bundleAssignment", Item: reference, ICCIDs: []string{iccid},
		})
	}
	for _, i := range o.Assigned {
		a := tx.State.Assigned[i]
		add(a.ICCID, a.reference())
	}
	if !o.CompletedAt.IsZero() {
		return lines
	}
	for _, l := range o.Lines {
		for _, iccid := range l.Targets {
			for range catalogue().byName[l.Bundle].Plan.assignments() {
				add(iccid, o.Reference+"-"+strconv.Itoa(len(lines)))
			}
		}
	}
	return lines
}

func installOf(tx *sim.Tx[state], iccid string) installWire {
	code := tx.ESIM(iccid).Code
	return installWire{ICCID: iccid, MatchingID: code.MatchingID, SMDPAddress: code.SMDPAddress}
}

// orderOf is an order as GET /orders/{orderReference} and GET /orders show it.
func orderOf(tx *sim.Tx[state], o *order) orderWire {
	w := receiptOf(tx, o)
	w.CreateDate = w.CreatedDate
	return w
}

// rowOf is an order in the list, whose lines have a link to an invoice; with or without
// the eSIMs.
func rowOf(tx *sim.Tx[state], o *order, esims bool) orderWire {
	w := orderOf(tx, o)
	for i := range w.Order {
		w.Order[i].InvoiceLink = new(string)
		if !esims {
			w.Order[i].ESIMs, w.Order[i].ICCIDs = nil, nil
		}
	}
	return w
}
