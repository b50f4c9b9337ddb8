import { useGetList } from "react-admin";
import { localDayOf } from "../format/format.ts";
import { useFallbackInterval } from "../layout/live-context.tsx";
import { useSite } from "../layout/site-context.tsx";
import { useNowMs } from "../shared/use-now.ts";
import type { GrantMonth } from "./rows.ts";

/** What the API tells at most: a year back, this month, and the next that is due. */
const MOST_MONTHS = 20;
const MINUTE_MS = 60_000;

/** The months of a policy, newest first. */
export function useMonths(policyId: string) {
  const refetchInterval = useFallbackInterval();
  return useGetList<GrantMonth>(
    "grant-months",
    {
      pagination: { page: 1, perPage: MOST_MONTHS },
      sort: { field: "month", order: "DESC" },
      filter: { policyId },
    },
    { refetchInterval, enabled: policyId !== "" },
  );
}

/** The site's local day. */
export function useToday(): string {
  const { timeZone } = useSite();
  return localDayOf(useNowMs(MINUTE_MS), timeZone);
}
