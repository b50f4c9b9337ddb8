import { ApiError } from "../errors.ts";
import {
  balancedPostings,
  type ChainHead,
  type EntryAuthor,
  effectOn,
  type LedgerEntry,
} from "../ledger/entry.ts";
import type { Decision } from "../ledger/ledger.ts";
import { expiredLots, grantedLeft, type Lot, takeWhole } from "../ledger/lots.ts";

/** One run for ever: its grants hang on it, and so does what the ids and references below mean. */
export function runIdOf(policyId: string, month: string): string {
  return `${policyId}.${month}`;
}

/** At once the id of the lot and the reference of its entry: one grant by policy, month and household, for ever. */
export function grantIdOf(runId: string, householdId: string): string {
  return `${runId}.${householdId}`;
}

/** Hashed is nothing but the reference: whatever a grant would be today, the one that was given is its outcome. */
export function grantIdentity(run: { _id: string; siteId: string }, householdId: string) {
  const ref = grantIdOf(run._id, householdId);
  return { siteId: run.siteId, householdId, refSpace: "grant", ref, requestHash: ref } as const;
}

export function reversalRef(grantId: string): string {
  return `${grantId}.reversal`;
}

/** By household too: a lot may move with its people. */
export function expiryRef(grantId: string, householdId: string): string {
  return `${grantId}.expiry.${householdId}`;
}

/** References of a run's grants, of their reversals and expiries. */
export function refsOfRun(runId: string): { $gt: string; $lt: string } {
  return { $gt: `${runId}.`, $lt: `${runId}/` };
}

/** Who posts what falls due by itself. */
export const GRANTS_AUTHOR = { id: "grants", name: "Grants" } as const satisfies EntryAuthor;

interface Household {
  siteId: string;
  householdId: string;
}

export interface Grant extends Household {
  grantId: string;
  runId: string;
  policyId: string;
  month: string;
  /** The policy's, as it stands in the household's ledger. */
  name: string;
  commodity: string;
  /** Above zero. */
  amount: number;
  residents: number;
  expiresAt: string | null;
  at: Date;
  by: EntryAuthor;
}

export function acceptGrant(grant: Grant): Decision {
  const { siteId, householdId, grantId, runId, policyId, month, name, commodity, amount, at, by } = grant;
  const { residents, expiresAt } = grant;
  return {
    accept: {
      kind: "grant",
      at,
      by,
      note: name,
      postings: balancedPostings("grant", { siteId, householdId, commodity, amount }),
      details: {
        runId,
        policyId,
        month,
        residents,
        lots: [{ grantId, commodity, remaining: amount, expiresAt }],
      },
    },
  };
}

export interface Taking extends Household {
  grantId: string;
  note: string;
  at: Date;
  by: EntryAuthor;
}

/** Takes back what is left of a grant. Refused with `grant-used-up` where nothing is. */
export function decideReversal({ state }: Pick<ChainHead, "state">, taking: Taking): Decision {
  return decideTaking(
    "grant-reversal",
    state.lots.filter(({ grantId }) => grantId === taking.grantId),
    taking,
  );
}

/** Ends what is left of a grant that has expired. Refused with `grant-used-up` where nothing is. */
export function decideExpiry({ state }: Pick<ChainHead, "state">, taking: Taking): Decision {
  const over = expiredLots(state.lots, taking.at);
  return decideTaking(
    "grant-expiry",
    over.filter(({ grantId }) => grantId === taking.grantId),
    taking,
  );
}

/** What an entry of a grant gave or took. */
export function movedBy({ account, postings }: Pick<LedgerEntry, "account" | "postings">): {
  commodity: string;
  amount: number;
} {
  const [[commodity, amount] = ["", 0]] = Object.entries(effectOn(account, postings));
  return { commodity, amount: Math.abs(amount) };
}

function decideTaking(
  kind: "grant-reversal" | "grant-expiry",
  lots: readonly Lot[],
  { siteId, householdId, grantId, note, at, by }: Taking,
): Decision {
  if (lots.length === 0) {
    const code = "grant-used-up";
    return { refuse: { code, detail: new ApiError(code).message }, at };
  }
  const postings = [...new Set(lots.map(({ commodity }) => commodity))].flatMap((commodity) =>
    balancedPostings(kind, { siteId, householdId, commodity, amount: -grantedLeft(lots, commodity) }),
  );
  return { accept: { kind, at, by, note, postings, details: { grantId, taken: takeWhole(lots) } } };
}

/** What a grant's id says of its policy and month; undefined for one that no run gave. */
export function policyAndMonthOf(grantId: string): { policyId: string; month: string } | undefined {
  const [policyId = "", month = "", householdId = ""] = grantId.split(".");
  return policyId && month && householdId ? { policyId, month } : undefined;
}
