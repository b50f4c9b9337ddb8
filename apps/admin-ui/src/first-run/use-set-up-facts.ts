import { useGetList } from "react-admin";
import type { Bus, Household } from "../api/rows.ts";
import { useSite } from "../layout/site-context.tsx";
import { useNetwork } from "../network/use-network.ts";
import type { SetUpFacts } from "./progress.ts";

const ALL = { page: 1, perPage: 1000 } as const;
/** Only how many there are is of interest. */
const ONE = { page: 1, perPage: 1 } as const;

export interface SetUpView {
  facts: SetUpFacts;
  buses: Bus[];
  network: ReturnType<typeof useNetwork>;
  households: Household[];
}

/** How far the system is set up, live. Null while that is not known. */
export function useSetUpFacts(): { view: SetUpView | null; error: unknown; retry: () => void } {
  const { id: siteId } = useSite();
  const filter = { siteId };
  const byName = { field: "name", order: "ASC" } as const;
  const network = useNetwork();
  const units = useGetList("units", { pagination: ONE, sort: byName, filter });
  const households = useGetList<Household>("households", {
    pagination: ALL,
    sort: byName,
    filter: { siteId, status: "open" },
  });
  const tariffs = useGetList("tariffs", { pagination: ONE, sort: byName, filter });
  const purchases = useGetList("purchases", {
    pagination: ONE,
    sort: { field: "at", order: "DESC" },
    filter,
  });
  const lists = [units, households, tariffs, purchases];
  const error = network.error ?? lists.find((list) => list.error != null)?.error ?? null;
  const retry = () => {
    network.retry();
    for (const list of lists) void list.refetch();
  };
  const { gateways, buses, circuits } = network;
  const isKnown = lists.every(({ total }) => total !== undefined);
  if (!isKnown || !gateways || !buses || !circuits) return { view: null, error, retry };
  const open = households.data ?? [];
  const view: SetUpView = {
    network,
    buses,
    households: open,
    facts: {
      units: units.total ?? 0,
      households: households.total ?? 0,
      gateways: gateways.length,
      online: gateways.filter(({ online }) => online).length,
      buses: buses.length,
      circuits: circuits.length,
      assigned: circuits.filter(({ householdId }) => householdId !== null).length,
      commissioned: circuits.filter(
        ({ householdId, commissionedAt }) => householdId !== null && commissionedAt !== null,
      ).length,
      tariffs: tariffs.total ?? 0,
      withoutTariff: open.filter(({ tariffId }) => tariffId === null).length,
      purchases: purchases.total ?? 0,
    },
  };
  return { view, error, retry };
}
