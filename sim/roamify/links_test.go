package roamify_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/esimsim/esimsim/internal/golden"
	"github.com/esimsim/esimsim/sim"
)

// page fetches a link that was handed out, with no credential.
func (a account) page(link string) reply {
	a.t.Helper()
	path, ok := strings.CutPrefix(link, "http://localhost:8484")
	if !ok {
		a.t.Fatalf("the link is %s", link)
	}
	return a.do("GET", path, "", nil)
}

// shows wants a page of HTML with these texts, and nothing that comes from elsewhere.
func (r reply) shows(texts ...string) {
	r.t.Helper()
	if got := r.header.Get("Content-Type"); r.status != 200 || got != "text/html; charset=utf-8" {
		r.t.Fatalf("got %d %s", r.status, got)
	}
	for _, text := range texts {
		if !strings.Contains(string(r.body), text) {
			r.t.Errorf("no %s on the page:\n%s", text, r.body)
		}
	}
	for _, foreign := range []string{"<script", "<link", "@import", `src="https:`} {
		if strings.Contains(string(r.body), foreign) {
			r.t.Errorf("%s on the page", foreign)
		}
	}
}

type link struct{ Link, WhatsAppLink, Key, AccessCode string }

func TestLink(t *testing.T) {
	t.Parallel()
	a := open(t, "demo", sim.Config{})
	o := a.order(cambodia)
	a.post("/esim/link", `{"esimId":"`+o.Items[0].ESIMID+`"}`).want(409, failed("eSIM is still pending processing"))
	e := data[eSIM](a.post("/esim/apply", `{"esimId":"`+o.Items[0].ESIMID+`"}`))
	r := a.post("/esim/link", `{"iccid":"`+e.ICCID+`"}`)
	r.golden("createLink")
	for _, body := range []string{`{"esimId":"` + e.ID + `"}`, `{"iccid":"` + e.ICCID + `","esimId":"ignored"}`} {
		a.post("/esim/link", body).want(200, string(r.body))
	}
	l := data[link](r)
	text, err := url.QueryUnescape(strings.TrimPrefix(l.WhatsAppLink, "https://api.whatsapp.com/send?text="))
	if err != nil || !strings.Contains(text, l.Link) || !strings.Contains(text, l.AccessCode) || strings.Contains(l.WhatsAppLink, "+") {
		t.Errorf("WhatsApp is told %q, %v", text, err)
	}
	p := a.page(l.Link)
	p.shows(`<img src="`+e.ESIM.QRCodeURL+`"`, l.AccessCode, e.ESIM.LPACode, "Cambodia", "READY")
	golden.Bytes(t, "testdata/createLink-page.html", p.body)
	a.qr(e)
	for _, other := range []string{"x", "", "/x"} {
		if got := a.page(l.Link + other); (got.status == 200) != (other == "") {
			t.Errorf("%s%s answers %d", l.Link, other, got.status)
		}
	}
	b := a
	b.world = "other"
	if got := a.page(strings.Replace(l.Link, "/demo/", "/other/", 1)); got.status != 404 {
		t.Errorf("another world shows it: %d", got.status)
	}

	a.post("/esim/link", `{}`).want(400, invalid(`"value" must contain at least one of [iccid, esimId]`))
	a.post("/esim/link", `{"iccid":"1"}`).want(404, failed(unknownESIM))
	a.post("/esim/link", `{"referenceId":"1"}`).want(400, invalid(`"referenceId" is not allowed`))
}

func TestSMS(t *testing.T) {
	t.Parallel()
	a := open(t, "demo", sim.Config{})
	e := a.apply(cambodia)
	a.post("/esim/sms", `{"iccid":"`+e.ICCID+`","message":"Welcome to Phnom Penh & <Siem Reap>"}`).golden("sendSms")
	a.post("/esim/sms", `{"iccid":"`+e.ICCID+`"}`).want(400, invalid(`"message" is required`))
	a.post("/esim/sms", `{"iccid":"`+e.ICCID+`","message":""}`).want(400, invalid(`"message" is not allowed to be empty`))
	a.post("/esim/sms", `{"message":"x"}`).want(400, invalid(`"iccid" is required`))
	a.post("/esim/sms", `{"iccid":"1","message":"x"}`).want(404, failed(unknownESIM))
}
