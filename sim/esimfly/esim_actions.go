package esimfly

import (
	"time"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/esimsim/esimsim/sim"
)

// maxSMS is the longest text, in characters.
const maxSMS = 500

// identified is the body of an operation on one eSIM, checked to name it.
func identified(r *sim.Request) (sim.Object, error) {
	body, err := object(r, errMissingIdentifier)
	if err == nil {
		err = identifies(body)
	}
	return body, err
}

func identifies(body sim.Object) error {
	if !filled(body.Field("iccid")) && body.Field("esimId").Type != gjson.Number {
		return errMissingIdentifier
	}
	return nil
}

// named is the eSIM that a body names: by iccid, or by esimId where that is absent. What
// another account holds is not found here, as each world has accounts of its own.
func named(tx *sim.Tx[state], body sim.Object) (*soldESIM, error) {
	s := tx.State
	var e *soldESIM
	if iccid := body.Field("iccid"); filled(iccid) {
		e = esimCalled(tx, iccid.Str)
	} else if n := body.Field("esimId").Num; n == float64(int(n)) {
		e = s.esimByID(int(n))
	}
	if e == nil || !s.orderOf(e).FailedAt.IsZero() {
		return nil, errESIMNotFound
	}
	return e, nil
}

// suspendESIM cuts an eSIM off, or lets it back. It can be done again and again; that one
// which is new, or over, is taken too is assumed.
func suspendESIM(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	body, err := object(r, errInvalidAction)
	if err != nil {
		return sim.Reply{}, err
	}
	action := body.Field("action").Str
	if action != "suspend" && action != "activate" {
		return sim.Reply{}, errInvalidAction
	}
	if err := identifies(body); err != nil {
		return sim.Reply{}, err
	}
	e, err := named(tx, body)
	if err != nil {
		return sim.Reply{}, err
	}
	if err := tx.State.watches(e, errUnsupportedProvider); err != nil {
		return sim.Reply{}, err
	}

	out := dataAnswer[suspended]{
		Success: true, Message: "eSIM suspended. Network access has been blocked.",
		Data: suspended{ICCID: e.ICCID, Action: action, ESIMStatus: cutOff},
	}
	edge, other, idle := edgeSuspended, edgeReactivated, !e.SuspendedAt.IsZero()
	if action == "activate" {
		out.Message, out.Data.ESIMStatus = "eSIM activated. Network access has been restored.", restored
		edge, other, idle = edgeReactivated, edgeSuspended, e.SuspendedAt.IsZero()
	}
	tx.Cancel(other, e.ICCID)
	if idle || e.over() {
		r.Note(&oddNoEffect, "/action", "nothing to "+action+": read the eSIM's status first")
	} else {
		tx.Await(edge, e.ICCID)
	}
	return sim.Reply{Body: out}, nil
}

func suspend(tx *sim.Tx[state], iccid string) error {
	e, err := find(tx, iccid)
	if err != nil {
		return err
	}
	if !e.SuspendedAt.IsZero() || e.over() {
		return e.refuse("not suspended, and " + alive)
	}
	e.SuspendedAt = tx.Now
	e.hangUp(tx)
	return nil
}

func reactivate(tx *sim.Tx[state], iccid string) error {
	e, err := find(tx, iccid)
	if err != nil {
		return err
	}
	if e.SuspendedAt.IsZero() || e.over() {
		return e.refuse("suspended, and " + alive)
	}
	e.SuspendedAt = time.Time{}
	return nil
}

// sendSMS texts an eSIM. That it takes one with a telephone number, and fails where the
// eSIM is over, is assumed.
func sendSMS(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	body, err := identified(r)
	if err != nil {
		return sim.Reply{}, err
	}
	message := body.Field("message")
	switch {
	case !filled(message):
		return sim.Reply{}, errMissingMessage
	case utf8.RuneCountInString(message.Str) > maxSMS:
		return sim.Reply{}, errMessageTooLong
	}
	e, err := named(tx, body)
	switch {
	case err != nil:
		return sim.Reply{}, err
	case !hasNumber(tx.State.orderOf(e).class()):
		return sim.Reply{}, errSMSNotSupported
	case e.pending(), e.over():
		return sim.Reply{}, errSMSFailed
	}
	return sim.Reply{Body: plainAnswer{Success: true, Message: "SMS sent successfully"}}, nil
}
