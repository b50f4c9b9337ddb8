import { useGetList } from "react-admin";
import type { Bus, Circuit } from "../api/rows.ts";
import { useSite } from "../layout/site-context.tsx";
import type { Gateway, Meter } from "./rows.ts";

/** Whether a gateway is heard follows from the time, not from a change. */
const GATEWAYS_EVERY_MS = 10_000;
/** A bus has at most 247 Modbus units, a gateway a handful of buses. */
const ALL = { page: 1, perPage: 1000 } as const;
const BY_NAME = { field: "name", order: "ASC" } as const;

/** Everything of the site that hangs on a wire. */
export function useNetwork() {
  const { id: siteId } = useSite();
  const list = { pagination: ALL, sort: BY_NAME, filter: { siteId } };
  const gateways = useGetList<Gateway>("gateways", list, { refetchInterval: GATEWAYS_EVERY_MS });
  const buses = useGetList<Bus>("buses", list);
  const meters = useGetList<Meter>("meters", list);
  const circuits = useGetList<Circuit>("circuits", { ...list, sort: { field: "unitAddress", order: "ASC" } });
  const parts = [gateways, buses, meters, circuits];
  return {
    gateways: gateways.data,
    buses: buses.data,
    meters: meters.data,
    circuits: circuits.data,
    error: parts.find(({ error }) => error != null)?.error ?? null,
    retry: () => {
      for (const part of parts) void part.refetch();
    },
  };
}
