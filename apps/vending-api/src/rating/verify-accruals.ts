import type { Connection } from "mongoose";
import { canonicalJson } from "../http/request-hash.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { accrualModel } from "./accrual.model.ts";
import { type Accrual, accrualFault, usageRef } from "./accrual.ts";
import { heldUseId } from "./held-use.ts";
import { usageEntryOf } from "./post-usage.ts";

/** What can be wrong between registers, accruals and the ledger. */
export const ACCRUAL_FINDINGS = {
  "accrual-wrong": "an accrual does not add up in itself",
  "entry-missing": "an accrual counts as posted, but the ledger has no entry",
  "entry-differs": "the entry is of another use than its accrual",
  "register-gap": "an accrual does not begin where the one before ended",
} as const satisfies Record<string, string>;
export type AccrualFindingCode = keyof typeof ACCRUAL_FINDINGS;

export interface AccrualFinding {
  accrualId: string;
  code: AccrualFindingCode;
  detail: string;
}

export interface AccrualReport {
  accruals: number;
  findings: AccrualFinding[];
}

/** Entries that are looked up together. Range 100–5000. */
const LOOK_UP_AT_ONCE = 500;

/** Reads every accrual once and holds it against its neighbours and the ledger. Changes nothing. */
export async function verifyAccruals(connection: Connection): Promise<AccrualReport> {
  const findings: AccrualFinding[] = [];
  let accruals = 0;
  let before: Accrual | null = null;
  let waiting: Accrual[] = [];
  let holding: Accrual[] = [];
  const cursor = accrualModel(connection)
    .find()
    .sort({ circuitId: 1, day: 1, part: 1 })
    .lean<Accrual[]>()
    .cursor();
  for await (const row of cursor) {
    const accrual = row as Accrual;
    accruals += 1;
    findings.push(...findingsAlone(accrual), ...findingsBetween(before, accrual));
    before = accrual;
    if (isPosted(accrual)) waiting.push(accrual);
    if (accrual.held.length > 0) holding.push(accrual);
    if (holding.length >= LOOK_UP_AT_ONCE) {
      findings.push(...(await findingsOfHeld(connection, holding)));
      holding = [];
    }
    if (waiting.length >= LOOK_UP_AT_ONCE) {
      findings.push(...(await findingsInLedger(connection, waiting)));
      waiting = [];
    }
  }
  findings.push(...(await findingsInLedger(connection, waiting)));
  findings.push(...(await findingsOfHeld(connection, holding)));
  return { accruals, findings };
}

function findingsAlone(accrual: Accrual): AccrualFinding[] {
  const fault = accrualFault(accrual);
  return fault ? [{ accrualId: accrual._id, code: "accrual-wrong", detail: fault }] : [];
}

function findingsBetween(before: Accrual | null, accrual: Accrual): AccrualFinding[] {
  if (before?.circuitId !== accrual.circuitId) return [];
  const found: AccrualFinding[] = [];
  if (before.lastWh !== accrual.fromWh || before.lastAt.getTime() !== accrual.fromAt.getTime())
    found.push({
      accrualId: accrual._id,
      code: "register-gap",
      detail: `${before.lastWh} → ${accrual.fromWh} Wh`,
    });
  return found;
}

function isPosted(accrual: Accrual): boolean {
  const settled = accrual.state === "posted" || accrual.state === "done";
  return settled && usageEntryOf(accrual) !== undefined;
}

async function findingsInLedger(
  connection: Connection,
  accruals: readonly Accrual[],
): Promise<AccrualFinding[]> {
  const entries = await journalModel(connection)
    .find({ refSpace: "rating", ref: { $in: accruals.map(usageRef) } })
    .lean<LedgerEntry[]>();
  const byRef = new Map(entries.map((entry) => [entry.ref, entry]));
  return accruals.flatMap((accrual): AccrualFinding[] => {
    const accrualId = accrual._id;
    const entry = byRef.get(usageRef(accrual));
    if (!entry) return [{ accrualId, code: "entry-missing", detail: usageRef(accrual) }];
    return agrees(entry, accrual) ? [] : [{ accrualId, code: "entry-differs", detail: entry._id }];
  });
}

/** What was released has one entry of just that energy, or none for none; what is held or was rejected has none. */
async function findingsOfHeld(
  connection: Connection,
  accruals: readonly Accrual[],
): Promise<AccrualFinding[]> {
  const uses = accruals.flatMap((accrual) =>
    accrual.held.map((use) => ({ accrual, use, ref: usageRef({ _id: heldUseId(accrual, use) }) })),
  );
  const entries = await journalModel(connection)
    .find({ refSpace: "rating", ref: { $in: uses.map(({ ref }) => ref) } })
    .lean<LedgerEntry[]>();
  const byRef = new Map(entries.map((entry) => [entry.ref, entry]));
  return uses.flatMap(({ accrual: { _id: accrualId }, use, ref }): AccrualFinding[] => {
    const entry = byRef.get(ref);
    const wh = use.toWh - use.fromWh;
    if (use.state === "released" && wh > 0 && !entry)
      return [{ accrualId, code: "entry-missing", detail: ref }];
    const isExpected = use.state === "released" || use.state === "releasing";
    const isRight = isExpected && entry?.details.wh === wh;
    return entry && !isRight ? [{ accrualId, code: "entry-differs", detail: entry._id }] : [];
  });
}

/** That the amount follows from the use is the ledger's own invariant. */
function agrees(entry: LedgerEntry, accrual: Accrual): boolean {
  const expected = usageEntryOf(accrual);
  if (expected === undefined || entry.householdId !== expected.householdId) return false;
  const asked = Object.entries({ ...expected.source, ...expected.use });
  return asked.every(([key, value]) => canonicalJson(entry.details[key]) === canonicalJson(value));
}
