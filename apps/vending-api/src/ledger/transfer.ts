import type { Connection } from "mongoose";
import { ApiError } from "../errors.ts";
import {
  balancedPostings,
  type Commodity,
  type EntryAuthor,
  effectOn,
  type LedgerEntry,
  purchasedCredit,
} from "./entry.ts";
import { journalModel } from "./journal.model.ts";
import { type Ledger, ledgerOf, type Outcome } from "./ledger.ts";

/** Purchased credit that goes from one household of a site to another. */
export interface Transfer {
  siteId: string;
  fromHouseholdId: string;
  toHouseholdId: string;
  commodity: Commodity;
  /** Above zero. */
  amount: number;
  at: Date;
  by: EntryAuthor;
  note: string;
  ref: string;
  requestHash: string;
}

/** A transfer is completed within a moment; what is half done later was cut off by a crash. Range 1–30 days. */
const HALF_DONE_WITHIN_MS = 7 * 86_400_000;

/**
 * Two entries, each in its household's chain, over the site's transfers account: the first decides, the second follows from it
 * under a reference made of it, so that repeating either, or finishing after a crash, moves the money once. Rejects as
 * `Ledger.post` does, with `credit-insufficient` remembered under the key.
 */
export async function postTransfer(
  ledger: Ledger,
  transfer: Transfer,
): Promise<{ out: Outcome; in: Outcome }> {
  const { siteId, fromHouseholdId, toHouseholdId, commodity, amount, at, by, note, ref, requestHash } =
    transfer;
  if (fromHouseholdId === toHouseholdId) throw new RangeError("a transfer goes to another household");
  const out = await ledger.post({
    siteId,
    householdId: fromHouseholdId,
    refSpace: "request",
    ref,
    requestHash,
    decide(head) {
      const left = purchasedCredit(head, commodity);
      if (left < amount) {
        const { message } = new ApiError("credit-insufficient");
        return { refuse: { code: "credit-insufficient", detail: message }, at };
      }
      const movement = { siteId, householdId: fromHouseholdId, commodity, amount: -amount };
      return {
        accept: {
          kind: "transfer",
          at,
          by,
          note,
          postings: balancedPostings("transfer", movement),
          details: { toHouseholdId },
        },
      };
    },
  });
  return { out, in: await postArrival(ledger, out.entry) };
}

async function postArrival(ledger: Ledger, out: LedgerEntry): Promise<Outcome> {
  const { siteId, householdId: fromHouseholdId, at, by, note } = out;
  const householdId = String(out.details.toHouseholdId);
  const [[commodity, taken] = ["", 0]] = Object.entries(effectOn(out.account, out.postings));
  const movement = { siteId, householdId, commodity, amount: -taken };
  return ledger.post({
    siteId,
    householdId,
    refSpace: "transfer",
    ref: out._id,
    requestHash: out.hash,
    decide: () => ({
      accept: {
        kind: "transfer",
        at,
        by,
        note,
        postings: balancedPostings("transfer", movement),
        details: { transferId: out._id, fromHouseholdId },
      },
    }),
  });
}

/** Brings to their household what a crash left on the way. Returns how many transfers that were. */
export async function finishTransfers(
  connection: Connection,
  siteIds: readonly string[],
  now: Date,
): Promise<number> {
  const transfers = await journalModel(connection)
    .find({
      siteId: { $in: [...siteIds] },
      kind: "transfer",
      at: { $gte: new Date(now.getTime() - HALF_DONE_WITHIN_MS) },
    })
    .lean<LedgerEntry[]>();
  const arrived = new Set(transfers.map(({ details }) => details.transferId));
  const onTheWay = transfers.filter(
    ({ _id, details }) => details.toHouseholdId !== undefined && !arrived.has(_id),
  );
  for (const out of onTheWay) await postArrival(ledgerOf(connection), out);
  return onTheWay.length;
}
