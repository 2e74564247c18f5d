// Package shop buys an eSIM when it has sold one, delivers it, and tops it up.
//
// It writes down what it is about to buy before it asks for it. So whatever becomes of the
// answer, the same call with the same id finds out, and never pays twice.
package shop

import (
	"context"
	"errors"
	"fmt"
	"log"
	"slices"
)

// A Status is what becomes of a sale or a top-up.
type Status string

// Ordering is also one that nobody heard of again, and Refused one that has cost nothing and
// may be tried again. Done is a top-up that was made.
const (
	Ordering  Status = "ordering"
	Pending   Status = "pending"
	Ready     Status = "ready"
	Delivered Status = "delivered"
	Failed    Status = "failed"
	Refused   Status = "refused"
	Done      Status = "done"
)

// A Sale is one eSIM that a customer has paid for. What is not known yet is zero.
type Sale struct {
	ID        string
	Offer     Offer
	Status    Status
	Reference string // of esimfly's order
	ESIM      ESIM
	Usage     Usage
	Refusal   string // a code such as INSUFFICIENT_BALANCE
}

// A TopUp is more data for an eSIM.
type TopUp struct {
	ID, ICCID string
	Offer     Offer
	Status    Status
	Reference string
}

func (s Sale) key() string  { return s.ID }
func (t TopUp) key() string { return t.ID }

// A Shop sells what Esimfly has.
type Shop struct {
	Esimfly *Esimfly
	// Deliver is called with each sale that is ready: it sends the customer the QR code. It
	// is called again only after it has failed.
	Deliver func(Sale) error

	Sales  Store[Sale]
	TopUps Store[TopUp]
}

// Buy buys what a customer has paid for, once for each id, and returns the sale.
//
// It may be pending, and is delivered later then. After ErrLost the same call again, or
// Refresh, tells what became of it. After a RefusedError nothing was bought; the same id
// can be used again, with a new offer if the price has changed.
func (s *Shop) Buy(ctx context.Context, saleID string, offer Offer) (Sale, error) {
	defer s.Sales.Lock(saleID)()
	sale, ok := s.Sales.Get(saleID)
	if !ok || sale.Status == Refused {
		sale = s.Sales.Put(Sale{ID: saleID, Offer: offer, Status: Ordering})
	}
	if sale.Status == Ordering {
		return s.order(ctx, sale)
	}
	return sale, nil
}

// Refresh does what comes next for a sale, as esimfly has it now. However often it is called
// and whatever prompts it, a timer or a webhook, it does nothing twice.
func (s *Shop) Refresh(ctx context.Context, saleID string) (Sale, error) {
	defer s.Sales.Lock(saleID)()
	sale, ok := s.Sales.Get(saleID)
	if !ok {
		return sale, fmt.Errorf("there is no sale %q", saleID)
	}
	switch sale.Status {
	case Ordering:
		return s.order(ctx, sale)
	case Pending:
		order, err := s.Esimfly.FindOrder(ctx, sale.Reference)
		if err != nil {
			return sale, err
		}
		return s.accept(sale, order)
	case Ready:
		return s.deliver(sale)
	case Delivered:
		usage, err := s.Esimfly.Usage(ctx, sale.ESIM.ICCID)
		if err != nil {
			return sale, err
		}
		sale.Usage = usage
		return s.Sales.Put(sale), nil
	}
	return sale, nil
}

// RefreshOpen refreshes what is not finished. A timer does so every 15 to 30 seconds, since a
// webhook may never come. What stays pending for over ten minutes needs a person.
func (s *Shop) RefreshOpen(ctx context.Context) {
	for _, sale := range s.Sales.All() {
		switch sale.Status {
		case Ordering, Pending, Ready:
			if _, err := s.Refresh(ctx, sale.ID); err != nil {
				log.Printf("%s: %v", sale.ID, err) // the next round tries what can be tried
			}
		}
	}
}

// TopUp tops up an eSIM once for each id, and returns the top-up.
//
// There is no key that would make it safe to ask again. So after a lost answer it looks for
// a top-up that it does not know. If there is none it may still come, and the error is
// ErrLost: the same call some minutes later looks again, and only then buys.
func (s *Shop) TopUp(ctx context.Context, topUpID, iccid string, offer Offer) (TopUp, error) {
	defer s.TopUps.Lock(iccid)()
	topUp, ok := s.TopUps.Get(topUpID)
	if ok && topUp.Status == Done {
		return topUp, nil
	}
	if ok && topUp.Status == Ordering {
		if found, ok, err := s.find(ctx, topUp); ok || err != nil {
			return found, err
		}
	}
	topUp = s.TopUps.Put(TopUp{ID: topUpID, ICCID: iccid, Offer: offer, Status: Ordering})
	reference, err := s.Esimfly.TopUp(ctx, iccid, offer)
	if _, ok := errors.AsType[*RefusedError](err); ok {
		topUp.Status = Refused
		return s.TopUps.Put(topUp), err
	}
	if err != nil {
		if found, ok, _ := s.find(ctx, topUp); ok {
			return found, nil
		}
		return topUp, err
	}
	return s.done(topUp, reference), nil
}

// SaleOf is the sale of one of esimfly's orders.
func (s *Shop) SaleOf(reference string) (Sale, bool) {
	all := s.Sales.All()
	i := slices.IndexFunc(all, func(sale Sale) bool { return sale.Reference == reference })
	if i < 0 {
		return Sale{}, false
	}
	return all[i], true
}

func (s *Shop) order(ctx context.Context, sale Sale) (Sale, error) {
	order, err := s.Esimfly.Order(ctx, sale.ID, sale.Offer)
	if refused, ok := errors.AsType[*RefusedError](err); ok {
		sale.Status, sale.Refusal = Refused, refused.Code
		return s.Sales.Put(sale), err
	}
	if err != nil {
		return sale, err
	}
	return s.accept(sale, order)
}

// accept writes down what became of an order. A pending one has cost money but has nothing
// that could be delivered; the money of a failed one is back.
func (s *Shop) accept(sale Sale, order Order) (Sale, error) {
	sale.Reference, sale.ESIM, sale.Status = order.Reference, order.ESIM, Pending
	switch {
	case order.ESIM != ESIM{}:
		sale.Status = Ready
	case order.Status == "failed", order.Status == "cancelled":
		sale.Status = Failed
	}
	s.Sales.Put(sale)
	if sale.Status == Ready {
		return s.deliver(sale)
	}
	return sale, nil
}

func (s *Shop) deliver(sale Sale) (Sale, error) {
	if err := s.Deliver(sale); err != nil {
		return sale, err
	}
	sale.Status = Delivered
	return s.Sales.Put(sale), nil
}

// find takes a top-up of the same kind that no record knows for the one whose answer was
// lost.
func (s *Shop) find(ctx context.Context, topUp TopUp) (found TopUp, ok bool, err error) {
	references, err := s.Esimfly.FindTopUps(ctx, topUp.ICCID, topUp.Offer.Code)
	if err != nil {
		return topUp, false, err
	}
	known := map[string]bool{}
	for _, record := range s.TopUps.All() {
		known[record.Reference] = true
	}
	for _, reference := range references {
		if !known[reference] {
			return s.done(topUp, reference), true, nil
		}
	}
	return topUp, false, nil
}

func (s *Shop) done(topUp TopUp, reference string) TopUp {
	topUp.Status, topUp.Reference = Done, reference
	return s.TopUps.Put(topUp)
}
