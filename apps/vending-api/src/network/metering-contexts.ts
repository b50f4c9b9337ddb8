import { microPerMinor } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { ApiError } from "../errors.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { calendarOf, type Site, siteModel } from "../places/site.model.ts";
import type { MeteringContext } from "../rating/metering-context.ts";
import { findTariffs, type TariffRow } from "../tariffs/tariff.model.ts";
import { type Circuit, circuitModel } from "./circuit.model.ts";
import { type Profiles, variantOf } from "./profiles.ts";

const NANO_PER_MICRO = 1000;
/** IEC 60038: the nominal voltage of public networks, phase to neutral. */
const NOMINAL_VOLTAGE_V = 230;

export function nanoPerMinor(site: Pick<Site, "currencyDigits">): number {
  return microPerMinor(site.currencyDigits) * NANO_PER_MICRO;
}

/** Where circuits, tariffs and meter types are found. */
export interface MeteringSources {
  connection: Connection;
  profiles: Profiles;
}

/** What rating needs to know of these circuits, read together. */
export async function meteringContexts(
  { connection, profiles }: MeteringSources,
  circuits: readonly Circuit[],
): Promise<MeteringContext[]> {
  const ids = (of: (circuit: Circuit) => string | null) => [
    ...new Set(circuits.map(of).filter((id) => id !== null)),
  ];
  const [sites, households] = await Promise.all([
    siteModel(connection)
      .find({ _id: { $in: ids((circuit) => circuit.siteId) } })
      .lean<Site[]>(),
    householdModel(connection)
      .find({ _id: { $in: ids((circuit) => circuit.householdId) }, status: "open" })
      .lean<Household[]>(),
  ]);
  const tariffIds = [
    ...new Set(households.map((household) => household.tariffId).filter((id) => id !== null)),
  ];
  const tariffs = await findTariffs(connection, tariffIds);
  const siteById = byId(sites);
  const householdById = byId(households);
  const tariffById = byId(tariffs);
  return circuits.map((circuit) => {
    const site = siteById.get(circuit.siteId);
    if (!site) throw new ApiError("internal", `circuit ${circuit._id} has no site`);
    const household = circuit.householdId === null ? undefined : householdById.get(circuit.householdId);
    const tariff = household?.tariffId == null ? undefined : tariffById.get(household.tariffId);
    return contextOf(profiles, circuit, site, household, tariff);
  });
}

export async function meteringContextsById(
  sources: MeteringSources,
  circuitIds: readonly string[],
): Promise<MeteringContext[]> {
  const circuits = await circuitModel(sources.connection)
    .find({ _id: { $in: [...circuitIds] } })
    .lean<Circuit[]>();
  return meteringContexts(sources, circuits);
}

/** Whether every circuit still has the household of its context. */
export async function areContextsTrue(
  connection: Connection,
  contexts: readonly MeteringContext[],
): Promise<boolean> {
  const circuits = await circuitModel(connection)
    .find({ _id: { $in: contexts.map(({ circuitId }) => circuitId) } }, { householdId: 1 })
    .lean<Pick<Circuit, "_id" | "householdId">[]>();
  const householdOf = new Map(circuits.map(({ _id, householdId }) => [_id, householdId]));
  return contexts.every(
    ({ circuitId, household }) => household === null || householdOf.get(circuitId) === household.id,
  );
}

/** A household without a tariff can't be charged: its circuits are metered like those of nobody. */
function contextOf(
  profiles: Profiles,
  circuit: Circuit,
  site: Site,
  household: Household | undefined,
  tariff: TariffRow | undefined,
): MeteringContext {
  const variant = variantOf(profiles, circuit.profile, circuit.variant);
  if (!variant) throw new ApiError("internal", `circuit ${circuit._id} has no known profile`);
  const [numerator, denominator] = variant.registers.find((row) => row.name === "energyWh")?.scale ?? [1, 1];
  const ratios = circuit.ctRatio * circuit.ptRatio;
  return {
    circuitId: circuit._id,
    siteId: circuit.siteId,
    timeZone: site.timeZone,
    calendar: calendarOf(site),
    household:
      household && tariff
        ? { id: household._id, tariffId: tariff._id, tariffVersions: tariff.versions }
        : null,
    currency: site.currency,
    nanoPerMinor: nanoPerMinor(site),
    ratingW: Math.ceil((circuit.switchRatingCa * NOMINAL_VOLTAGE_V * variant.phases) / 100) * ratios,
    registerStepWh: Math.ceil(numerator / denominator) * ratios,
    energyModulusWh: variant.energyModulusWh * ratios,
  };
}

function byId<Row extends { _id: string }>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row._id, row]));
}
