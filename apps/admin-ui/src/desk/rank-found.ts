import type { Household } from "../api/rows.ts";

/** 0 is best: the room itself, a room that begins so, a name that begins so, anything else that matched. */
function rank(household: Household, wanted: string): number {
  const room = household.unitName.toLocaleLowerCase();
  if (room === wanted) return 0;
  if (room.startsWith(wanted)) return 1;
  const names = [household.name, ...household.residents.map(({ name }) => name)];
  return names.some((name) => name.toLocaleLowerCase().startsWith(wanted)) ? 2 : 3;
}

/** What Enter picks comes first: a room typed whole beats every name that contains it. */
export function rankFound(households: readonly Household[], typed: string): Household[] {
  const wanted = typed.trim().toLocaleLowerCase();
  return households
    .map((household) => ({ household, rank: rank(household, wanted) }))
    .sort(
      (a, b) =>
        a.rank - b.rank || a.household.unitName.localeCompare(b.household.unitName, "en", { numeric: true }),
    )
    .map(({ household }) => household);
}
