import { describe, expect, it } from "vitest";
import { microPerMinor, rateSpans, rateUse, takeMicro } from "./rate-use.ts";
import { dayScheme, type TariffScheme } from "./scheme.ts";
import type { TariffCalendar } from "./tariff-calendar.ts";

const at = (iso: string) => Date.parse(iso);
const HOUR = 3_600_000;
const calendarIn = (timeZone: string): TariffCalendar => ({
  timeZone,
  restWeekdays: [6, 7],
  holidays: [],
  namedDays: {},
});
const rate = (scheme: TariffScheme, zone: string, fromMs: number, toMs: number, wh: number) =>
  rateUse(scheme, calendarIn(zone), { fromMs, toMs, wh });

const dayAndNight = dayScheme(
  [
    { id: "day", name: "Day", priceMicroPerKWh: 680_000 },
    { id: "night", name: "Night", priceMicroPerKWh: 350_000 },
  ],
  [
    { from: "00:00", to: "07:00", rateId: "night" },
    { from: "07:00", to: "23:00", rateId: "day" },
    { from: "23:00", to: "24:00", rateId: "night" },
  ],
);
/** A boundary inside the hour that the European changes skip and repeat (02:00–03:00). */
const halfPastTwo = dayScheme(
  [
    { id: "early", name: "Early", priceMicroPerKWh: 100_000 },
    { id: "late", name: "Late", priceMicroPerKWh: 200_000 },
  ],
  [
    { from: "00:00", to: "02:30", rateId: "early" },
    { from: "02:30", to: "24:00", rateId: "late" },
  ],
);

const hours = (tariff: TariffScheme, zone: string, from: string, to: string) => {
  const byRate: Record<string, number> = {};
  for (const span of rateSpans(tariff, calendarIn(zone), at(from), at(to)))
    byRate[span.rateId] = (byRate[span.rateId] ?? 0) + (span.toMs - span.fromMs) / HOUR;
  return byRate;
};

describe("rateSpans", () => {
  // Hours counted by hand from the clocks' changes.
  it.each([
    {
      why: "a day of 24 hours",
      zone: "Asia/Shanghai",
      from: "2025-02-28T16:00:00Z",
      to: "2025-03-01T16:00:00Z",
      expected: { night: 8, day: 16 },
    },
    {
      why: "the 23 hours of spring",
      zone: "Europe/Berlin",
      from: "2025-03-29T23:00:00Z",
      to: "2025-03-30T22:00:00Z",
      expected: { night: 7, day: 16 },
    },
    {
      why: "the 25 hours of autumn",
      zone: "Europe/Berlin",
      from: "2025-10-25T22:00:00Z",
      to: "2025-10-26T23:00:00Z",
      expected: { night: 9, day: 16 },
    },
    {
      why: "the 25 hours of New York",
      zone: "America/New_York",
      from: "2025-11-02T04:00:00Z",
      to: "2025-11-03T05:00:00Z",
      expected: { night: 9, day: 16 },
    },
  ])("counts $why", ({ zone, from, to, expected }) => {
    expect(hours(dayAndNight, zone, from, to)).toEqual(expected);
  });

  it("changes at the jump when spring skips the boundary itself", () => {
    expect(
      rateSpans(
        halfPastTwo,
        calendarIn("Europe/Berlin"),
        at("2025-03-30T00:30:00Z"),
        at("2025-03-30T01:30:00Z"),
      ),
    ).toEqual([
      { rateId: "early", fromMs: at("2025-03-30T00:30:00Z"), toMs: at("2025-03-30T01:00:00Z") },
      { rateId: "late", fromMs: at("2025-03-30T01:00:00Z"), toMs: at("2025-03-30T01:30:00Z") },
    ]);
  });

  it("crosses a boundary twice when autumn repeats it, as a clock-driven meter does", () => {
    // 02:00 summer, 02:30 summer | 03:00 → 02:00, 02:30 winter | 03:00
    expect(
      rateSpans(
        halfPastTwo,
        calendarIn("Europe/Berlin"),
        at("2025-10-26T00:00:00Z"),
        at("2025-10-26T02:00:00Z"),
      ),
    ).toEqual([
      { rateId: "early", fromMs: at("2025-10-26T00:00:00Z"), toMs: at("2025-10-26T00:30:00Z") },
      { rateId: "late", fromMs: at("2025-10-26T00:30:00Z"), toMs: at("2025-10-26T01:00:00Z") },
      { rateId: "early", fromMs: at("2025-10-26T01:00:00Z"), toMs: at("2025-10-26T01:30:00Z") },
      { rateId: "late", fromMs: at("2025-10-26T01:30:00Z"), toMs: at("2025-10-26T02:00:00Z") },
    ]);
  });

  it("joins equal rates over midnight", () => {
    expect(
      rateSpans(
        dayAndNight,
        calendarIn("Asia/Shanghai"),
        at("2025-03-01T15:30:00Z"),
        at("2025-03-01T16:30:00Z"),
      ),
    ).toHaveLength(1);
  });
});

describe("rateUse", () => {
  it("prices golden cases", () => {
    // 22:50–23:10: half and half of 100 Wh: 50 × 0.68 + 50 × 0.35 per kWh = 0.0515.
    expect(
      rate(dayAndNight, "Asia/Shanghai", at("2025-03-01T14:50:00Z"), at("2025-03-01T15:10:00Z"), 100),
    ).toEqual({ costNano: 51_500_000, whByRate: { day: 50, night: 50 } });
  });

  it("splits 2,300 Wh over a spring day by its hours: 700 night, 1,600 day", () => {
    expect(
      rate(dayAndNight, "Europe/Berlin", at("2025-03-29T23:00:00Z"), at("2025-03-30T22:00:00Z"), 2300)
        .whByRate,
    ).toEqual({ night: 700, day: 1600 });
  });

  it("splits 2,500 Wh over an autumn day by its hours: 900 night, 1,600 day", () => {
    expect(
      rate(dayAndNight, "Europe/Berlin", at("2025-10-25T22:00:00Z"), at("2025-10-26T23:00:00Z"), 2500)
        .whByRate,
    ).toEqual({ night: 900, day: 1600 });
  });

  it("gives everything to the rate of the moment when no time has passed", () => {
    const moment = at("2025-03-01T14:50:00Z");
    expect(rate(dayAndNight, "Asia/Shanghai", moment, moment, 7).whByRate).toEqual({ day: 7 });
  });

  it("loses no Wh where the split does not divide", () => {
    expect(
      rate(dayAndNight, "Asia/Shanghai", at("2025-03-01T14:59:59Z"), at("2025-03-01T15:00:02Z"), 1).whByRate,
    ).toEqual({ day: 0, night: 1 });
  });

  it.each([-1, 0.5, Number.NaN])("refuses %d Wh", (wh) => {
    expect(() => rate(dayAndNight, "UTC", 0, 1, wh)).toThrow(
      expect.objectContaining({ code: "out-of-range" }),
    );
  });

  it("refuses a reversed span and an amount that would not be exact", () => {
    expect(() => rate(dayAndNight, "UTC", 1, 0, 1)).toThrow(
      expect.objectContaining({ code: "span-reversed" }),
    );
    expect(() => rate(dayAndNight, "UTC", 0, 1, Number.MAX_SAFE_INTEGER)).toThrow(
      expect.objectContaining({ code: "out-of-range" }),
    );
  });
});

describe("units of money", () => {
  it.each([
    [2, 10_000],
    [0, 1_000_000],
    [3, 1000],
  ])("a minor unit of %i digits is %i micro", (digits, micro) => {
    expect(microPerMinor(digits)).toBe(micro);
  });

  it("takes whole micro-units and leaves the rest", () => {
    expect(takeMicro(1_234_567)).toEqual({ micro: 1234, remainderNano: 567 });
    expect(takeMicro(-1)).toEqual({ micro: -1, remainderNano: 999 });
  });
});
