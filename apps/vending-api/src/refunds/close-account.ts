import { ApiError } from "../errors.ts";
import {
  balancedPostings,
  type ChainHead,
  type EntryAuthor,
  type EntryBody,
  effectOn,
  type LedgerEntry,
  purchasedCredit,
} from "../ledger/entry.ts";
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

/** The household's account, and what this refund has posted on it. */
export interface AccountBooks {
  head(): Promise<ChainHead>;
  /** Of this refund, oldest first. */
  entries(): Promise<readonly LedgerEntry[]>;
  /** Once for ever under the reference; `write` decides behind whatever stands there by then. */
  post(ref: string, write: (head: ChainHead) => EntryBody): Promise<void>;
}

/** Grants that keep coming in while an account is closed; range 2–20. */
const MOST_STEPS = 10;

/**
 * Lets what is left of grants expire, pays the purchased credit out, and closes the account with nothing on it. Each entry follows
 * from what is posted already, so it can be cut off anywhere and run again. Nothing may be sold to the household any more. Rejects
 * with `household-in-debt` before anything is posted, and with `still-running` when somebody posts in between: run it again.
 */
export async function closeAccount(books: AccountBooks, order: ClosingOrder): Promise<WithdrawalResult> {
  const { currency, mayOwe, ref, inMeterMinor } = order;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const posted = await books.entries();
    if (posted.some(({ kind }) => kind === "closing")) return resultOf(posted);
    const refund = posted.find(({ kind }) => kind === "refund");
    const head = await books.head();
    if ((head.balance[currency] ?? 0) < 0 && !mayOwe) throw new ApiError("household-in-debt");
    if (head.state.lots.length > 0)
      // One place in the chain has one outcome: a grant that comes in afterwards makes another expiry.
      await books.post(`${ref}:expiry:${head.seq}`, ({ state }) => expiryOf(order, state.lots));
    else if (!refund && payableMinor(head, currency, inMeterMinor).refundMinor > 0)
      await books.post(`${ref}:refund`, (current) => refundOf(order, current));
    else await books.post(`${ref}:closing`, (current) => closingOf(order, current, refund));
  }
  throw interrupted();
}

type Written = Pick<EntryBody, "kind" | "postings" | "details">;

function entryOf({ at, by, reason: note }: ClosingOrder, written: Written): EntryBody {
  return { at, by, note, ...written };
}

function expiryOf(order: ClosingOrder, lots: readonly Lot[]): EntryBody {
  if (lots.length === 0) throw interrupted();
  const { siteId, householdId, refundId } = order;
  const sums = new Map<string, number>();
  for (const { commodity, remaining } of lots) sums.set(commodity, (sums.get(commodity) ?? 0) + remaining);
  const postings = [...sums].flatMap(([commodity, amount]) =>
    balancedPostings("grant-expiry", { siteId, householdId, commodity, amount: -amount }),
  );
  return entryOf(order, { kind: "grant-expiry", postings, details: { refundId, taken: takeWhole(lots) } });
}

function refundOf(order: ClosingOrder, head: ChainHead): EntryBody {
  const { siteId, householdId, currency: commodity, refundId, inMeterMinor } = order;
  const { refundMinor, keptInMeterMinor } = payableMinor(head, commodity, inMeterMinor);
  if (refundMinor === 0 || head.state.lots.length > 0) throw interrupted();
  const movement = { siteId, householdId, commodity, amount: -refundMinor };
  const postings = balancedPostings("refund", movement);
  return entryOf(order, { kind: "refund", postings, details: { refundId, keptInMeterMinor } });
}

function closingOf(order: ClosingOrder, head: ChainHead, refund: LedgerEntry | undefined): EntryBody {
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
  return entryOf(order, {
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
  });
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
  const expired = new Map<string, number>();
  for (const { kind, account, postings } of entries)
    if (kind === "grant-expiry")
      for (const [commodity, amount] of Object.entries(effectOn(account, postings)))
        expired.set(commodity, (expired.get(commodity) ?? 0) - amount);
  const { keptInMeterMinor, remainderNano, forgivenNano, debtMinor } = closing.details;
  const [takenMinor = 0] = refund ? Object.values(effectOn(refund.account, refund.postings)) : [];
  return {
    refundMinor: 0 - takenMinor,
    keptInMeterMinor: Number(keptInMeterMinor),
    remainderNano: Number(remainderNano),
    forgivenNano: Number(forgivenNano),
    debtMinor: Number(debtMinor),
    expired: [...expired].map(([commodity, amount]) => ({ commodity, amount })),
    refundEntryId: refund?._id ?? null,
    closingEntryId: closing._id,
  };
}
