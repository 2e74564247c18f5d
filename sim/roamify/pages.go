package roamify

import (
	"bytes"
	_ "embed"
	"strings"
	"sync"
	"text/template"

	markup "github.com/esimsim/esimsim/internal/page"
	"github.com/esimsim/esimsim/sim"
)

// The pages for people that links lead to, by what their paths begin with. The vendor has
// them at esims.link and on its own site.
const (
	linkPages    = "esims/"
	voucherPages = "vouchers/"
	shopPages    = "shop/"
)

//go:embed page.html
var pageHTML string

var pageTemplate = sync.OnceValue(func() *template.Template {
	return markup.Template("page", pageHTML, nil)
})

// A webPage is what page.html shows; what is empty is left out.
type webPage struct {
	Title, Text      string
	QR               string // address of the image
	LPA, Apple       string
	AccessCode, Code string
	Status           string
	Offers           []webOffer
}

type webOffer struct{ Name, Price string }

func page(tx *sim.Tx[state], r *sim.Request, rest string) (sim.Reply, error) {
	var p webPage
	found := false
	switch {
	case strings.HasPrefix(rest, linkPages):
		p, found = linkPage(tx, r, strings.TrimPrefix(rest, linkPages))
	case strings.HasPrefix(rest, voucherPages):
		p, found = voucherPage(tx, r, strings.TrimPrefix(rest, voucherPages))
	case strings.HasPrefix(rest, shopPages):
		p, found = shopPage(tx, strings.TrimPrefix(rest, shopPages))
	}
	if !found {
		return sim.Reply{}, sim.ErrNoRoute
	}
	var b bytes.Buffer
	if err := pageTemplate().Execute(&b, p); err != nil {
		return sim.Reply{}, err
	}
	return sim.Reply{Body: b.Bytes(), Type: "text/html; charset=utf-8"}, nil
}

// linkPage shows an eSIM with its access code, which the vendor's page asks for.
func linkPage(tx *sim.Tx[state], r *sim.Request, key string) (webPage, bool) {
	e := at(tx.State.ESIMs, tx.State.ESIMByLink, key)
	if e == nil {
		return webPage{}, false
	}
	p := e.page(tx, r)
	p.Title, p.AccessCode = "Your eSIM for "+findPackage(e.Package).Group.CountryName, e.Link.AccessCode
	return p, true
}

// voucherPage shows a voucher, and its eSIM once it is redeemed.
func voucherPage(tx *sim.Tx[state], r *sim.Request, code string) (webPage, bool) {
	v := at(tx.State.Vouchers, tx.State.VoucherByCode, plainCode(code))
	if v == nil {
		return webPage{}, false
	}
	p := webPage{Text: findPackage(v.Package).Name}
	if v.status() == voucherTaken {
		p = tx.State.esim(v.ESIM).page(tx, r)
	}
	p.Title, p.Code, p.Status = "Voucher for "+findPackage(v.Package).Group.CountryName, v.Code, v.status()
	return p, true
}

func (e *eSIM) page(tx *sim.Tx[state], r *sim.Request) webPage {
	p := webPage{Text: findPackage(e.Package).Name, Status: e.status()}
	if profile := tx.ESIM(e.ICCID); profile != nil {
		p.QR, p.LPA, p.Apple = r.QRLink(e.ICCID), profile.Code.LPA(), profile.Code.AppleURL()
	}
	return p
}

// shopPage shows what is sold for a destination.
func shopPage(tx *sim.Tx[state], slug string) (webPage, bool) {
	for _, g := range theCatalogue().Groups {
		if g.CountrySlug != slug {
			continue
		}
		p := webPage{Title: "eSIM for " + g.CountryName}
		for _, o := range g.Packages {
			if offered(tx, o) {
				p.Offers = append(p.Offers, webOffer{o.Name, price(tx, o).Share(margin).String() + " " + currency})
			}
		}
		return p, true
	}
	return webPage{}, false
}
