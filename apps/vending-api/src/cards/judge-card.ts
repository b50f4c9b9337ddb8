import { type CardWrite, encodeReceipt, readSlots, type Verifier } from "./card-memory.ts";
import { type CardRecord, fingerprintOf } from "./card-record.ts";

/** Why a card is refused, and what whoever holds it is told. */
export const CARD_REFUSALS = {
  blank: "There is nothing on this card.",
  tampered: "What is on this card was not written by us.",
  cloned: "This is a copy: its credit belongs to another chip.",
  "foreign-site": "This card belongs to another site.",
  "foreign-household": "This card belongs to another household.",
  "wrong-meter": "This card is for another meter.",
  "wrong-currency": "This card holds another currency.",
  "wrong-card": "This is another card than the one asked for.",
  expired: "This card has expired; the desk renews it.",
  settled: "This card was settled; it holds nothing.",
  replayed: "This credit was taken before.",
  "count-gap": "Credit before this one was not taken; the desk puts it right.",
} as const satisfies Record<string, string>;
export type CardRefusal = keyof typeof CARD_REFUSALS;

interface Owner {
  siteId: string;
  uid: Buffer;
  verify: Verifier;
}

/** A record of ours, on its own chip, of this site. */
export function readOwnRecord(memory: Buffer, { siteId, uid, verify }: Owner): CardRecord | CardRefusal {
  const record = readSlots(memory, verify);
  if (typeof record === "string") return record;
  if (!record.site.equals(fingerprintOf(siteId))) return "foreign-site";
  return record.uid.equals(uid) ? record : "cloned";
}

export interface Taker extends Owner {
  circuitId: string;
  currency: string;
  /** How far it has taken, from whatever card; kept where a loss of power does not reach it. */
  lastCount: number;
  receiptKey: Buffer;
  now: Date;
}

export type Taking = { amountMinor: number; count: number; receipt: CardWrite } | { refused: CardRefusal };

/**
 * What a meter or gateway does with a card: takes its credit once, or refuses. Whoever takes keeps `count` before anything else
 * happens: the card may be pulled away, copied or replaced, and the count alone keeps its credit from being taken twice.
 */
export function takeFromCard(memory: Buffer, taker: Taker): Taking {
  const record = readOwnRecord(memory, taker);
  if (typeof record === "string") return { refused: record };
  const refused = refusalOf(record, taker);
  if (refused) return { refused };
  const { amountMinor, count } = record;
  const receipt = encodeReceipt({ count, at: taker.now }, taker.uid, taker.receiptKey);
  return { amountMinor, count, receipt };
}

function refusalOf(record: CardRecord, taker: Taker): CardRefusal | undefined {
  if (!record.circuit.equals(fingerprintOf(taker.circuitId))) return "wrong-meter";
  if (record.kind === "settled") return "settled";
  if (record.currency !== taker.currency) return "wrong-currency";
  if (record.expiresAt <= taker.now) return "expired";
  if (record.count <= taker.lastCount) return "replayed";
  return record.fromCount === taker.lastCount ? undefined : "count-gap";
}
