"""Run with: esimsim exec --fail-on violation,refused-key -- python3 -m unittest"""

import unittest
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from esimfly import Lost, Refused
from shop import DELIVERED, FAILED, ORDERING, PENDING, REFUSED
from world import World

PRICE = 272  # cents, of each of the two


def offer(shop):
    return next(o for o in shop.esimfly.offers("Turkey") if o.code == "merhaba-7days-1gb")


def top_up_offer(shop, iccid):
    return next(o for o in shop.esimfly.top_up_offers(iccid) if o.code == "merhaba-7days-1gb-topup")


class Buying(unittest.TestCase):
    def test_delivers_at_once(self):
        world = World(self)
        sale = world.shop.buy("sale-1", offer(world.shop))
        self.assertEqual(sale.status, DELIVERED)
        self.assertRegex(sale.esim.iccid, r"^89\d{17,18}$")
        self.assertRegex(sale.esim.lpa, r"^LPA:1\$.+\$.+$")
        self.assertRegex(sale.esim.qr_code, r"^(https?://|data:image/png;base64,)")
        self.assertEqual([s.esim for s in world.delivered], [sale.esim])
        self.assertEqual(world.spent(), PRICE)

    def test_same_sale_is_bought_once(self):
        world = World(self)
        wanted = offer(world.shop)
        world.add_rules("{on: esimfly.createOrder, first: 1, do: {delay: 200ms}}")
        with ThreadPoolExecutor() as pool:  # an impatient customer presses the button thrice
            sales = list(pool.map(lambda _: world.shop.buy("sale-1", wanted), range(3)))
        self.assertEqual(len({sale.reference for sale in sales}), 1)
        self.assertEqual(len(world.delivered), 1)
        self.assertEqual(world.spent(), PRICE)

    def test_lost_answer_is_charged_once(self):
        world = World(self, "esimfly-lost-response")
        sale = world.shop.buy("sale-1", offer(world.shop))
        self.assertEqual(sale.status, DELIVERED)
        self.assertEqual(world.spent(), PRICE)

    def test_lost_answer_while_the_order_is_in_flight(self):
        world = World(self, "esimfly-in-flight", "esimfly-lost-response")
        wanted = offer(world.shop)
        with self.assertRaises(Lost):
            world.shop.buy("sale-1", wanted)
        self.assertEqual(world.shop.sales.get("sale-1").status, ORDERING)
        world.advance("30s")
        self.assertEqual(world.shop.buy("sale-1", wanted).status, DELIVERED)
        self.assertEqual(world.spent(), PRICE)

    def test_refusal_after_a_lost_answer_tells_nothing(self):
        for error in ("RATE_LIMIT_EXCEEDED", "DUPLICATE_REQUEST"):
            with self.subTest(error):
                world = World(self, "esimfly-lost-response")
                world.add_rules("{on: esimfly.createOrder, calls: [2], do: {error: %s}}" % error)
                with self.assertRaises(Lost):
                    world.shop.buy("sale-1", offer(world.shop))
                world.shop.refresh_open()
                self.assertEqual(len(world.delivered), 1)
                self.assertEqual(world.spent(), PRICE)

    def test_half_an_answer_tells_nothing(self):
        world = World(self)
        world.add_rules("{on: esimfly.createOrder, first: 1, phase: after, do: {respond: {status: 200, body: {success: true}}}}")
        with self.assertRaises(Lost):
            world.shop.buy("sale-1", offer(world.shop))
        world.shop.refresh_open()
        self.assertEqual(len(world.delivered), 1)
        self.assertEqual(world.spent(), PRICE)

    def test_gets_through_a_bad_day(self):
        world = World(self)
        wanted = offer(world.shop)
        world.switch_on("esimfly-flaky")
        ids = [f"sale-{i}" for i in range(10)]
        for sale_id in ids:
            try:
                world.shop.buy(sale_id, wanted)
            except Lost:
                pass
        for _ in range(10):
            world.shop.refresh_open()
        self.assertEqual(sorted(sale.id for sale in world.delivered), ids)
        self.assertEqual(world.spent(), 10 * PRICE)

    def test_refuses_a_price_that_has_risen(self):
        world = World(self, "esimfly-price-drift")
        seen = offer(world.shop)
        world.advance("10m")
        with self.assertRaises(Refused) as refused:
            world.shop.buy("sale-1", seen)
        self.assertEqual(refused.exception.code, "PRICE_MISMATCH")
        self.assertEqual(world.spent(), 0)
        # The customer agrees to the new price.
        world.shop.buy("sale-1", offer(world.shop))
        self.assertEqual(world.spent(), 295)

    def test_waits_for_money(self):
        world = World(self)
        world.set_balance(2.71)
        with self.assertRaises(Refused):
            world.shop.buy("sale-1", offer(world.shop))
        sale = world.shop.sales.get("sale-1")
        self.assertEqual((sale.status, sale.refusal), (REFUSED, "INSUFFICIENT_BALANCE"))
        self.assertEqual(world.delivered, [])
        world.set_balance(2.72)
        self.assertEqual(world.shop.buy("sale-1", offer(world.shop)).status, DELIVERED)
        self.assertEqual(world.spent(), 100_000)

    def test_delivery_that_failed_is_tried_again(self):
        world = World(self)
        send, world.shop.deliver = world.shop.deliver, lambda sale: 1 / 0
        with self.assertRaises(ZeroDivisionError):
            world.shop.buy("sale-1", offer(world.shop))
        world.shop.deliver = send
        world.shop.refresh_open()
        self.assertEqual(len(world.delivered), 1)
        self.assertEqual(world.spent(), PRICE)


class Pending(unittest.TestCase):
    def test_delivers_when_the_details_are_there(self):
        world = World(self, "esimfly-pending-details")
        sale = world.shop.buy("sale-1", offer(world.shop))
        self.assertEqual(sale.status, PENDING)
        world.shop.refresh_open()
        self.assertEqual(world.delivered, [])
        world.advance("2m")
        world.shop.refresh_open()
        world.shop.refresh_open()
        self.assertEqual([s.reference for s in world.delivered], [sale.reference])
        self.assertRegex(world.delivered[0].esim.lpa, r"^LPA:1\$")
        self.assertEqual(world.spent(), PRICE)

    def test_order_fails(self):
        world = World(self, "esimfly-order-failed")
        world.shop.buy("sale-1", offer(world.shop))
        world.advance("2m")
        world.shop.refresh_open()
        self.assertEqual(world.shop.sales.get("sale-1").status, FAILED)
        self.assertEqual(world.delivered, [])
        self.assertEqual(world.spent(), 0)


class Webhook(unittest.TestCase):
    def test_delivers_once_however_events_come(self):
        for how in ("webhook-duplicate", "webhook-reordered", "webhook-stale", "webhook-late"):
            with self.subTest(how):
                world = World(self, "esimfly-pending-details", how)
                world.send_webhooks()
                for sale_id in ("sale-1", "sale-2"):
                    world.shop.buy(sale_id, offer(world.shop))
                world.advance("15m")
                self.assertEqual(set(world.webhook_statuses()), {200})
                self.assertEqual(sorted(sale.id for sale in world.delivered), ["sale-1", "sale-2"])
                self.assertEqual(world.spent(), 2 * PRICE)

    def test_refuses_a_wrong_signature(self):
        world = World(self, "esimfly-pending-details", "webhook-wrong-signature")
        world.send_webhooks()
        world.shop.buy("sale-1", offer(world.shop))
        world.advance("1h")
        self.assertEqual(world.webhook_statuses(), [401] * 5)
        self.assertEqual(world.shop.sales.get("sale-1").status, PENDING)
        world.shop.refresh_open()  # what the timer is for
        self.assertEqual(len(world.delivered), 1)

    def test_has_an_event_sent_again_until_it_could_use_it(self):
        world = World(self, "esimfly-pending-details")
        world.send_webhooks()
        sale = world.shop.buy("sale-1", offer(world.shop))
        world.shop.sales.put(replace(sale, reference=""))  # as if it overtook the answer to the order
        world.advance("2m")
        world.shop.sales.put(sale)
        send, world.shop.deliver = world.shop.deliver, lambda sale: 1 / 0
        world.advance("10s")
        world.shop.deliver = send
        world.advance("30s")
        self.assertEqual(world.webhook_statuses(), [404, 503, 200])
        self.assertEqual(len(world.delivered), 1)

    def test_follows_the_use_of_data(self):
        world = World(self, "webhook-reordered")
        world.send_webhooks()
        sale = world.shop.buy("sale-1", offer(world.shop))
        world.use(sale.esim.iccid, 600)
        world.use(sale.esim.iccid, 300)
        world.advance("1h")
        usage = world.shop.sales.get("sale-1").usage
        self.assertEqual((usage.status, usage.remaining_mb), ("ACTIVE", 1024 - 900))
        self.assertEqual(set(world.webhook_statuses()), {200})


class ToppingUp(unittest.TestCase):
    def bought(self, *scenarios):
        world = World(self, *scenarios)
        iccid = world.shop.buy("sale-1", offer(world.shop)).esim.iccid
        return world, iccid, top_up_offer(world.shop, iccid)

    def test_top_up_adds_data(self):
        world, iccid, more = self.bought()
        first = world.shop.top_up("top-up-1", iccid, more)
        self.assertEqual(world.shop.top_up("top-up-1", iccid, more), first)
        self.assertEqual(world.shop.refresh("sale-1").usage.remaining_mb, 2048)
        self.assertEqual(world.spent(), 2 * PRICE)

    def test_lost_top_up_is_charged_once(self):
        world, iccid, more = self.bought("esimfly-topup-lost")
        self.assertRegex(world.shop.top_up("top-up-1", iccid, more).reference, "^topup_")
        self.assertEqual(world.spent(), 2 * PRICE)

    def test_lost_top_up_is_found_later(self):
        world, iccid, more = self.bought()
        world.add_rules(
            "{on: esimfly.topUp, first: 1, phase: after, do: {fault: reset}}",
            "{on: esimfly.listOrders, first: 2, do: {error: UNAVAILABLE}}",
        )
        with self.assertRaises(Lost):
            world.shop.top_up("top-up-1", iccid, more)
        self.assertRegex(world.shop.top_up("top-up-1", iccid, more).reference, "^topup_")
        self.assertEqual(world.spent(), 2 * PRICE)

    def test_top_up_that_never_arrived_is_made_again_on_request(self):
        world, iccid, more = self.bought()
        # Neither an earlier one nor that of another eSIM is taken for it.
        world.shop.top_up("top-up-1", iccid, more)
        world.shop.esimfly.top_up(world.shop.buy("sale-2", offer(world.shop)).esim.iccid, more)
        world.add_rules("{on: esimfly.topUp, first: 1, do: {fault: html502}}")
        with self.assertRaises(Lost):
            world.shop.top_up("top-up-2", iccid, more)
        self.assertEqual(world.spent(), 4 * PRICE)
        world.shop.top_up("top-up-2", iccid, more)
        self.assertEqual(world.spent(), 5 * PRICE)

    def test_top_up_that_cannot_be_paid_is_refused(self):
        world, iccid, more = self.bought()
        world.set_balance(0)
        with self.assertRaises(Refused) as refused:
            world.shop.top_up("top-up-1", iccid, more)
        self.assertEqual(refused.exception.code, "INSUFFICIENT_BALANCE")


if __name__ == "__main__":
    unittest.main()
