import { type Connection, Schema } from "mongoose";
import { MONEY_WRITE } from "../db/connection.ts";
import { boundModel } from "../db/model.ts";
import type { FinalReading } from "../readings/final-readings.ts";

/**
 * One way: `reading` the meters are read · `settling` its circuits go to nobody and their use is posted; back to `reading` when it
 * turns out that somebody has to decide · `closing` the account is closed and emptied · `done`.
 */
export const WITHDRAWAL_PHASES = ["reading", "settling", "closing", "done", "released"] as const;
export type WithdrawalPhase = (typeof WITHDRAWAL_PHASES)[number];

/** One household on its way out, within one refund. */
export interface Withdrawal {
  /** Refund and household. */
  _id: string;
  siteId: string;
  refundId: string;
  householdId: string;
  /** Unique per household while true: nobody leaves twice. */
  isLive: boolean;
  phase: WithdrawalPhase;
  /** Grows with every write, which is valid only for the revision that was read. */
  revision: number;
  readings: FinalReading[];
  /** Circuits that are taken from it. */
  circuitIds: string[];
  /** What its meter keeps, where that holds the credit. */
  inMeterMinor: number;
  /** Somebody has seen to what stopped it; its job has to try it again. */
  wantsRetry: boolean;
  closedAt: Date | null;
  result: WithdrawalResult | null;
}

/** What the household got, and what became of the rest. */
export interface WithdrawalResult {
  refundMinor: number;
  /** Credit that stays in the meter: it cannot be taken out of it, and is not paid twice. */
  keptInMeterMinor: number;
  /** What rounding down to a minor unit took, 10⁻⁹ of the major unit. */
  remainderNano: number;
  /** Used, less than a minor unit, and charged to nobody because nothing was left. 10⁻⁹. */
  forgivenNano: number;
  /** Written off with the second person's acceptance. */
  debtMinor: number;
  expired: { commodity: string; amount: number }[];
  refundEntryId: string | null;
  closingEntryId: string;
}

const withdrawalSchema = new Schema<Withdrawal>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    refundId: { type: String, required: true },
    householdId: { type: String, required: true },
    isLive: { type: Boolean, required: true },
    phase: { type: String, enum: WITHDRAWAL_PHASES, required: true },
    revision: { type: Number, required: true },
    readings: { type: Schema.Types.Mixed, required: true },
    circuitIds: { type: [String], required: true },
    inMeterMinor: { type: Number, required: true },
    wantsRetry: { type: Boolean, required: true },
    closedAt: { type: Date, default: null },
    result: { type: Schema.Types.Mixed, default: null },
  },
  { collection: "withdrawals", versionKey: false, minimize: false, writeConcern: MONEY_WRITE },
);
withdrawalSchema.index(
  { siteId: 1, householdId: 1 },
  { unique: true, partialFilterExpression: { isLive: true } },
);
withdrawalSchema.index({ refundId: 1 });
withdrawalSchema.index({ wantsRetry: 1 }, { partialFilterExpression: { wantsRetry: true } });

export const withdrawalModel = (connection: Connection) =>
  boundModel<Withdrawal>(connection, "Withdrawal", withdrawalSchema);

export function withdrawalId(refundId: string, householdId: string): string {
  return `${refundId}:${householdId}`;
}
