package esimfly

import "github.com/esimsim/esimsim/internal/esim"

// words are what the API calls the state of an eSIM, in five places. How they go together
// is put together from the pairs that api-docs print.
type words struct {
	status  string  // of lists: NEW
	esim    *string // esim_status
	sim     *string // sim_status
	raw     *string // profile_status, the network's own word
	profile *string // profile, of the live status
}

const (
	affected    = "AFFECTED" // assigned
	released    = "FREE"
	atRest      = "Assigned (Not Installed)"
	notActive   = "Not Active"
	cutOff      = "Disconnected"
	restored    = "Active"
	isEnabled   = "Enabled"
	isNotThere  = "Not Installed"
	rawEnabled  = "Enable"
	rawDeleted  = "Delete"
	downloading = "BPP installation"
)

// words of an eSIM; p is nil while it is pending, when there is nothing to tell.
func (e *soldESIM) words(p *esim.Profile) words {
	w := words{status: e.status()}
	if p == nil {
		return w
	}
	w.sim, w.profile = ptr(affected), ptr(isNotThere)
	switch {
	case !e.InstalledAt.IsZero(), !e.ActivatedAt.IsZero():
		w.raw, w.profile = ptr(rawEnabled), ptr(isEnabled)
	case p.OnDevice:
		w.raw = ptr(downloading)
	}
	switch w.status {
	case statusCancelled:
		w.esim, w.sim, w.raw, w.profile = ptr(notActive), ptr(released), nil, ptr(isNotThere)
	case statusDeleted:
		w.esim, w.sim, w.raw, w.profile = ptr(notActive), ptr(released), ptr(rawDeleted), ptr(isNotThere)
	case statusExpired, statusDepleted:
		w.esim = ptr(notActive)
	case statusActive:
		w.esim = ptr(restored)
	case statusNew:
		w.esim = ptr(atRest)
		if !e.InstalledAt.IsZero() {
			w.esim = ptr("Installed")
		}
	}
	if !e.SuspendedAt.IsZero() && !e.over() {
		w.esim = ptr(cutOff)
	}
	return w
}

// orderWord is how orders write the status of an eSIM: New where lists say NEW.
func orderWord(status string) string {
	if status == statusNew {
		return "New"
	}
	return status
}

// numbers are the subscriber's. Which providers tell them is assumed, but for esimfly's own
// network. A carrier's telephone number begins as its package says.
func numbers(p *esim.Profile, of *pack) (imsi, msisdn *string) {
	if p == nil || !hasNumber(of.class) {
		return nil, nil
	}
	number := p.MSISDN
	if of.item.carrierTerms != nil && of.item.PhoneNumber != nil {
		number = of.item.PhoneNumber.Prefix[1:] + number[2:]
	}
	return &p.IMSI, &number
}
