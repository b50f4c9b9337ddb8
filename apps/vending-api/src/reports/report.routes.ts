import { createHash } from "node:crypto";
import type { Connection } from "mongoose";
import { z } from "zod";
import type { Deps } from "../deps.ts";
import { requirePrint } from "../documents/document-print.model.ts";
import { issueDocument } from "../documents/issue-document.ts";
import type { DocumentKind } from "../documents/kinds/document-kinds.ts";
import { type PrintWish, printIssued, printPreliminary, printQuery } from "../documents/print-issued.ts";
import { ApiError } from "../errors.ts";
import { grantRunModel } from "../grants/grant-run.model.ts";
import { type PersonCaller, READERS } from "../http/access.ts";
import { binary, binaryOf } from "../http/answer.ts";
import { canonicalJson } from "../http/request-hash.ts";
import { type Route, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import { isOnlyResident } from "../network/visible-circuit.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { documentLanguageOf } from "../places/site.model.ts";
import { readStatement } from "../refunds/read-statement.ts";
import { refundModel } from "../refunds/refund.model.ts";
import { tillShiftModel } from "../tills/till-shift.model.ts";
import { classSummaryFacts } from "./class-report.ts";
import { grantRunFacts } from "./grant-report.ts";
import { householdStatementFacts } from "./household-statement.ts";
import { refundStatementFacts } from "./refund-report.ts";
import { reportTableRoutes } from "./report-tables.ts";
import { siteFactsOf } from "./site-facts.ts";
import { monthBounds } from "./statement-month.ts";
import { tillReportFacts } from "./till-report.ts";

const TAG = "Reports";
/** Who answers for money that was paid back. */
const REFUNDERS = { roles: ["administrator", "property-manager", "campus-admin"] } as const;
const PDF = "application/pdf";

const statementQuery = printQuery.extend({
  month: z
    .string()
    .regex(/^\d{4}-(0[1-9]|1[0-2])$/, "Must be YYYY-MM")
    .meta({ example: "2026-11" }),
});
const refundQuery = printQuery.extend({
  householdId: z.string().max(64).optional().meta({ description: "Needed where several left together." }),
});

export function reportRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  return [
    ...reportTableRoutes(deps),
    route({
      method: "get",
      path: "/till-shifts/:id/report.pdf",
      tag: TAG,
      summary: "A till report; without a number while the shift is open",
      access: { roles: READERS },
      query: printQuery,
      answers: { 200: binaryOf(PDF) },
      problems: ["too-many-documents"],
      async handle({ params, caller, query, now }) {
        const shift = await findVisible(tillShiftModel(connection), params.id, caller);
        const facts = () => tillReportFacts(connection, shift, now);
        const subject = { siteId: shift.siteId, kind: "till-report", subjectId: shift._id } as const;
        if (shift.state !== "closed")
          return preliminary(connection, { ...subject, facts: await facts() }, query);
        return issued(connection, { ...subject, facts, now, caller }, query);
      },
    }),
    route({
      method: "get",
      path: "/households/:id/statement.pdf",
      tag: TAG,
      summary: "A household's month; without a number until it is closed",
      description:
        "Use that reaches the books within three days after the month still stands on it; later use on the next one.",
      access: "signed-in",
      query: statementQuery,
      answers: { 200: binaryOf(PDF) },
      problems: ["too-many-documents", "invalid-query"],
      async handle({ params, caller, query, now }) {
        const household = await visibleHousehold(connection, params.id, caller);
        const { month, ...wish } = query;
        const { timeZone } = await siteFactsOf(connection, household.siteId);
        const { from, closesAt } = monthBounds(month, timeZone);
        if (from > now) throw monthNotBegun();
        const facts = () => householdStatementFacts(connection, household, month, now);
        const subject = {
          siteId: household.siteId,
          kind: "monthly-statement",
          subjectId: `${household._id}:${month}`,
        } as const;
        if (now < closesAt) return preliminary(connection, { ...subject, facts: await facts() }, wish);
        return issued(connection, { ...subject, facts, now, caller }, wish);
      },
    }),
    route({
      method: "get",
      path: "/refunds/:id/statement.pdf",
      tag: TAG,
      summary: "The account of a household that left, from its opening to nothing",
      access: REFUNDERS,
      query: refundQuery,
      answers: { 200: binaryOf(PDF) },
      problems: ["too-many-documents", "wrong-state"],
      async handle({ params, caller, query, now }) {
        const refund = await findVisible(refundModel(connection), params.id, caller);
        const [only, ...others] = refund.householdIds;
        const { householdId = others.length === 0 ? only : undefined, ...wish } = query;
        if (householdId === undefined || !refund.householdIds.includes(householdId))
          throw new ApiError("not-found", "Name one of the refund's households");
        const statement = await readStatement(connection, refund, householdId);
        if (statement.number === null)
          throw new ApiError("wrong-state", "The household's account is not settled yet");
        const subject = {
          siteId: refund.siteId,
          kind: "refund-statement",
          subjectId: `${refund._id}:${householdId}`,
        } as const;
        const facts = async () => refundStatementFacts(statement);
        return issued(connection, { ...subject, facts, now, caller }, wish);
      },
    }),
    route({
      method: "get",
      path: "/refunds/:id/summary.pdf",
      tag: TAG,
      summary: "Everybody of one refund with the outcome; without a number while it is under way",
      access: REFUNDERS,
      query: printQuery,
      answers: { 200: binaryOf(PDF) },
      problems: ["too-many-documents"],
      async handle({ params, caller, query, now }) {
        const refund = await findVisible(refundModel(connection), params.id, caller);
        const { facts, isFinal } = await classSummaryFacts(connection, refund);
        const subject = { siteId: refund.siteId, kind: "class-summary", subjectId: refund._id } as const;
        if (!isFinal) return preliminary(connection, { ...subject, facts }, query);
        return issued(connection, { ...edition(subject, facts), now, caller }, query);
      },
    }),
    route({
      method: "get",
      path: "/grant-runs/:id/report.pdf",
      tag: TAG,
      summary: "Who got a month's grant and who did not; without a number while it is under way",
      access: { roles: READERS },
      query: printQuery,
      answers: { 200: binaryOf(PDF) },
      problems: ["too-many-documents"],
      async handle({ params, caller, query, now }) {
        const run = await findVisible(grantRunModel(connection), params.id, caller);
        const { facts, isFinal } = await grantRunFacts(connection, run);
        const subject = { siteId: run.siteId, kind: "grant-run", subjectId: run._id } as const;
        if (!isFinal) return preliminary(connection, { ...subject, facts }, query);
        return issued(connection, { ...edition(subject, facts), now, caller }, query);
      },
    }),
  ];
}

/** Of something that may be gone on with or taken back: each thing that it comes to is a document of its own. */
function edition(
  subject: Pick<ReportOrder, "siteId" | "kind" | "subjectId">,
  facts: object,
): Omit<ReportOrder, "now" | "caller"> {
  const hash = createHash("sha256").update(canonicalJson(facts)).digest("hex");
  return { ...subject, subjectId: `${subject.subjectId}:${hash.slice(0, 16)}`, facts: async () => facts };
}

interface ReportOrder {
  siteId: string;
  kind: DocumentKind;
  subjectId: string;
  facts(): Promise<unknown>;
  now: Date;
  caller: PersonCaller;
}

/** The document of a thing that is over: the first to ask gives it its number. */
async function issued(connection: Connection, { caller, ...order }: ReportOrder, wish: PrintWish) {
  const issuedBy = { id: caller.id, name: caller.name };
  const document = await issueDocument(connection, { ...order, issuedBy });
  await requirePrint(connection, document, wish.copy ?? 0);
  const siteLanguage = await documentLanguageOf(connection, order.siteId);
  const { bytes, fileName } = await printIssued(document, wish, siteLanguage);
  return binary(PDF, bytes, fileName);
}

async function preliminary(
  connection: Connection,
  { siteId, kind, facts }: Pick<ReportOrder, "siteId" | "kind"> & { facts: unknown },
  wish: PrintWish,
) {
  const siteLanguage = await documentLanguageOf(connection, siteId);
  const { bytes, fileName } = await printPreliminary(kind, facts, wish, siteLanguage);
  return binary(PDF, bytes, fileName);
}

/** For a resident only the own household exists. Throws `not-found`. */
async function visibleHousehold(
  connection: Connection,
  id: string,
  caller: PersonCaller,
): Promise<Household> {
  if (isOnlyResident(caller) && caller.householdId !== id) throw new ApiError("not-found");
  return findVisible(householdModel(connection), id, caller);
}

function monthNotBegun(): ApiError {
  return new ApiError("invalid-query", "This month has not begun", {
    errors: [{ path: "month", code: "future", message: "Has not begun" }],
  });
}
