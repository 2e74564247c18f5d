// A world of esimsim for each test: accounts, clock and scenarios of its own.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";

import { Esimfly } from "./esimfly.mjs";
import { Shop } from "./shop.mjs";
import { webhook } from "./webhook.mjs";

// A shop, and the levers of the world it buys in. "esimsim exec" says where the simulator is;
// a world begins when its name is first used in a credential.
export class World {
  delivered = [];

  constructor(test, ...scenarios) {
    this.test = test;
    // New each time, for a simulator that stays up from run to run.
    this.name = `${test.name.replace(/\W+/g, "-").slice(0, 50)}-${randomUUID().slice(0, 8)}`;
    this.fullName = [this.name, "esimfly-2026-09", ...scenarios].join("~");
    const esimfly = new Esimfly({
      baseURL: process.env.ESIMFLY_BASE_URL,
      accessCode: "esf_" + this.fullName,
      secretKey: "sk_" + this.name,
    });
    this.shop = new Shop(esimfly, (sale) => this.delivered.push(sale));
  }

  async control(method, path = "", body = undefined) {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const response = await fetch(`${process.env.ESIMSIM_URL}/_sim/worlds/${this.fullName}${path}`, { method, body: text });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return response.json();
  }

  // Lets time pass; what falls due has happened when this resolves, webhooks too.
  advance(duration) {
    return this.control("POST", "/clock", { advance: duration });
  }

  // How many cents of the 1000 USD that a world begins with are gone.
  async spent() {
    const { settings } = await this.control("GET");
    return Math.round(100_000 - 100 * settings.esimfly.balance);
  }

  setBalance(balance) {
    return this.control("PATCH", "", { esimfly: { balance } });
  }

  switchOn(scenario) {
    return this.control("PUT", `/scenarios/${scenario}`);
  }

  // Has this world misbehave by rules of a scenario of its own.
  addRules(...rules) {
    return this.control("POST", "/scenarios", ["version: 1\nname: own\nrules:", ...rules].join("\n  - "));
  }

  // Has a telephone use data.
  use(iccid, mb) {
    return this.control("POST", `/esims/${iccid}/use`, { mb });
  }

  // Serves the shop's webhook and has this world send to it, signed with its secret.
  async sendWebhooks() {
    const server = createServer(webhook(this.shop, "whsec_" + this.name));
    await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
    this.test.after(() => {
      server.close();
      server.closeAllConnections();
    });
    const url = `http://127.0.0.1:${server.address().port}/`;
    await this.control("PATCH", "", { webhooks: { esimfly: { url } } });
  }

  // What the shop answered to each attempt at a webhook, oldest first.
  async webhookStatuses() {
    const { deliveries } = await this.control("GET", "/webhooks");
    return deliveries.flatMap((delivery) => delivery.attempts.map((attempt) => attempt.status));
  }
}
