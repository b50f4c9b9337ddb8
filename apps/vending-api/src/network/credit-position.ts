import { type CreditPosition, microPerMinor, takeMicro } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { type Household, householdModel } from "../places/household.model.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import { readLiveBalance } from "../rating/live-balance.ts";
import { versionAt } from "../rating/tariff-versions.ts";
import { findTariff } from "../tariffs/tariff.model.ts";
import { circuitModel } from "./circuit.model.ts";
import { creditCircuitOf } from "./credit-circuit.ts";
import { nanoPerMinor } from "./metering-contexts.ts";

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
  const perMinor = microPerMinor(site.currencyDigits);
  return {
    householdId,
    revision,
    at: now.toISOString(),
    balanceMicro: takeMicro(balance.liveNano).micro,
    registers: balance.heads.map((head) => ({
      circuitId: head.circuitId,
      at: head.lastAt.toISOString(),
      // Between a wrap of the register and the first charge after it the difference is below zero for a moment.
      energyWh: Math.max(0, head.lastWh - head.offsetWh),
    })),
    cutMicro: household.cutMinor * perMinor,
    releaseMicro: household.releaseMinor * perMinor,
    tariff: versionAt(tariff.versions, now.getTime()).tariff,
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
