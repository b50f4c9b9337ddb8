import type { UplinkBatch, UplinkItem } from "@hallmeter/meter-model";
import type { OutboxEntry } from "../store/outbox.ts";
import type { UplinkMark } from "../store/records.ts";

/** Items of one batch. Range 50–1000 (the contract's limit): 500 three-phase samples are 250 kB. */
export const BATCH_ITEMS = 500;

type InFlight = NonNullable<UplinkMark["inFlight"]>;

/** The bytes of a batch: the same entries always give the same bytes, so only their keys need keeping. */
export function batchBody({ sequence, sentAt }: InFlight, entries: readonly OutboxEntry[]): string {
  const items = entries.flatMap(({ item }): UplinkItem[] => (item === null ? [] : [item]));
  const batch: UplinkBatch = { sequence, sentAt, items };
  return JSON.stringify(batch);
}

/** What remains of a batch that the server refuses as a whole: half of it, until the item at fault is alone. */
export function halfOf(inFlight: InFlight): InFlight["keys"] {
  return inFlight.keys.slice(0, Math.max(1, Math.floor(inFlight.keys.length / 2)));
}
