import type { Circuit, Household } from "../../api/rows.ts";

type Room = Pick<Household, "id" | "unitName" | "name">;
type Loop = Pick<Circuit, "id" | "name" | "unitAddress">;

/** Household by circuit, as somebody is about to save it. */
export type Assignments = Readonly<Record<string, string>>;

const inOrder = new Intl.Collator("en", { numeric: true });

/** "9" before "10". */
export const byUnitName = (a: Room, b: Room): number =>
  inOrder.compare(a.unitName, b.unitName) || inOrder.compare(a.name, b.name);

/** The circuits, in their order, to the rooms that have none, in the order of their names. */
export function fillInOrder(
  circuits: readonly Loop[],
  households: readonly (Room & { circuitIds: readonly string[] })[],
  chosen: Assignments,
): Assignments {
  const taken = new Set(Object.values(chosen));
  const free = households
    .filter(({ id, circuitIds }) => circuitIds.length === 0 && !taken.has(id))
    .sort(byUnitName);
  const open = circuits.filter(({ id }) => chosen[id] === undefined);
  const filled = open.flatMap((circuit, index) => {
    const room = free[index];
    return room === undefined ? [] : [[circuit.id, room.id] as const];
  });
  return { ...chosen, ...Object.fromEntries(filled) };
}

export interface PasteMistake {
  line: number;
  why: "columns" | "circuit" | "household" | "twice";
}

const SEPARATOR = /\t|;|,/;
const same = (text: string) => text.trim().toLowerCase();

/** Two columns from a spreadsheet: address or circuit, then room or household. Lines with mistakes are told and left out. */
export function readPasted(
  text: string,
  circuits: readonly Loop[],
  households: readonly Room[],
): { assignments: Assignments; mistakes: PasteMistake[] } {
  const assignments: Record<string, string> = {};
  const mistakes: PasteMistake[] = [];
  const findCircuit = (cell: string) =>
    circuits.find(({ name }) => same(name) === cell) ??
    circuits.find(({ unitAddress }) => String(unitAddress) === cell);
  const findHousehold = (cell: string) =>
    households.find(({ unitName }) => same(unitName) === cell) ??
    households.find(({ name }) => same(name) === cell);
  for (const [index, lineText] of text.split(/\r?\n/).entries()) {
    if (lineText.trim() === "") continue;
    const line = index + 1;
    const [first, second] = lineText.split(SEPARATOR).map(same);
    if (!first || !second) {
      mistakes.push({ line, why: "columns" });
      continue;
    }
    const circuit = findCircuit(first);
    const household = findHousehold(second);
    if (circuit === undefined) mistakes.push({ line, why: "circuit" });
    else if (household === undefined) mistakes.push({ line, why: "household" });
    else if (assignments[circuit.id] !== undefined) mistakes.push({ line, why: "twice" });
    else assignments[circuit.id] = household.id;
  }
  return { assignments, mistakes };
}
