import {
  blockPeriodOf,
  type CreditPosition,
  localDay,
  microPerMinor,
  type OpenSettlement,
  type TariffScheme,
} from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { FREE_ENERGY } from "../ledger/entry-kinds.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import { type LiveBalance, readLiveBalance } from "../rating/live-balance.ts";
import type { TariffVersion } from "../rating/metering-context.ts";
import { ratedUseOf } from "../rating/post-usage.ts";
import { versionAt } from "../rating/tariff-versions.ts";
import { findTariff } from "../tariffs/tariff.model.ts";
import { circuitModel } from "./circuit.model.ts";
import { creditCircuitOf } from "./credit-circuit.ts";
import { nanoPerMinor } from "./metering-contexts.ts";

const NANO_PER_MICRO = 1000;
const PPM = 1_000_000;

/**
 * What the household can still use: the live balance at the registers that it is reckoned up to. Undefined where nothing is
 * charged: closed, or without a tariff; and where a meter holds the credit, for that meter cuts by itself.
 */
export async function creditPosition(
  connection: Connection,
  householdId: string,
  revision: number,
  now: Date,
): Promise<CreditPosition | undefined> {
  const household = await householdModel(connection).findById(householdId).lean<Household | null>();
  if (household?.status !== "open" || household.tariffId === null) return undefined;
  if (await creditCircuitOf(connection, householdId)) return undefined;
  const [site, tariff] = await Promise.all([
    siteModel(connection).findById(household.siteId).lean<Site | null>(),
    findTariff(connection, household.tariffId),
  ]);
  if (!site || !tariff) return undefined;
  const balance = await readLiveBalance(
    connection,
    { siteId: site._id, householdId },
    { currency: site.currency, nanoPerMinor: nanoPerMinor(site) },
  );
  return creditPositionOf({ household, site, versions: tariff.versions, balance, revision, now });
}

/** Pure. */
export function creditPositionOf({
  household,
  site,
  versions,
  balance,
  revision,
  now,
}: {
  household: Pick<Household, "_id" | "cutMinor" | "releaseMinor">;
  site: Pick<Site, "currencyDigits" | "timeZone">;
  versions: readonly TariffVersion[];
  balance: LiveBalance;
  revision: number;
  now: Date;
}): CreditPosition {
  const perMinor = microPerMinor(site.currencyDigits);
  // Prices go on from where the registers stand, the oldest of them too.
  const fromMs = Math.min(now.getTime(), ...balance.heads.map(({ lastAt }) => lastAt.getTime()));
  const first = versionAt(versions, fromMs);
  const later = versions.slice(versions.indexOf(first) + 1);
  return {
    positionVersion: 2,
    householdId: household._id,
    revision,
    at: now.toISOString(),
    // Rounded up: a cut is never early, not by a millionth.
    balanceMicro: Math.ceil(balance.liveNano / NANO_PER_MICRO),
    registers: balance.heads.map((head) => ({
      circuitId: head.circuitId,
      at: head.lastAt.toISOString(),
      // Between a wrap of the register and the first charge after it the difference is below zero for a moment.
      energyWh: Math.max(0, head.lastWh - head.offsetWh),
    })),
    cutMicro: household.cutMinor * perMinor,
    releaseMicro: household.releaseMinor * perMinor,
    tariff: first.tariff,
    settlement: openSettlement(balance, first.tariff, localDay(fromMs, site.timeZone)),
    laterTariffs: later.map(({ effectiveFrom, tariff }) => ({
      effectiveFrom: effectiveFrom.toISOString(),
      tariff,
    })),
  };
}

function openSettlement(
  { settled, live, open, openFreeNano }: LiveBalance,
  scheme: TariffScheme,
  day: string,
): OpenSettlement {
  const period = blockPeriodOf(scheme, day);
  const counted = live.state.blocks.find((count) => count.period.length === period?.length);
  return {
    freeWh: settled.balance[FREE_ENERGY] ?? 0,
    open: open.flatMap((accrual) => {
      const use = ratedUseOf(accrual);
      if (use === undefined) return [];
      const { wh, energyNano: costNano, terms } = use;
      return [{ wh, costNano: costNano + Math.ceil((costNano * terms.taxPpm) / PPM) }];
    }),
    openFreeNano,
    block: period === null ? null : (counted ?? { period, wh: 0 }),
  };
}

/** Gateways that have a circuit of the household. */
export async function gatewaysOf(connection: Connection, householdId: string): Promise<string[]> {
  return circuitModel(connection).distinct("gatewayId", { householdId });
}

/** Households that have a circuit at the gateway. */
export async function householdsOf(connection: Connection, gatewayId: string): Promise<string[]> {
  const ids = await circuitModel(connection).distinct("householdId", { gatewayId });
  return ids.filter((id) => id !== null);
}
