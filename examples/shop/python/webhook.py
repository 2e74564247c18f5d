"""Where esimfly posts its events to."""

import hashlib
import hmac
import json
import logging
from http.server import BaseHTTPRequestHandler

MAX_BODY = 1 << 20


def webhook(shop, secret):
    """A handler for http.server that refreshes the sale which an event is about.

    The payload is not used for more than that: events come twice, late and out of order, and
    what esimfly says when it is asked is always the newest. Everything but 200 has esimfly
    send the event again, after 10 seconds first and five times in all.
    """
    if not secret:
        raise ValueError("anybody can sign with an empty secret")

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self):
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > MAX_BODY:
                self.close_connection = True  # what was not read is still to come
                return self.answer(413)
            self.answer(receive(shop, secret, self.headers.get("X-Webhook-Signature", ""), self.rfile.read(int(length))))

        def answer(self, status):
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    return Webhook


def receive(shop, secret, signature, body):
    """Take an event and return the status to answer with."""
    # Over the bytes as they came: JSON that was parsed and written anew is other bytes.
    want = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(want.encode(), signature.encode()):
        return 401
    try:
        reference = json.loads(body)["data"]["order_reference"]
    except (ValueError, KeyError, TypeError):
        reference = None
    if not isinstance(reference, str) or not reference:
        return 400
    sale = shop.sale_of(reference)
    if sale is None:
        return 404  # an event may overtake the answer to its order; the next attempt will not
    try:
        shop.refresh(sale.id)
    except Exception as error:
        logging.warning("event about %s: %s", sale.id, error)
        return 503
    return 200
