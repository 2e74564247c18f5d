"""A world of esimsim for each test: accounts, clock and scenarios of its own."""

import json
import os
import threading
import uuid
from http.server import ThreadingHTTPServer
from urllib.request import Request, urlopen

from esimfly import Esimfly
from shop import Shop
from webhook import webhook


class World:
    """A shop, and the levers of the world it buys in. "esimsim exec" says where the simulator
    is; a world begins when its name is first used in a credential."""

    def __init__(self, test, *scenarios):
        self.test = test
        # New each time, for a simulator that stays up from run to run.
        self.name = f"{test.id().rpartition('.')[2][:50]}-{uuid.uuid4().hex[:8]}"
        self.full_name = "~".join([self.name, "esimfly-2026-09", *scenarios])
        self.delivered = []
        esimfly = Esimfly(os.environ["ESIMFLY_BASE_URL"], "esf_" + self.full_name, "sk_" + self.name)
        self.shop = Shop(esimfly, self.delivered.append)

    def control(self, method, path="", body=None):
        data = None
        if body is not None:
            data = (body if isinstance(body, str) else json.dumps(body)).encode()
        url = f"{os.environ['ESIMSIM_URL']}/_sim/worlds/{self.full_name}{path}"
        with urlopen(Request(url, data, method=method)) as response:
            return json.load(response)

    def advance(self, duration):
        """Let time pass; what falls due has happened when this returns, webhooks too."""
        self.control("POST", "/clock", {"advance": duration})

    def spent(self):
        """How many cents of the 1000 USD that a world begins with are gone."""
        return round(100_000 - 100 * self.control("GET")["settings"]["esimfly"]["balance"])

    def set_balance(self, balance):
        self.control("PATCH", body={"esimfly": {"balance": balance}})

    def switch_on(self, scenario):
        self.control("PUT", "/scenarios/" + scenario)

    def add_rules(self, *rules):
        """Have this world misbehave by rules of a scenario of its own."""
        self.control("POST", "/scenarios", "\n  - ".join(["version: 1\nname: own\nrules:", *rules]))

    def use(self, iccid, mb):
        """Have a telephone use data."""
        self.control("POST", f"/esims/{iccid}/use", {"mb": mb})

    def send_webhooks(self):
        """Serve the shop's webhook and have this world send to it, signed with its secret."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), webhook(self.shop, "whsec_" + self.name))
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        self.test.addCleanup(server.server_close)
        self.test.addCleanup(thread.join)
        self.test.addCleanup(server.shutdown)
        url = f"http://127.0.0.1:{server.server_port}/"
        self.control("PATCH", body={"webhooks": {"esimfly": {"url": url}}})

    def webhook_statuses(self):
        """What the shop answered to each attempt at a webhook, oldest first."""
        deliveries = self.control("GET", "/webhooks")["deliveries"]
        return [attempt["status"] for delivery in deliveries for attempt in delivery["attempts"]]
