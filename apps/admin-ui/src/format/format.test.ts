import { describe, expect, it } from "vitest";
import { createFormat, instantOfWallTimeMs, localDayOf, startOfLocalDayMs } from "./format.ts";

const settings = { timeZone: "Asia/Shanghai", currency: "CNY", currencyDigits: 2 } as const;
const english = createFormat({ ...settings, locale: "en" });
const chinese = createFormat({ ...settings, locale: "zh" });
/** A number and its unit are joined by a narrow no-break space. */
const plain = (text: string) => text.replaceAll("\u202f", " ");

describe("createFormat", () => {
  it("shows money exactly, beyond what a float can hold", () => {
    expect(english.money(9_007_199_254_740_991)).toBe("¥90,071,992,547,409.91");
    expect(english.money(-5)).toBe("-¥0.05");
    expect(english.signedMoney(5000)).toBe("+¥50.00");
    expect(chinese.money(123_456)).toBe("¥1,234.56");
    expect(english.money(null)).toBe("—");
  });

  it("shows a price as finely as it was set", () => {
    expect(english.price(568_300)).toBe("¥0.5683/kWh");
    expect(english.price(500_000)).toBe("¥0.50/kWh");
  });

  it.each([
    [english.energy(999), "999 Wh"],
    [english.energy(12_345), "12.345 kWh"],
    [english.energyAxis(2600)(500), "0.5 kWh"],
    [english.energyAxis(900)(500), "500 Wh"],
    [english.power(3400), "3,400 W"],
    [english.voltage(2203), "220.3 V"],
    [english.current(1505), "15.05 A"],
    [english.factor(987), "0.987"],
    [english.frequency(5001), "50.01 Hz"],
    [english.duration(90), "90 s"],
    [english.duration(600), "10 min"],
    [chinese.duration(600), "10 分钟"],
  ])("%s", (shown, expected) => {
    expect(plain(shown)).toBe(expected);
  });

  it("tells the site's time, not the browser's", () => {
    expect(english.clock("2026-03-01T16:30:05Z")).toBe("00:30:05");
    expect(english.moment("2026-03-01T16:30:05Z", Date.parse("2026-03-01T17:00:00Z"))).toBe("00:30:05");
    expect(english.moment("2026-03-01T15:30:05Z", Date.parse("2026-03-01T17:00:00Z"))).toBe("1 Mar, 23:30");
    expect(chinese.date("2026-03-01T16:30:05Z")).toBe("2026年3月2日");
    expect(english.day("2026-03-02")).toBe("2 Mar");
  });
});

describe("local days", () => {
  it.each([
    ["2026-03-01T16:30:00Z", "Asia/Shanghai", "2026-03-02", "2026-03-01T16:00:00.000Z"],
    ["2026-03-29T12:00:00Z", "Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00.000Z"],
    ["2026-10-25T12:00:00Z", "Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00.000Z"],
    ["2026-11-01T20:00:00Z", "America/New_York", "2026-11-01", "2026-11-01T04:00:00.000Z"],
  ])("%s in %s", (at, zone, day, start) => {
    expect(localDayOf(Date.parse(at), zone)).toBe(day);
    expect(new Date(startOfLocalDayMs(Date.parse(at), zone)).toISOString()).toBe(start);
  });
});

describe("instantOfWallTimeMs", () => {
  it.each([
    ["2026-03-02T18:30", "Asia/Shanghai", "2026-03-02T10:30:00.000Z"],
    ["2026-03-29T01:30", "Europe/Berlin", "2026-03-29T00:30:00.000Z"],
    ["2026-03-29T03:30", "Europe/Berlin", "2026-03-29T01:30:00.000Z"],
    ["2026-12-31T23:59", "America/New_York", "2027-01-01T04:59:00.000Z"],
  ])("%s in %s", (wallTime, zone, instant) => {
    expect(new Date(instantOfWallTimeMs(wallTime, zone)).toISOString()).toBe(instant);
  });
});
