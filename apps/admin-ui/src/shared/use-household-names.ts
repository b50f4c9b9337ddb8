import { useGetMany } from "react-admin";
import type { Household } from "../api/rows.ts";

/** Households by room and name, for lists that know their ids; `fallback` until they are read. */
export function useHouseholdNames(
  ids: readonly string[],
  enabled = true,
): (id: string, fallback?: string) => string {
  const { data } = useGetMany<Household>(
    "households",
    { ids: [...ids] },
    { enabled: enabled && ids.length > 0 },
  );
  const byId = new Map((data ?? []).flatMap((row) => (row ? [[row.id, row] as const] : [])));
  return (id, fallback = "…") => {
    const household = byId.get(id);
    return household ? `${household.unitName} · ${household.name}` : fallback;
  };
}
