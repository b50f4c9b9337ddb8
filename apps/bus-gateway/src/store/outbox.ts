import { instantMs, type UplinkItem, uplinkItemSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { type Acceptance, acceptance, isKeptWhileThinned, type OutboxLimits } from "./acceptance.ts";
import { sampleOf, sampleRow, sampleRowSchema } from "./sample-row.ts";
import type { Change, Tables } from "./tables.ts";

/** Results, events, alarms and states go first; samples and figures of the bus after them. */
const PRIORITY = { urgent: 0, ordinary: 1 } as const;

const keySchema = z.tuple([z.int(), z.int()]);
/** Where an item waits: [priority, number]. */
export type OutboxKey = z.infer<typeof keySchema>;
export const outboxKeySchema = keySchema;

export interface OutboxEntry {
  key: OutboxKey;
  /** null when an older or newer version wrote what this one cannot read: it goes, and holds nothing up. */
  item: UplinkItem | null;
}

export interface OutboxSize {
  count: number;
  bytes: number;
  acceptance: Acceptance;
}

export function isUrgent(item: UplinkItem): boolean {
  return item.type !== "sample" && item.type !== "bus-budget";
}

/** Samples are packed; everything else is kept as it is. */
const storedSchema = z.union([z.object({ s: sampleRowSchema }), z.object({ i: uplinkItemSchema })]);

type Stored = z.infer<typeof storedSchema>;

function unpacked(stored: Stored): UplinkItem {
  return "s" in stored ? { type: "sample", sample: sampleOf(stored.s) } : stored.i;
}

/** What the server has not yet taken, in the order in which it is sent. */
export class Outbox {
  readonly #tables: Tables;
  readonly #limits: OutboxLimits;
  readonly #lastKept = new Map<string, { atMs: number; relay: string }>();
  /** From this number on it was this run that wrote what waits. */
  readonly #firstOwnNumber: number;
  #nextNumber: number;
  /** The oldest sample is looked at every second, and may stay the same for days. */
  #oldest: { number: number; atMs: number | undefined } | null = null;
  #acceptance: Acceptance = "all";

  /** @param nowMs milliseconds since the epoch */
  constructor(tables: Tables, limits: OutboxLimits, nowMs: number) {
    this.#tables = tables;
    this.#limits = limits;
    const lastNumbers = Object.values(PRIORITY).map((priority) => {
      const last = keySchema.safeParse(tables.lastKey("outbox", [priority + 1, 0]));
      return last.success ? last.data[1] : 0;
    });
    this.#firstOwnNumber = Math.max(...lastNumbers) + 1;
    this.#nextNumber = this.#firstOwnNumber;
    this.judgeSize(nowMs, false);
  }

  /** Entries that put the items in line; samples that are not taken now are left out. */
  changesFor(items: readonly UplinkItem[]): Change[] {
    return items
      .filter((item) => this.#takes(item))
      .map((item): Change => {
        const priority = isUrgent(item) ? PRIORITY.urgent : PRIORITY.ordinary;
        const key: OutboxKey = [priority, this.#nextNumber++];
        const value: Stored = item.type === "sample" ? { s: sampleRow(item.sample) } : { i: item };
        return { table: "outbox", key, value, isExpendable: priority === PRIORITY.ordinary };
      });
  }

  /** The first that wait, in order. With `urgentOnly` samples stay. */
  first(limit: number, urgentOnly = false): OutboxEntry[] {
    const range = urgentOnly ? { to: [PRIORITY.ordinary, 0], limit } : { limit };
    return [...this.#tables.entries("outbox", range)].map((entry) => {
      const key = keySchema.parse(entry.key);
      return { key, item: this.#itemOf(key, entry.value) };
    });
  }

  /** Keys of the first that wait, in order, without what they hold. */
  firstKeys(limit: number, urgentOnly = false): OutboxKey[] {
    const range = urgentOnly ? { to: [PRIORITY.ordinary, 0], limit } : { limit };
    return [...this.#tables.entries("outbox", range)].map(({ key }) => keySchema.parse(key));
  }

  /** Those of the keys that still wait, in the order given. */
  read(keys: readonly OutboxKey[]): OutboxEntry[] {
    return keys.flatMap((key) => {
      const value = this.#tables.get("outbox", key);
      return value === undefined ? [] : [{ key, item: this.#itemOf(key, value) }];
    });
  }

  removals(keys: readonly OutboxKey[]): Change[] {
    return keys.map((key) => ({ table: "outbox", key }));
  }

  hasUrgent(): boolean {
    return this.firstKeys(1, true).length > 0;
  }

  size(): OutboxSize {
    return { ...this.#tables.size("outbox"), acceptance: this.#acceptance };
  }

  /** To be called about once a second and after a write failed for want of space. Returns what is accepted from now on. */
  judgeSize(nowMs: number, writeFailed: boolean): Acceptance {
    const { bytes } = this.#tables.size("outbox");
    const standing = {
      outboxBytes: bytes,
      freeBytes: this.#tables.freeBytes(),
      oldestMs: Math.max(0, nowMs - (this.#oldestSampleMs() ?? nowMs)),
    };
    this.#acceptance = writeFailed ? "no-samples" : acceptance(standing, this.#limits);
    return this.#acceptance;
  }

  #oldestSampleMs(): number | undefined {
    const [oldest] = this.#tables.entries("outbox", { from: [PRIORITY.ordinary, 0], limit: 1 });
    if (oldest === undefined) return undefined;
    const key = keySchema.parse(oldest.key);
    const [, number] = key;
    if (this.#oldest?.number !== number) {
      const item = this.#itemOf(key, oldest.value);
      this.#oldest = { number, atMs: item?.type === "sample" ? Date.parse(item.sample.at) : undefined };
    }
    return this.#oldest.atMs;
  }

  /** What an earlier run left, perhaps of another version, is parsed; what this one wrote is what it wrote. */
  #itemOf([, number]: OutboxKey, value: unknown): UplinkItem | null {
    if (number >= this.#firstOwnNumber) return unpacked(value as Stored);
    const stored = storedSchema.safeParse(value);
    return stored.success ? unpacked(stored.data) : null;
  }

  #takes(item: UplinkItem): boolean {
    if (isUrgent(item)) return true;
    if (this.#acceptance === "no-samples") return false;
    if (item.type !== "sample") return this.#acceptance === "all";
    const { circuitId, at, relay } = item.sample;
    const seen = { atMs: instantMs(at), relay };
    if (this.#acceptance === "thinned" && !isKeptWhileThinned(this.#lastKept.get(circuitId), seen))
      return false;
    this.#lastKept.set(circuitId, seen);
    return true;
  }
}
