import { type Connection, Schema } from "mongoose";
import { MONEY_WRITE } from "../db/connection.ts";
import { boundModel, idField } from "../db/model.ts";
import { indexProposals, type Proposal, proposalFields } from "../db/proposal.ts";
import type { Role } from "../http/access.ts";
import type { WithdrawalPreview } from "./preview-withdrawal.ts";

/** `approved`: its job settles the households; how far that is stands in the job. */
export const REFUND_STATES = ["proposed", "approved", "rejected"] as const;
export type RefundState = (typeof REFUND_STATES)[number];

export interface Actor {
  id: string;
  name: string;
  role: Role;
}

/** Households that leave together, e.g. a class: proposed by one person, approved, then settled one by one. */
export interface Refund extends Proposal<Actor> {
  _id: string;
  siteId: string;
  currency: string;
  householdIds: string[];
  reason: string;
  state: RefundState;
  /** What approval is given to: nobody gets more. */
  preview: WithdrawalPreview[];
  totalMinor: number;
  needsSecondPerson: boolean;
  /** Who lets households go that owe money. */
  debtsAcceptedBy: Actor | null;
  debtsAcceptedAt: Date | null;
  debtsReason: string;
  jobId: string | null;
}

const refundSchema = new Schema<Refund>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    currency: { type: String, required: true },
    householdIds: { type: [String], required: true },
    reason: { type: String, required: true },
    state: { type: String, enum: REFUND_STATES, required: true },
    preview: { type: Schema.Types.Mixed, required: true },
    totalMinor: { type: Number, required: true },
    needsSecondPerson: { type: Boolean, required: true },
    ...proposalFields,
    debtsAcceptedBy: { type: Schema.Types.Mixed, default: null },
    debtsAcceptedAt: { type: Date, default: null },
    debtsReason: { type: String, default: "" },
    jobId: { type: String, default: null },
  },
  { collection: "refunds", versionKey: false, minimize: false, writeConcern: MONEY_WRITE },
);
indexProposals(refundSchema);
refundSchema.index({ state: 1, jobId: 1 });
refundSchema.index({ householdIds: 1 });

export const refundModel = (connection: Connection) => boundModel<Refund>(connection, "Refund", refundSchema);
