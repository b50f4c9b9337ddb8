import { classSummaryKind } from "./class-summary.ts";
import type { DocumentKindRow } from "./define-kind.ts";
import { grantRunKind } from "./grant-run.ts";
import { monthlyStatementKind } from "./monthly-statement.ts";
import { receiptKind } from "./receipt.ts";
import { refundStatementKind } from "./refund-statement.ts";
import { tillReportKind } from "./till-report.ts";

/** Every kind of document; each counts its own numbers per site. */
export const DOCUMENT_KINDS = {
  receipt: receiptKind,
  "till-report": tillReportKind,
  "monthly-statement": monthlyStatementKind,
  "refund-statement": refundStatementKind,
  "class-summary": classSummaryKind,
  "grant-run": grantRunKind,
} as const satisfies Record<string, DocumentKindRow>;

export type DocumentKind = keyof typeof DOCUMENT_KINDS;
export const DOCUMENT_KIND_NAMES = Object.keys(DOCUMENT_KINDS) as [DocumentKind, ...DocumentKind[]];
