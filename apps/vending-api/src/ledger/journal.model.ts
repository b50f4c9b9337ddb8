import { type Connection, type Model, Schema } from "mongoose";
import { MONEY_WRITE } from "../db/connection.ts";
import { boundModel } from "../db/model.ts";
import type { ErrorCode } from "../errors.ts";
import type { EntryIdentity, LedgerEntry } from "./entry.ts";

/**
 * A no that was said stays a no: a refusal takes its request's key like an entry does. It moves nothing and stands in no
 * chain, so it has a chain of its own that no household can have.
 */
export interface Refusal extends EntryIdentity {
  account: string;
  seq: 0;
  kind: "refusal";
  at: Date;
  refusal: { code: ErrorCode; detail: string };
}

export type JournalRow = LedgerEntry | Refusal;

export function isRefusal(row: JournalRow): row is Refusal {
  return row.kind === "refusal";
}

export function refusalAccount(identity: Pick<EntryIdentity, "refSpace" | "ref">): string {
  return `refusal:${identity.refSpace}:${identity.ref}`;
}

/** The fields by which rows are found and kept apart; the rest is read back as `JournalRow`. */
interface StoredRow extends EntryIdentity {
  account: string;
  seq: number;
  kind: string;
  at: Date;
  by?: unknown;
  note?: string;
  postings?: unknown;
  details?: unknown;
  balanceAfter?: unknown;
  state?: unknown;
  previousHash?: string;
  hash?: string;
  refusal?: unknown;
}

const journalSchema = new Schema<StoredRow>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    householdId: { type: String, required: true },
    account: { type: String, required: true },
    seq: { type: Number, required: true },
    kind: { type: String, required: true },
    at: { type: Date, required: true },
    refSpace: { type: String, required: true },
    ref: { type: String, required: true },
    requestHash: { type: String, required: true },
    by: { type: Schema.Types.Mixed },
    note: { type: String },
    postings: { type: Schema.Types.Mixed },
    details: { type: Schema.Types.Mixed },
    balanceAfter: { type: Schema.Types.Mixed },
    state: { type: Schema.Types.Mixed },
    previousHash: { type: String },
    hash: { type: String },
    refusal: { type: Schema.Types.Mixed },
  },
  // Empty objects are part of what was hashed, so they must not be dropped.
  { collection: "journal", versionKey: false, minimize: false, strict: "throw", writeConcern: MONEY_WRITE },
);

// The shard key is siteId: the two indexes that guard money contain it.
journalSchema.index({ siteId: 1, account: 1, seq: 1 }, { unique: true });
journalSchema.index({ siteId: 1, refSpace: 1, ref: 1 }, { unique: true });
// A key reused at another site is caught here, before any insert.
journalSchema.index({ refSpace: 1, ref: 1 });
journalSchema.index({ siteId: 1, kind: 1, at: -1 });
journalSchema.index({ siteId: 1, at: -1, _id: -1 });
// Lots by when they expire.
journalSchema.index(
  { siteId: 1, "details.lots.expiresAt": 1 },
  { partialFilterExpression: { "details.lots": { $exists: true } } },
);

export function journalModel(connection: Connection): Model<StoredRow> {
  return boundModel(connection, "Journal", journalSchema);
}
