package roamify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/esimsim/esimsim/internal/atlas"
	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// The types of events, which are their names here too. The word refunded is that of a
// status as well, in capitals.
const (
	usageHook        = "usage"
	statusHook       = "status"
	lowBalanceHook   = "low_balance"
	insufficientHook = "insufficient_balance"
	topUpHook        = "top_up"
	affiliateHook    = "order"
	refundedHook     = "refunded"
	rejectedHook     = "rejected"
)

// webhooks go where the partner's dashboard says; the API has no say in it.
var webhooks = sim.Webhooks[state]{
	Events: []sim.Event[state]{
		{
			Name: usageHook, Sample: sampleUsage,
			Basis: sim.Documented, Source: "usage webhook page: at 25, 50, 75, 90 and 100 % of data, and every four hours for each activated eSIM",
		},
		{
			Name: statusHook, Sample: sampleStatus,
			Basis: sim.Documented, Source: "status webhook page; NEW for a profile just made is assumed, as there is no READY",
		},
		{
			Name: lowBalanceHook, Sample: sampleLowBalance,
			Basis: sim.Documented, Source: "partner webhook page: below the threshold, and at 75, 50 and 25 % of it",
		},
		{
			Name: insufficientHook, Sample: func(tx *sim.Tx[state]) any { return partnerHook(tx, insufficientHook) },
			Basis: sim.Documented, Source: "partner webhook page: a purchase is refused",
		},
		{
			Name: topUpHook, Sample: func(tx *sim.Tx[state]) any { return partnerHook(tx, topUpHook) },
			Basis: sim.Documented, Source: "partner webhook page: funds are added; here, the balance is set higher",
		},
		{
			Name: affiliateHook, Sample: sampleAffiliateOrder,
			Basis: sim.Documented, Source: "affiliate webhook page: a sale through the partner's link; none is made here, so only a trigger sends it",
		},
		{
			Name: refundedHook, Sample: func(tx *sim.Tx[state]) any { return sampleRefund(tx, refundedHook) },
			Basis: sim.Documented, Source: "refund webhook page, 2026-11: a request is granted",
		},
		{
			Name: rejectedHook, Sample: func(tx *sim.Tx[state]) any { return sampleRefund(tx, rejectedHook) },
			Basis: sim.Documented, Source: "refund webhook page, 2026-11: a request is rejected",
		},
	},
	Timeout: 3 * time.Second, // webhook verification page; it was 2 s until 2026
	// Up to three at increasing intervals (webhooks page); how long they are is assumed.
	Retries: func(*sim.Tx[state]) []time.Duration {
		return []time.Duration{5 * time.Second, 30 * time.Second, 180 * time.Second}
	},
	Received: func(status int) bool { return status == http.StatusOK },
	Listened: func(tx *sim.Tx[state]) {
		for _, e := range tx.State.ESIMs {
			e.report(tx)
		}
	},
	// A partner has one of its own, apart from the token; its form is assumed.
	Secret: func(tx *sim.Tx[state]) string { return "whsec_roamify_" + tx.Base() },
	Sign:   sign,
}

// sign is of the bytes alone, with no instant and no prefix (webhook verification page).
func sign(s sim.Signing) http.Header {
	mac := hmac.New(sha256.New, []byte(s.Secret))
	mac.Write(s.Body)
	return http.Header{
		"Content-Type":        {"application/json"},
		"X-Roamify-Signature": {hex.EncodeToString(mac.Sum(nil))},
	}
}

// tell sends a status of an eSIM, and sees to its reports, which only an active one has.
func (e *eSIM) tell(tx *sim.Tx[state], status string) {
	if tx.Heard() {
		tx.Send(sim.Outgoing{Event: statusHook, Body: esimHook(tx, statusHook, e.statusHook(tx, status))})
	}
	e.report(tx)
}

// word is what events call the state of an eSIM: they have no READY, and tell apart what
// is INSTALLED in answers.
func (e *eSIM) word() string {
	switch s := e.status(); {
	case s == ready:
		return fresh
	case s != installed:
		return s
	case !e.DeletedAt.IsZero():
		return deleted
	case e.active():
		return activated
	case !e.InactiveAt.IsZero():
		return inactive
	}
	return installed
}

// usageShares are those of the data, in percent, that are told of. The last is told when
// the eSIM is depleted.
var usageShares = []esim.Bytes{25, 50, 75, 90}

// tellShares sends an alert for each share of the data that a use came to.
func (e *eSIM) tellShares(tx *sim.Tx[state], before esim.Bytes) {
	if e.Unlimited {
		return
	}
	for _, percent := range usageShares {
		if at := e.Allowed * percent; before*100 < at && e.Used*100 >= at {
			e.tellUsage(tx)
		}
	}
}

// tellUsage sends the figures of this instant. Assumed: not of eSIMs whose usage cannot be
// asked for.
func (e *eSIM) tellUsage(tx *sim.Tx[state]) {
	if tx.Heard() && e.metered() {
		tx.Send(sim.Outgoing{Event: usageHook, Body: esimHook(tx, usageHook, e.usageHook(tx))})
	}
}

func (e *eSIM) metered() bool { return !findPackage(e.Package).NoUsageCheck }

// reportEvery is how often the usage of an active eSIM is told, used or not.
const reportEvery = 4 * time.Hour

// report keeps the reports of an eSIM coming while it is active and somebody listens.
func (e *eSIM) report(tx *sim.Tx[state]) {
	switch wanted := tx.Heard() && e.word() == activated && e.metered(); {
	case wanted && e.ReportAt.IsZero():
		e.ReportAt = tx.Now.Add(reportEvery)
		tx.At(esimReported, e.ID, e.ReportAt)
	case !wanted && !e.ReportAt.IsZero():
		e.ReportAt = time.Time{}
		tx.Cancel(esimReported, e.ID)
	}
}

// reportUsage is passed every four hours.
func reportUsage(tx *sim.Tx[state], id string) error {
	e, err := living(tx, id, installed)
	switch {
	case err != nil:
		return err
	case e.word() != activated:
		return &sim.EdgeError{ID: id, State: e.word(), Wanted: activated}
	case !e.metered():
		return &sim.EdgeError{ID: id, State: "without usage check", Wanted: "with it"}
	}
	e.tellUsage(tx)
	e.ReportAt = time.Time{}
	e.report(tx)
	return nil
}

// esimHook has the name of the event with or without a prefix, as the pages differ.
func esimHook(tx *sim.Tx[state], name string, data any) wireESIMHook {
	if tx.Setting("webhookEventTypePrefix") == "true" {
		name = "esim_" + name
	}
	return wireESIMHook{EventCategory: "esim", EventType: name, Data: data}
}

// statusHook has no instants before first use, as the answers on usage (assumed).
func (e *eSIM) statusHook(tx *sim.Tx[state], status string) wireStatusHook {
	u := e.usage()
	w := wireStatusHook{
		Timestamp: epoch(tx.Now), ICCID: e.ICCID, ESIMID: e.ID, Start: u.StartedAt, End: u.ExpiredAt, Status: status,
	}
	if o := tx.State.order(e.Order); o != nil {
		w.ReferenceID = o.Reference
	}
	return w
}

// usageHook names the package that the eSIM was bought with, topped up or not (assumed).
func (e *eSIM) usageHook(tx *sim.Tx[state]) wireUsageHook {
	p, u := findPackage(e.Package), e.usage()
	w := wireUsageHook{
		wireStatusHook: e.statusHook(tx, e.word()), PackageID: p.ID, PackageName: p.Name,
		DataUnits: "MB", VoiceUnits: "minutes", SMSUnits: "sms",
		UsageData: wireUsageFigures{
			IsUnlimited: e.Unlimited, AllowedData: u.AllowedData, RemainingData: u.RemainingData,
			AllowedSMS: u.AllowedSMS, RemainingSMS: u.RemainingSMS, AllowedVoice: u.AllowedVoice, RemainingVoice: u.RemainingVoice,
		},
		UsageList: make([]wireUsageDay, len(e.Usage)),
	}
	for i, d := range e.Usage {
		country, _ := atlas.ByISO(d.Country)
		w.UsageList[i] = wireUsageDay{d.Day.Format(time.DateOnly), megabytes(d.Bytes), country.Name}
	}
	return w
}

// lowShares are those of the threshold, in percent, that are told of.
var lowShares = [...]int{100, 75, 50, 25}

// openingThreshold is that of a new account, as in the vendor's samples.
const openingThreshold = money.Amount(50_00)

func (s *state) threshold() money.Amount {
	if s.LowBalance != nil {
		return *s.LowBalance
	}
	return openingThreshold
}

// low says of each share whether the balance is that low: below the whole threshold, or
// down to a part of it.
func (s *state) low() (is [len(lowShares)]bool) {
	t := s.threshold()
	for i, percent := range lowShares {
		is[i] = s.Balance.Times(100) <= t.Times(percent) && s.Balance < t
	}
	return is
}

// tellBalance changes the account, and sends an alert for each share of the threshold
// that its balance came down to.
func tellBalance(tx *sim.Tx[state], change func()) {
	before := tx.State.low()
	change()
	if !tx.Heard() {
		return
	}
	for i, low := range tx.State.low() {
		if low && !before[i] {
			tx.Send(sim.Outgoing{Event: lowBalanceHook, Body: lowHook(tx, tx.State.Balance, lowShares[i])})
		}
	}
}

// tooPoor is the refusal of a purchase, which is told of also by an event.
func tooPoor(tx *sim.Tx[state]) error {
	tellPartner(tx, insufficientHook)
	return errInsufficientBalance
}

func tellPartner(tx *sim.Tx[state], name string) {
	if tx.Heard() {
		tx.Send(sim.Outgoing{Event: name, Body: partnerHook(tx, name)})
	}
}

// partnerHook is without a threshold, which the page has "if applicable".
func partnerHook(tx *sim.Tx[state], name string) wirePartnerHook {
	return wirePartnerHook{EventType: name, EventCategory: "partner", Data: wirePartnerData{
		Timestamp: epoch(tx.Now), Balance: tx.State.Balance.Float(), Currency: currency,
	}}
}

func lowHook(tx *sim.Tx[state], balance money.Amount, percent int) wirePartnerHook {
	w, threshold := partnerHook(tx, lowBalanceHook), tx.State.threshold().Float()
	w.Data.Balance, w.Data.Threshold, w.Data.ThresholdPercentage = balance.Float(), &threshold, &percent
	return w
}

// tellDecision sends what people made of a request; nothing else about it is told.
func (f *refund) tellDecision(tx *sim.Tx[state], name string) {
	if tx.Heard() {
		tx.Send(sim.Outgoing{Event: name, Body: refundHook(tx, f, tx.State.esim(f.ESIM), name)})
	}
}

func refundHook(tx *sim.Tx[state], f *refund, e *eSIM, name string) wireRefundHook {
	return wireRefundHook{
		EventID: "rfd_" + f.ID + "_" + name, EventCategory: "refund", EventType: name,
		Data: wireRefundData{
			Timestamp: epoch(tx.Now), RefundID: f.ID, Status: f.status(), ProductType: itemType,
			ESIMID: e.ID, ICCID: e.ICCID, RejectionReason: f.Rejection,
		},
	}
}
