import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDataProvider } from "react-admin";
import type { ConsoleDataProvider } from "../data/data-provider.ts";

/**
 * What stands at an address of the API that is no row of a resource. Under the resource's name in the cache, so that the change
 * stream makes it old. The answer before is kept while another is read. Null reads nothing.
 */
export function useRead<Answer>(resource: string, path: string | null) {
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  return useQuery({
    queryKey: [resource, "read", path],
    queryFn: ({ signal }) => dataProvider.read<Answer>(path ?? "", signal),
    enabled: path !== null,
    placeholderData: keepPreviousData,
  });
}
