"""A shop that buys an eSIM when it has sold one, delivers it, and tops it up.

It writes down what it is about to buy before it asks for it. So whatever becomes of the
answer, the same call with the same id finds out, and never pays twice.
"""

import logging
from dataclasses import dataclass, replace

from esimfly import ESIM, Esimfly, Lost, Offer, Refused, Usage
from store import Store

# What becomes of a sale. Ordering is also one that nobody heard of again, and refused one
# that has cost nothing and may be tried again.
ORDERING, PENDING, READY, DELIVERED, FAILED, REFUSED = "ordering", "pending", "ready", "delivered", "failed", "refused"
DONE = "done"  # a top-up that was made


@dataclass(frozen=True)
class Sale:
    id: str
    offer: Offer
    status: str = ORDERING
    reference: str = ""  # of esimfly's order
    esim: ESIM | None = None
    usage: Usage | None = None
    refusal: str = ""  # a code such as INSUFFICIENT_BALANCE


@dataclass(frozen=True)
class TopUp:
    id: str
    iccid: str
    offer: Offer
    status: str = ORDERING
    reference: str = ""


class Shop:
    """deliver is called with each sale that is ready: it sends the customer the QR code. It
    is called again only after it has failed."""

    def __init__(self, esimfly: Esimfly, deliver):
        self.esimfly, self.deliver = esimfly, deliver
        self.sales, self.top_ups = Store(), Store()

    def buy(self, sale_id, offer):
        """Buy what a customer has paid for, once for each id, and return the sale.

        It may be pending, and is delivered later then. After Lost the same call again, or
        refresh, tells what became of it. After Refused nothing was bought; the same id can
        be used again, with a new offer if the price has changed.
        """
        with self.sales.lock(sale_id):
            sale = self.sales.get(sale_id)
            if sale is None or sale.status == REFUSED:
                sale = Sale(sale_id, offer)
                self.sales.put(sale)
            if sale.status == ORDERING:
                self._order(sale)
            return self.sales.get(sale_id)

    def refresh(self, sale_id):
        """Do what comes next for a sale, as esimfly has it now. However often it is called
        and whatever prompts it, a timer or a webhook, it does nothing twice."""
        with self.sales.lock(sale_id):
            sale = self.sales.get(sale_id)
            if sale.status == ORDERING:
                self._order(sale)
            elif sale.status == PENDING:
                self._accept(sale, self.esimfly.find_order(sale.reference))
            elif sale.status == READY:
                self._deliver(sale)
            elif sale.status == DELIVERED:
                self.sales.put(replace(sale, usage=self.esimfly.usage(sale.esim.iccid)))
            return self.sales.get(sale_id)

    def refresh_open(self):
        """Refresh what is not finished. A timer does so every 15 to 30 seconds, since a
        webhook may never come. What stays pending for over ten minutes needs a person."""
        for sale in self.sales.all():
            if sale.status in (ORDERING, PENDING, READY):
                try:
                    self.refresh(sale.id)
                except Exception as error:  # the next round tries what can be tried
                    logging.warning("%s: %s", sale.id, error)

    def top_up(self, top_up_id, iccid, offer):
        """Top up an eSIM once for each id, and return the top-up.

        There is no key that would make it safe to ask again. So after a lost answer it looks
        for a top-up that it does not know. If there is none it may still come, and Lost is
        raised: the same call some minutes later looks again, and only then buys.
        """
        with self.top_ups.lock(iccid):
            top_up = self.top_ups.get(top_up_id)
            if top_up and top_up.status == DONE:
                return top_up
            if top_up and top_up.status == ORDERING and (found := self._find(top_up)):
                return found
            top_up = TopUp(top_up_id, iccid, offer)
            self.top_ups.put(top_up)
            try:
                return self._done(top_up, self.esimfly.top_up(iccid, offer))
            except Refused:
                self.top_ups.put(replace(top_up, status=REFUSED))
                raise
            except Lost:
                if found := self._find(top_up):
                    return found
                raise

    def sale_of(self, reference):
        """The sale of one of esimfly's orders, or None."""
        return next((sale for sale in self.sales.all() if sale.reference == reference), None)

    def _order(self, sale):
        try:
            order = self.esimfly.order(sale.id, sale.offer)
        except Refused as error:
            self.sales.put(replace(sale, status=REFUSED, refusal=error.code))
            raise
        self._accept(sale, order)

    def _accept(self, sale, order):
        """Write down what became of an order. A pending one has cost money but has nothing
        that could be delivered; the money of a failed one is back."""
        sale = replace(sale, reference=order.reference, status=PENDING)
        if order.esim:
            sale = replace(sale, status=READY, esim=order.esim)
        elif order.status in ("failed", "cancelled"):
            sale = replace(sale, status=FAILED)
        self.sales.put(sale)
        if sale.status == READY:
            self._deliver(sale)

    def _deliver(self, sale):
        self.deliver(sale)
        self.sales.put(replace(sale, status=DELIVERED))

    def _find(self, top_up):
        """A top-up of the same kind that no record knows is the one whose answer was lost."""
        known = {record.reference for record in self.top_ups.all()}
        for reference in self.esimfly.find_top_ups(top_up.iccid, top_up.offer.code):
            if reference not in known:
                return self._done(top_up, reference)
        return None

    def _done(self, top_up, reference):
        top_up = replace(top_up, status=DONE, reference=reference)
        self.top_ups.put(top_up)
        return top_up
