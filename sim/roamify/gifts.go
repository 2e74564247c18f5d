package roamify

import (
	"time"

	"github.com/esimsim/esimsim/internal/money"
	"github.com/esimsim/esimsim/sim"
)

// A gift is a gift card for the vendor's own app, which its documentation had until
// 2026-06. No answer is documented. Assumed: making one takes nothing from the balance.
type gift struct {
	OrderID     string // the partner's own, unique
	Code        string
	Sender      string // "" for none
	SenderEmail string
	Amount      money.Amount
	Currency    string

	CreatedAt time.Time
	UpdatedAt time.Time
	// At most one of these is set.
	RedeemedAt, ExpiredAt, VoidedAt, RefundedAt time.Time
}

var giftStatuses = []string{fresh, "REDEEMED", expired, "VOIDED", refunded, unknown}

func (g *gift) status() string {
	switch {
	case !g.RedeemedAt.IsZero():
		return "REDEEMED"
	case !g.ExpiredAt.IsZero():
		return expired
	case !g.VoidedAt.IsZero():
		return "VOIDED"
	case !g.RefundedAt.IsZero():
		return refunded
	}
	return fresh
}

// gifts refuses the calls where they do not exist, or are not for this account.
func gifts(tx *sim.Tx[state]) error {
	if !older(tx) {
		return sim.ErrNoRoute
	}
	return feature(tx, "gifts", errForbidden)
}

func giftKeys(more ...key) *schema {
	return &schema{keys: append([]key{
		{name: "orderId", required: true, max: maxReference},
		{name: "senderEmail", required: true, email: true},
		{name: "amount", kind: number, required: true, positive: true},
		{name: "currency", required: true, oneOf: currencyCodes()},
	}, more...)}
}

func createGift(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	if err := gifts(tx); err != nil {
		return sim.Reply{}, err
	}
	body, err := giftKeys(key{name: "sender", empty: true}).body(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	id := body.text("orderId")
	if at(tx.State.Gifts, tx.State.GiftByID, id) != nil {
		return sim.Reply{}, errDuplicateGift
	}
	g := &gift{OrderID: id, Code: codeOf(tx), Sender: body.text("sender"), CreatedAt: tx.Now}
	g.fill(tx, body)
	tx.State.GiftByID[id] = len(tx.State.Gifts)
	tx.State.Gifts = append(tx.State.Gifts, g)
	tx.Await(giftRedeemed, id)
	tx.Await(giftExpired, id)
	tx.Await(giftRefunded, id)
	return answer(g.wire()), nil
}

func (g *gift) fill(tx *sim.Tx[state], body object) {
	amount, _ := body.number("amount")
	g.SenderEmail, g.Amount, g.Currency, g.UpdatedAt = body.text("senderEmail"), money.Of(amount), body.text("currency"), tx.Now
}

func updateGift(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	if err := gifts(tx); err != nil {
		return sim.Reply{}, err
	}
	body, err := giftKeys().body(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	g, err := changeableGift(tx, body.text("orderId"))
	if err != nil {
		return sim.Reply{}, err
	}
	g.fill(tx, body)
	return answer(g.wire()), nil
}

var giftQuery = schema{keys: []key{{name: "orderId", required: true}}}

func getGift(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	if err := gifts(tx); err != nil {
		return sim.Reply{}, err
	}
	q, err := giftQuery.query(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	g := at(tx.State.Gifts, tx.State.GiftByID, q.text("orderId"))
	if g == nil {
		return sim.Reply{}, errGiftNotFound
	}
	tx.Look(g.OrderID)
	return answer(g.wire()), nil
}

var giftsQuery = schema{keys: []key{{name: "status", oneOf: giftStatuses}}}

func listGifts(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	if err := gifts(tx); err != nil {
		return sim.Reply{}, err
	}
	q, err := giftsQuery.query(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	w, status := wireGifts{Gifts: []wireGift{}}, q.text("status")
	for i := len(tx.State.Gifts) - 1; i >= 0; i-- {
		if g := tx.State.Gifts[i]; status == "" || status == g.status() {
			w.Gifts = append(w.Gifts, g.wire())
		}
	}
	return answer(w), nil
}

func revokeGift(tx *sim.Tx[state], r *sim.Request) (sim.Reply, error) {
	if err := gifts(tx); err != nil {
		return sim.Reply{}, err
	}
	body, err := giftQuery.body(tx, r)
	if err != nil {
		return sim.Reply{}, err
	}
	g, err := changeableGift(tx, body.text("orderId"))
	if err != nil {
		return sim.Reply{}, err
	}
	tx.Await(giftVoided, g.OrderID)
	return answer(wireGiftRevoked{OrderID: g.OrderID, Status: g.status(), UpdatedAt: epoch(g.UpdatedAt)}), nil
}

// changeableGift is the one by that id while nothing has become of it.
func changeableGift(tx *sim.Tx[state], id string) (*gift, error) {
	g := at(tx.State.Gifts, tx.State.GiftByID, id)
	switch {
	case g == nil:
		return nil, errGiftNotFound
	case g.status() != fresh:
		return nil, errGiftDone
	}
	return g, nil
}

// endGift is every transition of a gift: there is one, from NEW.
func endGift(tx *sim.Tx[state], id string, ended func(*gift) *time.Time) error {
	g := at(tx.State.Gifts, tx.State.GiftByID, id)
	switch {
	case g == nil:
		return &sim.EdgeError{ID: id, Wanted: fresh}
	case g.status() != fresh:
		return &sim.EdgeError{ID: id, State: g.status(), Wanted: fresh}
	}
	*ended(g), g.UpdatedAt = tx.Now, tx.Now
	for _, edge := range []string{giftRedeemed, giftExpired, giftVoided, giftRefunded} {
		tx.Cancel(edge, id)
	}
	return nil
}

func redeemGift(tx *sim.Tx[state], id string) error {
	return endGift(tx, id, func(g *gift) *time.Time { return &g.RedeemedAt })
}

func expireGift(tx *sim.Tx[state], id string) error {
	return endGift(tx, id, func(g *gift) *time.Time { return &g.ExpiredAt })
}

func voidGift(tx *sim.Tx[state], id string) error {
	return endGift(tx, id, func(g *gift) *time.Time { return &g.VoidedAt })
}

func refundGift(tx *sim.Tx[state], id string) error {
	return endGift(tx, id, func(g *gift) *time.Time { return &g.RefundedAt })
}

func (g *gift) wire() wireGift {
	return wireGift{
		OrderID: g.OrderID, Code: g.Code, Sender: g.Sender, SenderEmail: g.SenderEmail, Amount: g.Amount.Float(),
		Currency: g.Currency, Status: g.status(), CreatedAt: epoch(g.CreatedAt), UpdatedAt: epoch(g.UpdatedAt),
	}
}
