import Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { isSigned, SIGNATURE_TOLERANCE_MS, signMessage } from "./signed-message.ts";

// Stripe's own library is the judge: what it signs we take, what we sign it takes.
const { webhooks } = Stripe;
const SECRET = "whsec_test_secret";
const NOW = new Date("2040-03-02T08:00:00.000Z");
const BODY = '{\n  "id": "evt_test_webhook",\n  "object": "event",\n  "note": "žluť 电"\n}';
const bytes = Buffer.from(BODY, "utf8");
const seconds = (at: Date) => Math.floor(at.getTime() / 1000);
const before = (ms: number) => new Date(NOW.getTime() - ms);
const stripes = (at: Date, options: { secret?: string; scheme?: string; signature?: string } = {}) =>
  webhooks.generateTestHeaderString({ payload: BODY, secret: SECRET, timestamp: seconds(at), ...options });

describe("a message signed in Stripe's manner", () => {
  it("by Stripe's library is taken, within five minutes", () => {
    for (const ageMs of [0, 1000, SIGNATURE_TOLERANCE_MS])
      expect(isSigned(bytes, stripes(before(ageMs)), [SECRET], NOW)).toBe(true);
    expect(isSigned(bytes, stripes(before(SIGNATURE_TOLERANCE_MS + 1000)), [SECRET], NOW)).toBe(false);
    expect(isSigned(bytes, stripes(before(-SIGNATURE_TOLERANCE_MS - 1000)), [SECRET], NOW)).toBe(false);
  });

  it("by us is taken by Stripe's library", () => {
    const header = signMessage(bytes, SECRET, NOW);
    expect(header).toBe(stripes(NOW));
    expect(webhooks.constructEvent(BODY, header, SECRET, 300, undefined, NOW.getTime()).id).toBe(
      "evt_test_webhook",
    );
  });

  it("is taken under the old and the new secret while they are being changed", () => {
    const [old, young] = ["whsec_old", "whsec_young"];
    expect(isSigned(bytes, stripes(NOW, { secret: old }), [young, old], NOW)).toBe(true);
    // Stripe signs with both: "t=…,v1=…,v1=…".
    const both = `${stripes(NOW, { secret: old })},${stripes(NOW, { secret: young }).split(",")[1]}`;
    for (const secrets of [[old], [young]]) expect(isSigned(bytes, both, secrets, NOW)).toBe(true);
    expect(isSigned(bytes, both, ["whsec_third"], NOW)).toBe(false);
    expect(isSigned(bytes, both, [], NOW)).toBe(false);
  });

  it("is refused once a byte of it is another, and so is every other header", () => {
    const header = stripes(NOW);
    const [time, signature = ""] = header.split(",");
    expect(isSigned(Buffer.from(BODY.replace("evt", "evT")), header, [SECRET], NOW)).toBe(false);
    expect(isSigned(Buffer.from(JSON.stringify(JSON.parse(BODY))), header, [SECRET], NOW)).toBe(false);
    const bad = [
      undefined,
      "",
      "t=",
      time,
      signature,
      `${time},${signature.slice(0, -1)}`,
      `${time},${signature}0`,
      `${time},v0${signature.slice(2)}`,
      `${time},v1=${"z".repeat(64)}`,
      `t=${seconds(NOW) + 1},${signature}`,
      `${time},t=${seconds(NOW) + 1},${signature}`,
      `t=-5,${signature}`,
      `t=1e9,${signature}`,
      "t=999999999999999999,v1=00",
      "🙂".repeat(100),
    ];
    for (const text of bad) expect(isSigned(bytes, text, [SECRET], NOW), String(text)).toBe(false);
    expect(isSigned(bytes, `v0=6ffb,${header}`, [SECRET], NOW)).toBe(true);
  });
});
