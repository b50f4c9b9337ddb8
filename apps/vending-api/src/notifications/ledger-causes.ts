import mongoose, { type Connection } from "mongoose";
import { newId } from "../db/model.ts";
import { effectOn, type LedgerEntry } from "../ledger/entry.ts";
import type { EntryKind } from "../ledger/entry-kinds.ts";
import { journalModel } from "../ledger/journal.model.ts";
import type { Cause, Notice } from "./notice.ts";
import { moveMark, readMark } from "./notice-mark.model.ts";
import { recordCauses } from "./record-causes.ts";

const TOLD_KINDS = ["purchase", "grant", "refund"] as const satisfies EntryKind[];
const MARK = "journal";
/** Ids that are read at once; range 100–5000. */
const IDS_AT_ONCE = 500;
/** Causes that are written together: what else the store has to do waits so long. Range 10–500. */
const CAUSES_AT_ONCE = 25;
/**
 * Entries become visible in another order than their ids: written by processes whose clocks differ, or held up between id and
 * insert. Every look goes back a second, and once in a while one goes back farther, which costs more. Ranges 1–5 s, 5–60 s and
 * 1–60 min back; 2–10 s and 10–600 s between.
 */
const LOOKS_BACK = [
  { everyMs: 0, backS: 1 },
  { everyMs: 5000, backS: 10 },
  { everyMs: 60_000, backS: 600 },
] as const;
/** Ids that need not be looked at again; range 1000–1,000,000. */
const MOST_REMEMBERED = 100_000;

/** What a process remembers from look to look. */
export interface LedgerMemory {
  /** What it has recorded itself. */
  recorded: Set<string>;
  /** When it last looked back so far, for each of `LOOKS_BACK`. */
  lookedAtMs: number[];
}

export function emptyLedgerMemory(): LedgerMemory {
  return { recorded: new Set(), lookedAtMs: LOOKS_BACK.map(() => Number.NEGATIVE_INFINITY) };
}

/**
 * Looks through what the journal has got since the last look. Ids begin with the second of the insert, so an entry that was
 * posted late for an earlier time is found too.
 */
export async function findLedgerCauses(
  connection: Connection,
  memory: LedgerMemory,
  nowMs: number,
): Promise<void> {
  const journal = journalModel(connection);
  // What stood before the first look of all is nobody's news.
  const start = await readMark(connection, MARK, newId());
  if (memory.recorded.size > MOST_REMEMBERED) memory.recorded.clear();
  const farthest = farthestDue(memory, nowMs);
  let after = secondsBefore(start, LOOKS_BACK[farthest]?.backS ?? 0);
  for (;;) {
    const page = await journal
      .find({ _id: { $gt: after }, kind: { $in: TOLD_KINDS } }, { _id: 1 })
      .sort({ _id: 1 })
      .limit(IDS_AT_ONCE)
      .lean<{ _id: string }[]>();
    const last = page.at(-1)?._id;
    if (last === undefined) break;
    const news = page.map(({ _id }) => _id).filter((id) => !memory.recorded.has(id));
    for (let at = 0; at < news.length; at += CAUSES_AT_ONCE) {
      const ids = news.slice(at, at + CAUSES_AT_ONCE);
      const entries = await journal.find({ _id: { $in: ids } }).lean<LedgerEntry[]>();
      await recordCauses(connection, entries.flatMap(ledgerCause));
      for (const id of ids) memory.recorded.add(id);
    }
    if (last > start) await moveMark(connection, MARK, last);
    after = last;
    if (page.length < IDS_AT_ONCE) break;
  }
  memory.lookedAtMs = memory.lookedAtMs.map((atMs, index) => (index <= farthest ? nowMs : atMs));
}

/** Which of `LOOKS_BACK` it is this time; the nearest, too, when the clock was put back. */
function farthestDue({ lookedAtMs }: LedgerMemory, nowMs: number): number {
  const due = LOOKS_BACK.findLastIndex(({ everyMs }, index) => nowMs - (lookedAtMs[index] ?? 0) >= everyMs);
  return Math.max(0, due);
}

/** Pure. None for an entry that moves nothing. */
export function ledgerCause(entry: LedgerEntry): Cause[] {
  const { _id, siteId, householdId, account, at } = entry;
  const [moved] = Object.entries(effectOn(account, entry.postings)).filter(([, amount]) => amount !== 0);
  const notice = moved && noticeOf(entry, ...moved);
  return notice ? [{ key: `ledger:${_id}`, siteId, householdId, at, notice }] : [];
}

function noticeOf(entry: LedgerEntry, commodity: string, amount: number): Notice | undefined {
  switch (entry.kind) {
    case "purchase":
      return {
        kind: "credit-received",
        params: {
          purchaseId: entry._id,
          amountMinor: amount,
          balanceAfterMinor: entry.balanceAfter[commodity] ?? 0,
        },
      };
    case "grant": {
      const { expiresAt } = entry.details;
      return {
        kind: "grant-received",
        params: {
          commodity,
          amount,
          name: entry.note,
          expiresAt: typeof expiresAt === "string" ? expiresAt : null,
        },
      };
    }
    case "refund":
      return { kind: "refund-done", params: { amountMinor: -amount } };
    default:
      return undefined;
  }
}

function secondsBefore(id: string, seconds: number): string {
  const madeAtS = Math.floor(new mongoose.Types.ObjectId(id).getTimestamp().getTime() / 1000);
  return mongoose.Types.ObjectId.createFromTime(madeAtS - seconds).toHexString();
}
