import { keepPreviousData } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useGetList } from "react-admin";
import type { Household } from "../api/rows.ts";
import { useSite } from "../layout/site-context.tsx";
import { rankFound } from "./rank-found.ts";

/** Long enough to gather fast typing, too short to be felt. */
const DEBOUNCE_MS = 90;
const MOST_SHOWN = 8;

export interface HouseholdSearch {
  found: Household[];
  /** The answer belongs to what is typed now: Enter may pick. */
  isSettled: boolean;
  error: unknown;
}

/** Open households by room, name or resident, the best match first. */
export function useHouseholdSearch(typed: string): HouseholdSearch {
  const site = useSite();
  const text = typed.trim();
  const [asked, setAsked] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text), DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [text]);

  const households = useGetList<Household>(
    "households",
    {
      pagination: { page: 1, perPage: MOST_SHOWN },
      sort: { field: "name", order: "ASC" },
      filter: { siteId: site.id, status: "open", q: asked },
    },
    { enabled: asked !== "", placeholderData: keepPreviousData },
  );
  const found = useMemo(
    () => (asked === "" ? [] : rankFound(households.data ?? [], asked)),
    [households.data, asked],
  );
  const hasAnswer = households.data !== undefined && !households.isPlaceholderData;
  return { found, isSettled: asked === text && hasAnswer, error: households.error };
}
