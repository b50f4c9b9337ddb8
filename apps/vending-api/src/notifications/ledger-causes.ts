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
const PAGE = 500;
/**
 * Entries become visible in another order than their ids: written by processes whose clocks differ, or held up between id and
 * insert. So far back everything is looked at again. Range 1–60 min.
 */
const OVERLAP_S = 600;
/** Ids that need not be looked at again; range 1000–1,000,000. */
const MOST_REMEMBERED = 50_000;

/**
 * Looks through what the journal has got since the last look. Ids begin with the second of the insert, so an entry that was
 * posted late for an earlier time is found too. `remembered` spares a process what it has recorded itself.
 */
export async function findLedgerCauses(connection: Connection, remembered: Set<string>): Promise<void> {
  const journal = journalModel(connection);
  // What stood before the first look of all is nobody's news.
  const start = await readMark(connection, MARK, newId());
  let after = secondsBefore(start, OVERLAP_S);
  for (;;) {
    const page = await journal
      .find({ _id: { $gt: after }, kind: { $in: TOLD_KINDS } }, { _id: 1 })
      .sort({ _id: 1 })
      .limit(PAGE)
      .lean<{ _id: string }[]>();
    const last = page.at(-1)?._id;
    if (last === undefined) return;
    const news = page.map(({ _id }) => _id).filter((id) => !remembered.has(id));
    const entries = await journal.find({ _id: { $in: news } }).lean<LedgerEntry[]>();
    await recordCauses(connection, entries.flatMap(ledgerCause));
    if (remembered.size > MOST_REMEMBERED) remembered.clear();
    for (const id of news) remembered.add(id);
    await moveMark(connection, MARK, last);
    after = last;
    if (page.length < PAGE) return;
  }
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
