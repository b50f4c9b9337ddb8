import { ApiError } from "../../errors.ts";
import type { PaymentBooks } from "../payment-books.ts";
import type { StrayPayment } from "../stray-payment.model.ts";
import type { TopUp } from "../top-up.model.ts";

/** What a payment's credit came to under its reference, for ever. */
type Credit = { _id: string; at: Date; householdId: string; amountMinor: number } | "household-closed";

export interface InMemoryPayments {
  books: PaymentBooks;
  closed: Set<string>;
  topUps: Map<string, TopUp>;
  credits: Map<string, Credit>;
  /** Taken back of each top-up, minor units. */
  adjustments: Map<string, { householdId: string; takenMinor: number }>;
}

/** Payments on plain values; `pause` stands before each operation, where others may come in between. */
export function inMemoryPayments(now: () => Date, pause: () => Promise<void>): InMemoryPayments {
  const topUps = new Map<string, TopUp>();
  const strays = new Map<string, StrayPayment>();
  const credits = new Map<string, Credit>();
  const adjustments = new Map<string, { householdId: string; takenMinor: number }>();
  const closed = new Set<string>();
  const all = () => [...topUps.values()];
  const change = (topUp: TopUp, set: Partial<TopUp>): TopUp => {
    const after = { ...topUp, ...set };
    topUps.set(topUp._id, after);
    return after;
  };

  const books: PaymentBooks = {
    async find(id) {
      await pause();
      return topUps.get(id) ?? null;
    },
    async findByKey(siteId, requestKey) {
      await pause();
      return all().find((one) => one.siteId === siteId && one.requestKey === requestKey) ?? null;
    },
    async findByReference({ siteId, provider }, paymentIds) {
      await pause();
      const isMeant = (one: TopUp) => one.references.some((reference) => paymentIds.includes(reference));
      const known = all().find((one) => one.siteId === siteId && one.provider === provider && isMeant(one));
      return known ?? null;
    },
    async insert(topUp) {
      await pause();
      const isThere = all().some(
        ({ siteId, requestKey }) => siteId === topUp.siteId && requestKey === topUp.requestKey,
      );
      if (!isThere) topUps.set(topUp._id, topUp);
      return !isThere;
    },
    async write({ _id, revision }, set, report) {
      await pause();
      const known = topUps.get(_id);
      if (known?.revision !== revision) return null;
      const reports = report === undefined ? known.reports : [...known.reports, report];
      return change(known, { ...set, reports, revision: revision + 1 });
    },
    async due(now, most) {
      await pause();
      return all()
        .filter(({ nextPollAt }) => nextPollAt !== null && nextPollAt <= now)
        .slice(0, most);
    },
    async claimLook({ _id, nextPollAt: dueAt }, nextPollAt) {
      await pause();
      const known = topUps.get(_id);
      if (known?.nextPollAt?.getTime() !== dueAt?.getTime() || known === undefined) return null;
      return change(known, { nextPollAt, polls: known.polls + 1 });
    },
    async insertStray(stray) {
      await pause();
      if (strays.has(stray._id)) return false;
      strays.set(stray._id, stray);
      return true;
    },
    async straysOf({ siteId, provider, references }) {
      await pause();
      return [...strays.values()].filter(
        (stray) =>
          stray.siteId === siteId &&
          stray.provider === provider &&
          stray.topUpId === null &&
          stray.report.paymentIds.some((id) => references.includes(id)),
      );
    },
    async takeStray(id, topUpId) {
      await pause();
      const stray = strays.get(id);
      if (stray) strays.set(id, { ...stray, topUpId });
    },
    async credit({ _id, siteId, householdId, provider, paymentId, amountMinor }) {
      await pause();
      const ref = `${siteId}:${provider}:${paymentId}`;
      const fresh: Credit = closed.has(householdId)
        ? "household-closed"
        : { _id: `entry-${_id}`, at: now(), householdId, amountMinor };
      const credit = credits.get(ref) ?? fresh;
      credits.set(ref, credit);
      await pause();
      if (credit === "household-closed") throw new ApiError(credit);
      return credit;
    },
    async proposeTaking({ _id, householdId }, _entryId, takenMinor) {
      await pause();
      if (!adjustments.has(_id)) {
        if (closed.has(householdId)) throw new ApiError("household-closed");
        adjustments.set(_id, { householdId, takenMinor });
      }
      return `adjustment-${_id}`;
    },
    raiseAlarm: pause,
  };
  return { books, closed, topUps, credits, adjustments };
}
