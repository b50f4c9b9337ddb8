import { type Connection, Schema } from "mongoose";
import { MONEY_WRITE } from "../db/connection.ts";
import { boundModel, idField } from "../db/model.ts";
import { indexProposals, type Proposal, proposalFields } from "../db/proposal.ts";
import type { ErrorCode } from "../errors.ts";

/**
 * `approved`: decided, and on its way into the journal, where it is `posted`, or `refused` for a reason that came up meanwhile.
 * `live`: it stands, or may yet.
 */
export const ADJUSTMENT_STATES = {
  proposed: { isLive: true },
  approved: { isLive: true },
  posted: { isLive: true },
  rejected: { isLive: false },
  refused: { isLive: false },
} as const satisfies Record<string, { isLive: boolean }>;
export type AdjustmentState = keyof typeof ADJUSTMENT_STATES;
export const ADJUSTMENT_STATE_NAMES = Object.keys(ADJUSTMENT_STATES) as [
  AdjustmentState,
  ...AdjustmentState[],
];

interface Person {
  id: string;
  name: string;
}

/** A correction of a household's account, asked for by one person and decided by another. */
export interface Adjustment extends Proposal<Person> {
  _id: string;
  siteId: string;
  householdId: string;
  /** The purchase that it takes back, in whole or in part. */
  purchaseId: string | null;
  /** What the household gets; below zero it gives. */
  amountMinor: number;
  reason: string;
  state: AdjustmentState;
  isLive: boolean;
  entryId: string | null;
  /** Why the ledger refused it. */
  problem: { code: ErrorCode; detail: string } | null;
}

const adjustmentSchema = new Schema<Adjustment>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    householdId: { type: String, required: true },
    purchaseId: { type: String, default: null },
    amountMinor: { type: Number, required: true },
    reason: { type: String, required: true },
    state: { type: String, enum: ADJUSTMENT_STATE_NAMES, required: true },
    isLive: { type: Boolean, required: true },
    ...proposalFields,
    entryId: { type: String, default: null },
    problem: { type: Schema.Types.Mixed, default: null },
  },
  { collection: "adjustments", versionKey: false, minimize: false, writeConcern: MONEY_WRITE },
);
indexProposals(adjustmentSchema);
adjustmentSchema.index(
  { siteId: 1, purchaseId: 1 },
  { unique: true, partialFilterExpression: { isLive: true, purchaseId: { $type: "string" } } },
);
adjustmentSchema.index({ state: 1 });

export const adjustmentModel = (connection: Connection) =>
  boundModel<Adjustment>(connection, "Adjustment", adjustmentSchema);
