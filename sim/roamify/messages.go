package roamify

import "github.com/esimsim/esimsim/sim"

var messageBody = schema{keys: []key{
	{name: "iccid", required: true},
	{name: "message", required: true},
}}

// sendSms takes a text for the device that has the eSIM. Nothing receives it here.
func sendSms(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	body, err := messageBody.body(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	e := byICCID(tx, body.text("iccid"))
	if e == nil {
		return sim.Reply{}, errESIMNotFound
	}
	return answer(wireSent{ICCID: e.ICCID, Message: body.text("message")}), nil
}
