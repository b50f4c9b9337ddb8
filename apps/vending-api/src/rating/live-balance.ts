import type { Connection } from "mongoose";
import { groupBy } from "../db/group-by.ts";
import { ApiError } from "../errors.ts";
import { readHead } from "../ledger/balance.model.ts";
import type { Commodity } from "../ledger/entry.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { type Standing, settleBehind } from "../ledger/settle-use.ts";
import { readLivingAccruals } from "./accrual.model.ts";
import { type Accrual, usageRef } from "./accrual.ts";
import { ratedUseOf } from "./post-usage.ts";

/** What a household has left, and up to which registers that is reckoned. */
export interface LiveBalance {
  seq: number;
  ledgerMinor: number;
  /** Exact, 10⁻⁹ of the major unit: what would be left if every use were settled now. */
  liveNano: number;
  /** Ledger − live. */
  accruedNano: number;
  nanoPerMinor: number;
  /** As the ledger has it, before the use that is still open. */
  settled: Standing;
  /** After that use: grants as they are left by now. */
  live: Standing;
  /** Accruals that the ledger does not have yet, in the order in which they are settled here. */
  open: Accrual[];
  /** What free energy relieves of them, with tax; 10⁻⁹. */
  openFreeNano: number;
  /** The newest accrual of each circuit. */
  heads: Accrual[];
}

/** Two reads that straddle a midnight are repeated; it passes once a day per circuit. Range 2–20. */
const MOST_READS = 10;
const PPM = 1_000_000;

/**
 * The live balance, exact at any moment, also between posting a usage entry and marking its accrual: an accrual whose entry
 * the ledger has already is not counted a second time.
 */
export async function readLiveBalance(
  connection: Connection,
  household: { siteId: string; householdId: string },
  money: { currency: string; nanoPerMinor: number },
): Promise<LiveBalance> {
  for (let read = 0; read < MOST_READS; read += 1) {
    const accruals = await readLivingAccruals(connection, { householdId: household.householdId });
    const head = await readHead(connection, household);
    const refs = accruals.filter((accrual) => accrual.state !== "posted").map(usageRef);
    const posted = refs.length === 0 ? [] : await postedRefs(connection, household.siteId, refs, head.seq);
    const open = unsettled(accruals, new Set(posted));
    if (open === undefined) continue;
    return { seq: head.seq, heads: headsOf(accruals), ...balanceOf(head, open, money) };
  }
  throw new ApiError("store-unavailable", "The accruals of this household keep changing; try again");
}

/** Those of the references that the ledger had at `seq`. */
async function postedRefs(
  connection: Connection,
  siteId: string,
  refs: readonly string[],
  seq: number,
): Promise<string[]> {
  const rows = await journalModel(connection)
    .find({ siteId, refSpace: "rating", ref: { $in: [...refs] }, seq: { $lte: seq } }, { ref: 1 })
    .lean<{ ref: string }[]>();
  return rows.map((row) => row.ref);
}

/** The newest accrual of each circuit, of rows sorted oldest first. */
export function headsOf(accruals: readonly Accrual[]): Accrual[] {
  return [...groupBy(accruals, (accrual) => accrual.circuitId).values()].map((own) => own.at(-1) as Accrual);
}

/** Pure: what is left when the open accruals are settled behind what the ledger has. */
export function balanceOf(
  { balance, state }: Standing,
  open: readonly Accrual[],
  { currency, nanoPerMinor }: { currency: Commodity; nanoPerMinor: number },
): Omit<LiveBalance, "seq" | "heads"> {
  const settled: Standing = { balance, state };
  let live = settled;
  let openFreeNano = 0;
  for (const accrual of open) {
    const use = ratedUseOf(accrual);
    if (use === undefined) continue;
    const { standing, settlement } = settleBehind(live, use);
    live = standing;
    openFreeNano += settlement.freeNano + Math.floor((settlement.freeNano * use.terms.taxPpm) / PPM);
  }
  const ledgerMinor = balance[currency] ?? 0;
  const liveNano = (live.balance[currency] ?? 0) * nanoPerMinor - live.state.carryNano;
  const accruedNano = ledgerMinor * nanoPerMinor - liveNano;
  return { ledgerMinor, liveNano, accruedNano, nanoPerMinor, settled, live, open: [...open], openFreeNano };
}

/**
 * Living accruals that the ledger does not have yet, by day and circuit: in an order of their own, so that a new sample does not
 * change who of several circuits gets the free energy. Undefined when the rows were read while one of them moved on, so that
 * they do not belong to one moment: read again.
 */
export function unsettled(accruals: readonly Accrual[], posted: ReadonlySet<string>): Accrual[] | undefined {
  const heads = new Set(headsOf(accruals));
  const open: Accrual[] = [];
  for (const accrual of accruals) {
    const inLedger = accrual.state === "posted" || posted.has(usageRef(accrual));
    if (accrual.state === "open" && (inLedger || !heads.has(accrual))) return undefined;
    if (!inLedger) open.push(accrual);
  }
  return open.sort((a, b) => compare(a.day, b.day) || compare(a.circuitId, b.circuitId) || a.part - b.part);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
