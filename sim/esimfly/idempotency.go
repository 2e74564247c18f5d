package esimfly

import (
	"time"

	"github.com/esimsim/esimsim/internal/esim"
	"github.com/esimsim/esimsim/sim"
)

// repeatWithin is how soon the same order again, without a key, looks like a mistake;
// repeatAmong bounds how many are looked at.
const (
	repeatWithin = time.Minute
	repeatAmong  = 20
)

// repeated tells what becomes of a request for an order that was made before (api-docs,
// Create Order, Idempotency): a key gives the first order again, and is refused while
// that is under way. A failed order leaves its key to be used again. Without a key, one
// order of a package at a time. The result is nil for a new order.
func repeated(tx *sim.Tx[state], r *sim.Request, want purchase) (any, error) {
	if !newer(tx) {
		return nil, nil
	}
	s := tx.State
	if want.key == "" {
		for _, i := range s.Unaccepted {
			if s.Orders[i].PackageCode == want.code {
				return nil, errPackageInFlight
			}
		}
		return nil, nil
	}
	i, ok := s.ByKey[want.key]
	if !ok || s.Orders[i].status() == orderFailed {
		return nil, nil
	}
	o := s.Orders[i]
	if o.AcceptedAt.IsZero() {
		return nil, errKeyInFlight
	}
	if o.PackageCode != want.code || o.Quantity != want.quantity {
		r.Note(&oddIdempotencyKey, "/idempotency_key", "make a new idempotency_key for an order that differs: this one was of "+o.PackageCode)
	}
	return o.replay(tx, r), nil
}

// noteRepeated tells a client that it may have bought twice: the same again, shortly
// after, and no key that would have caught it.
func noteRepeated(tx *sim.Tx[state], r *sim.Request, want purchase) {
	if want.key != "" {
		return
	}
	since := tx.Now.Add(-repeatWithin)
	for i, n := len(tx.State.Orders)-1, 0; i >= 0 && n < repeatAmong; i, n = i-1, n+1 {
		o := tx.State.Orders[i]
		if o.PlacedAt.Before(since) {
			return
		}
		if o.TopUp != "" || o.PackageCode != want.code || o.Quantity != want.quantity || o.Key != "" || o.status() == orderFailed {
			continue
		}
		again := ": this one repeats " + o.Reference + " and was charged again"
		if newer(tx) {
			r.Note(&oddOrderKeyless, "/idempotency_key", "send an idempotency_key with each order"+again)
		} else {
			r.Note(&oddOrderRepeated, "/packageCode", "look for a lost order with GET /orders before sending it again"+again)
		}
		return
	}
}

// replay is the first order, as it is now. While its details are pending there are no
// eSIMs to show, as in the first answer; that is assumed, like it that a key is kept as
// long as the account.
func (o *order) replay(tx *sim.Tx[state], r *sim.Request) replayAnswer {
	a := replayAnswer{
		Success: true, Message: "Order already processed for this idempotency key", Duplicate: true,
		OrderReference: o.Reference, ESIMID: o.ID, PackageName: o.PackageName, Status: o.status(),
		ESIMs: []replayESIM{},
	}
	for _, e := range esimsOf(tx, o) {
		p := profile(tx, e)
		if p == nil {
			continue
		}
		a.ESIMs = append(a.ESIMs, e.again(p, r))
	}
	return a
}

func (e *soldESIM) again(p *esim.Profile, r *sim.Request) replayESIM {
	return replayESIM{
		ICCID: e.ICCID, LPAString: p.Code.LPA(), QRCodeURL: r.QRLink(e.ICCID),
		DirectAppleInstallURL: p.Code.AppleURL(), DirectAndroidInstallURL: p.Code.AndroidURL(),
		Status: orderWord(e.status()),
	}
}
