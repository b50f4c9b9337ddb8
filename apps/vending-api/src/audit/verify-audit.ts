import type { Connection } from "mongoose";
import type { SignedEnds } from "../chain/checkpoint.ts";
import { auditModel, type ChainedAuditEntry, hashAuditEntry } from "./audit.model.ts";
import { type AuditHead, EMPTY_AUDIT } from "./audit-log.ts";

/** What can be wrong with the audit. */
export const AUDIT_FINDINGS = {
  "audit-gap": "the sequence number does not follow the one before",
  "audit-broken": "the previous hash is not the hash of the entry before",
  "audit-hash-wrong": "the content does not give the hash",
  "audit-unchained": "entries outside the chain, younger than its beginning",
  "audit-cut": "the entry that the checkpoint signed is gone",
  "audit-rewritten": "the entry that the checkpoint signed is another one now",
} as const satisfies Record<string, string>;
export type AuditFindingCode = keyof typeof AUDIT_FINDINGS;

export interface AuditFinding {
  siteId: string;
  seq: number;
  code: AuditFindingCode;
  detail: string;
}

export interface AuditReport {
  siteId: string;
  /** In the chain. */
  entries: number;
  /** From before there was a chain: nothing vouches for them. */
  unchained: number;
  head: AuditHead;
  findings: AuditFinding[];
}

/** Reads the chains of all sites, or of those given, and checks every link. Changes nothing. */
export async function verifyAudit(
  connection: Connection,
  options: { signed?: SignedEnds | undefined; siteIds?: readonly string[] } = {},
): Promise<AuditReport[]> {
  const { signed = new Map<string, AuditHead>(), siteIds } = options;
  const present: readonly string[] = siteIds ?? (await auditModel(connection).distinct("siteId"));
  const reports: AuditReport[] = [];
  for (const siteId of [...new Set([...present, ...signed.keys()])].sort())
    reports.push(await verifySite(connection, siteId, signed.get(siteId)));
  return reports;
}

async function verifySite(
  connection: Connection,
  siteId: string,
  signed: { seq: number; hash: string } | undefined,
): Promise<AuditReport> {
  const audit = auditModel(connection);
  const findings: AuditFinding[] = [];
  let head = EMPTY_AUDIT;
  let beganAt: Date | undefined;
  let entries = 0;
  const chained = audit
    .find({ siteId, seq: { $gt: 0 } })
    .sort({ siteId: 1, seq: 1 })
    .lean<ChainedAuditEntry[]>()
    .cursor();
  for await (const document of chained) {
    const row = document as ChainedAuditEntry;
    const report = (code: AuditFindingCode, detail: string) =>
      findings.push({ siteId, seq: row.seq, code, detail });
    if (row.seq !== head.seq + 1) report("audit-gap", `after ${head.seq}`);
    if (row.previousHash !== head.hash) report("audit-broken", `expected ${head.hash}`);
    if (!(row.at instanceof Date) || row.hash !== hashAuditEntry(row)) report("audit-hash-wrong", row._id);
    if (signed?.seq === row.seq && signed.hash !== row.hash)
      report("audit-rewritten", `signed as ${signed.hash}`);
    beganAt ??= row.at;
    head = { seq: row.seq, hash: row.hash };
    entries += 1;
  }
  if (signed && head.seq < signed.seq)
    findings.push({ siteId, seq: signed.seq, code: "audit-cut", detail: `the chain ends at ${head.seq}` });
  const unchained = await audit.countDocuments({ siteId, seq: { $exists: false } });
  const younger = beganAt
    ? await audit.countDocuments({ siteId, seq: { $exists: false }, at: { $gt: beganAt } })
    : 0;
  if (younger > 0) findings.push({ siteId, seq: 0, code: "audit-unchained", detail: String(younger) });
  return { siteId, entries, unchained, head, findings };
}
