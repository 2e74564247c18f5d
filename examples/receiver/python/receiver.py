"""A receiver of the webhooks of eSIM Go, Roamify and esimfly.

It takes what is signed rightly, once, and prints one line for each event.
"""

import base64
import hashlib
import hmac
import json
import os
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MAX_BODY = 1 << 20

# Where each provider posts to, what signs, and how the HMAC-SHA256 is written.
SENDERS = {
    "/esimgo": ("esimgo", os.environ.get("ESIMGO_API_KEY", ""), "X-Signature-SHA256", lambda mac: base64.b64encode(mac).decode()),
    "/roamify": ("roamify", os.environ.get("ROAMIFY_WEBHOOK_SECRET", ""), "X-Roamify-Signature", lambda mac: mac.hex()),
    "/esimfly": ("esimfly", os.environ.get("ESIMFLY_WEBHOOK_SECRET", ""), "X-Webhook-Signature", lambda mac: "sha256=" + mac.hex()),
}

events: queue.Queue = queue.Queue()
seen: set = set()  # a shop keeps these in its database, and for some days only
lock = threading.Lock()


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MAX_BODY:
            self.close_connection = True  # what was not read is still to come
            return self.answer(413 if length else 411)
        # The bytes as they came: JSON that was parsed and written anew is other bytes.
        body = self.rfile.read(int(length))
        name, secret, header, encode = SENDERS.get(self.path, ("", "", "", None))
        if not secret:  # anybody can sign with one that is empty
            return self.answer(404)
        want = encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
        # compare_digest takes the same time wherever the two differ.
        if not hmac.compare_digest(want.encode(), self.headers.get(header, "").encode()):
            return self.answer(401)
        accept(name, self.headers, body)
        self.answer(200)

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


def accept(sender, headers, body):
    """Queue an event that is new.

    The work comes after the answer, for which the sender waits a few seconds only; a shop
    keeps its queue where a crash does not lose it.
    """
    try:
        event = json.loads(body)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        event = {}  # it is signed, and what it lacks stays empty
    # What makes an event the same: an id where there is one, else its bytes.
    key = hashlib.sha256(body).hexdigest()
    if sender == "esimfly":
        key = headers.get("X-Webhook-Id") or key
    if sender == "roamify":
        key = event.get("event_id") or key
    with lock:
        if (sender, key) in seen:
            return
        seen.add((sender, key))
    name = event.get("alertType") or event.get("event") or f"{event.get('event_category')}.{event.get('event_type')}"
    events.put(f"{sender} {name}")


def work():
    while True:
        print("accepted", events.get(), flush=True)


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT") or 9000)), Receiver)
    print(f"listening on http://127.0.0.1:{server.server_address[1]}", flush=True)
    threading.Thread(target=work, daemon=True).start()
    server.serve_forever()
