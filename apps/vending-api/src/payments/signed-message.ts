import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * Stripe's scheme of signing a message ("Receive Stripe events in your webhook endpoint", section "Verify webhook signatures
 * manually", docs.stripe.com/webhooks): a header `t=<unix seconds>,v1=<hex>[,v1=<hex>…]`, where v1 is HMAC-SHA256 over
 * `<t>.<body>` under the endpoint's secret. Other schemes than v1 in the header are to be ignored.
 */
const SCHEME = "v1";

/** Older or younger is a replay, or a clock that must be set. Range 1–10 min; 5 is what Stripe's libraries take. */
export const SIGNATURE_TOLERANCE_MS = 5 * 60_000;

/** The header for a message sent at this instant. */
export function signMessage(body: Buffer, secret: string, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1000);
  return `t=${seconds},${SCHEME}=${signatureOf(String(seconds), body, secret).toString("hex")}`;
}

/** True when one of the signatures is by one of the secrets, of which there are two while they are being changed. */
export function isSigned(
  body: Buffer,
  header: string | undefined,
  secrets: readonly string[],
  now: Date,
): boolean {
  const { seconds, signatures } = parseHeader(header ?? "");
  if (seconds === undefined) return false;
  if (Math.abs(now.getTime() - Number(seconds) * 1000) > SIGNATURE_TOLERANCE_MS) return false;
  const expected = secrets.map((secret) => signatureOf(seconds, body, secret));
  // Every pair is compared, whichever matched before, so that the time it takes tells nothing.
  const matches = signatures.flatMap((given) => expected.map((own) => timingSafeEqual(given, own)));
  return matches.includes(true);
}

function signatureOf(seconds: string, body: Buffer, secret: string): Buffer {
  return createHmac("sha256", secret).update(`${seconds}.`, "utf8").update(body).digest();
}

/** As many as a header of sane length has room for; more would be an invitation to reckon for nothing. */
const MOST_SIGNATURES = 16;

function parseHeader(header: string): { seconds: string | undefined; signatures: Buffer[] } {
  const parts = header.split(",").map((part) => part.trim());
  const times = parts.filter((part) => /^t=\d{1,12}$/.test(part));
  const hex = new RegExp(`^${SCHEME}=([0-9a-f]{64})$`);
  const signatures = parts.flatMap((part) => hex.exec(part)?.[1] ?? []).slice(0, MOST_SIGNATURES);
  return {
    seconds: times.length === 1 ? times[0]?.slice(2) : undefined,
    signatures: signatures.map((text) => Buffer.from(text, "hex")),
  };
}
