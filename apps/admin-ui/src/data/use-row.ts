import { type Identifier, type RaRecord, useGetOne } from "react-admin";
import { useFallbackInterval } from "../layout/live-context.tsx";
import type { ResourceName } from "./resources.ts";

/**
 * One row or view, kept fresh by the stream and by polling while the stream is down. `refetchInterval` overrides the latter
 * where a person waits for the next value.
 */
export function useRow<Row extends RaRecord>(
  resource: ResourceName,
  id: Identifier | null | undefined,
  options: { enabled?: boolean; refetchInterval?: number | false } = {},
) {
  const fallback = useFallbackInterval();
  const { enabled = true, refetchInterval } = options;
  return useGetOne<Row>(
    resource,
    { id: id ?? "" },
    { enabled: enabled && id != null, refetchInterval: refetchInterval ?? fallback },
  );
}
