// Where esimfly posts its events to.
import { createHmac, timingSafeEqual } from "node:crypto";

const maxBody = 1 << 20;

// webhook is a handler for node:http that refreshes the sale which an event is about.
//
// The payload is not used for more than that: events come twice, late and out of order, and
// what esimfly says when it is asked is always the newest. Everything but 200 has esimfly
// send the event again, after 10 seconds first and five times in all.
export function webhook(shop, secret) {
  if (!secret) throw new Error("anybody can sign with an empty secret");
  return async (req, res) => {
    if (req.method !== "POST") return res.writeHead(405).end();
    const chunks = [];
    let size = 0;
    try {
      for await (const chunk of req) {
        size += chunk.length;
        if (size <= maxBody) chunks.push(chunk);
      }
    } catch {
      return; // the caller has gone
    }
    if (size > maxBody) return res.writeHead(413).end();
    const status = await receive(shop, secret, req.headers["x-webhook-signature"] ?? "", Buffer.concat(chunks));
    res.writeHead(status).end();
  };
}

// receive takes an event and returns the status to answer with.
export async function receive(shop, secret, signature, body) {
  // Over the bytes as they came: JSON that was parsed and written anew is other bytes.
  const want = "sha256=" + createHmac("sha256", secret).update(body).digest("hex");
  if (!same(want, signature)) return 401;
  let reference;
  try {
    reference = JSON.parse(body).data.order_reference;
  } catch {
    // It is signed, and yet no event.
  }
  if (typeof reference !== "string" || !reference) return 400;
  const sale = shop.saleOf(reference);
  if (!sale) return 404; // an event may overtake the answer to its order; the next attempt will not
  try {
    await shop.refresh(sale.id);
  } catch (error) {
    console.warn(`event about ${sale.id}: ${error.message}`);
    return 503;
  }
  return 200;
}

// same takes the same time wherever two texts of one length differ.
function same(a, b) {
  const x = Buffer.from(a), y = Buffer.from(b);
  return x.length === y.length && timingSafeEqual(x, y);
}
