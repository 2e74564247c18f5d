"""What the shop asks of esimfly's Business API, edition 2026-09.

A call ends in one of three ways: with an answer, with Refused, after which nothing has
happened, or with Lost, after which nobody can tell from here whether it has.
"""

import hashlib
import hmac
import http.client
import json
import time
import uuid
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen


class Refused(Exception):
    """The API said no, and why: a code such as INSUFFICIENT_BALANCE."""

    def __init__(self, status, code, message):
        super().__init__(f"refused with {status} {code}: {message}")
        self.status, self.code = status, code


class Lost(Exception):
    """No answer came, or none that tells what became of the call."""


@dataclass(frozen=True)
class Offer:
    """A package at the price at which it was offered."""

    code: str
    name: str
    price: float


@dataclass(frozen=True)
class ESIM:
    """What a customer needs to install it: lpa is what the QR code holds."""

    iccid: str
    lpa: str
    qr_code: str  # where an image of it is; it may be a data: URI
    apple_link: str
    android_link: str


@dataclass(frozen=True)
class Order:
    reference: str
    status: str  # completed, pending_details, failed or cancelled
    esim: ESIM | None  # None until its details are there


@dataclass(frozen=True)
class Usage:
    status: str  # NEW, ACTIVE, DEPLETED, EXPIRED and so on
    remaining_mb: int


class Esimfly:
    # esimfly gives up on a call after 30 seconds. Who hangs up before asks again while the
    # first is still being worked on.
    def __init__(self, base_url, access_code, secret_key, timeout=40):
        self.base_url, self.access_code, self.secret_key, self.timeout = base_url, access_code, secret_key, timeout

    def offers(self, destination):
        """All packages of a destination."""
        found, page, pages = [], 1, 1
        while page <= pages:
            data = self._get("/esims/packages", search=destination, page=page, limit=100)["data"]
            found += [_offer(package) for package in data["packages"]]
            page, pages = page + 1, data["pagination"]["total_pages"]
        return found

    def order(self, key, offer):
        """Order one eSIM. The same key gives the same order, so that one whose answer was
        lost is simply asked for again. The price makes esimfly refuse if it has risen."""
        body = {"packageCode": offer.code, "packageName": offer.name, "price": offer.price, "idempotency_key": key}
        answer = self._call("POST", "/esims/order", body, attempts=2)
        return _order(answer, (answer.get("esims") or [None])[0])

    def find_order(self, reference):
        answer = self._get("/esims/order", orderReference=reference)["order"]
        return _order(answer, answer.get("esim"))

    def usage(self, iccid):
        data = self._get("/esims/usage/query", iccid=iccid)["data"]
        return Usage(data["esim"]["status"], data["data"]["remaining_mb"])

    def top_up_offers(self, iccid):
        data = self._get("/topup/packages", iccid=iccid, limit=100)["data"]
        return [_offer(package) for package in data["packages"]]

    def top_up(self, iccid, offer):
        """Top up and return the reference. There is no key for this call: made twice, it is
        charged twice."""
        body = {"iccid": iccid, "packageCode": offer.code, "packageName": offer.name, "price": offer.price}
        return _reference(self._call("POST", "/topup/order", body, attempts=1))

    def find_top_ups(self, iccid, code):
        """References of the top-ups that an eSIM had of a package, newest first."""
        orders = self._get("/orders", search=code, limit=100)["data"]["orders"]
        return [
            order["order_reference"]
            for order in orders
            if order["order_reference"].startswith("topup_") and (order.get("esim") or {}).get("iccid") == iccid
        ]

    def _get(self, path, **query):
        return self._call("GET", f"{path}?{urlencode(query)}", None, attempts=2)

    def _call(self, method, path, body, attempts):
        """Ask, and ask again when the answer is lost: only what may be asked twice has more
        than one attempt."""
        while True:
            attempts -= 1
            try:
                return self._attempt(method, path, body)
            except Lost:
                if attempts == 0:
                    raise

    def _attempt(self, method, path, body):
        data = b"" if body is None else json.dumps(body).encode()
        request = Request(self.base_url + path, data or None, self._sign(data), method=method)
        try:
            status, text = _fetch(request, self.timeout)
        except (OSError, http.client.HTTPException) as error:
            raise Lost(f"{method} {path}: {error}") from error
        return _read(status, text)

    def _sign(self, data):
        """The headers of a call; each attempt needs a request id and a timestamp of its own."""
        timestamp, request_id = str(time.time_ns() // 1_000_000), str(uuid.uuid4())
        signed = (timestamp + request_id + self.access_code).encode() + data
        return {
            "Content-Type": "application/json",
            "RT-AccessCode": self.access_code,
            "RT-RequestID": request_id,
            "RT-Timestamp": timestamp,
            "RT-Signature": hmac.new(self.secret_key.encode(), signed, hashlib.sha256).hexdigest().upper(),
        }


def _fetch(request, timeout):
    try:
        response = urlopen(request, timeout=timeout)
    except HTTPError as error:
        response = error  # an answer like any other
    with response:
        return response.status, response.read()


def _read(status, text):
    """Tell an answer from a refusal, and both from what does not tell whether the order was
    made: a proxy's page, a body cut short, an error of the server's own; 401, 403 and 429,
    which are about the caller and say nothing of the attempt before; and DUPLICATE_REQUEST,
    which says that there was one, but not what became of it."""
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    if isinstance(answer, dict):
        if status == 200 and answer.get("success") is True:
            return answer
        if status in (400, 404) and answer.get("code") != "DUPLICATE_REQUEST":
            raise Refused(status, answer.get("code", ""), answer.get("message") or answer.get("error") or "")
    raise Lost(f"answered {status} {text[:200]!r}")


def _offer(package):
    return Offer(package["package_code"], package["name"], package["cost"])


def _reference(answer):
    reference = answer.get("orderReference")
    if not isinstance(reference, str) or not reference:
        raise Lost(f"answered without a reference: {answer}")
    return reference


def _order(answer, esim):
    # While an order is pending its eSIM is missing, empty, or has a stand-in for its ICCID.
    if answer.get("status") != "completed" or not esim or not esim.get("lpaString"):
        return Order(_reference(answer), answer.get("status"), None)
    return Order(
        _reference(answer),
        answer["status"],
        ESIM(
            esim["iccid"],
            esim["lpaString"],
            esim["qrCodeUrl"],
            esim["directAppleInstallUrl"],
            esim["directAndroidInstallUrl"],
        ),
    )
