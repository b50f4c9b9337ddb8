import { idSchema, instantSchema } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { z } from "zod";
import type { Deps } from "../../deps.ts";
import { type BalanceRow, balanceModel } from "../../ledger/balance.model.ts";
import { householdAccount, type LedgerEntry } from "../../ledger/entry.ts";
import { FREE_ENERGY } from "../../ledger/entry-kinds.ts";
import { journalModel } from "../../ledger/journal.model.ts";
import { AUDITORS } from "../../ledger/ledger.routes.ts";
import type { Site } from "../../places/site.model.ts";
import { reportRoutesOf } from "../report-table.ts";
import { readSitePlaces } from "../site-places.ts";

const DAY_MS = 86_400_000;
/** How long households have owed, as aging tables have it; null is longer than all. */
const AGES_DAYS = [7, 30, 90, null] as const;
/** Debtors whose past is looked up together; range 4–64. */
const DEBTORS_AT_ONCE = 16;

export const balancesReport = (deps: Deps) =>
  reportRoutesOf(deps, {
    what: "balances",
    summary: "What every open household has or owes now, and for how long",
    description: "Booked balances: the use of the day that runs is not in them.",
    roles: AUDITORS.roles,
    asked: { buildingId: idSchema.optional(), only: z.enum(["all", "negative"]).default("all") },
    row: {
      householdId: idSchema,
      household: z.string(),
      unitId: idSchema,
      unit: z.string(),
      buildingId: idSchema,
      building: z.string(),
      balanceMinor: z.int(),
      freeWh: z.int(),
      negativeSince: instantSchema.nullable(),
      negativeDays: z.int().nullable(),
    },
    totals: {
      households: z.int(),
      balanceMinor: z.int(),
      creditMinor: z.int(),
      debtMinor: z.int().meta({ description: "Of all that owe, as a positive number." }),
      negative: z.int(),
      aging: z.array(z.object({ upToDays: z.int().nullable(), households: z.int(), debtMinor: z.int() })),
    },
    columns: {
      household_id: "householdId",
      household: "household",
      unit_id: "unitId",
      unit: "unit",
      building_id: "buildingId",
      building: "building",
      balance_minor: "balanceMinor",
      free_wh: "freeWh",
      negative_since: "negativeSince",
      negative_days: "negativeDays",
    },
    async read(site, { buildingId, only }, now) {
      const { connection } = deps;
      const [{ households }, balances] = await Promise.all([
        readSitePlaces(connection, site._id),
        balanceModel(connection)
          .find({ siteId: site._id }, { householdId: 1, balance: 1 })
          .lean<Pick<BalanceRow, "householdId" | "balance">[]>(),
      ]);
      const balanceById = new Map(balances.map(({ householdId, balance }) => [householdId, balance]));
      const standing = [...households.values()]
        .filter((place) => place.isOpen && (buildingId === undefined || place.buildingId === buildingId))
        .map(({ floor: _, isOpen: _open, ...place }) => {
          const balance = balanceById.get(place.householdId);
          return {
            ...place,
            balanceMinor: balance?.[site.currency] ?? 0,
            freeWh: balance?.[FREE_ENERGY] ?? 0,
          };
        })
        .filter(({ balanceMinor }) => only === "all" || balanceMinor < 0);
      const debtors = standing.filter(({ balanceMinor }) => balanceMinor < 0);
      const since = await debtsSince(
        connection,
        site,
        debtors.map(({ householdId }) => householdId),
      );
      const rows = standing.map((row) => {
        const at = since.get(row.householdId);
        return {
          ...row,
          negativeSince: at?.toISOString() ?? null,
          negativeDays: at ? Math.floor((now.getTime() - at.getTime()) / DAY_MS) : null,
        };
      });
      return { rows: rows.sort((a, b) => a.balanceMinor - b.balanceMinor), totals: totalsOfBalances(rows) };
    },
  });

/** When each of them fell below zero: behind the last entry that left it something. */
async function debtsSince(
  connection: Connection,
  { _id: siteId, currency }: Site,
  householdIds: readonly string[],
): Promise<Map<string, Date>> {
  const since = new Map<string, Date>();
  for (let first = 0; first < householdIds.length; first += DEBTORS_AT_ONCE)
    await Promise.all(
      householdIds.slice(first, first + DEBTORS_AT_ONCE).map(async (householdId) => {
        const chain = { siteId, account: householdAccount(householdId) };
        const lastGood = await journalModel(connection)
          .findOne({ ...chain, [`balanceAfter.${currency}`]: { $gte: 0 } }, { seq: 1 })
          .sort({ seq: -1 })
          .lean<Pick<LedgerEntry, "seq"> | null>();
        const fell = await journalModel(connection)
          .findOne({ ...chain, seq: (lastGood?.seq ?? 0) + 1 }, { at: 1 })
          .lean<Pick<LedgerEntry, "at"> | null>();
        if (fell) since.set(householdId, fell.at);
      }),
    );
  return since;
}

function totalsOfBalances(rows: readonly { balanceMinor: number; negativeDays: number | null }[]) {
  const debtors = rows.filter(({ balanceMinor }) => balanceMinor < 0);
  const sum = (some: readonly { balanceMinor: number }[]) =>
    some.reduce((total, { balanceMinor }) => total + balanceMinor, 0);
  const balanceMinor = sum(rows);
  const debtMinor = -sum(debtors) || 0;
  return {
    households: rows.length,
    balanceMinor,
    creditMinor: balanceMinor + debtMinor,
    debtMinor,
    negative: debtors.length,
    aging: AGES_DAYS.map((upToDays, index) => {
      const above = AGES_DAYS[index - 1] ?? -1;
      const aged = debtors.filter(
        ({ negativeDays }) =>
          (negativeDays ?? 0) > above && (upToDays === null || (negativeDays ?? 0) <= upToDays),
      );
      return { upToDays, households: aged.length, debtMinor: -sum(aged) || 0 };
    }),
  };
}
