import fc from "fast-check";
import { DAY_TYPES } from "../../time/day-type.ts";
import { type RatePeriod, type Season, type TariffScheme, tariffSchemeSchema } from "../scheme.ts";
import type { TariffCalendar } from "../tariff-calendar.ts";

const clock = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
/** "01-01" for 0, "02-29" for 59: days of a leap year. */
const monthDay = (number: number) => new Date(Date.UTC(2024, 0, 1 + number)).toISOString().slice(5, 10);
const pricesMicro = fc.integer({ min: 0, max: 5_000_000 });

/** A day cut at any minutes, up to 12 periods. */
const periodsOf = (rateCount: number): fc.Arbitrary<RatePeriod[]> =>
  fc
    .tuple(
      fc.uniqueArray(fc.integer({ min: 1, max: 1439 }), { maxLength: 11 }),
      fc.array(fc.nat({ max: rateCount - 1 }), { minLength: 12, maxLength: 12 }),
    )
    .map(([cuts, picks]) => {
      const edges = [0, ...cuts.sort((a, b) => a - b), 1440];
      return edges.slice(1).map((to, index) => ({
        from: clock(edges[index] ?? 0),
        to: clock(to),
        rateId: `r${picks[index] ?? 0}`,
      }));
    });

/** The year cut at any days and dealt to up to three seasons, the last range going over the year's end. */
const seasonsArbitrary: fc.Arbitrary<Season[]> = fc
  .tuple(fc.uniqueArray(fc.nat({ max: 365 }), { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 3 }))
  .map(([cuts, count]) => {
    const starts = cuts.sort((a, b) => a - b);
    const ranges = starts.map((from, index) => {
      const next = starts[index + 1] ?? (starts[0] ?? 0) + 366;
      return { from: monthDay(from), to: monthDay((next - 1) % 366) };
    });
    const dealt = Array.from({ length: count }, (_, season) => ({
      id: `s${season}`,
      name: `Season ${season}`,
      ranges: ranges.filter((_, index) => index % count === season),
    }));
    return dealt.filter(({ ranges: own }) => own.length > 0);
  });

const demandOf = (rateCount: number) =>
  fc.record({
    rateId: fc.option(fc.nat({ max: rateCount - 1 }).map((index) => `r${index}`)),
    windowMinutes: fc.constantFrom(15 as const, 30 as const, 60 as const),
    mode: fc.constantFrom("fixed" as const, "sliding" as const),
    priceMicroPerKW: pricesMicro,
  });

/** Any valid scheme: one table for each season and kind of day, switch times at any minute. */
export const schemes: fc.Arbitrary<TariffScheme> = fc
  .record({
    prices: fc.array(pricesMicro, { minLength: 1, maxLength: 8 }),
    seasons: seasonsArbitrary,
    namedCount: fc.nat({ max: 2 }),
    standingMicroPerDay: pricesMicro,
    taxPpm: fc.nat({ max: 1_000_000 }),
  })
  .chain(({ prices, seasons, namedCount, ...rest }) => {
    const dayTypes = Array.from({ length: namedCount }, (_, index) => ({
      id: `day-${index}`,
      name: `Day ${index}`,
    }));
    const pairs = seasons.flatMap(({ id }) =>
      [...DAY_TYPES, ...dayTypes.map((dayType) => dayType.id)].map((dayTypeId) => ({ id, dayTypeId })),
    );
    return fc.record({
      schemeVersion: fc.constant(2 as const),
      rates: fc.constant(
        prices.map((priceMicroPerKWh, index) => ({ id: `r${index}`, name: `R${index}`, priceMicroPerKWh })),
      ),
      seasons: fc.constant(seasons),
      dayTypes: fc.constant(dayTypes),
      tables: fc.tuple(...pairs.map(() => periodsOf(prices.length))).map((tables) =>
        pairs.map(({ id, dayTypeId }, index) => ({
          seasonIds: [id],
          dayTypeIds: [dayTypeId],
          periods: tables[index] ?? [],
        })),
      ),
      demands: fc
        .array(demandOf(prices.length), { maxLength: 4 })
        .map((demands) =>
          demands.map((demand, index) => ({ id: `d${index}`, name: `D${index}`, ...demand })),
        ),
      standingMicroPerDay: fc.constant(rest.standingMicroPerDay),
      taxPpm: fc.constant(rest.taxPpm),
    });
  })
  .map((scheme) => tariffSchemeSchema.parse(scheme));

/** Zones with changes at 02:00, at midnight (the day begins at 01:00), by half an hour, and with odd offsets. */
const ZONES = [
  "Asia/Shanghai",
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "Asia/Beirut",
  "Africa/Cairo",
  "America/Asuncion",
  "America/Havana",
  "Asia/Kathmandu",
] as const;
/** Changes of their clocks, a leap day, year's and month's ends. */
const DAYS = [
  "2024-02-29",
  "2024-03-24",
  "2024-10-06",
  "2024-12-31",
  "2025-03-09",
  "2025-03-30",
  "2025-04-06",
  "2025-04-25",
  "2025-10-05",
  "2025-10-26",
  "2025-10-31",
  "2025-11-02",
] as const;
export const zones = fc.constantFrom(...ZONES);
export const days = fc.constantFrom(...DAYS);

const calendarDay = (day: string, offset: number) =>
  new Date(Date.parse(day) + offset * 86_400_000).toISOString().slice(0, 10);

/** A day of change, and a calendar that knows special days around it. */
export const calendarsAround: fc.Arbitrary<{ calendar: TariffCalendar; day: string }> = fc
  .record({
    day: days,
    timeZone: zones,
    restWeekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { maxLength: 3 }),
    holidays: fc.uniqueArray(fc.integer({ min: -1, max: 2 }), { maxLength: 2 }),
    named: fc.uniqueArray(
      fc.tuple(fc.integer({ min: -1, max: 2 }), fc.constantFrom("day-0", "day-1", "nobody's")),
      {
        maxLength: 2,
        selector: ([offset]) => offset,
      },
    ),
  })
  .map(({ day, timeZone, restWeekdays, holidays, named }) => ({
    day,
    calendar: {
      timeZone,
      restWeekdays,
      holidays: holidays.map((offset) => calendarDay(day, offset)),
      namedDays: Object.fromEntries(named.map(([offset, id]) => [calendarDay(day, offset), id])),
    },
  }));
