import { DAY_TYPES } from "../time/day-type.ts";
import type { TariffScheme } from "./scheme.ts";
import { isWithin } from "./tariff-calendar.ts";

/** What can be wrong, with what a text about it names. */
export const SCHEME_MISTAKES = [
  "repeated-id",
  "days-without-season",
  "days-with-seasons",
  "unknown-season",
  "unknown-day-type",
  "day-without-table",
  "day-with-tables",
  "unknown-rate",
  "period-reversed",
  "time-without-rate",
  "time-with-two-rates",
  "steps-not-rising",
  "nothing-to-carry",
  "unknown-demand-rate",
] as const;
export type SchemeMistakeCode = (typeof SCHEME_MISTAKES)[number];

export interface SchemeMistake {
  path: (string | number)[];
  code: SchemeMistakeCode;
  /** Ids, times and days as the document has them, for a text in another language. */
  params: Readonly<Record<string, string | number>>;
  message: string;
}

/** What is wrong beyond the shape, naming the place as a person would look for it. */
export function schemeMistakes(scheme: TariffScheme): SchemeMistake[] {
  return [
    ...repeatedIds(scheme),
    ...seasonMistakes(scheme),
    ...tableMistakes(scheme),
    ...scheme.tables.flatMap((_, index) => periodMistakes(scheme, index)),
    ...blockMistakes(scheme),
    ...demandMistakes(scheme),
  ];
}

const rateIds = (scheme: TariffScheme) => new Set(scheme.rates.map(({ id }) => id));

function repeatedIds(scheme: TariffScheme): SchemeMistake[] {
  const lists = {
    rates: scheme.rates,
    dayTypes: [...DAY_TYPES.map((id) => ({ id })), ...scheme.dayTypes],
    seasons: scheme.seasons,
    demands: scheme.demands,
  };
  return Object.entries(lists).flatMap(([list, rows]) =>
    rows
      .filter(({ id }, index) => rows.findIndex((row) => row.id === id) !== index)
      .map(({ id }) => ({
        path: [list],
        code: "repeated-id" as const,
        params: { list, id },
        message: `two ${NAMES_OF_MANY[list]} have the id "${id}"`,
      })),
  );
}
const NAMES_OF_MANY: Record<string, string> = {
  rates: "rates",
  dayTypes: "day types",
  seasons: "seasons",
  demands: "demands",
};

/** A leap year, so that 29 February is asked for too. */
export const YEAR_DAYS = Array.from({ length: 366 }, (_, day) =>
  new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(5, 10),
);

function seasonMistakes({ seasons }: TariffScheme): SchemeMistake[] {
  const ranges = seasons.flatMap(({ id, ranges: own }) => own.map((range) => ({ id, range })));
  const countOn = (day: string) =>
    ranges.reduce((count, { range }) => count + (isWithin(day, range) ? 1 : 0), 0);
  // Read with every message that carries a scheme, and nearly always right: who owns a day is only asked where it is not.
  if (YEAR_DAYS.every((day) => countOn(day) === 1)) return [];
  const owners = YEAR_DAYS.map((day) =>
    ranges.filter(({ range }) => isWithin(day, range)).map(({ id }) => id),
  );
  return runsOf(owners, (ids) => (ids.length === 1 ? "one" : JSON.stringify(ids))).flatMap(
    ({ value, first, last }) => {
      if (value.length === 1) return [];
      const days = first === last ? YEAR_DAYS[first] : `${YEAR_DAYS[first]} to ${YEAR_DAYS[last]}`;
      const message =
        value.length === 0
          ? `no season has ${days}`
          : `${days} is in season "${value.join('" and in season "')}"`;
      return [
        {
          path: ["seasons"],
          code: value.length === 0 ? "days-without-season" : "days-with-seasons",
          params: { from: YEAR_DAYS[first] ?? "", to: YEAR_DAYS[last] ?? "", seasonIds: value.join(", ") },
          message,
        },
      ];
    },
  );
}

/** Neighbours of one kind together. */
function runsOf<Value>(
  values: readonly Value[],
  kindOf: (value: Value) => string,
): { value: Value; first: number; last: number }[] {
  const runs: { value: Value; first: number; last: number }[] = [];
  values.forEach((value, index) => {
    const run = runs.at(-1);
    if (run && kindOf(run.value) === kindOf(value)) run.last = index;
    else runs.push({ value, first: index, last: index });
  });
  return runs;
}

function tableMistakes({ seasons, dayTypes, tables }: TariffScheme): SchemeMistake[] {
  const seasonIds = seasons.map(({ id }) => id);
  const dayTypeIds: string[] = [...DAY_TYPES, ...dayTypes.map(({ id }) => id)];
  const unknown = tables.flatMap((table, index): SchemeMistake[] => [
    ...table.seasonIds
      .filter((id) => !seasonIds.includes(id))
      .map((id) => ({
        path: ["tables", index, "seasonIds"],
        code: "unknown-season" as const,
        params: { id },
        message: `there is no season "${id}"`,
      })),
    ...table.dayTypeIds
      .filter((id) => !dayTypeIds.includes(id))
      .map((id) => ({
        path: ["tables", index, "dayTypeIds"],
        code: "unknown-day-type" as const,
        params: { id },
        message: `there is no day type "${id}"`,
      })),
  ]);
  const uncovered = seasonIds.flatMap((seasonId) =>
    dayTypeIds.flatMap((dayTypeId): SchemeMistake[] => {
      const count = tables.filter(
        (table) => table.seasonIds.includes(seasonId) && table.dayTypeIds.includes(dayTypeId),
      ).length;
      const place = `${dayTypeId} in season "${seasonId}"`;
      if (count === 1) return [];
      return [
        {
          path: ["tables"],
          code: count === 0 ? "day-without-table" : "day-with-tables",
          params: { seasonId, dayTypeId },
          message: `${place} has ${count === 0 ? "no table" : `${count} tables`}`,
        },
      ];
    }),
  );
  return [...unknown, ...uncovered];
}

function periodMistakes(scheme: TariffScheme, index: number): SchemeMistake[] {
  const table = scheme.tables[index];
  if (table === undefined) return [];
  const known = rateIds(scheme);
  const place = `${table.dayTypeIds.join(", ")} in ${table.seasonIds.join(", ")}`;
  const where = { dayTypeIds: table.dayTypeIds.join(", "), seasonIds: table.seasonIds.join(", ") };
  const mistakes: SchemeMistake[] = [];
  const add = (
    path: (string | number)[],
    code: SchemeMistakeCode,
    params: Record<string, string>,
    message: string,
  ) => mistakes.push({ path, code, params: { ...where, ...params }, message: `${place}: ${message}` });
  let coveredTo = "00:00";
  table.periods.forEach(({ from, to, rateId }, position) => {
    const path = ["tables", index, "periods", position];
    if (!known.has(rateId))
      add([...path, "rateId"], "unknown-rate", { rateId }, `there is no rate "${rateId}"`);
    if (to <= from)
      add(path, "period-reversed", { from, to }, `${from}–${to} ends before it begins; split it at 24:00`);
    else if (from > coveredTo)
      add(path, "time-without-rate", { from: coveredTo, to: from }, `${coveredTo}–${from} has no rate`);
    else if (from < coveredTo) {
      const until = to < coveredTo ? to : coveredTo;
      add(path, "time-with-two-rates", { from, to: until }, `${from}–${until} has two rates`);
    }
    if (to > coveredTo) coveredTo = to;
  });
  if (coveredTo < "24:00") {
    const path = ["tables", index, "periods"];
    add(path, "time-without-rate", { from: coveredTo, to: "24:00" }, `${coveredTo}–24:00 has no rate`);
  }
  return mistakes;
}

function blockMistakes({ blocks }: TariffScheme): SchemeMistake[] {
  if (blocks === null) return [];
  const steps = blocks.steps.flatMap(({ aboveWh }, index): SchemeMistake[] => {
    const before = blocks.steps[index - 1]?.aboveWh ?? 0;
    if (aboveWh > before) return [];
    return [
      {
        path: ["blocks", "steps", index],
        code: "steps-not-rising",
        params: { aboveWh, beforeWh: before },
        message: `the step above ${aboveWh} Wh does not lie above the one at ${before} Wh`,
      },
    ];
  });
  if (blocks.by === "month" || blocks.carry !== "within-year") return steps;
  return [
    ...steps,
    {
      path: ["blocks", "carry"],
      code: "nothing-to-carry",
      params: {},
      message: "blocks by year have nothing to carry within it",
    },
  ];
}

function demandMistakes(scheme: TariffScheme): SchemeMistake[] {
  const known = rateIds(scheme);
  return scheme.demands.flatMap(({ id, rateId }, index): SchemeMistake[] =>
    rateId === null || known.has(rateId)
      ? []
      : [
          {
            path: ["demands", index, "rateId"],
            code: "unknown-demand-rate",
            params: { id, rateId },
            message: `demand "${id}": there is no rate "${rateId}"`,
          },
        ],
  );
}
