import type { Right } from "../../auth/roles.ts";

/** Kinds of jobs that this console knows: who may stop and resume one, what its items are, and the page that asked for it. */
export const JOB_KINDS = {
  "grant-run": {
    right: "grants.give",
    items: "households",
    page: ({ policyId, month }) => `/grants/${policyId}/${month}`,
  },
  "grant-reversal": {
    right: "grants.give",
    items: "households",
    page: ({ runId }) => `/grants/${String(runId).replace(".", "/")}`,
  },
  refund: { right: "refunds.list", items: "households", page: ({ refundId }) => `/refunds/${refundId}` },
  "room-move": { right: "jobs.list", items: "one", page: null },
  "audit-check": { right: "audit.list", items: "others", page: () => "/audit" },
  "csv-import": { right: "jobs.list", items: "lines", page: null },
} as const satisfies Record<string, JobKindTraits>;

export interface JobKindTraits {
  right: Right;
  items: "households" | "lines" | "one" | "others";
  page: ((params: Record<string, unknown>) => string) | null;
}

export type KnownJobKind = keyof typeof JOB_KINDS;

/** A newer server may know more kinds; what it does with them, it decides. */
const UNKNOWN: JobKindTraits = { right: "jobs.list", items: "others", page: null };

export const isKnownKind = (kind: string): kind is KnownJobKind => Object.hasOwn(JOB_KINDS, kind);

export const traitsOf = (kind: string): JobKindTraits => (isKnownKind(kind) ? JOB_KINDS[kind] : UNKNOWN);
