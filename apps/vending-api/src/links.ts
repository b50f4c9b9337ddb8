import type { NetworkNames, NetworkSearch } from "./alarms/subject-names.ts";
import type { Deps } from "./deps.ts";
import type { DocumentLinks } from "./documents/document.routes.ts";
import { escapeRegex } from "./http/list-query.ts";
import { busModel } from "./network/bus.model.ts";
import { type Circuit, circuitModel } from "./network/circuit.model.ts";
import { gatewayMessagesOf } from "./network/gateway-messages.ts";
import { meterModel } from "./network/meter.model.ts";
import { settleEndedDays } from "./network/standing-charges.ts";
import type { HouseholdLinks } from "./places/household.routes.ts";
import type { ResidentLinks } from "./places/resident.routes.ts";
import { documentLanguageOf } from "./places/site.model.ts";
import { findTariff, tariffModel } from "./tariffs/tariff.model.ts";
import { userModel } from "./users/user.model.ts";
import { withdrawnSaleOf } from "./vending/receipt.routes.ts";
import { siteOf } from "./vending/visible-purchase.ts";

/** What households need of the network, which is built on households: tied together here, so that arrows run one way. */
export function householdLinks(deps: Deps): HouseholdLinks {
  const { connection } = deps;
  return {
    async circuitIdsByHousehold(householdIds) {
      const circuits = await circuitModel(connection)
        .find({ householdId: { $in: [...householdIds] } }, { householdId: 1 })
        .sort({ name: 1, _id: 1 })
        .lean<Pick<Circuit, "_id" | "householdId">[]>();
      const ids = new Map<string, string[]>();
      for (const { _id, householdId } of circuits) {
        if (householdId !== null) ids.set(householdId, [...(ids.get(householdId) ?? []), _id]);
      }
      return ids;
    },
    isTariffOfSite: async (tariffId, siteId) =>
      (await tariffModel(connection).exists({ _id: tariffId, siteId })) !== null,
    async tariffWillChange(household, now) {
      const tariff = household.tariffId === null ? null : await findTariff(connection, household.tariffId);
      if (tariff === null) return;
      const site = await siteOf(connection, household.siteId);
      await settleEndedDays(connection, { site, household, tariff }, now);
    },
    householdTermsChanged: (householdId) => gatewayMessagesOf(deps).sendCredit([householdId]),
  };
}

/** What documents are about, for the room that keeps them. */
export function documentLinks({ connection }: Deps): DocumentLinks {
  return {
    withdrawnOf: async ({ kind, subjectId }) =>
      kind === "receipt" ? withdrawnSaleOf(connection, subjectId) : null,
    languageOf: (siteId) => documentLanguageOf(connection, siteId),
  };
}

export function residentLinks({ connection }: Deps): ResidentLinks {
  return {
    isUserOfHousehold: async (userId, householdId) =>
      (await userModel(connection).exists({ _id: userId, householdId })) !== null,
  };
}

/** Names for alarms and events. */
export function networkNames({ connection }: Deps): NetworkNames {
  return async ({ circuitIds, meterIds, busIds }) => {
    const named = (ids: readonly string[]) => ({ _id: { $in: [...ids] } });
    type Named = { _id: string; name: string };
    const rows = await Promise.all([
      circuitModel(connection).find(named(circuitIds), { name: 1 }).lean<Named[]>(),
      meterModel(connection).find(named(meterIds), { name: 1 }).lean<Named[]>(),
      busModel(connection).find(named(busIds), { name: 1 }).lean<Named[]>(),
    ]);
    return new Map(rows.flat().map(({ _id, name }) => [_id, name]));
  };
}

/** Meters and buses are few, so that the text may stand anywhere in their names. */
export function networkSearch({ connection }: Deps): NetworkSearch {
  return async (typed, scope) => {
    const condition = { ...scope, name: { $regex: escapeRegex(typed), $options: "i" } };
    type Found = { _id: string };
    const [meters, buses] = await Promise.all([
      meterModel(connection).find(condition, { _id: 1 }).lean<Found[]>(),
      busModel(connection).find(condition, { _id: 1 }).lean<Found[]>(),
    ]);
    return { meterIds: meters.map(({ _id }) => _id), busIds: buses.map(({ _id }) => _id) };
  };
}
