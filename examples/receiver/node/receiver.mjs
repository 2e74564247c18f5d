// A receiver of the webhooks of eSIM Go, Roamify and esimfly. It takes what is signed
// rightly, once, and prints one line for each event.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const maxBody = 1 << 20;
const env = process.env;

// Where each provider posts to, what signs, and how the HMAC-SHA256 is written.
const senders = {
  "/esimgo": { name: "esimgo", secret: env.ESIMGO_API_KEY, header: "x-signature-sha256", encode: (mac) => mac.toString("base64") },
  "/roamify": { name: "roamify", secret: env.ROAMIFY_WEBHOOK_SECRET, header: "x-roamify-signature", encode: (mac) => mac.toString("hex") },
  "/esimfly": { name: "esimfly", secret: env.ESIMFLY_WEBHOOK_SECRET, header: "x-webhook-signature", encode: (mac) => "sha256=" + mac.toString("hex") },
};

const seen = new Set(); // a shop keeps these in its database, and for some days only

const server = createServer((req, res) => {
  const answer = (status, text = "") => res.writeHead(status).end(text);
  const sender = Object.hasOwn(senders, req.url) ? senders[req.url] : undefined;
  // Anybody can sign with a secret that is empty.
  if (!sender?.secret) return answer(404, "not found");
  if (req.method !== "POST") return answer(405, "POST only");
  // The bytes as they came: JSON that was parsed and written anew is other bytes.
  const chunks = [];
  let size = 0;
  req.on("data", (chunk) => {
    size += chunk.length;
    if (size <= maxBody) chunks.push(chunk);
  });
  req.on("end", () => {
    if (size > maxBody) return answer(413, "too large");
    const body = Buffer.concat(chunks);
    const want = sender.encode(createHmac("sha256", sender.secret).update(body).digest());
    if (!same(want, req.headers[sender.header] ?? "")) return answer(401, "bad signature");
    const event = fresh(sender.name, req.headers, body);
    answer(200);
    // The work comes after the answer, for which the sender waits a few seconds only; a
    // shop keeps its queue where a crash does not lose it.
    if (event) setImmediate(() => console.log("accepted", event));
  });
});

// same takes the same time wherever two texts of one length differ.
function same(a, b) {
  const x = Buffer.from(a), y = Buffer.from(b);
  return x.length === y.length && timingSafeEqual(x, y);
}

// fresh names an event that was not seen before; undefined for one that was.
function fresh(from, headers, body) {
  let e = {};
  try {
    e = JSON.parse(body) ?? {};
  } catch {
    // It is signed, and what it lacks stays empty.
  }
  // What makes an event the same: an id where there is one, else its bytes.
  let key = createHash("sha256").update(body).digest("hex");
  if (from === "esimfly") key = headers["x-webhook-id"] || key;
  if (from === "roamify") key = e.event_id || key;
  key = `${from} ${key}`;
  if (seen.has(key)) return undefined;
  seen.add(key);
  return `${from} ${e.alertType || e.event || `${e.event_category}.${e.event_type}`}`;
}

server.listen(Number(env.PORT || 9000), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
