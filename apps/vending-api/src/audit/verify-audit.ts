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

/** A stretch of one site's chain, by place; both ends included. */
export interface Stretch {
  from: number;
  to: number;
}

async function verifySite(
  connection: Connection,
  siteId: string,
  signed: { seq: number; hash: string } | undefined,
): Promise<AuditReport> {
  const { head, beganAt, entries, findings } = await followChain(connection, siteId, { signed });
  if (signed && head.seq < signed.seq)
    findings.push({ siteId, seq: signed.seq, code: "audit-cut", detail: `the chain ends at ${head.seq}` });
  const { unchained, finding } = await countUnchained(connection, siteId, beganAt);
  return { siteId, entries, unchained, head, findings: [...findings, ...finding] };
}

/** Checks one stretch of a chain, with its link to the entry before. Stretch after stretch is the whole chain. */
export async function verifyStretch(
  connection: Connection,
  siteId: string,
  stretch: Stretch,
): Promise<Pick<AuditReport, "entries" | "findings">> {
  const { entries, findings, head } = await followChain(connection, siteId, { stretch });
  const isShort = entries > 0 ? head.seq < stretch.to : true;
  if (isShort) findings.push({ siteId, seq: stretch.to, code: "audit-gap", detail: `ends at ${head.seq}` });
  return { entries, findings };
}

/** Entries of a site that are outside its chain; a finding where one is younger than the chain. */
export async function countUnchained(
  connection: Connection,
  siteId: string,
  beganAt: Date | undefined,
): Promise<{ unchained: number; finding: AuditFinding[] }> {
  const audit = auditModel(connection);
  const outside = { siteId, seq: { $exists: false } };
  const unchained = await audit.countDocuments(outside);
  const younger = beganAt ? await audit.countDocuments({ ...outside, at: { $gt: beganAt } }) : 0;
  const finding = { siteId, seq: 0, code: "audit-unchained" as const, detail: String(younger) };
  return { unchained, finding: younger > 0 ? [finding] : [] };
}

async function followChain(
  connection: Connection,
  siteId: string,
  { signed, stretch }: { signed?: { seq: number; hash: string } | undefined; stretch?: Stretch },
) {
  const audit = auditModel(connection);
  const findings: AuditFinding[] = [];
  let head = stretch && stretch.from > 1 ? await entryAt(connection, siteId, stretch.from - 1) : EMPTY_AUDIT;
  let beganAt: Date | undefined;
  let entries = 0;
  const chained = audit
    .find({ siteId, seq: stretch ? { $gte: stretch.from, $lte: stretch.to } : { $gt: 0 } })
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
  return { head, beganAt, entries, findings };
}

/** What stands at a place of the chain; nothing there is a gap, which the entry after it shows. */
async function entryAt(connection: Connection, siteId: string, seq: number): Promise<AuditHead> {
  const row = await auditModel(connection)
    .findOne({ siteId, seq }, { seq: 1, hash: 1 })
    .lean<Pick<ChainedAuditEntry, "seq" | "hash"> | null>();
  return row ? { seq: row.seq, hash: row.hash } : EMPTY_AUDIT;
}
