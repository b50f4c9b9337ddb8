/** A building as somebody describes it in one breath. */
export interface BuildingPlan {
  building: string;
  floors: number;
  perFloor: number;
}

export interface PlannedRoom {
  name: string;
  floor: number;
}

/** Floor 3, room 7 of fewer than a hundred is "307". */
export function roomsOf({ floors, perFloor }: Pick<BuildingPlan, "floors" | "perFloor">): PlannedRoom[] {
  const places = Math.max(2, String(perFloor).length);
  return Array.from({ length: floors }, (_, above) => above + 1).flatMap((floor) =>
    Array.from({ length: perFloor }, (_, index) => ({
      name: `${floor}${String(index + 1).padStart(places, "0")}`,
      floor,
    })),
  );
}

/** One cell as RFC 4180 quotes it. */
const cell = (value: string | number): string =>
  /[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);

const csv = (rows: readonly (readonly (string | number)[])[]): string =>
  `${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;

/** The files that the API's import takes, in the order in which one stands in another. */
export function importFilesOf(
  plan: BuildingPlan,
  withHouseholds: boolean,
): { what: "buildings" | "units" | "households"; text: string }[] {
  const { building, floors } = plan;
  const rooms = roomsOf(plan);
  const files = [
    {
      what: "buildings" as const,
      text: csv([
        ["name", "floors"],
        [building, floors],
      ]),
    },
    {
      what: "units" as const,
      text: csv([["building", "name", "floor"], ...rooms.map(({ name, floor }) => [building, name, floor])]),
    },
  ];
  if (!withHouseholds) return files;
  const households = csv([["building", "unit", "name"], ...rooms.map(({ name }) => [building, name, name])]);
  return [...files, { what: "households", text: households }];
}
