import { strict as assert } from "node:assert";
import { connect } from "../../../apps/vending-api/src/db/connection.ts";
import { loadProfileModel } from "../../../apps/vending-api/src/rating/load-profile.model.ts";
import { packDay } from "../../../apps/vending-api/src/rating/pack-day.ts";
import {
  DAY_MS,
  INTERVAL_MS,
  INTERVALS_PER_DAY,
} from "../../../apps/vending-api/src/rating/profile-marks.ts";
import { readIntervalsOf } from "../../../apps/vending-api/src/rating/read-intervals.ts";
import { householdCost } from "../../../packages/meter-model/src/tariff/household-cost.ts";
import { type RatePlan, ratePlan } from "../../../packages/meter-model/src/tariff/rate-plan.ts";
import { rateUse } from "../../../packages/meter-model/src/tariff/rate-use.ts";
import { type TariffScheme, tariffSchemeSchema } from "../../../packages/meter-model/src/tariff/scheme.ts";
import type { TariffCalendar } from "../../../packages/meter-model/src/tariff/tariff-calendar.ts";
import { localDayBounds } from "../../../packages/meter-model/src/time/wall-clock.ts";
import { startTestDatabase } from "../../../tests/support/test-database.ts";

/** Circuits per query: one batch of documents, and arrays that stay in the caches. */
const CHUNK = 100;
const LOOP_PRICE = 548_300;
/** Circuits whose cost is reckoned again, quarter by quarter. */
const CHECKED = 3;

interface Site {
  circuits: number;
  /** Local, YYYY-MM. */
  month: string;
  timeZone: string;
}

/** Eight rates, two seasons, four kinds of day, blocks, four demands, standing charge and tax. */
const SCHEME: TariffScheme = tariffSchemeSchema.parse({
  schemeVersion: 2,
  rates: Array.from({ length: 8 }, (_, index) => ({
    id: `r${index}`,
    name: `Rate ${index}`,
    priceMicroPerKWh: 300_000 + index * 70_001,
  })),
  dayTypes: [{ id: "fair", name: "Fair" }],
  seasons: [
    { id: "summer", name: "Summer", ranges: [{ from: "04-01", to: "10-14" }] },
    { id: "winter", name: "Winter", ranges: [{ from: "10-15", to: "03-31" }] },
  ],
  tables: ["summer", "winter"].flatMap((season, offset) =>
    ["workday", "rest-day", "holiday", "fair"].map((dayType, kind) => ({
      seasonIds: [season],
      dayTypeIds: [dayType],
      periods: [
        { from: "00:00", to: "06:00", rateId: `r${offset}` },
        { from: "06:00", to: "08:10", rateId: `r${2 + offset}` },
        { from: "08:10", to: "17:00", rateId: `r${4 + kind}` },
        { from: "17:00", to: "21:30", rateId: `r${3 + offset}` },
        { from: "21:30", to: "24:00", rateId: `r${offset}` },
      ],
    })),
  ),
  blocks: {
    by: "month",
    steps: [
      { aboveWh: 200_000, surchargeMicroPerKWh: 50_000 },
      { aboveWh: 400_000, surchargeMicroPerKWh: 250_000 },
    ],
  },
  demands: [
    { id: "d15", name: "15", windowMinutes: 15, mode: "fixed", priceMicroPerKW: 1_000_000 },
    { id: "d30", name: "30", windowMinutes: 30, mode: "sliding", priceMicroPerKW: 1_000_000 },
    { id: "d60", name: "60", windowMinutes: 60, mode: "fixed", priceMicroPerKW: 1_000_000 },
    {
      id: "peak",
      name: "Peak",
      rateId: "r4",
      windowMinutes: 60,
      mode: "sliding",
      priceMicroPerKW: 2_000_000,
    },
  ],
  standingMicroPerDay: 300_000,
  taxPpm: 130_000,
});

export async function* measureReRating({ circuits, month, timeZone }: Site): AsyncGenerator<string> {
  const calendar: TariffCalendar = {
    timeZone,
    restWeekdays: [6, 7],
    holidays: [`${month}-03`],
    namedDays: { [`${month}-12`]: "fair" },
  };
  const span = monthBounds(month, timeZone);
  const database = await startTestDatabase();
  const connection = await connect(database.uri);
  try {
    const model = loadProfileModel(connection);
    await model.createIndexes();
    const filling = new Stopwatch();
    await filling.during(() => fill(model, circuits, span));
    yield `filled ${circuits} circuits in ${seconds(filling.wallMs)}`;

    const read = new Stopwatch();
    const rate = new Stopwatch();
    const loop = new Stopwatch();
    const plan = await rate.during(() => ratePlan(SCHEME, calendar, span));
    let ratedWh = 0;
    let loopNano = 0;
    for (let first = 0; first < circuits; first += CHUNK) {
      const ids = Array.from({ length: Math.min(CHUNK, circuits - first) }, (_, index) =>
        idOf(first + index),
      );
      const profiles = await read.during(async () => {
        const intervals = await readIntervalsOf(connection, ids, span);
        return intervals.map((own) => own.map(({ wh }) => wh));
      });
      ratedWh += await rate.during(() => sumOf(profiles, (profile) => ratedWhOf(plan, profile)));
      loopNano += await loop.during(() => sumOf(profiles, plainLoop));
      if (first === 0) for (const profile of profiles.slice(0, CHECKED)) checkSlowly(plan, profile);
    }
    const everyCircuit = Array.from({ length: circuits }, (_, index) => index);
    assert.equal(
      ratedWh,
      sumOf(everyCircuit, (circuit) => usedWh(circuit, span)),
    );
    assert.equal(loopNano, ratedWh * LOOP_PRICE);

    const intervals = circuits * plan.rateOf.length;
    const row = (name: string, wallMs: number, cpuMs: number) =>
      `| ${name} | ${seconds(wallMs)} | ${perSecond(circuits, wallMs)} | ${perSecond(intervals, wallMs)} | ${seconds(cpuMs)} | ${perSecond(intervals, cpuMs)} |`;
    yield `${plan.rateOf.length} intervals of each circuit in ${month} (${timeZone})`;
    yield "";
    yield "| step | time | circuits/s | intervals/s | own processor time | intervals/s of it |";
    yield "| --- | --- | --- | --- | --- | --- |";
    yield row("read from the store", read.wallMs, read.cpuMs);
    yield row("rate", rate.wallMs, rate.cpuMs);
    yield row("re-rating, both", read.wallMs + rate.wallMs, read.cpuMs + rate.cpuMs);
    yield row("limit of rating: a plain loop", loop.wallMs, loop.cpuMs);
  } finally {
    await connection.close();
    await database.stop();
  }
}

/** Time and processor time: on a shared machine the second one is this program's own. */
class Stopwatch {
  wallMs = 0;
  cpuMs = 0;

  async during<T>(work: () => T | Promise<T>): Promise<T> {
    const started = performance.now();
    const before = process.cpuUsage();
    const result = await work();
    const { user, system } = process.cpuUsage(before);
    this.wallMs += performance.now() - started;
    this.cpuMs += (user + system) / 1000;
    return result;
  }
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
const perSecond = (count: number, ms: number) => Math.round((count * 1000) / ms).toLocaleString("en");

function sumOf<Value>(values: readonly Value[], of: (value: Value) => number): number {
  return values.reduce((sum, value) => sum + of(value), 0);
}

function ratedWhOf(plan: RatePlan, profile: readonly (number | null)[]): number {
  return sumOf(householdCost(plan, [profile]).rates, ({ wh }) => wh);
}

function monthBounds(month: string, timeZone: string): { fromMs: number; toMs: number } {
  const [year = 0, number = 0] = month.split("-").map(Number);
  const next = new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 10);
  return {
    fromMs: localDayBounds(`${month}-01`, timeZone).startMs,
    toMs: localDayBounds(next, timeZone).startMs,
  };
}

const idOf = (circuit: number) => `circuit-${circuit}`;

/** Up to 400 Wh in each interval, never the same course twice; no state, so that it can be asked for again. */
function whAt(circuit: number, interval: number): number {
  const mixed = Math.imul(circuit * 2_654_435 + interval * 40_503 + 12_345, 2_246_822_519) >>> 0;
  return mixed % 401;
}

function usedWh(circuit: number, { fromMs, toMs }: { fromMs: number; toMs: number }): number {
  let wh = 0;
  for (let interval = fromMs / INTERVAL_MS; interval < toMs / INTERVAL_MS; interval += 1)
    wh += whAt(circuit, interval);
  return wh;
}

/** Packed days, as they are once a day is over; a day more on either side, as in a store of years. */
async function fill(
  model: ReturnType<typeof loadProfileModel>,
  circuits: number,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Promise<void> {
  const firstDay = Math.floor(fromMs / DAY_MS) - 1;
  const endDay = Math.ceil(toMs / DAY_MS) + 1;
  const flags = new Array<number>(INTERVALS_PER_DAY).fill(0);
  for (let circuit = 0; circuit < circuits; circuit += 1) {
    let reading = 1_000_000;
    const days = [];
    for (let dayNumber = firstDay; dayNumber < endDay; dayNumber += 1) {
      const readings = flags.map((_, slot) => {
        reading += whAt(circuit, dayNumber * INTERVALS_PER_DAY + slot);
        return reading;
      });
      const day = new Date(dayNumber * DAY_MS).toISOString().slice(0, 10);
      const circuitId = idOf(circuit);
      const packed = Buffer.from(packDay({ readings, flags }));
      days.push({ _id: `${circuitId}:${day}`, siteId: "site", circuitId, day, writes: 1, packed });
    }
    await model.collection.insertMany(days as never[]);
  }
}

/** What no rating can be faster than: every number once, times a price. */
function plainLoop(profile: readonly (number | null)[]): number {
  let nano = 0;
  for (let index = 0; index < profile.length; index += 1) nano += (profile[index] ?? 0) * LOOP_PRICE;
  return nano;
}

function checkSlowly(plan: RatePlan, profile: readonly (number | null)[]): void {
  const slowNano = profile.reduce<number>((sum, wh, index) => {
    const fromMs = plan.fromMs + index * INTERVAL_MS;
    return sum + rateUse(SCHEME, plan.calendar, { fromMs, toMs: fromMs + INTERVAL_MS, wh: wh ?? 0 }).costNano;
  }, 0);
  const fastNano = householdCost(plan, [profile]).rates.reduce((sum, { costNano }) => sum + costNano, 0);
  assert.equal(fastNano, slowNano);
}
