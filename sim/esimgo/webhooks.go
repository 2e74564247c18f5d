package esimgo

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/esimsim/esimsim/internal/atlas"
	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// The callbacks, by the words they call themselves.
const (
	utilisation         = "Utilisation"
	firstUse            = "FirstUse"
	firstAttachment     = "FirstAttachment"
	countryChange       = "CountryChange"
	lowBalanceAlert     = "LowBalance"
	insufficientBalance = "InsufficientBalance"
	manualTopUp         = "Topup"
	automaticTopUp      = "AutoTopup"
	vendorTopUp         = "eSIMGoTopup"
	msisdnDisabled      = "MSISDNDisabled"
	profileChanged      = "esim.profile_status_changed"
	deletionScheduled   = "esim.deletion_scheduled"
	deletionDone        = "esim.deleted"
)

// callbacks are what the organisation is told. Where to is set in the vendor's portal, for
// which the control plane stands here. Time-out and retries are undocumented: ten seconds,
// and none unless a setting asks for them, are assumed. No page lets another status than
// 200 stand for success (owner's page).
var callbacks = sim.Webhooks[state]{
	Events: []sim.Event[state]{
		{
			Name: utilisation, Basis: sim.Brief, Sample: sampleUtilisation,
			Source: "owner's page: eSIM Usage Callback; that it comes at 1, 50, 80 and 100 %: vendor's Utilisation page",
		},
		{
			Name: firstUse, Basis: sim.Documented, Sample: sampleFirstUse,
			Source: "vendor's FirstUse page: once, with the first data; that it has the further fields of version 3 is assumed",
		},
		{
			Name: firstAttachment, Basis: sim.Documented, Sample: sampleFirstAttachment,
			Source: "vendor's FirstAttachment page: once, with the first registration on a network",
		},
		{
			Name: countryChange, Basis: sim.Documented, Sample: sampleCountryChange,
			Source: "vendor's LocationUpdate page: a country not visited in the last 24 hours, and every 24 hours of a stay",
		},
		{
			Name: lowBalanceAlert, Basis: sim.Documented, Sample: sampleLowBalance,
			Source: "vendor's LowBalance page: at the threshold, and at 75, 50 and 10 % of it",
		},
		{
			Name: insufficientBalance, Basis: sim.Documented, Sample: sampleInsufficientBalance,
			Source: "vendor's InsufficientBalance page: up to ten times; that a credit begins the count anew is assumed",
		},
		{
			Name: manualTopUp, Basis: sim.Documented, Sample: sampleTopUp(manualTopUp),
			Source: "vendor's Topup page",
		},
		{
			Name: automaticTopUp, Basis: sim.Documented, Sample: sampleTopUp(automaticTopUp),
			Source: "vendor's AutoTopup page: from the saved card, below the threshold",
		},
		{
			Name: vendorTopUp, Basis: sim.Documented, Sample: sampleTopUp(vendorTopUp),
			Source: "vendor's eSIMGoTopup page: by the vendor itself",
		},
		{
			Name: msisdnDisabled, Basis: sim.Documented, Sample: sampleMSISDNDisabled,
			Source: "vendor's MSISDNDisabled page: of bundles of voice and SMS, which are left out, so that only trigger sends it",
		},
		{
			Name: profileChanged, Basis: sim.Documented, Sample: sampleProfileChanged,
			Source: "vendor's notification pages of 2026: Downloaded, Installed and Released; the names of its keys are assumed",
		},
		{
			Name: deletionScheduled, Basis: sim.Documented, Sample: sampleDeletion(deletionScheduled),
			Source: "vendor's notification pages of 2026: 7 days before the deletion; that date is that of the event is assumed",
		},
		{
			Name: deletionDone, Basis: sim.Documented, Sample: sampleDeletion(deletionDone),
			Source: "vendor's notification pages of 2026: when the eSIM is deactivated for good",
		},
	},
	Timeout: 10 * time.Second,
	Retries: func(tx *sim.Tx[state]) []time.Duration {
		if tx.Setting("callbackRetries") == "off" {
			return nil
		}
		return []time.Duration{time.Second, 5 * time.Second, 30 * time.Second}
	},
	Received: func(status int) bool { return status == http.StatusOK },
	Listened: func(tx *sim.Tx[state]) {
		for _, e := range tx.State.ESIMs {
			if !tx.Waits("esim.located", e.ICCID) {
				stay(tx, e)
			}
		}
	},
	Secret: func(tx *sim.Tx[state]) string { return tx.Credential().Value },
	Sign:   sign,
}

// headerSignature is written as the vendor's webhooks guide has it, the only page that
// names it.
const headerSignature = "X-Signature-SHA256"

// sign gives the headers of a callback: from version 3 on with a signature, keyed by the
// API key. The owner's page has it in base64, the webhooks guide in hexadecimal.
func sign(s sim.Signing) http.Header {
	header := http.Header{"Content-Type": {"application/json"}}
	if s.Setting("version") == "v2" {
		return header
	}
	mac := hmac.New(sha256.New, []byte(s.Secret))
	mac.Write(s.Body)
	text := base64.StdEncoding.EncodeToString
	if s.Setting("signature") == "hex" {
		text = hex.EncodeToString
	}
	header[headerSignature] = []string{text(mac.Sum(nil))}
	return header
}

// tell sends a callback about an eSIM. What has left the account is no matter of the
// organisation's any more.
func tell(tx *sim.Tx[state], e *heldESIM, event string, body any) {
	if e.ReturnedAt.IsZero() {
		tx.Send(sim.Outgoing{Event: event, Body: body})
	}
}

// usedBundleOf is the bundle of an assignment, as the version of callbacks shows it.
func usedBundleOf(tx *sim.Tx[state], a *assignment) any {
	w := usedBundle{
		ID: a.id(), Reference: a.reference(), Name: a.Bundle, Description: catalogue().byName[a.Bundle].Description,
		InitialQuantity: int64(a.Volume), RemainingQuantity: int64(a.remaining(tx.Now)),
		StartTime: a.StartedAt.Format(seconds), EndTime: a.endsAt().Format(seconds), Unlimited: a.Unlimited,
	}
	if tx.Setting("version") == "v2" {
		return usedBundleV2{w.Name, w.InitialQuantity, w.RemainingQuantity, w.StartTime, w.EndTime}
	}
	return w
}

func utilisationOf(tx *sim.Tx[state], a *assignment) usageWire {
	return usageWire{a.ICCID, utilisation, usedBundleOf(tx, a)}
}

func firstUseOf(tx *sim.Tx[state], a *assignment) firstUseWire {
	return firstUseWire{firstUse, a.ICCID, usedBundleOf(tx, a)}
}

func countryChangeOf(iccid, iso string) countryChangeWire {
	c, ok := atlas.ByISO(iso)
	if !ok {
		c.Name = iso
	}
	return countryChangeWire{countryChange, iccid, visitedCountry{iso, c.Name}}
}

func balanceOf(alert string, balance, threshold money.Amount) balanceWire {
	info := balanceInfo{Balance: balance.Float(), Threshold: threshold.Float()}
	if threshold > 0 {
		info.ThresholdPercentRemaining = money.Of(100 * info.Balance / info.Threshold).Float()
	}
	return balanceWire{alert, info}
}

func creditOf(alert string, before, after money.Amount) creditWire {
	return creditWire{alert, creditedAmount{before.Float(), after.Float()}}
}

func profileOf(tx *sim.Tx[state], iccid, status, eid string) profileWire {
	w := profileWire{Event: profileChanged, ICCID: iccid, ProfileStatus: status, Date: tx.Now.Format(seconds)}
	if eid != "" {
		w.Device = &deviceWire{EID: eid}
	}
	return w
}

// tellProfile sends what has become of the profile of an eSIM.
func tellProfile(tx *sim.Tx[state], e *heldESIM) {
	tell(tx, e, profileChanged, profileOf(tx, e.ICCID, e.status(), tx.ESIM(e.ICCID).EID))
}

func deletionOf(tx *sim.Tx[state], event, iccid string) deletionWire {
	return deletionWire{tx.Now.Format(seconds), event, iccid}
}
