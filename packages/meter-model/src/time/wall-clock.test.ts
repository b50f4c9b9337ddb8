import { describe, expect, it } from "vitest";
import { dayTypeOf } from "./day-type.ts";
import {
  localDay,
  localDayBounds,
  minuteOfDay,
  wallClockMinuteOfDay,
  wallClockSpanEndMs,
} from "./wall-clock.ts";

const at = (iso: string) => Date.parse(iso);
const HOUR = 3_600_000;

describe("localDay", () => {
  it.each([
    ["2025-03-01T15:59:59Z", "Asia/Shanghai", "2025-03-01"],
    ["2025-03-01T16:00:00Z", "Asia/Shanghai", "2025-03-02"],
    ["2025-01-01T04:59:59Z", "America/New_York", "2024-12-31"],
    ["2025-03-30T00:59:59Z", "Europe/Berlin", "2025-03-30"],
  ])("%s in %s is %s", (instant, zone, day) => {
    expect(localDay(at(instant), zone)).toBe(day);
  });

  it("names an unknown zone", () => {
    expect(() => localDay(0, "Mars/Olympus")).toThrow(expect.objectContaining({ code: "unknown-time-zone" }));
  });
});

describe("localDayBounds", () => {
  // IANA time zone database: the European, North American and Cuban changes of 2025, Brazil's last one at midnight.
  it.each([
    { day: "2025-03-01", zone: "Asia/Shanghai", start: "2025-02-28T16:00:00Z", hours: 24 },
    { day: "2025-03-30", zone: "Europe/Berlin", start: "2025-03-29T23:00:00Z", hours: 23 },
    { day: "2025-10-26", zone: "Europe/Berlin", start: "2025-10-25T22:00:00Z", hours: 25 },
    { day: "2025-03-09", zone: "America/New_York", start: "2025-03-09T05:00:00Z", hours: 23 },
    { day: "2025-11-02", zone: "America/New_York", start: "2025-11-02T04:00:00Z", hours: 25 },
    { day: "2018-11-04", zone: "America/Sao_Paulo", start: "2018-11-04T03:00:00Z", hours: 23 },
    { day: "2018-02-17", zone: "America/Sao_Paulo", start: "2018-02-17T02:00:00Z", hours: 25 },
    { day: "2025-04-06", zone: "Australia/Lord_Howe", start: "2025-04-05T13:00:00Z", hours: 24.5 },
    // Midnight comes twice.
    { day: "2025-10-26", zone: "Atlantic/Azores", start: "2025-10-26T00:00:00Z", hours: 25 },
    { day: "2025-11-01", zone: "America/Havana", start: "2025-11-01T04:00:00Z", hours: 24 },
    { day: "2025-11-02", zone: "America/Havana", start: "2025-11-02T04:00:00Z", hours: 25 },
  ])("$day in $zone starts $start and has $hours hours", ({ day, zone, start, hours }) => {
    const bounds = localDayBounds(day, zone);
    expect(new Date(bounds.startMs).toISOString()).toBe(new Date(at(start)).toISOString());
    expect((bounds.endMs - bounds.startMs) / HOUR).toBe(hours);
    expect(localDay(bounds.startMs, zone)).toBe(day);
    expect(localDay(bounds.endMs - 1, zone)).toBe(day);
    expect(localDay(bounds.endMs, zone)).not.toBe(day);
  });

  it.each(["2025-02-30", "2025-13-01", "yesterday"])("refuses %s", (day) => {
    expect(() => localDayBounds(day, "UTC")).toThrow(expect.objectContaining({ code: "invalid-day" }));
  });
});

describe("the wall clock", () => {
  it("jumps over an hour in spring and shows one twice in autumn", () => {
    expect(wallClockMinuteOfDay(at("2025-03-30T00:59:00Z"), "Europe/Berlin")).toBe(119);
    expect(wallClockMinuteOfDay(at("2025-03-30T01:00:00Z"), "Europe/Berlin")).toBe(180);
    expect(wallClockMinuteOfDay(at("2025-10-26T00:30:00Z"), "Europe/Berlin")).toBe(150);
    expect(wallClockMinuteOfDay(at("2025-10-26T01:30:00Z"), "Europe/Berlin")).toBe(150);
  });

  it.each([
    { why: "an ordinary end", from: "2025-03-29T10:00:00Z", end: "12:00", expected: "2025-03-29T11:00:00Z" },
    {
      why: "the end of the day",
      from: "2025-03-29T10:00:00Z",
      end: "24:00",
      expected: "2025-03-29T23:00:00Z",
    },
    {
      why: "an end that is skipped",
      from: "2025-03-30T00:00:00Z",
      end: "02:30",
      expected: "2025-03-30T01:00:00Z",
    },
    {
      why: "an end beyond the jump",
      from: "2025-03-30T00:00:00Z",
      end: "05:00",
      expected: "2025-03-30T01:00:00Z",
    },
    { why: "a clock set back", from: "2025-10-26T00:00:00Z", end: "04:00", expected: "2025-10-26T01:00:00Z" },
    {
      why: "an end before the clock is set back",
      from: "2025-10-26T00:00:00Z",
      end: "02:30",
      expected: "2025-10-26T00:30:00Z",
    },
  ])("runs evenly to $why", ({ from, end, expected }) => {
    const spanEnd = wallClockSpanEndMs(at(from), minuteOfDay(end), "Europe/Berlin");
    expect(new Date(spanEnd).toISOString()).toBe(new Date(at(expected)).toISOString());
  });
});

describe("dayTypeOf", () => {
  const calendar = { holidays: ["2025-10-01", "2025-10-04"], restWeekdays: [6, 7] };
  it.each([
    ["2025-09-30", "workday"],
    ["2025-10-01", "holiday"],
    ["2025-10-04", "holiday"],
    ["2025-10-05", "rest-day"],
  ])("%s is a %s", (day, type) => {
    expect(dayTypeOf(day, calendar)).toBe(type);
  });
});
