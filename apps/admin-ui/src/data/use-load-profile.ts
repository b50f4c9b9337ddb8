import { useQuery } from "@tanstack/react-query";
import { useDataProvider } from "react-admin";
import type { ConsoleDataProvider } from "./data-provider.ts";

/** A profile grows by one interval in 15 minutes. */
const REREAD_MS = 60_000;

export function useLoadProfile(circuitId: string, from: string, to: string) {
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  return useQuery({
    queryKey: ["load-profiles", circuitId, from, to],
    queryFn: ({ signal }) => dataProvider.loadProfile(circuitId, from, to, signal),
    refetchInterval: REREAD_MS,
  });
}
