import { useGetMany } from "react-admin";
import type { Household } from "../api/rows.ts";

/** What households are called, with their rooms; an ellipsis until it is known. */
export function useHouseholdNames(ids: readonly string[]): (id: string) => string {
  const { data } = useGetMany<Household>("households", { ids: [...ids] });
  return (id) => {
    const household = data?.find((row) => row?.id === id);
    return household ? `${household.unitName} · ${household.name}` : "…";
  };
}
