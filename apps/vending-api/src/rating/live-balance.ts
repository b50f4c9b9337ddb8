import type { Connection } from "mongoose";
import { groupBy } from "../db/group-by.ts";
import { ApiError } from "../errors.ts";
import { readHead } from "../ledger/balance.model.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { readLivingAccruals } from "./accrual.model.ts";
import { type Accrual, usageRef } from "./accrual.ts";

/** What a household has left, and up to which registers that is reckoned. */
export interface LiveBalance {
  seq: number;
  ledgerMinor: number;
  /** Used, but not yet in the ledger: 10⁻⁹ of the major unit. */
  accruedNano: number;
  /** Exact: ledger − accrued. */
  liveNano: number;
  nanoPerMinor: number;
  /** The newest accrual of each circuit. */
  heads: Accrual[];
}

/** Two reads that straddle a midnight are repeated; it passes once a day per circuit. Range 2–20. */
const MOST_READS = 10;

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
    const accruedNano = foldAccrued(accruals, new Set(posted));
    if (accruedNano === undefined) continue;
    const ledgerMinor = head.balance[money.currency] ?? 0;
    return {
      seq: head.seq,
      ledgerMinor,
      accruedNano,
      liveNano: ledgerMinor * money.nanoPerMinor - accruedNano,
      nanoPerMinor: money.nanoPerMinor,
      heads: headsOf(accruals),
    };
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

/**
 * What living accruals still owe. Undefined when the rows were read while one of them moved on, so that they do not belong
 * to one moment: read again.
 */
export function foldAccrued(accruals: readonly Accrual[], posted: ReadonlySet<string>): number | undefined {
  const heads = new Set(headsOf(accruals));
  let sum = 0;
  for (const accrual of accruals) {
    const isHead = heads.has(accrual);
    const inLedger = accrual.state === "posted" || posted.has(usageRef(accrual));
    if (accrual.state === "open") {
      if (inLedger || !isHead) return undefined;
      sum += accrual.carryInNano + accrual.costNano;
      continue;
    }
    if (!inLedger) sum += (accrual.amountMinor ?? 0) * accrual.nanoPerMinor;
    if (isHead) sum += accrual.carryOutNano ?? 0;
  }
  return sum;
}
