package esimfly

import (
	"strconv"

	"github.com/esimsim/esimsim/sim"
)

// Where and under what numbers the invented profiles wait.
const (
	iccidPrefix    = "8932042" // as on the page
	smdpAddress    = "rsp.esimfly.test"
	matchingLetter = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
)

// provision gives an order its eSIMs.
func provision(tx *sim.Tx[state], reference string) error {
	o, err := findPending(tx, reference)
	if err != nil {
		return err
	}
	tx.Cancel(edgeFailed, reference)
	o.ProvisionedAt = tx.Now
	p := catalogue().byCode[o.PackageCode]
	for i := range o.Quantity {
		profile := tx.Issue(sim.Issue{
			Prefix: iccidPrefix, ID: strconv.Itoa(o.ID + i),
			SMDPAddress: smdpAddress, MatchingID: newMatchingID(tx),
			MSISDN: p.class == classOwn, Countries: p.countries,
		})
		e := &soldESIM{
			ICCID: string(profile.ICCID), ID: o.ID + i, Reference: o.Reference,
			Volume: o.Volume, Days: o.Days, InstallBy: o.installBy(),
		}
		tx.State.addESIM(e)
		o.ICCIDs = append(o.ICCIDs, e.ICCID)
		tx.At(edgeExpired, e.ICCID, e.InstallBy)
	}
	return nil
}

// newMatchingID reads K7Q2-9XTD-41PA.
func newMatchingID(tx *sim.Tx[state]) string {
	return tx.Text(4, matchingLetter) + "-" + tx.Text(4, matchingLetter) + "-" + tx.Text(4, matchingLetter)
}

// fail gives the money back.
func fail(tx *sim.Tx[state], reference string) error {
	o, err := findPending(tx, reference)
	if err != nil {
		return err
	}
	tx.Cancel(edgeProvisioned, reference)
	o.FailedAt = tx.Now
	tx.State.Balance += o.Amount
	return nil
}

func findPending(tx *sim.Tx[state], reference string) (*order, error) {
	o := tx.State.order(reference)
	if o == nil {
		return nil, &sim.EdgeError{ID: reference}
	}
	if st := o.status(); st != orderPending {
		return nil, &sim.EdgeError{ID: reference, State: st, Wanted: orderPending}
	}
	return o, nil
}
