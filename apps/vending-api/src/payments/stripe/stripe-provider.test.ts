import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PaymentProvider } from "../payment-provider.ts";
import { isStripeCurrency, stripeProvider } from "./stripe-provider.ts";

const NOW = new Date("2040-03-02T08:00:00.000Z");
const SECRET = "whsec_test";

// Objects of Stripe's, held to Stripe's own types: a field that is not theirs does not compile.
const session = {
  id: "cs_test_a1",
  object: "checkout.session",
  status: "complete",
  payment_status: "paid",
  payment_intent: "pi_1",
  amount_total: 5000,
  currency: "cny",
  client_reference_id: "top-up-1",
  metadata: { topUpId: "top-up-1" },
  url: null,
} satisfies Partial<Stripe.Checkout.Session>;
const charge = {
  id: "ch_1",
  object: "charge",
  payment_intent: "pi_1",
  amount: 5000,
  amount_refunded: 2000,
  currency: "cny",
  metadata: { topUpId: "top-up-1" },
} satisfies Partial<Stripe.Charge>;
const dispute = {
  id: "dp_1",
  object: "dispute",
  charge: "ch_1",
  payment_intent: "pi_1",
  amount: 5000,
  currency: "cny",
} satisfies Partial<Stripe.Dispute>;

let server: Server;
let provider: PaymentProvider;
let asked: { method: string; url: string; headers: IncomingMessage["headers"]; form: URLSearchParams }[] = [];
let answer: { status: number; body: unknown };

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = "", url = "", headers } = request;
    asked.push({ method, url, headers, form: new URLSearchParams(Buffer.concat(chunks).toString("utf8")) });
    response.writeHead(answer.status, { "content-type": "application/json" });
    response.end(JSON.stringify(answer.body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  provider = stripeProvider({ apiKey: "sk_test_1", webhookSecrets: [SECRET], baseUrl });
});
afterAll(() => {
  server.close();
});
beforeEach(() => {
  asked = [];
  answer = {
    status: 200,
    body: { ...session, status: "open", payment_status: "unpaid", url: "https://x.example/p" },
  };
});

const ORDER = {
  topUpId: "top-up-1",
  siteId: "site-1",
  amountMinor: 5000,
  currency: "CNY",
  title: "Hall 1: Room 101",
  expiresAt: new Date("2040-03-02T09:00:00.500Z"),
  returnUrl: "https://hall.example/my",
};

describe("Stripe Checkout", () => {
  it("is asked for a session under the order's own key", async () => {
    expect(await provider.createPayment(ORDER)).toEqual({
      paymentId: "cs_test_a1",
      redirectUrl: "https://x.example/p",
    });
    expect(asked).toMatchObject([
      {
        method: "POST",
        url: "/v1/checkout/sessions",
        headers: { authorization: "Bearer sk_test_1", "idempotency-key": "top-up-1" },
      },
    ]);
    expect(Object.fromEntries(asked[0]?.form ?? [])).toMatchObject({
      mode: "payment",
      client_reference_id: "top-up-1",
      "line_items[0][price_data][currency]": "cny",
      "line_items[0][price_data][unit_amount]": "5000",
      "payment_intent_data[metadata][topUpId]": "top-up-1",
      expires_at: "2214291600",
    });
  });

  it.each([
    [500, "provider-unavailable"],
    [429, "provider-unavailable"],
    [409, "provider-unavailable"],
    [401, "provider-refused"],
    [400, "provider-refused"],
  ])("answering %i is %s", async (status, code) => {
    answer = { status, body: { error: { message: "secret detail" } } };
    await expect(provider.createPayment(ORDER)).rejects.toMatchObject({ code });
  });

  it("answering nonsense, or not at all, is told apart", async () => {
    answer = { status: 200, body: { id: 5 } };
    await expect(provider.createPayment(ORDER)).rejects.toMatchObject({ code: "provider-refused" });
    const nobody = stripeProvider({ apiKey: "k", webhookSecrets: [], baseUrl: "http://127.0.0.1:1" });
    await expect(nobody.createPayment(ORDER)).rejects.toMatchObject({ code: "provider-unavailable" });
  });

  it.each([
    [{ status: "complete", payment_status: "paid" }, "paid"],
    [{ status: "complete", payment_status: "unpaid" }, "pending"],
    [{ status: "open", payment_status: "unpaid" }, "pending"],
    [{ status: "expired", payment_status: "unpaid" }, "expired"],
  ])("asked for a session that is %j says %s", async (change, status) => {
    answer = { status: 200, body: { ...session, ...change } };
    const report = await provider.fetchPayment("cs_test_a1", NOW);
    expect(report).toMatchObject({ status, topUpId: "top-up-1", paymentIds: ["cs_test_a1", "pi_1"] });
    expect(asked[0]?.url).toBe("/v1/checkout/sessions/cs_test_a1");
  });
});

describe("a message of Stripe's", () => {
  const read = (type: Stripe.Event["type"], object: object, secret = SECRET) => {
    const payload = JSON.stringify({
      id: "evt_1",
      object: "event",
      type,
      created: NOW.getTime() / 1000,
      data: { object },
    });
    const timestamp = NOW.getTime() / 1000;
    const header = Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
    return provider.readWebhook(
      Buffer.from(payload),
      (name) => (name === "stripe-signature" ? header : undefined),
      NOW,
    );
  };

  it.each([
    ["checkout.session.completed", session, "paid", 5000],
    ["checkout.session.completed", { ...session, payment_status: "unpaid" }, "pending", 5000],
    ["checkout.session.async_payment_succeeded", session, "paid", 5000],
    ["checkout.session.async_payment_failed", { ...session, payment_status: "unpaid" }, "failed", 5000],
    ["checkout.session.expired", { ...session, status: "expired", payment_intent: null }, "expired", 5000],
    ["charge.refunded", charge, "refunded", 2000],
    ["charge.dispute.created", dispute, "disputed", 5000],
  ] as const)("%s is read", (type, object, status, amountMinor) => {
    expect(read(type, object)).toMatchObject({
      eventId: "evt_1",
      at: NOW,
      status,
      amountMinor,
      currency: "CNY",
    });
  });

  it("about anything else is none of our business, and one by somebody else is refused", () => {
    expect(read("customer.created", { id: "cus_1" })).toBeNull();
    expect(() => read("checkout.session.completed", session, "whsec_other")).toThrow(/no valid signature/);
    expect(() => read("checkout.session.completed", { id: "cs" })).toThrow(
      /required|Invalid|missing|expected/i,
    );
  });

  it("names the payment by every id that later ones may use", () => {
    expect(
      read("checkout.session.completed", { ...session, payment_intent: { id: "pi_1" } })?.paymentIds,
    ).toEqual(["cs_test_a1", "pi_1"]);
    expect(read("charge.dispute.created", dispute)?.paymentIds).toEqual(["pi_1", "ch_1"]);
  });
});

it.each([
  ["CNY", 2, true],
  ["JPY", 0, true],
  ["KWD", 3, false],
  ["ISK", 0, false],
  ["UGX", 0, false],
])("%s with %i digits can be paid through Stripe: %s", (currency, digits, can) => {
  expect(isStripeCurrency(currency, digits)).toBe(can);
});
