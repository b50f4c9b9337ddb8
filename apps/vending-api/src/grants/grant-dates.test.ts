import { describe, expect, it } from "vitest";
import { dueDay, dueMonths, expiresAtMs } from "./grant-dates.ts";
import type { GrantPolicy } from "./grant-policy.ts";

const ZONE = "Asia/Shanghai";
const at = (text: string) => Date.parse(text);
const policy = {
  dayOfMonth: 5,
  excludedMonths: [7, 8],
  validFrom: "2026-01-01",
  validUntil: null as string | null,
  isAutomatic: true,
  automaticSince: new Date("2026-03-01T00:00:00Z"),
};

describe("the day of a month", () => {
  it.each([
    { month: "2026-06", change: {}, day: "2026-06-05" },
    { month: "2026-07", change: {}, day: undefined },
    { month: "2026-04", change: { dayOfMonth: 31 }, day: "2026-04-30" },
    { month: "2028-02", change: { dayOfMonth: 30 }, day: "2028-02-29" },
    { month: "2100-02", change: { dayOfMonth: 29 }, day: "2100-02-28" },
    { month: "2026-01", change: { validFrom: "2026-01-05" }, day: "2026-01-05" },
    { month: "2026-01", change: { validFrom: "2026-01-06" }, day: undefined },
    { month: "2026-06", change: { validUntil: "2026-06-05" }, day: "2026-06-05" },
    { month: "2026-06", change: { validUntil: "2026-06-04" }, day: undefined },
  ])("$month with $change is $day", ({ month, change, day }) => {
    expect(dueDay({ ...policy, ...change }, month)).toBe(day);
  });
});

describe("months that are due", () => {
  it.each([
    // The 5th begins in Shanghai while it is the 4th in UTC.
    { now: "2026-03-04T15:59:59Z", change: {}, due: [] },
    { now: "2026-03-04T16:00:00Z", change: {}, due: ["2026-03"] },
    // Nothing ran for half a year: July and August are holidays.
    { now: "2026-09-10T00:00:00Z", change: {}, due: ["2026-03", "2026-04", "2026-05", "2026-06", "2026-09"] },
    { now: "2026-09-10T00:00:00Z", change: { isAutomatic: false }, due: [] },
    // Its dates were changed on the 6th: the 5th is not made up for.
    {
      now: "2026-04-10T00:00:00Z",
      change: { automaticSince: new Date("2026-03-06T00:00:00Z") },
      due: ["2026-04"],
    },
  ])("at $now with $change are $due", ({ now, change, due }) => {
    const changed: Pick<GrantPolicy, keyof typeof policy> = { ...policy, ...change };
    expect(dueMonths(changed, ZONE, at(now))).toEqual(due);
  });
});

describe("a grant of March, given on 5 March, expires", () => {
  const given = "2026-03-05T04:00:00Z";
  it.each([
    { carry: { kind: "none" }, expiry: { kind: "never" }, given, end: "2026-03-31T16:00:00.000Z" },
    {
      carry: { kind: "months", months: 2 },
      expiry: { kind: "never" },
      given,
      end: "2026-05-31T16:00:00.000Z",
    },
    { carry: { kind: "unlimited" }, expiry: { kind: "never" }, given, end: null },
    {
      carry: { kind: "unlimited" },
      expiry: { kind: "days", days: 1 },
      given,
      end: "2026-03-05T16:00:00.000Z",
    },
    // Whichever is first.
    { carry: { kind: "none" }, expiry: { kind: "days", days: 90 }, given, end: "2026-03-31T16:00:00.000Z" },
    {
      carry: { kind: "unlimited" },
      expiry: { kind: "yearly", monthDay: "07-15" },
      given,
      end: "2026-07-15T16:00:00.000Z",
    },
    {
      carry: { kind: "unlimited" },
      expiry: { kind: "yearly", monthDay: "03-05" },
      given,
      end: "2026-03-05T16:00:00.000Z",
    },
    {
      carry: { kind: "unlimited" },
      expiry: { kind: "yearly", monthDay: "01-31" },
      given,
      end: "2027-01-31T16:00:00.000Z",
    },
    // Given late, it lasts as if it were of the month in which it came.
    {
      carry: { kind: "none" },
      expiry: { kind: "never" },
      given: "2026-05-20T04:00:00Z",
      end: "2026-05-31T16:00:00.000Z",
    },
  ] as const)("with $carry and $expiry, given $given, at $end", ({ carry, expiry, given: givenAt, end }) => {
    const ends = expiresAtMs({ carry, expiry }, "2026-03", at(givenAt), ZONE);
    expect(ends === null ? null : new Date(ends).toISOString()).toBe(end);
  });

  it("at the first instant of a month whose first day begins at 01:00", () => {
    // Asunción moved its clocks at midnight of 1 October 2023: that day began at 01:00, three hours behind UTC.
    const ends = expiresAtMs(
      { carry: { kind: "none" }, expiry: { kind: "never" } },
      "2023-09",
      at("2023-09-05T12:00:00Z"),
      "America/Asuncion",
    );
    expect(new Date(ends ?? 0).toISOString()).toBe("2023-10-01T04:00:00.000Z");
  });
});
