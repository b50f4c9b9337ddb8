import { type Connection, Schema } from "mongoose";
import { MONEY_WRITE } from "../db/connection.ts";
import { boundModel, idField } from "../db/model.ts";
import type { ErrorCode } from "../errors.ts";
import type { ReportedStatus } from "./payment-provider.ts";
import { TOP_UP_STATES, type TopUpFacts, type TopUpState } from "./top-up-facts.ts";

interface Person {
  id: string;
  name: string;
}

/** A report that said something new. */
export interface TakenReport {
  eventId: string;
  at: Date;
  status: ReportedStatus;
  amountMinor: number;
  currency: string;
}

/** A resident's order to pay through a provider. */
export interface TopUp {
  _id: string;
  siteId: string;
  householdId: string;
  by: Person;
  provider: string;
  amountMinor: number;
  currency: string;
  facts: TopUpFacts;
  /** Of the facts and the entry, kept for lists. */
  state: TopUpState;
  /** Grows with every change of what follows from reports: of two writers one wins and the other looks again. */
  revision: number;
  /** The provider's, under which it is credited; null until the provider has given it. */
  paymentId: string | null;
  /** Every id by which the provider has spoken of it. */
  references: string[];
  redirectUrl: string | null;
  requestKey: string;
  requestHash: string;
  createdAt: Date;
  changedAt: Date;
  expiresAt: Date;
  /** When the provider is asked next; null once nothing more is expected. */
  nextPollAt: Date | null;
  polls: number;
  reports: TakenReport[];
  entryId: string | null;
  creditedAt: Date | null;
  /** Why the ledger refused the credit. */
  problem: { code: ErrorCode; detail: string } | null;
  /** Asked for because the provider took money back. */
  adjustmentId: string | null;
  resolvedBy: Person | null;
  resolvedAt: Date | null;
  resolution: string;
}

const mixed = { type: Schema.Types.Mixed, default: null };

const topUpSchema = new Schema<TopUp>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    householdId: { type: String, required: true },
    by: { type: Schema.Types.Mixed, required: true },
    provider: { type: String, required: true },
    amountMinor: { type: Number, required: true },
    currency: { type: String, required: true },
    facts: { type: Schema.Types.Mixed, required: true },
    state: { type: String, enum: TOP_UP_STATES, required: true },
    revision: { type: Number, required: true },
    paymentId: { type: String, default: null },
    references: { type: [String], required: true },
    redirectUrl: { type: String, default: null },
    requestKey: { type: String, required: true },
    requestHash: { type: String, required: true },
    createdAt: { type: Date, required: true },
    changedAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    nextPollAt: { type: Date, default: null },
    polls: { type: Number, required: true },
    reports: { type: [Schema.Types.Mixed], required: true } as never,
    entryId: { type: String, default: null },
    creditedAt: { type: Date, default: null },
    problem: mixed,
    adjustmentId: { type: String, default: null },
    resolvedBy: mixed,
    resolvedAt: { type: Date, default: null },
    resolution: { type: String, default: "" },
  },
  { collection: "top-ups", versionKey: false, minimize: false, writeConcern: MONEY_WRITE },
);
topUpSchema.index({ siteId: 1, requestKey: 1 }, { unique: true });
// One payment is one top-up's.
topUpSchema.index(
  { siteId: 1, provider: 1, paymentId: 1 },
  { unique: true, partialFilterExpression: { paymentId: { $type: "string" } } },
);
topUpSchema.index({ siteId: 1, provider: 1, references: 1 });
topUpSchema.index({ siteId: 1, createdAt: -1 });
topUpSchema.index({ householdId: 1, createdAt: -1 });
topUpSchema.index({ nextPollAt: 1 });

export const topUpModel = (connection: Connection) => boundModel<TopUp>(connection, "TopUp", topUpSchema);
