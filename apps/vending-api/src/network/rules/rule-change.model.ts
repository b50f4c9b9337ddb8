import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../../db/model.ts";
import type { PlannedCircuit, RuleChanges } from "./rule-changes.ts";

/** Rules of many circuits changed at once, with what they were before: enough to take it back. */
export interface RuleChange {
  _id: string;
  siteId: string;
  at: Date;
  by: { id: string; name: string; role: string };
  reason: string;
  /** Null where an earlier change is taken back. */
  changes: RuleChanges | null;
  circuits: Pick<PlannedCircuit, "circuitId" | "name" | "before" | "after">[];
  /** The change that this one takes back. */
  undoOf?: string;
  idempotencyKey: string;
  requestHash: string;
}

const ruleChangeSchema = new Schema<RuleChange>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    at: { type: Date, required: true },
    by: { id: String, name: String, role: String, _id: false },
    reason: { type: String, required: true },
    changes: { type: Schema.Types.Mixed, default: null },
    circuits: { type: Schema.Types.Mixed, required: true },
    undoOf: { type: String },
    idempotencyKey: { type: String, required: true },
    requestHash: { type: String, required: true },
  },
  { collection: "rule-changes", versionKey: false, minimize: false },
);
ruleChangeSchema.index({ siteId: 1, idempotencyKey: 1 }, { unique: true });
ruleChangeSchema.index({ siteId: 1, at: -1 });
// A change is taken back once.
ruleChangeSchema.index(
  { undoOf: 1 },
  { unique: true, partialFilterExpression: { undoOf: { $exists: true } } },
);

export const ruleChangeModel = (connection: Connection) =>
  boundModel<RuleChange>(connection, "RuleChange", ruleChangeSchema);
