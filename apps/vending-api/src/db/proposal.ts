import { Schema } from "mongoose";

/** What one person proposes and another decides, each by one keyed request. */
export interface Proposal<Person> {
  proposedBy: Person;
  proposedAt: Date;
  proposalKey: string;
  proposalHash: string;
  decidedBy: Person | null;
  decidedAt: Date | null;
  decisionReason: string;
  decisionKey: string | null;
  decisionHash: string | null;
}

export const proposalFields = {
  proposedBy: { type: Schema.Types.Mixed, required: true },
  proposedAt: { type: Date, required: true },
  proposalKey: { type: String, required: true },
  proposalHash: { type: String, required: true },
  decidedBy: { type: Schema.Types.Mixed, default: null },
  decidedAt: { type: Date, default: null },
  decisionReason: { type: String, default: "" },
  decisionKey: { type: String, default: null },
  decisionHash: { type: String, default: null },
} as const;

/** One proposal and one decision a key: the same request again finds its own. */
export function indexProposals<Row extends Proposal<unknown> & { siteId: string }>(
  schema: Schema<Row>,
): void {
  schema.index({ siteId: 1, proposalKey: 1 }, { unique: true });
  schema.index(
    { siteId: 1, decisionKey: 1 },
    { unique: true, partialFilterExpression: { decisionKey: { $type: "string" } } },
  );
  schema.index({ siteId: 1, proposedAt: -1 });
}
