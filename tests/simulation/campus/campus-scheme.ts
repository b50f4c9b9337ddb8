import type { TariffScheme } from "@hallmeter/meter-model";
import type { Random } from "../../../apps/bus-gateway/src/testing/simulation/random.ts";

const KINDS_OF_DAY = ["workday", "rest-day", "holiday", "exam-day"];
/** One meaning for each id on the whole campus: only prices change from version to version. */
const DEMANDS = [
  { id: "d1", name: "Any quarter", rateId: null, windowMinutes: 15, mode: "fixed" },
  { id: "d2", name: "Half hour, sliding", rateId: null, windowMinutes: 30, mode: "sliding" },
  { id: "d3", name: "Hour by the clock", rateId: "r1", windowMinutes: 60, mode: "fixed" },
  { id: "d4", name: "Hour, sliding", rateId: null, windowMinutes: 60, mode: "sliding" },
] as const satisfies Omit<TariffScheme["demands"][number], "priceMicroPerKW">[];

/** 02-29 for 59: days of a leap year. */
const monthDay = (number: number) => new Date(Date.UTC(2024, 0, 1 + number)).toISOString().slice(5, 10);
const timeOf = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

/** Any scheme that a campus might have, with every part of it now and then. */
export function drawScheme(random: Random): TariffScheme {
  const rates = Array.from({ length: random.integer(1, 6) }, (_, index) => ({
    id: `r${index + 1}`,
    name: `Rate ${index + 1}`,
    priceMicroPerKWh: random.integer(50_000, 2_400_000),
  }));
  const seasons = drawSeasons(random);
  return {
    schemeVersion: 2,
    rates,
    dayTypes: [{ id: "exam-day", name: "Examinations" }],
    seasons,
    tables: seasons.flatMap(({ id }) =>
      KINDS_OF_DAY.map((dayTypeId) => ({
        seasonIds: [id],
        dayTypeIds: [dayTypeId],
        periods: drawPeriods(random, rates.length),
      })),
    ),
    blocks: random.chance(0.6) ? drawBlocks(random) : null,
    demands: random.chance(0.5)
      ? DEMANDS.filter(() => random.chance(0.5)).map((demand) => ({
          ...demand,
          priceMicroPerKW: random.integer(0, 30_000_000),
        }))
      : [],
    standingMicroPerDay: random.chance(0.6) ? random.integer(0, 900_000) : 0,
    taxPpm: random.pick([0, 60_000, 130_000, 190_001, 77_777]),
  };
}

function drawSeasons(random: Random): TariffScheme["seasons"] {
  const starts = [
    ...new Set(Array.from({ length: random.integer(1, 4) }, () => random.integer(0, 365))),
  ].sort((a, b) => a - b);
  return starts.map((from, index) => {
    const next = starts[index + 1] ?? (starts[0] ?? 0) + 366;
    const range = { from: monthDay(from), to: monthDay((next - 1) % 366) };
    return { id: `s${index}`, name: `Season ${index}`, ranges: [range] };
  });
}

/** Switch times at any five minutes. */
function drawPeriods(random: Random, rateCount: number): TariffScheme["tables"][number]["periods"] {
  const cuts = new Set(Array.from({ length: random.integer(0, 6) }, () => random.integer(1, 287) * 5));
  const edges = [0, ...[...cuts].sort((a, b) => a - b), 1440];
  return edges.slice(1).map((to, index) => ({
    from: timeOf(edges[index] ?? 0),
    to: timeOf(to),
    rateId: `r${random.integer(1, rateCount)}`,
  }));
}

function drawBlocks(random: Random): TariffScheme["blocks"] {
  const by = random.pick(["month", "month", "year"] as const);
  const firstWh = random.integer(20_000, by === "month" ? 150_000 : 900_000);
  return {
    by,
    steps: [
      { aboveWh: firstWh, surchargeMicroPerKWh: random.integer(0, 300_000) },
      {
        aboveWh: firstWh + random.integer(1, 100_000),
        surchargeMicroPerKWh: random.integer(0, 500_000),
      },
    ],
    carry:
      by === "month" ? random.pick(["none", "within-year", "unlimited"]) : random.pick(["none", "unlimited"]),
  };
}
