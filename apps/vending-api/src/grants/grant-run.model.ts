import { type Connection, Schema } from "mongoose";
import { boundModel } from "../db/model.ts";
import type { EntryAuthor } from "../ledger/entry.ts";
import type { GrantTerms } from "./grant-policy.ts";

/** One policy in one month, however often it is gone on with. Its grants stand in the households' ledgers. */
export interface GrantRun {
  /** See `runIdOf`. */
  _id: string;
  siteId: string;
  policyId: string;
  month: string;
  terms: GrantTerms;
  createdAt: Date;
  createdBy: EntryAuthor;
  /** Oldest first. */
  jobIds: string[];
  /** The job that its day started, so that it does so once. */
  automaticJobId: string | null;
  reversal: GrantReversal | null;
}

/** Once there, nothing is granted any more. */
export interface GrantReversal {
  at: Date;
  by: EntryAuthor;
  reason: string;
  jobIds: string[];
}

const runSchema = new Schema<GrantRun>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    policyId: { type: String, required: true },
    month: { type: String, required: true },
    terms: { type: Schema.Types.Mixed, required: true },
    createdAt: { type: Date, required: true },
    createdBy: { type: Schema.Types.Mixed, required: true },
    jobIds: { type: [String], required: true },
    automaticJobId: { type: String, default: null },
    reversal: { type: Schema.Types.Mixed, default: null },
  },
  { collection: "grant-runs", versionKey: false, strict: "throw" },
);
runSchema.index({ siteId: 1, createdAt: -1 });
runSchema.index({ policyId: 1, month: 1 });

export const grantRunModel = (connection: Connection) =>
  boundModel<GrantRun>(connection, "GrantRun", runSchema);
