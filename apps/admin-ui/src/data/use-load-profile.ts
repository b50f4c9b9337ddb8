import { useQueries, useQuery } from "@tanstack/react-query";
import { useDataProvider } from "react-admin";
import type { LoadProfile } from "../api/rows.ts";
import type { ConsoleDataProvider } from "./data-provider.ts";

/** A profile grows by one interval in 15 minutes. */
const REREAD_MS = 60_000;

const profileQuery = (dataProvider: ConsoleDataProvider, circuitId: string, from: string, to: string) => ({
  queryKey: ["load-profiles", circuitId, from, to],
  queryFn: ({ signal }: { signal: AbortSignal }) => dataProvider.loadProfile(circuitId, from, to, signal),
  refetchInterval: REREAD_MS,
});

export const useLoadProfile = (circuitId: string, from: string, to: string) =>
  useQuery(profileQuery(useDataProvider<ConsoleDataProvider>(), circuitId, from, to));

export function useLoadProfiles(circuitIds: readonly string[], from: string, to: string) {
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  return useQueries({
    queries: circuitIds.map((id) => profileQuery(dataProvider, id, from, to)),
    combine: (results) => ({
      profiles: results.flatMap(({ data }) => data ?? []) as LoadProfile[],
      isPending: results.some(({ isPending }) => isPending),
      error: results.find(({ error }) => error !== null)?.error ?? null,
    }),
  });
}
