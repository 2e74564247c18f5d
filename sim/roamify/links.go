package roamify

import (
	"net/url"
	"strings"

	"github.com/esimsim/esimsim/sim"
)

var linkBody = schema{
	keys:       []key{{name: "iccid"}, {name: "esimId"}},
	atLeastOne: []string{"iccid", "esimId"},
}

// createLink gives out the page of an eSIM, to be sent to whoever will install it. Asked
// again, it is the same page (assumed).
func createLink(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	body, err := linkBody.body(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	e, err := named(tx, body)
	if err != nil {
		return sim.Reply{}, err
	}
	if e.ICCID == "" {
		return sim.Reply{}, errPending
	}
	if e.Link.Key == "" {
		e.Link = shareLink{Key: codeOf(tx), AccessCode: tx.Text(4, "0123456789"), CreatedAt: tx.Now}
		tx.State.ESIMByLink[e.Link.Key] = tx.State.ESIMByID[e.ID]
	}
	return answer(e.wireLink(r)), nil
}

// codeOf is a key as links and vouchers have: twelve capitals and digits.
func codeOf(tx *sim.Tx[state]) string { return tx.Text(12, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") }

func (e *eSIM) wireLink(r *sim.Request) wireLink {
	link := r.PageLink(linkPages + e.Link.Key)
	text := "Your eSIM: " + link + " code: " + e.Link.AccessCode
	return wireLink{
		ICCID: e.ICCID, ESIMID: e.ID, Link: link,
		// As encodeURIComponent writes it.
		WhatsAppLink: "https://api.whatsapp.com/send?text=" + strings.ReplaceAll(url.QueryEscape(text), "+", "%20"),
		Key:          e.Link.Key, AccessCode: e.Link.AccessCode,
		CreatedAt: epoch(e.Link.CreatedAt), UpdatedAt: epoch(e.Link.CreatedAt),
	}
}
