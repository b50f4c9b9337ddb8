import type { Deps } from "../deps.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import type { PaymentProblem } from "./payment-alarms.ts";
import type { StrayPayment } from "./stray-payment.model.ts";
import type { TakenReport, TopUp } from "./top-up.model.ts";

/** The payments of one provider at one site. */
export interface Source {
  siteId: string;
  provider: string;
}

/** All that payments need of the store and of the other rooms. Each call is one operation, whole or not at all. */
export interface PaymentBooks {
  find(id: string): Promise<TopUp | null>;
  findByKey(siteId: string, requestKey: string): Promise<TopUp | null>;
  /** By any id by which the provider has spoken of it. */
  findByReference(source: Source, paymentIds: readonly string[]): Promise<TopUp | null>;
  /** False where its key has a top-up already. */
  insert(topUp: TopUp): Promise<boolean>;
  /** Writes the next revision; null where somebody has written it already. */
  write(
    at: Pick<TopUp, "_id" | "revision">,
    set: Partial<TopUp>,
    report?: TakenReport,
  ): Promise<TopUp | null>;
  /** Whose next look is due, the longest due first. */
  due(now: Date, most: number): Promise<TopUp[]>;
  /** Counts a look and sets the next; null where another process looks. */
  claimLook(at: Pick<TopUp, "_id" | "nextPollAt">, nextPollAt: Date | null): Promise<TopUp | null>;
  /** False where it is kept already. */
  insertStray(stray: StrayPayment): Promise<boolean>;
  /** Nobody's yet, and told of this top-up; oldest first. */
  straysOf(topUp: TopUp): Promise<StrayPayment[]>;
  takeStray(id: string, topUpId: string): Promise<void>;
  /** One purchase under the provider's id of the payment, however often it is asked for. Rejects with `household-closed`, or as `Ledger.post` does. */
  credit(topUp: TopUp): Promise<Pick<LedgerEntry, "_id" | "at">>;
  /** One proposal for each top-up; its id. Rejects as `proposeAdjustment` does. */
  proposeTaking(topUp: TopUp, entryId: string, takenMinor: number): Promise<string>;
  raiseAlarm(
    problem: PaymentProblem,
    payment: { id: string; siteId: string; householdId?: string; at: Date },
    params: Record<string, string | number | boolean>,
  ): Promise<void>;
}

export type PaymentDeps = Pick<Deps, "clock" | "changes" | "log"> & { readonly books: PaymentBooks };
