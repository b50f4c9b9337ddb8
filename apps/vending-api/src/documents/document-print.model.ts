import { type Connection, Schema } from "mongoose";
import { boundModel, isDuplicateKey } from "../db/model.ts";
import { ApiError } from "../errors.ts";
import type { IssuedDocument } from "./document.model.ts";

/** One print of a document. The first is the document itself, every other a copy with its number. */
export interface DocumentPrint {
  /** Document and copy: two prints at once cannot have one number. */
  _id: string;
  siteId: string;
  documentId: string;
  copy: number;
  at: Date;
  by: { id: string; name: string };
  key: string;
}

const printSchema = new Schema<DocumentPrint>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    documentId: { type: String, required: true },
    copy: { type: Number, required: true },
    at: { type: Date, required: true },
    by: { type: Schema.Types.Mixed, required: true },
    key: { type: String, required: true },
  },
  { collection: "document-prints", versionKey: false },
);
printSchema.index({ documentId: 1, copy: -1 });

export const documentPrintModel = (connection: Connection) =>
  boundModel<DocumentPrint>(connection, "DocumentPrint", printSchema);

/** Which print this is: 0 for the first, then 1, 2, … The same key gives the same number. */
export async function countPrint(
  connection: Connection,
  { _id: documentId, siteId }: Pick<IssuedDocument, "_id" | "siteId">,
  { by, at, key }: Pick<DocumentPrint, "by" | "at" | "key">,
): Promise<{ copy: number; repeated: boolean }> {
  const prints = documentPrintModel(connection);
  for (;;) {
    const known = await prints.findOne({ documentId, key }).lean<DocumentPrint | null>();
    if (known) return { copy: known.copy, repeated: true };
    const last = await prints.findOne({ documentId }).sort({ copy: -1 }).lean<DocumentPrint | null>();
    const copy = last ? last.copy + 1 : 0;
    try {
      await prints.create({ _id: `${documentId}:${copy}`, siteId, documentId, copy, at, by, key });
      return { copy, repeated: false };
    } catch (error) {
      // Another print took the number; each round some print gets one.
      if (!isDuplicateKey(error)) throw error;
    }
  }
}

/** Throws `not-found` when nobody counted such a print. The document itself, copy 0, needs no counting. */
export async function requirePrint(
  connection: Connection,
  { _id: documentId }: Pick<IssuedDocument, "_id">,
  copy: number,
): Promise<void> {
  if (copy > 0 && !(await documentPrintModel(connection).exists({ documentId, copy })))
    throw new ApiError("not-found", "This copy was never printed");
}
