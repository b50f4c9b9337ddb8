import type { Role } from "../api/rows.ts";

/** One change by one person. */
export interface AuditEntry {
  id: string;
  at: string;
  siteId: string;
  actor: { id: string; name: string; role: Role };
  action: string;
  resource: string;
  resourceId: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  reason: string | null;
  requestId: string;
  /** Null: from before there was a chain. */
  seq: number | null;
  hash: string | null;
}

/** Of one item of a check of the chain. */
export interface CheckResult {
  entries: number;
  unchained: number;
  broken: number;
  findings: { seq: number; code: string; detail: string }[];
}
