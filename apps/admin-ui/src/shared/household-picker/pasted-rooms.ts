/** A household by its place. */
export interface PlacedHousehold {
  id: string;
  name: string;
  unitName: string;
  buildingId: string;
  buildingName: string;
  floor: number;
}

export interface PastedRooms {
  found: PlacedHousehold[];
  /** Texts that name nobody. */
  unknown: string[];
  /** Texts that name rooms of several buildings; with the building's name they would not. */
  ambiguous: string[];
}

const folded = (text: string) => text.normalize("NFKC").trim().replace(/\s+/g, " ").toLowerCase();

/**
 * Rooms as somebody pastes them from a list: one a line, or between commas, semicolons and tabs; "101", "Maple Hall 101" or the
 * household's name. Where a line names nobody as a whole, its words are tried.
 */
export function matchPastedRooms(text: string, households: readonly PlacedHousehold[]): PastedRooms {
  const byName = new Map<string, Set<PlacedHousehold>>();
  const remember = (name: string, household: PlacedHousehold) => {
    const key = folded(name);
    byName.set(key, (byName.get(key) ?? new Set()).add(household));
  };
  for (const household of households) {
    remember(household.unitName, household);
    remember(household.name, household);
    remember(`${household.buildingName} ${household.unitName}`, household);
  }
  const found = new Map<string, PlacedHousehold>();
  const unknown: string[] = [];
  const ambiguous: string[] = [];
  const take = (piece: string, isWhole: boolean): boolean => {
    const [first, ...others] = byName.get(folded(piece)) ?? [];
    if (first === undefined) {
      if (!isWhole) unknown.push(piece.trim());
      return false;
    }
    if (others.length > 0) ambiguous.push(piece.trim());
    else found.set(first.id, first);
    return true;
  };
  for (const piece of text.split(/[\n\r,;\t，；、]+/)) {
    const words = piece.trim().split(/\s+/).filter(Boolean);
    if (words.length === 0 || take(piece, words.length > 1)) continue;
    if (words.length > 1) for (const word of words) take(word, false);
  }
  return { found: [...found.values()], unknown: [...new Set(unknown)], ambiguous: [...new Set(ambiguous)] };
}
