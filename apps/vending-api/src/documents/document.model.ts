import { type Connection, Schema } from "mongoose";
import { MONEY_WRITE } from "../db/connection.ts";
import { boundModel } from "../db/model.ts";
import { DOCUMENT_KIND_NAMES, DOCUMENT_KINDS, type DocumentKind } from "./kinds/document-kinds.ts";

/** A document that was given out. Never changed: it is printed again from what it said then. */
export interface IssuedDocument {
  _id: string;
  siteId: string;
  kind: DocumentKind;
  /** 1, 2, 3 … per site and kind, without gaps. */
  number: number;
  /** What it is about; one document each. */
  subjectId: string;
  issuedAt: Date;
  issuedBy: { id: string; name: string };
  /** See the kind's schema. */
  facts: unknown;
  sha256: string;
  code: string;
}

const documentSchema = new Schema<IssuedDocument>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    kind: { type: String, enum: DOCUMENT_KIND_NAMES, required: true },
    number: { type: Number, required: true },
    subjectId: { type: String, required: true },
    issuedAt: { type: Date, required: true },
    issuedBy: { type: Schema.Types.Mixed, required: true },
    facts: { type: Schema.Types.Mixed, required: true },
    sha256: { type: String, required: true },
    code: { type: String, required: true },
  },
  // Empty objects are part of what was hashed, so they must not be dropped.
  { collection: "documents", versionKey: false, minimize: false, strict: "throw", writeConcern: MONEY_WRITE },
);
documentSchema.index({ siteId: 1, kind: 1, number: 1 }, { unique: true });
documentSchema.index({ siteId: 1, kind: 1, subjectId: 1 }, { unique: true });
documentSchema.index({ code: 1 }, { unique: true });
documentSchema.index({ siteId: 1, issuedAt: -1 });

export const documentModel = (connection: Connection) =>
  boundModel<IssuedDocument>(connection, "Document", documentSchema);

/** "RC-000123". */
export function numberText({ kind, number }: Pick<IssuedDocument, "kind" | "number">): string {
  return `${DOCUMENT_KINDS[kind].prefix}-${String(number).padStart(6, "0")}`;
}
