import type { Connection } from "mongoose";
import { isDuplicateKey, newId } from "../db/model.ts";
import { documentModel, type IssuedDocument } from "./document.model.ts";
import { codeOf, hashDocument } from "./document-code.ts";
import { DOCUMENT_KINDS } from "./kinds/document-kinds.ts";

export interface DocumentOrder extends Pick<IssuedDocument, "siteId" | "kind" | "subjectId" | "issuedBy"> {
  now: Date;
  /** Asked only when the document is not there yet. */
  facts(): Promise<unknown>;
}

/**
 * The subject's document: the one it has, or a new one with the next number of its kind. A number is taken by writing the document
 * that bears it, so that none is ever left out, whatever crashes. Throws ZodError when the facts are not the kind's.
 */
export async function issueDocument(connection: Connection, order: DocumentOrder): Promise<IssuedDocument> {
  const documents = documentModel(connection);
  const { siteId, kind, subjectId, issuedBy, now: issuedAt } = order;
  const find = () => documents.findOne({ siteId, kind, subjectId }).lean<IssuedDocument | null>();
  const known = await find();
  if (known) return known;
  const facts = DOCUMENT_KINDS[kind].facts.parse(await order.facts());
  for (;;) {
    const last = await documents.findOne({ siteId, kind }).sort({ number: -1 }).lean<IssuedDocument | null>();
    const content = { siteId, kind, number: (last?.number ?? 0) + 1, subjectId, issuedAt, facts };
    const sha256 = hashDocument(content);
    const document: IssuedDocument = { _id: newId(), ...content, issuedBy, sha256, code: codeOf(sha256) };
    try {
      await documents.create(document);
      return document;
    } catch (error) {
      // Another took the number, and each round some document gets one; or it was this very document.
      if (!isDuplicateKey(error)) throw error;
      const faster = await find();
      if (faster) return faster;
    }
  }
}

/** Whether what is stored is still what was issued. */
export function isIntact(document: IssuedDocument): boolean {
  const sha256 = hashDocument(document);
  return sha256 === document.sha256 && codeOf(sha256) === document.code;
}
