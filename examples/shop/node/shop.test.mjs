// Run with: esimsim exec --fail-on violation,refused-key -- node --test
import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Lost } from "./esimfly.mjs";
import { DELIVERED, FAILED, ORDERING, PENDING, REFUSED } from "./shop.mjs";
import { World } from "./world.mjs";

const price = 272; // cents, of each of the two

async function offer(shop) {
  return (await shop.esimfly.offers("Turkey")).find((o) => o.code === "merhaba-7days-1gb");
}

async function topUpOffer(shop, iccid) {
  return (await shop.esimfly.topUpOffers(iccid)).find((o) => o.code === "merhaba-7days-1gb-topup");
}

function fail() {
  throw new Error("no mail today");
}

describe("buying", { concurrency: true }, () => {
  it("delivers at once", async (t) => {
    const world = new World(t);
    const sale = await world.shop.buy("sale-1", await offer(world.shop));
    assert.equal(sale.status, DELIVERED);
    assert.match(sale.esim.iccid, /^89\d{17,18}$/);
    assert.match(sale.esim.lpa, /^LPA:1\$.+\$.+$/);
    assert.match(sale.esim.qrCode, /^(https?:\/\/|data:image\/png;base64,)/);
    assert.deepEqual(world.delivered.map((s) => s.esim), [sale.esim]);
    assert.equal(await world.spent(), price);
  });

  it("same sale is bought once", async (t) => {
    const world = new World(t);
    const wanted = await offer(world.shop);
    await world.addRules("{on: esimfly.createOrder, first: 1, do: {delay: 200ms}}");
    // An impatient customer presses the button thrice.
    const sales = await Promise.all([1, 2, 3].map(() => world.shop.buy("sale-1", wanted)));
    assert.equal(new Set(sales.map((sale) => sale.reference)).size, 1);
    assert.equal(world.delivered.length, 1);
    assert.equal(await world.spent(), price);
  });

  it("lost answer is charged once", async (t) => {
    const world = new World(t, "esimfly-lost-response");
    const sale = await world.shop.buy("sale-1", await offer(world.shop));
    assert.equal(sale.status, DELIVERED);
    assert.equal(await world.spent(), price);
  });

  it("lost answer while the order is in flight", async (t) => {
    const world = new World(t, "esimfly-in-flight", "esimfly-lost-response");
    const wanted = await offer(world.shop);
    await assert.rejects(world.shop.buy("sale-1", wanted), Lost);
    assert.equal(world.shop.sales.get("sale-1").status, ORDERING);
    await world.advance("30s");
    assert.equal((await world.shop.buy("sale-1", wanted)).status, DELIVERED);
    assert.equal(await world.spent(), price);
  });

  for (const error of ["RATE_LIMIT_EXCEEDED", "DUPLICATE_REQUEST"]) {
    it(`refusal after a lost answer tells nothing: ${error}`, async (t) => {
      const world = new World(t, "esimfly-lost-response");
      await world.addRules(`{on: esimfly.createOrder, calls: [2], do: {error: ${error}}}`);
      await assert.rejects(world.shop.buy("sale-1", await offer(world.shop)), Lost);
      await world.shop.refreshOpen();
      assert.equal(world.delivered.length, 1);
      assert.equal(await world.spent(), price);
    });
  }

  it("half an answer tells nothing", async (t) => {
    const world = new World(t);
    await world.addRules("{on: esimfly.createOrder, first: 1, phase: after, do: {respond: {status: 200, body: {success: true}}}}");
    await assert.rejects(world.shop.buy("sale-1", await offer(world.shop)), Lost);
    await world.shop.refreshOpen();
    assert.equal(world.delivered.length, 1);
    assert.equal(await world.spent(), price);
  });

  it("gets through a bad day", async (t) => {
    const world = new World(t);
    const wanted = await offer(world.shop);
    await world.switchOn("esimfly-flaky");
    const ids = Array.from({ length: 10 }, (_, i) => `sale-${i}`);
    for (const saleID of ids) {
      try {
        await world.shop.buy(saleID, wanted);
      } catch (error) {
        assert.ok(error instanceof Lost, error);
      }
    }
    for (let i = 0; i < 10; i++) await world.shop.refreshOpen();
    assert.deepEqual(world.delivered.map((sale) => sale.id).sort(), ids);
    assert.equal(await world.spent(), 10 * price);
  });

  it("refuses a price that has risen", async (t) => {
    const world = new World(t, "esimfly-price-drift");
    const seen = await offer(world.shop);
    await world.advance("10m");
    await assert.rejects(world.shop.buy("sale-1", seen), { code: "PRICE_MISMATCH" });
    assert.equal(await world.spent(), 0);
    // The customer agrees to the new price.
    await world.shop.buy("sale-1", await offer(world.shop));
    assert.equal(await world.spent(), 295);
  });

  it("waits for money", async (t) => {
    const world = new World(t);
    await world.setBalance(2.71);
    await assert.rejects(world.shop.buy("sale-1", await offer(world.shop)), { code: "INSUFFICIENT_BALANCE" });
    const { status, refusal } = world.shop.sales.get("sale-1");
    assert.deepEqual([status, refusal], [REFUSED, "INSUFFICIENT_BALANCE"]);
    assert.deepEqual(world.delivered, []);
    await world.setBalance(2.72);
    assert.equal((await world.shop.buy("sale-1", await offer(world.shop))).status, DELIVERED);
    assert.equal(await world.spent(), 100_000);
  });

  it("delivery that failed is tried again", async (t) => {
    const world = new World(t);
    const send = world.shop.deliver;
    world.shop.deliver = fail;
    await assert.rejects(world.shop.buy("sale-1", await offer(world.shop)), /no mail/);
    world.shop.deliver = send;
    await world.shop.refreshOpen();
    assert.equal(world.delivered.length, 1);
    assert.equal(await world.spent(), price);
  });
});

describe("pending", { concurrency: true }, () => {
  it("delivers when the details are there", async (t) => {
    const world = new World(t, "esimfly-pending-details");
    const sale = await world.shop.buy("sale-1", await offer(world.shop));
    assert.equal(sale.status, PENDING);
    await world.shop.refreshOpen();
    assert.deepEqual(world.delivered, []);
    await world.advance("2m");
    await world.shop.refreshOpen();
    await world.shop.refreshOpen();
    assert.deepEqual(world.delivered.map((s) => s.reference), [sale.reference]);
    assert.match(world.delivered[0].esim.lpa, /^LPA:1\$/);
    assert.equal(await world.spent(), price);
  });

  it("order fails", async (t) => {
    const world = new World(t, "esimfly-order-failed");
    await world.shop.buy("sale-1", await offer(world.shop));
    await world.advance("2m");
    await world.shop.refreshOpen();
    assert.equal(world.shop.sales.get("sale-1").status, FAILED);
    assert.deepEqual(world.delivered, []);
    assert.equal(await world.spent(), 0);
  });
});

describe("webhook", { concurrency: true }, () => {
  for (const how of ["webhook-duplicate", "webhook-reordered", "webhook-stale", "webhook-late"]) {
    it(`delivers once however events come: ${how}`, async (t) => {
      const world = new World(t, "esimfly-pending-details", how);
      await world.sendWebhooks();
      for (const saleID of ["sale-1", "sale-2"]) await world.shop.buy(saleID, await offer(world.shop));
      await world.advance("15m");
      assert.deepEqual(new Set(await world.webhookStatuses()), new Set([200]));
      assert.deepEqual(world.delivered.map((sale) => sale.id).sort(), ["sale-1", "sale-2"]);
      assert.equal(await world.spent(), 2 * price);
    });
  }

  it("refuses a wrong signature", async (t) => {
    const world = new World(t, "esimfly-pending-details", "webhook-wrong-signature");
    await world.sendWebhooks();
    await world.shop.buy("sale-1", await offer(world.shop));
    await world.advance("1h");
    assert.deepEqual(await world.webhookStatuses(), [401, 401, 401, 401, 401]);
    assert.equal(world.shop.sales.get("sale-1").status, PENDING);
    await world.shop.refreshOpen(); // what the timer is for
    assert.equal(world.delivered.length, 1);
  });

  it("has an event sent again until it could use it", async (t) => {
    const world = new World(t, "esimfly-pending-details");
    await world.sendWebhooks();
    const sale = await world.shop.buy("sale-1", await offer(world.shop));
    world.shop.sales.put({ ...sale, reference: undefined }); // as if it overtook the answer to the order
    await world.advance("2m");
    world.shop.sales.put(sale);
    const send = world.shop.deliver;
    world.shop.deliver = fail;
    await world.advance("10s");
    world.shop.deliver = send;
    await world.advance("30s");
    assert.deepEqual(await world.webhookStatuses(), [404, 503, 200]);
    assert.equal(world.delivered.length, 1);
  });

  it("follows the use of data", async (t) => {
    const world = new World(t, "webhook-reordered");
    await world.sendWebhooks();
    const sale = await world.shop.buy("sale-1", await offer(world.shop));
    await world.use(sale.esim.iccid, 600);
    await world.use(sale.esim.iccid, 300);
    await world.advance("1h");
    assert.deepEqual(world.shop.sales.get("sale-1").usage, { status: "ACTIVE", remainingMB: 1024 - 900 });
    assert.deepEqual(new Set(await world.webhookStatuses()), new Set([200]));
  });
});

describe("topping up", { concurrency: true }, () => {
  async function bought(t, ...scenarios) {
    const world = new World(t, ...scenarios);
    const { esim } = await world.shop.buy("sale-1", await offer(world.shop));
    return { world, iccid: esim.iccid, more: await topUpOffer(world.shop, esim.iccid) };
  }

  it("top-up adds data", async (t) => {
    const { world, iccid, more } = await bought(t);
    const first = await world.shop.topUp("top-up-1", iccid, more);
    assert.deepEqual(await world.shop.topUp("top-up-1", iccid, more), first);
    assert.equal((await world.shop.refresh("sale-1")).usage.remainingMB, 2048);
    assert.equal(await world.spent(), 2 * price);
  });

  it("lost top-up is charged once", async (t) => {
    const { world, iccid, more } = await bought(t, "esimfly-topup-lost");
    assert.match((await world.shop.topUp("top-up-1", iccid, more)).reference, /^topup_/);
    assert.equal(await world.spent(), 2 * price);
  });

  it("lost top-up is found later", async (t) => {
    const { world, iccid, more } = await bought(t);
    await world.addRules(
      "{on: esimfly.topUp, first: 1, phase: after, do: {fault: reset}}",
      "{on: esimfly.listOrders, first: 2, do: {error: UNAVAILABLE}}",
    );
    await assert.rejects(world.shop.topUp("top-up-1", iccid, more), Lost);
    assert.match((await world.shop.topUp("top-up-1", iccid, more)).reference, /^topup_/);
    assert.equal(await world.spent(), 2 * price);
  });

  it("top-up that never arrived is made again on request", async (t) => {
    const { world, iccid, more } = await bought(t);
    // Neither an earlier one nor that of another eSIM is taken for it.
    await world.shop.topUp("top-up-1", iccid, more);
    const { esim } = await world.shop.buy("sale-2", await offer(world.shop));
    await world.shop.esimfly.topUp(esim.iccid, more);
    await world.addRules("{on: esimfly.topUp, first: 1, do: {fault: html502}}");
    await assert.rejects(world.shop.topUp("top-up-2", iccid, more), Lost);
    assert.equal(await world.spent(), 4 * price);
    await world.shop.topUp("top-up-2", iccid, more);
    assert.equal(await world.spent(), 5 * price);
  });

  it("top-up that cannot be paid is refused", async (t) => {
    const { world, iccid, more } = await bought(t);
    await world.setBalance(0);
    await assert.rejects(world.shop.topUp("top-up-1", iccid, more), { code: "INSUFFICIENT_BALANCE" });
  });
});
