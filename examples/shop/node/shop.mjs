// A shop that buys an eSIM when it has sold one, delivers it, and tops it up.
//
// It writes down what it is about to buy before it asks for it. So whatever becomes of the
// answer, the same call with the same id finds out, and never pays twice.
import { Lost, Refused } from "./esimfly.mjs";
import { Store } from "./store.mjs";

// What becomes of a sale. Ordering is also one that nobody heard of again, and refused one
// that has cost nothing and may be tried again.
export const ORDERING = "ordering";
export const PENDING = "pending";
export const READY = "ready";
export const DELIVERED = "delivered";
export const FAILED = "failed";
export const REFUSED = "refused";
export const DONE = "done"; // a top-up that was made

// A sale is { id, offer, status, reference, esim, usage, refusal }: reference is of esimfly's
// order, refusal a code such as INSUFFICIENT_BALANCE. A top-up is { id, iccid, offer, status,
// reference }. What is not known yet is undefined.
export class Shop {
  sales = new Store();
  topUps = new Store();

  // deliver is called with each sale that is ready: it sends the customer the QR code. It is
  // called again only after it has failed.
  constructor(esimfly, deliver) {
    Object.assign(this, { esimfly, deliver });
  }

  // Buys what a customer has paid for, once for each id, and returns the sale.
  //
  // It may be pending, and is delivered later then. After Lost the same call again, or
  // refresh, tells what became of it. After Refused nothing was bought; the same id can be
  // used again, with a new offer if the price has changed.
  buy(saleID, offer) {
    return this.sales.lock(saleID, async () => {
      let sale = this.sales.get(saleID);
      if (!sale || sale.status === REFUSED) {
        sale = this.sales.put({ id: saleID, offer, status: ORDERING });
      }
      if (sale.status === ORDERING) await this.#order(sale);
      return this.sales.get(saleID);
    });
  }

  // Does what comes next for a sale, as esimfly has it now. However often it is called and
  // whatever prompts it, a timer or a webhook, it does nothing twice.
  refresh(saleID) {
    return this.sales.lock(saleID, async () => {
      const sale = this.sales.get(saleID);
      switch (sale.status) {
        case ORDERING:
          await this.#order(sale);
          break;
        case PENDING:
          await this.#accept(sale, await this.esimfly.findOrder(sale.reference));
          break;
        case READY:
          await this.#deliver(sale);
          break;
        case DELIVERED:
          this.sales.put({ ...sale, usage: await this.esimfly.usage(sale.esim.iccid) });
      }
      return this.sales.get(saleID);
    });
  }

  // Refreshes what is not finished. A timer does so every 15 to 30 seconds, since a webhook
  // may never come. What stays pending for over ten minutes needs a person.
  async refreshOpen() {
    for (const sale of this.sales.all()) {
      if (![ORDERING, PENDING, READY].includes(sale.status)) continue;
      try {
        await this.refresh(sale.id);
      } catch (error) {
        console.warn(`${sale.id}: ${error.message}`); // the next round tries what can be tried
      }
    }
  }

  // Tops up an eSIM once for each id, and returns the top-up.
  //
  // There is no key that would make it safe to ask again. So after a lost answer it looks for
  // a top-up that it does not know. If there is none it may still come, and Lost is thrown:
  // the same call some minutes later looks again, and only then buys.
  topUp(topUpID, iccid, offer) {
    return this.topUps.lock(iccid, async () => {
      const before = this.topUps.get(topUpID);
      if (before?.status === DONE) return before;
      if (before?.status === ORDERING) {
        const found = await this.#find(before);
        if (found) return found;
      }
      const topUp = this.topUps.put({ id: topUpID, iccid, offer, status: ORDERING });
      try {
        return this.#done(topUp, await this.esimfly.topUp(iccid, offer));
      } catch (error) {
        if (error instanceof Refused) this.topUps.put({ ...topUp, status: REFUSED });
        const found = error instanceof Lost && (await this.#find(topUp));
        if (found) return found;
        throw error;
      }
    });
  }

  // The sale of one of esimfly's orders, or undefined.
  saleOf(reference) {
    return this.sales.all().find((sale) => sale.reference === reference);
  }

  async #order(sale) {
    let order;
    try {
      order = await this.esimfly.order(sale.id, sale.offer);
    } catch (error) {
      if (error instanceof Refused) this.sales.put({ ...sale, status: REFUSED, refusal: error.code });
      throw error;
    }
    await this.#accept(sale, order);
  }

  // Writes down what became of an order. A pending one has cost money but has nothing that
  // could be delivered; the money of a failed one is back.
  async #accept(sale, order) {
    let status = PENDING;
    if (order.esim) status = READY;
    else if (order.status === "failed" || order.status === "cancelled") status = FAILED;
    sale = this.sales.put({ ...sale, reference: order.reference, esim: order.esim, status });
    if (status === READY) await this.#deliver(sale);
  }

  async #deliver(sale) {
    await this.deliver(sale);
    this.sales.put({ ...sale, status: DELIVERED });
  }

  // A top-up of the same kind that no record knows is the one whose answer was lost.
  async #find(topUp) {
    const known = new Set(this.topUps.all().map((record) => record.reference));
    const references = await this.esimfly.findTopUps(topUp.iccid, topUp.offer.code);
    const reference = references.find((one) => !known.has(one));
    return reference && this.#done(topUp, reference);
  }

  #done(topUp, reference) {
    return this.topUps.put({ ...topUp, status: DONE, reference });
  }
}
