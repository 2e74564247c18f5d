package esimgo

import (
	"net/http"
	"unicode/utf8"

	"github.com/esimsim/esimsim/sim"
)

// refreshESIM is GET /esims/{iccid}/refresh, which has an effect although it is a GET: the
// network drops the eSIM, and it has to register again.
func refreshESIM(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	e, err := owned(tx, r.Param("iccid"))
	switch {
	case err != nil:
		return sim.Reply{}, err
	case e.gone() == deactivated:
		return sim.Reply{}, errDeactivated
	}
	e.acted(tx, "eSIM Refreshed")
	e.remember(tx, "eSIM Refreshed", nil, "")
	return done("Successfully refreshed SIM"), nil
}

// checkCompatibility is GET /esims/{iccid}/compatible/{bundle}: whether the bundle could
// be put on that eSIM.
func checkCompatibility(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	e, err := owned(tx, r.Param("iccid"))
	if err != nil {
		return sim.Reply{}, err
	}
	b, err := find(tx, r.Param("bundle"))
	if err != nil {
		return sim.Reply{}, err
	}
	w := compatibleWire{Compatible: e.Version == b.Version && e.gone() != deactivated}
	w.Message = "bundle is compatible with eSIM"
	if !w.Compatible {
		w.Message = errIncompatible.Message
	}
	w.Status = w.Message
	return sim.Reply{Status: http.StatusOK, Body: w}, nil
}

// sender is the only one an SMS may come from, unless the vendor grants another.
const sender = "eSIM"

// sendSMS is POST /esims/{iccid}/sms. It reaches every eSIM that has a telephone number.
func sendSMS(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	b, err := decode(r)
	if err != nil {
		return sim.Reply{}, err
	}
	text, from := b.text("message"), b.text("from")
	if *b.wrong {
		return sim.Reply{}, errInvalidBody
	}
	e, err := owned(tx, r.Param("iccid"))
	switch n := utf8.RuneCountInString(text); {
	case err != nil:
		return sim.Reply{}, err
	case n < 1 || n > 160 && !tx.Lenient():
		return sim.Reply{}, errMessageLength
	case from != "" && from != sender && !tx.Lenient():
		return sim.Reply{}, errSender
	case e.gone() == deactivated:
		return sim.Reply{}, errDeactivated
	case tx.ESIM(e.ICCID).MSISDN == "":
		return sim.Reply{}, errNoMSISDN
	}
	return done("sent"), nil
}

// getLocation is GET /esims/{iccid}/location: where the eSIM was last seen, and on which
// network. One that never was anywhere, or where no network is known of, has empty words
// and no date (assumed).
func getLocation(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	e, err := owned(tx, r.Param("iccid"))
	if err != nil {
		return sim.Reply{}, err
	}
	p, country, seen := tx.ESIM(e.ICCID), "", ""
	on := serving(p.LastCountry)
	if on.MCC != "" && !p.LastSeenAt.IsZero() {
		country, seen = p.LastCountry, p.LastSeenAt.Format(micros)
	}
	facts := locationFacts{MobileNetworkCode: on.TADIG, NetworkName: on.Operator}
	if r.Mount == v23 {
		return sim.Reply{Status: http.StatusOK, Body: locationWire23{locationFacts: facts, Country: country, LastSeen: seen}}, nil
	}
	return sim.Reply{Status: http.StatusOK, Body: locationWire{
		locationFacts: facts, NetworkBrandName: on.Brand, Country: country, LastSeen: seen,
	}}, nil
}
