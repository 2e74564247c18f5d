package esimfly

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// The events that are sent.
const (
	hookProvisioned = "esim.provisioned"
	hookInstalled   = "esim.installed"
	hookProfile     = "esim.profile.updated"
	hookStatus      = "esim.status.changed"
	hookUsage       = "esim.usage.threshold"
)

// Where they say they come from: api-docs print the last alone, the others are assumed.
const (
	sourceProvisioning = "provisioning"
	sourceProfile      = "smdp"
	sourceStatus       = "status_sync"
	sourceUsage        = "usage_threshold"
)

// syncDelay is how long a new status may take to be told of: the most that api-docs name,
// so that clients do not learn to count on less.
const syncDelay = 30 * time.Minute

// hookSecretPrefix begins the secrets that sign events; it is part of the key.
const hookSecretPrefix = "whsec_"

const docWebhooks = "api-docs, Webhooks"

// webhooks are those of api-docs. order.completed is reserved there, and never sent.
func webhooks() sim.Webhooks[state] {
	return sim.Webhooks[state]{
		Events: []sim.Event[state]{
			{Name: hookProvisioned, Basis: sim.Documented, Source: docWebhooks + ": the QR code of an asynchronously provisioned package is ready", Sample: sampleProvisioned},
			{Name: hookInstalled, Basis: sim.Documented, Source: docWebhooks + ": first time only; eSIMfly eSIMs", Sample: sampleInstalled},
			{Name: hookProfile, Basis: sim.Documented, Source: docWebhooks + ": the profile's state at the SM-DP+; eSIMfly eSIMs", Sample: sampleProfile},
			{Name: hookStatus, Basis: sim.Documented, Source: docWebhooks + ": within 30 minutes, or at once with POST /esims/status", Sample: sampleStatus},
			{Name: hookUsage, Basis: sim.Documented, Source: docWebhooks + ": 500, 200, 100 and 50 MB left, once each for a package; eSIMfly eSIMs that are not unlimited", Sample: sampleUsage},
		},
		Timeout: 10 * time.Second,
		Retries: func(*sim.Tx[state]) []time.Duration {
			return []time.Duration{10 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute}
		},
		Received: received,
		Target:   target,
		Secret:   func(tx *sim.Tx[state]) string { return hookSecretPrefix + tx.Base() },
		Sign:     signEvent,
	}
}

func received(status int) bool { return status >= 200 && status < 300 }

// target is what PUT /webhooks said last.
func target(tx *sim.Tx[state]) sim.Target {
	if h := tx.State.Webhook; h != nil {
		return sim.Target{URL: h.URL, Secret: h.Secret}
	}
	return sim.Target{}
}

// signEvent covers the body alone, not the time, and in lower case, unlike requests.
func signEvent(s sim.Signing) http.Header {
	mac := hmac.New(sha256.New, []byte(s.Secret))
	mac.Write(s.Body)
	return http.Header{
		"Content-Type":        {"application/json"},
		"User-Agent":          {"eSIMfly-Webhook/1.0"},
		"X-Webhook-Event":     {s.Event},
		"X-Webhook-Signature": {"sha256=" + hex.EncodeToString(mac.Sum(nil))},
		"X-Webhook-Timestamp": {s.At.UTC().Format(wireMillis)},
		"X-Webhook-Id":        {s.ID},
	}
}

// hears says whether somebody is told of an order's eSIMs. An order's callbackUrl goes
// before the address of the key (api-docs, Create Order); that the key's choice of events
// and its secret hold there, too, is assumed.
func (o *order) hears(tx *sim.Tx[state], name string) bool {
	if h := tx.State.Webhook; h != nil && !slices.Contains(h.Events, name) {
		return false
	}
	return o.CallbackURL != "" || tx.Heard()
}

// send tells of an eSIM of the order, to whom it may concern.
func (o *order) send(tx *sim.Tx[state], name string, data any) {
	out := sim.Outgoing{Event: name, Body: eventBody{name, tx.Now.UTC().Format(wireMillis), data}, URL: o.CallbackURL}
	if out.URL != "" {
		out.Secret = tx.Webhook().Secret
	}
	tx.Send(out)
}

func (o *order) about(e *soldESIM, source string) aboutESIM {
	return aboutESIM{e.ICCID, e.ID, o.PackageCode, o.Reference, source}
}

// tellProvisioned is for those who were told to wait, whatever made them.
func tellProvisioned(tx *sim.Tx[state], o *order, e *soldESIM, p *esim.Profile) {
	if o.Deferred && o.hears(tx, hookProvisioned) {
		o.send(tx, hookProvisioned, provisionedOf(o, e, p))
	}
}

func provisionedOf(o *order, e *soldESIM, p *esim.Profile) provisionedData {
	image, err := dataURI(p.Code)
	if err != nil {
		panic("esimfly: " + p.Code.LPA() + ": " + err.Error()) // all codes are of one length
	}
	return provisionedData{
		aboutESIM: o.about(e, sourceProvisioning), QRCodeURL: image, LPAString: p.Code.LPA(),
		DirectAppleInstallURL: p.Code.AppleURL(), DirectAndroidInstallURL: p.Code.AndroidURL(), PackageName: o.PackageName,
	}
}

func tellInstalled(tx *sim.Tx[state], e *soldESIM) {
	o := tx.State.orderOf(e)
	if watched(o.class()) && o.hears(tx, hookInstalled) {
		o.send(tx, hookInstalled, installedOf(o, e, profile(tx, e)))
	}
}

func installedOf(o *order, e *soldESIM, p *esim.Profile) installedData {
	imsi, _ := numbers(p, o.pack())
	return installedData{
		aboutESIM: o.about(e, sourceProfile), EID: deviceOf(p), IMSI: imsi, InstalledAt: e.InstalledAt.UTC().Format(wireMillis),
	}
}

// tellProfile follows the profile at the SM-DP+, in the network's own words: what is told
// is what was not told before.
func tellProfile(tx *sim.Tx[state], e *soldESIM, to string) {
	from := e.ToldProfile
	e.ToldProfile = to
	o := tx.State.orderOf(e)
	if from != to && watched(o.class()) && o.hears(tx, hookProfile) {
		o.send(tx, hookProfile, profileOf(o, e, profile(tx, e), from, to, tx.Now))
	}
}

func profileOf(o *order, e *soldESIM, p *esim.Profile, from, to string, at time.Time) profileData {
	imsi, _ := numbers(p, o.pack())
	out := profileData{
		aboutESIM: o.about(e, sourceProfile), ProfileStatus: to, Profile: ptr(isNotThere),
		EID: deviceOf(p), IMSI: imsi, ChangedAt: at.UTC().Format(wireMillis),
	}
	if to == rawEnabled {
		out.Profile = ptr(isEnabled)
	}
	if from != "" {
		out.PreviousProfileStatus = &from
	}
	return out
}

// told is the status that was told last.
func (e *soldESIM) told() string { return cmp.Or(e.ToldStatus, statusNew) }

// changed follows a change of status, which is told of when the status is next synced. A
// suspension is none: the list's status stays.
func (e *soldESIM) changed(tx *sim.Tx[state], from string) {
	switch now := e.status(); {
	case now == from:
	case !tx.State.orderOf(e).hears(tx, hookStatus):
		e.ToldStatus = now
	case from == e.told():
		tx.Await(edgeSynced, e.ICCID) // later changes are told of together with this one
	}
}

func synchronise(tx *sim.Tx[state], iccid string) error {
	e, err := find(tx, iccid)
	if err != nil {
		return err
	}
	if e.status() == e.told() {
		return e.refuse("a status that nobody was told of")
	}
	tellStatus(tx, e)
	return nil
}

// tellStatus tells of a status once. That changed_at is when the change was noticed is
// assumed.
func tellStatus(tx *sim.Tx[state], e *soldESIM) {
	from, to := e.told(), e.status()
	if from == to {
		return
	}
	tx.Cancel(edgeSynced, e.ICCID)
	e.ToldStatus = to
	if o := tx.State.orderOf(e); o.hears(tx, hookStatus) {
		o.send(tx, hookStatus, statusOf(o, e, from, to, tx.Now))
	}
}

func statusOf(o *order, e *soldESIM, from, to string, at time.Time) statusData {
	return statusData{
		aboutESIM: o.about(e, sourceStatus), OldStatus: from, NewStatus: to,
		ChangedAt: at.UTC().Format(wireMillis), ExpiryDate: formatIf(e.expires(), wireMillis),
	}
}

// thresholds are what is left, in megabytes, when an alert is due.
var thresholds = []int{500, 200, 100, 50}

// tellUsage alerts for each threshold that a use went past, or came down to. A top-up is
// another package, after which each can be met again.
func tellUsage(tx *sim.Tx[state], e *soldESIM, used esim.Bytes) {
	o := tx.State.orderOf(e)
	if e.unlimited() || !watched(o.class()) || !o.hears(tx, hookUsage) {
		return
	}
	left := e.Volume - e.Used
	for _, mb := range thresholds {
		if at := esim.Bytes(mb) * esim.MiB; left <= at && at < left+used {
			o.send(tx, hookUsage, usageOf(o, e, mb, tx.State.packageID(e), tx.Now))
		}
	}
}

func usageOf(o *order, e *soldESIM, mb, packageID int, at time.Time) usageAlert {
	return usageAlert{
		aboutESIM: o.about(e, sourceUsage), ThresholdRemainingMB: mb,
		UsedPercent: math.Round(float64(e.Used) / float64(e.Volume) * 100),
		UsedGB:      gigabytes(e.Used), TotalGB: gigabytes(e.Volume), RemainingGB: gigabytes(e.Volume - e.Used),
		PackageID: packageID, ReportedAt: at.UTC().Format(wireMillis),
	}
}

// packageID numbers the package that an eSIM had last: its own, or a top-up. The numbers
// are invented, about as large as those in the samples.
func (s *state) packageID(e *soldESIM) int {
	id := e.ID
	for _, t := range s.topUpsOf(e) {
		if t.status() == orderCompleted {
			id = t.ID
		}
	}
	return 213_000_000 + id
}

// deviceOf is the EID of the device that a profile went to, null where none is known.
func deviceOf(p *esim.Profile) *string {
	if p.EID == "" {
		return nil
	}
	return ptr(p.EID)
}
