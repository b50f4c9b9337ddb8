import type { Connection } from "mongoose";
import { ApiError } from "../errors.ts";
import {
  balancedPostings,
  type ChainHead,
  type EntryAuthor,
  type EntryBody,
  effectOn,
  householdAccount,
  type LedgerEntry,
  purchasedCredit,
} from "../ledger/entry.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { ledgerOf } from "../ledger/ledger.ts";
import { type Lot, takeWhole } from "../ledger/lots.ts";
import { payableMinor } from "./payable.ts";
import type { WithdrawalResult } from "./withdrawal.model.ts";

/** The account that is emptied, by whom, and why. */
export interface ClosingOrder {
  siteId: string;
  householdId: string;
  currency: string;
  nanoPerMinor: number;
  /** The withdrawal: its entries are the same at every run. */
  ref: string;
  refundId: string;
  by: EntryAuthor;
  reason: string;
  /** What its meter keeps. */
  inMeterMinor: number;
  /** Somebody has accepted that it leaves with a debt. */
  mayOwe: boolean;
  at: Date;
}

type Written = Pick<EntryBody, "kind" | "postings" | "details">;

/**
 * Expiry of what is left of grants, refund of the purchased credit, and a closing entry that leaves nothing: three entries at
 * most, each once for ever. The household must be closed before, so that nothing is sold any more. Rejects as `Ledger.post` does,
 * with `household-in-debt` before anything is posted, and with `still-running` when somebody posted in between: run it again.
 */
export async function postWithdrawal(connection: Connection, order: ClosingOrder): Promise<WithdrawalResult> {
  const { currency, mayOwe } = order;
  const known = await entriesOf(connection, order);
  if (known.some(({ kind }) => kind === "closing")) return resultOf(known);
  const head = await ledgerOf(connection).head(order);
  if ((head.balance[currency] ?? 0) < 0 && !mayOwe) throw new ApiError("household-in-debt");
  if (head.state.lots.length > 0)
    // One place in the chain has one outcome: a grant that came in between makes another expiry.
    await post(connection, order, `expiry:${head.seq}`, ({ state }) => expiryOf(order, state.lots));
  const isPaid = known.some(({ kind }) => kind === "refund");
  if (!isPaid && payableMinor(head, currency, order.inMeterMinor).refundMinor > 0)
    await post(connection, order, "refund", (current) => refundOf(order, current));
  const refund = (await entriesOf(connection, order)).find(({ kind }) => kind === "refund");
  await post(connection, order, "closing", (current) => closingOf(order, current, refund));
  return resultOf(await entriesOf(connection, order));
}

/** What this refund has posted on the household's account. */
async function entriesOf(
  connection: Connection,
  { siteId, householdId, refundId }: ClosingOrder,
): Promise<LedgerEntry[]> {
  return journalModel(connection)
    .find({ siteId, account: householdAccount(householdId), "details.refundId": refundId })
    .sort({ seq: 1 })
    .lean<LedgerEntry[]>();
}

async function post(
  connection: Connection,
  order: ClosingOrder,
  step: string,
  write: (head: ChainHead) => Written,
): Promise<void> {
  const { siteId, householdId, at, by, reason: note } = order;
  const ref = `${order.ref}:${step}`;
  await ledgerOf(connection).post({
    siteId,
    householdId,
    refSpace: "refund",
    ref,
    requestHash: ref,
    decide: (head) => ({ accept: { at, by, note, ...write(head) } }),
  });
}

function expiryOf({ siteId, householdId, refundId }: ClosingOrder, lots: readonly Lot[]): Written {
  if (lots.length === 0) throw interrupted();
  const sums = new Map<string, number>();
  for (const { commodity, remaining } of lots) sums.set(commodity, (sums.get(commodity) ?? 0) + remaining);
  const postings = [...sums].flatMap(([commodity, amount]) =>
    balancedPostings("grant-expiry", { siteId, householdId, commodity, amount: -amount }),
  );
  return { kind: "grant-expiry", postings, details: { refundId, taken: takeWhole(lots) } };
}

function refundOf(order: ClosingOrder, head: ChainHead): Written {
  const { siteId, householdId, currency: commodity, refundId, inMeterMinor } = order;
  const { refundMinor, keptInMeterMinor } = payableMinor(head, commodity, inMeterMinor);
  if (refundMinor === 0 || head.state.lots.length > 0) throw interrupted();
  const movement = { siteId, householdId, commodity, amount: -refundMinor };
  return {
    kind: "refund",
    postings: balancedPostings("refund", movement),
    details: { refundId, keptInMeterMinor },
  };
}

function closingOf(order: ClosingOrder, head: ChainHead, refund: LedgerEntry | undefined): Written {
  const { siteId, householdId, currency: commodity, refundId, inMeterMinor, nanoPerMinor, mayOwe } = order;
  const leftMinor = head.balance[commodity] ?? 0;
  const { carryNano, taxCarryFemto, lots } = head.state;
  const keptInMeterMinor = refund
    ? Number(refund.details.keptInMeterMinor)
    : Math.min(purchasedCredit(head, commodity), inMeterMinor);
  const roundedMinor = Math.max(0, leftMinor) - keptInMeterMinor;
  // More than the rounding of one refund can leave was posted in between, and has to be paid out or decided on.
  if (lots.length > 0 || roundedMinor < 0 || roundedMinor > 1 || (leftMinor < 0 && !mayOwe))
    throw interrupted();
  return {
    kind: "closing",
    postings: balancedPostings("closing", { siteId, householdId, commodity, amount: 0 - leftMinor }),
    details: {
      refundId,
      keptInMeterMinor,
      remainderNano: roundedMinor === 0 ? 0 : nanoPerMinor - carryNano,
      forgivenNano: roundedMinor === 0 ? carryNano : 0,
      taxCarryFemto,
      debtMinor: Math.max(0, -leftMinor),
    },
  };
}

function interrupted(): ApiError {
  return new ApiError(
    "still-running",
    "Somebody posted on the account while it was being closed; run it again",
  );
}

function resultOf(entries: readonly LedgerEntry[]): WithdrawalResult {
  const refund = entries.find(({ kind }) => kind === "refund");
  const closing = entries.find(({ kind }) => kind === "closing");
  if (!closing) throw new ApiError("internal", "a withdrawal without a closing entry");
  const expired = entries
    .filter(({ kind }) => kind === "grant-expiry")
    .flatMap(({ account, postings }) => Object.entries(effectOn(account, postings)))
    .map(([commodity, amount]) => ({ commodity, amount: -amount }));
  const { keptInMeterMinor, remainderNano, forgivenNano, debtMinor } = closing.details;
  const [paidMinor = 0] = refund ? Object.values(effectOn(refund.account, refund.postings)) : [];
  return {
    refundMinor: paidMinor === 0 ? 0 : -paidMinor,
    keptInMeterMinor: Number(keptInMeterMinor),
    remainderNano: Number(remainderNano),
    forgivenNano: Number(forgivenNano),
    debtMinor: Number(debtMinor),
    expired,
    refundEntryId: refund?._id ?? null,
    closingEntryId: closing._id,
  };
}
