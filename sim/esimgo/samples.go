package esimgo

import (
	"slices"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// What samples of callbacks are about where the account has nothing that fits. The MSISDN
// is of those that are kept for fiction.
const (
	sampleICCID  = "8943108170002310451"
	sampleMSISDN = "447700900123"
	sampleEID    = "89049032007408882600037851264359"
)

// sampleESIM is the newest eSIM of the account that fits, nil for none.
func sampleESIM(tx *sim.Tx[state], fits func(*heldESIM) bool) *heldESIM {
	for _, e := range slices.Backward(tx.State.ESIMs) {
		if e.ReturnedAt.IsZero() && fits(e) {
			return e
		}
	}
	return nil
}

func anyICCID(tx *sim.Tx[state]) string {
	if e := sampleESIM(tx, func(*heldESIM) bool { return true }); e != nil {
		return e.ICCID
	}
	return sampleICCID
}

// sampleAssignment is a copy of the newest assignment that is in use or used up, else one
// that looks as if it were used to four fifths.
func sampleAssignment(tx *sim.Tx[state]) *assignment {
	newest := (*assignment)(nil)
	for _, a := range slices.Backward(tx.State.Assigned) {
		if !held(tx, a.ICCID).ReturnedAt.IsZero() {
			continue
		}
		if state := a.state(); state == active || state == depleted {
			found := *a
			return &found
		}
		if newest == nil {
			newest = a
		}
	}
	made := assignment{
		ID: 215_104_377, ICCID: sampleICCID, Bundle: "esim_5GB_30D_JP_V2", Order: "5d0c8a7e-3f41-4b7e-9a52-6c1f0e8b2d19",
		Length: 30 * 24 * time.Hour, Volume: 5 * esim.GB,
	}
	if newest != nil {
		made = *newest
	}
	made.StartedAt, made.Day, made.Used = tx.Now, 0, made.Volume/5*4
	return &made
}

func sampleUtilisation(tx *sim.Tx[state]) any { return utilisationOf(tx, sampleAssignment(tx)) }

// sampleFirstUse shows the bundle after its first kilobyte, as the vendor's page does.
func sampleFirstUse(tx *sim.Tx[state]) any {
	a := sampleAssignment(tx)
	a.Used, a.Day = 1000, a.day(tx.Now)
	return firstUseOf(tx, a)
}

func sampleFirstAttachment(tx *sim.Tx[state]) any {
	return attachmentWire{firstAttachment, anyICCID(tx)}
}

func sampleCountryChange(tx *sim.Tx[state]) any {
	if e := sampleESIM(tx, func(e *heldESIM) bool { return e.Country != "" }); e != nil {
		return countryChangeOf(e.ICCID, e.Country)
	}
	iccid, country := anyICCID(tx), "JP"
	if p := tx.ESIM(iccid); p != nil && len(p.Countries) > 0 {
		country = p.Countries[0]
	}
	return countryChangeOf(iccid, country)
}

// sampleLowBalance has a balance below the threshold, the account's own where it is.
func sampleLowBalance(tx *sim.Tx[state]) any {
	s := tx.State
	return balanceOf(lowBalanceAlert, min(s.Balance, s.Alert.Share(0.742)), s.Alert)
}

func sampleInsufficientBalance(tx *sim.Tx[state]) any {
	return balanceOf(insufficientBalance, tx.State.Balance, tx.State.Alert)
}

// sampleTopUp makes samples as of a top-up by the least that the vendor takes.
func sampleTopUp(alert string) func(*sim.Tx[state]) any {
	return func(tx *sim.Tx[state]) any {
		return creditOf(alert, tx.State.Balance, tx.State.Balance+money.Of(leastTopUp))
	}
}

func sampleMSISDNDisabled(tx *sim.Tx[state]) any {
	w := msisdnWire{msisdnDisabled, sampleICCID, sampleMSISDN, "Bundle expired"}
	if e := sampleESIM(tx, func(e *heldESIM) bool { return tx.ESIM(e.ICCID).MSISDN != "" }); e != nil {
		w.ICCID, w.MSISDN = e.ICCID, tx.ESIM(e.ICCID).MSISDN
	}
	return w
}

func sampleProfileChanged(tx *sim.Tx[state]) any {
	if e := sampleESIM(tx, func(e *heldESIM) bool { return e.gone() == "" }); e != nil {
		return profileOf(tx, e.ICCID, e.status(), tx.ESIM(e.ICCID).EID)
	}
	return profileOf(tx, sampleICCID, installed, sampleEID)
}

func sampleDeletion(event string) func(*sim.Tx[state]) any {
	return func(tx *sim.Tx[state]) any { return deletionOf(tx, event, anyICCID(tx)) }
}
