import { idSchema, instantSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import { claimKey } from "../db/claimed-key.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { siteScope } from "../http/access.ts";
import { binary, binaryOf, created, ok, pageOf } from "../http/answer.ts";
import { countAttempt } from "../http/attempt-count.ts";
import { equalityConditions, listQuery, oneOrMany, readPage } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import { documentModel, type IssuedDocument, numberText } from "./document.model.ts";
import { readCode } from "./document-code.ts";
import { countPrint, requirePrint } from "./document-print.model.ts";
import { isIntact } from "./issue-document.ts";
import { DOCUMENT_KIND_NAMES, DOCUMENT_KINDS } from "./kinds/document-kinds.ts";
import type { Language } from "./paper/language.ts";
import { printIssued, printQuery, type Withdrawn } from "./print-issued.ts";

const TAG = "Documents";
/** Who gives documents out. */
const ISSUERS = { roles: ["administrator", "property-manager", "campus-admin"] } as const;

/** A person types a few codes; per address and quarter of an hour. Range 20–500. */
const VERIFICATIONS_PER_WINDOW = 60;

/** What documents are about is told by rooms that are built on this one. */
export interface DocumentLinks {
  withdrawnOf(document: IssuedDocument): Promise<Withdrawn | null>;
  /** In which the site prints where nobody names a language. */
  languageOf(siteId: string): Promise<Language>;
}

const documentAnswer = z
  .object({
    id: idSchema,
    siteId: idSchema,
    kind: z.enum(DOCUMENT_KIND_NAMES),
    number: z.string().meta({ example: "RC-000123", description: "Per site and kind, without gaps." }),
    subjectId: z.string().meta({ description: "The purchase, shift, run … that it is about." }),
    code: z.string().meta({ example: "7K2M-9QXA-04TZ" }),
    issuedAt: instantSchema,
    issuedBy: z.string(),
    at: instantSchema.meta({ description: "When what it tells had happened." }),
    amountMinor: z.int().nullable(),
    currency: z.string(),
  })
  .meta({ id: "Document" });

const verificationAnswer = z
  .object({
    kind: z.enum(DOCUMENT_KIND_NAMES),
    number: z.string(),
    siteName: z.string(),
    issuedAt: instantSchema,
    at: instantSchema,
    amountMinor: z.int().nullable(),
    currency: z.string(),
    currencyDigits: z.int(),
    intact: z.boolean().meta({
      description: "What is kept of it is what was issued: its hash still gives the code on the paper.",
    }),
    withdrawnAt: instantSchema
      .nullable()
      .meta({ description: "It was taken back: the purchase was voided." }),
  })
  .meta({ id: "DocumentVerification" });

const printAnswer = z
  .object({
    copy: z
      .int()
      .meta({ description: "0 is the document itself; every later print is a copy with its number." }),
  })
  .meta({ id: "DocumentPrint" });

const documentList = listQuery({
  sort: ["issuedAt", "number"],
  defaultSort: ["issuedAt", "DESC"],
  filter: {
    siteId: oneOrMany(idSchema).optional(),
    kind: oneOrMany(z.enum(DOCUMENT_KIND_NAMES)).optional(),
    subjectId: oneOrMany(z.string().max(200)).optional(),
  },
});

function presentDocument(document: IssuedDocument): z.input<typeof documentAnswer> {
  const { _id: id, siteId, kind, subjectId, code, issuedAt, issuedBy } = document;
  const { place, amountMinor, at } = DOCUMENT_KINDS[kind].read(document.facts);
  return {
    id,
    siteId,
    kind,
    number: numberText(document),
    subjectId,
    code,
    issuedAt: issuedAt.toISOString(),
    issuedBy: issuedBy.name,
    at,
    amountMinor,
    currency: place.currency,
  };
}

export function documentRoutes(deps: Deps, { withdrawnOf, languageOf }: DocumentLinks): Route[] {
  const { connection } = deps;
  const documents = documentModel(connection);
  return [
    route({
      method: "get",
      path: "/documents",
      tag: TAG,
      summary: "Documents that were issued, newest first",
      access: ISSUERS,
      query: documentList,
      answers: { 200: pageOf(documentAnswer) },
      handle: ({ caller, query }) =>
        readPage(
          documents,
          query,
          { $and: [siteScope(caller), equalityConditions(query.filter)] },
          presentDocument,
        ),
    }),
    route({
      method: "get",
      path: "/documents/:id",
      tag: TAG,
      summary: "One document's number, code and amount",
      access: ISSUERS,
      answers: { 200: documentAnswer },
      handle: async ({ params, caller }) =>
        ok(presentDocument(await findVisible(documents, params.id, caller))),
    }),
    route({
      method: "get",
      path: "/documents/:id/file.pdf",
      tag: TAG,
      summary: "A document again, as it was issued",
      description: "Byte for byte the same for the same language, paper and copy.",
      access: ISSUERS,
      query: printQuery,
      answers: { 200: binaryOf("application/pdf") },
      problems: ["too-many-documents"],
      async handle({ params, caller, query }) {
        const document = await findVisible(documents, params.id, caller);
        await requirePrint(connection, document, query.copy ?? 0);
        const [siteLanguage, withdrawn] = await Promise.all([
          languageOf(document.siteId),
          withdrawnOf(document),
        ]);
        const { bytes, fileName } = await printIssued(document, query, siteLanguage, withdrawn);
        return binary("application/pdf", bytes, fileName);
      },
    }),
    route({
      method: "post",
      path: "/documents/:id/prints",
      tag: TAG,
      summary: "Count a print; from the second on it is a copy",
      access: ISSUERS,
      idempotencyKey: "required",
      answers: { 201: printAnswer },
      problems: ["idempotency-key-reused"],
      async handle(request) {
        const { params, caller, idempotencyKey: key, now: at } = request;
        const document = await findVisible(documents, params.id, caller);
        await claimKey(connection, request);
        const by = { id: caller.id, name: caller.name };
        const { copy, repeated } = await countPrint(connection, document, { by, at, key });
        if (!repeated)
          await recordAudit(deps, {
            request,
            siteId: document.siteId,
            action: "documents.print",
            subject: { resource: "documents", id: document._id },
            after: { copy },
          });
        return created({ copy });
      },
    }),
    route({
      method: "get",
      path: "/documents/verify/:code",
      tag: TAG,
      summary: "Whether a document with this code was issued, and what it was about",
      description: `Open to everybody who holds the paper; ${VERIFICATIONS_PER_WINDOW} times in 15 minutes from one address.`,
      access: "public",
      answers: { 200: verificationAnswer },
      problems: ["not-found", "too-many-attempts"],
      async handle({ params, remoteAddress, now }) {
        await countAttempt(connection, `verify:${remoteAddress}`, VERIFICATIONS_PER_WINDOW, now);
        const code = readCode(params.code);
        const document =
          code === undefined ? null : await documents.findOne({ code }).lean<IssuedDocument | null>();
        if (!document) throw new ApiError("not-found", "No document has this code");
        const withdrawn = await withdrawnOf(document);
        const { place, amountMinor, at } = DOCUMENT_KINDS[document.kind].read(document.facts);
        return ok({
          kind: document.kind,
          number: numberText(document),
          siteName: place.siteName,
          issuedAt: document.issuedAt.toISOString(),
          at,
          amountMinor,
          currency: place.currency,
          currencyDigits: place.currencyDigits,
          intact: isIntact(document),
          withdrawnAt: withdrawn?.at.toISOString() ?? null,
        });
      },
    }),
  ];
}
