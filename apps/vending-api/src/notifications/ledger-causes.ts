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
/** Range 50–500: causes are written page by page, and nobody else writes meanwhile. */
const PAGE = 25;
/**
 * Entries become visible in another order than their ids: written by processes whose clocks differ, or held up between id and
 * insert. A look goes back so far, range 5–60 s; and once in a while farther, range 1–60 min.
 */
const OVERLAP_S = 5;
const FAR_OVERLAP_S = 600;
/** Range 10–600 s. */
const FAR_EVERY_MS = 60_000;
/** Ids that need not be looked at again; range 1000–1,000,000. */
const MOST_REMEMBERED = 100_000;

/** What a process remembers from look to look. */
export interface LedgerMemory {
  /** What it has recorded itself. */
  recorded: Set<string>;
  farLookAtMs: number;
}

export function emptyLedgerMemory(): LedgerMemory {
  return { recorded: new Set(), farLookAtMs: Number.NEGATIVE_INFINITY };
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
  const isFar = nowMs - memory.farLookAtMs >= FAR_EVERY_MS;
  if (memory.recorded.size > MOST_REMEMBERED) memory.recorded.clear();
  let after = secondsBefore(start, isFar ? FAR_OVERLAP_S : OVERLAP_S);
  for (;;) {
    const page = await journal
      .find({ _id: { $gt: after }, kind: { $in: TOLD_KINDS } }, { _id: 1 })
      .sort({ _id: 1 })
      .limit(PAGE)
      .lean<{ _id: string }[]>();
    const last = page.at(-1)?._id;
    if (last === undefined) break;
    const news = page.map(({ _id }) => _id).filter((id) => !memory.recorded.has(id));
    if (news.length > 0) {
      const entries = await journal.find({ _id: { $in: news } }).lean<LedgerEntry[]>();
      await recordCauses(connection, entries.flatMap(ledgerCause));
      for (const id of news) memory.recorded.add(id);
    }
    if (last > start) await moveMark(connection, MARK, last);
    after = last;
    if (page.length < PAGE) break;
  }
  if (isFar) memory.farLookAtMs = nowMs;
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
