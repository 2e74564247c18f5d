// What the shop asks of esimfly's Business API, edition 2026-09.
//
// A call ends in one of three ways: with an answer, with Refused, after which nothing has
// happened, or with Lost, after which nobody can tell from here whether it has.
import { createHmac, randomUUID } from "node:crypto";

// The API said no, and why: a code such as INSUFFICIENT_BALANCE.
export class Refused extends Error {
  constructor(status, code, message) {
    super(`refused with ${status} ${code}: ${message}`);
    Object.assign(this, { status, code });
  }
}

// No answer came, or none that tells what became of the call.
export class Lost extends Error {}

// An offer is { code, name, price }: a package at the price at which it was offered.
// An eSIM is { iccid, lpa, qrCode, appleLink, androidLink }: what a customer needs to
// install it. lpa is what the QR code holds, qrCode where an image of it is, which may be a
// data: URI.
// An order is { reference, status, esim }: its status is completed, pending_details, failed
// or cancelled, and its eSIM undefined until the details are there.
export class Esimfly {
  // esimfly gives up on a call after 30 seconds. Who hangs up before asks again while the
  // first is still being worked on.
  constructor({ baseURL, accessCode, secretKey, timeout = 40_000 }) {
    Object.assign(this, { baseURL, accessCode, secretKey, timeout });
  }

  // All packages of a destination.
  async offers(destination) {
    const found = [];
    for (let page = 1, pages = 1; page <= pages; page++) {
      const { data } = await this.#get("/esims/packages", { search: destination, page, limit: 100 });
      found.push(...data.packages.map(toOffer));
      pages = data.pagination.total_pages;
    }
    return found;
  }

  // Orders one eSIM. The same key gives the same order, so that one whose answer was lost is
  // simply asked for again. The price makes esimfly refuse if it has risen.
  async order(key, offer) {
    const body = { packageCode: offer.code, packageName: offer.name, price: offer.price, idempotency_key: key };
    const answer = await this.#call("POST", "/esims/order", body, 2);
    return toOrder(answer, answer.esims?.[0]);
  }

  async findOrder(reference) {
    const { order } = await this.#get("/esims/order", { orderReference: reference });
    return toOrder(order, order.esim);
  }

  // Usage is { status, remainingMB }: NEW, ACTIVE, DEPLETED, EXPIRED and so on.
  async usage(iccid) {
    const { data } = await this.#get("/esims/usage/query", { iccid });
    return { status: data.esim.status, remainingMB: data.data.remaining_mb };
  }

  async topUpOffers(iccid) {
    const { data } = await this.#get("/topup/packages", { iccid, limit: 100 });
    return data.packages.map(toOffer);
  }

  // Tops up and returns the reference. There is no key for this call: made twice, it is
  // charged twice.
  async topUp(iccid, offer) {
    const body = { iccid, packageCode: offer.code, packageName: offer.name, price: offer.price };
    return toReference(await this.#call("POST", "/topup/order", body, 1));
  }

  // References of the top-ups that an eSIM had of a package, newest first.
  async findTopUps(iccid, code) {
    const { data } = await this.#get("/orders", { search: code, limit: 100 });
    return data.orders
      .filter((order) => order.order_reference.startsWith("topup_") && order.esim?.iccid === iccid)
      .map((order) => order.order_reference);
  }

  #get(path, query) {
    return this.#call("GET", `${path}?${new URLSearchParams(query)}`, undefined, 2);
  }

  // Asks, and asks again when the answer is lost: only what may be asked twice has more than
  // one attempt.
  async #call(method, path, body, attempts) {
    for (;;) {
      attempts--;
      try {
        return await this.#attempt(method, path, body);
      } catch (error) {
        if (!(error instanceof Lost) || attempts === 0) throw error;
      }
    }
  }

  async #attempt(method, path, body) {
    const data = body && JSON.stringify(body);
    let response, text;
    try {
      const signal = AbortSignal.timeout(this.timeout);
      response = await fetch(this.baseURL + path, { method, body: data, headers: this.#sign(data ?? ""), signal });
      text = await response.text();
    } catch (error) {
      throw new Lost(`${method} ${path}: ${error.message}`, { cause: error });
    }
    return read(response.status, text);
  }

  // The headers of a call; each attempt needs a request id and a timestamp of its own.
  #sign(data) {
    const timestamp = String(Date.now()), requestID = randomUUID();
    const signed = timestamp + requestID + this.accessCode + data;
    return {
      "Content-Type": "application/json",
      "RT-AccessCode": this.accessCode,
      "RT-RequestID": requestID,
      "RT-Timestamp": timestamp,
      "RT-Signature": createHmac("sha256", this.secretKey).update(signed).digest("hex").toUpperCase(),
    };
  }
}

// Tells an answer from a refusal, and both from what does not tell whether the order was
// made: a proxy's page, a body cut short, an error of the server's own; 401, 403 and 429,
// which are about the caller and say nothing of the attempt before; and DUPLICATE_REQUEST,
// which says that there was one, but not what became of it.
function read(status, text) {
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    // No JSON tells nothing.
  }
  if (status === 200 && answer?.success === true) return answer;
  if ((status === 400 || status === 404) && isObject(answer) && answer.code !== "DUPLICATE_REQUEST") {
    throw new Refused(status, answer.code ?? "", answer.message ?? answer.error ?? "");
  }
  throw new Lost(`answered ${status} ${text.slice(0, 200)}`);
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function toOffer(entry) {
  return { code: entry.package_code, name: entry.name, price: entry.cost };
}

function toReference(answer) {
  const reference = answer.orderReference;
  if (typeof reference === "string" && reference) return reference;
  throw new Lost(`answered without a reference: ${JSON.stringify(answer)}`);
}

function toOrder(answer, esim) {
  const order = { reference: toReference(answer), status: answer.status };
  // While an order is pending its eSIM is missing, empty, or has a stand-in for its ICCID.
  if (order.status !== "completed" || !esim?.lpaString) return order;
  return {
    ...order,
    esim: {
      iccid: esim.iccid,
      lpa: esim.lpaString,
      qrCode: esim.qrCodeUrl,
      appleLink: esim.directAppleInstallUrl,
      androidLink: esim.directAndroidInstallUrl,
    },
  };
}
