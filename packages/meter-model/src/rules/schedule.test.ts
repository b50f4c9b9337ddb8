import { describe, expect, it } from "vitest";
import { CircuitRun } from "./circuit-fixture.ts";
import { type ScheduleRule, scheduleRuleSchema } from "./rule-config.ts";
import { scheduleMoment } from "./schedule.ts";

const nights: ScheduleRule = scheduleRuleSchema.parse({
  id: "nights",
  name: "Nights off",
  off: {
    workday: [
      { from: "00:00", to: "06:00" },
      { from: "23:00", to: "24:00" },
    ],
    "rest-day": [{ from: "01:00", to: "06:00" }],
    holiday: [],
  },
});
const SHANGHAI = { zone: "Asia/Shanghai", holidays: ["2025-10-01"], restWeekdays: [6, 7] };
const BERLIN = { zone: "Europe/Berlin", holidays: [], restWeekdays: [6, 7] };

describe("scheduleMoment", () => {
  // 2025-03-03 is a Monday, 03-07 a Friday. Shanghai is UTC+8; Berlin's clocks change on Sunday 03-30 and 10-26.
  it.each([
    { why: "a workday's noon", at: "2025-03-03T04:00:00Z", ...SHANGHAI, expected: { isOff: false } },
    {
      why: "a workday's night, across midnight into the next",
      at: "2025-03-03T15:30:00Z",
      ...SHANGHAI,
      expected: { isOff: true, until: "2025-03-03T22:00:00Z" },
    },
    {
      why: "Friday's night, which ends at midnight",
      at: "2025-03-07T15:30:00Z",
      ...SHANGHAI,
      expected: { isOff: true, until: "2025-03-07T16:00:00Z" },
    },
    { why: "Saturday's first hour", at: "2025-03-07T16:30:00Z", ...SHANGHAI, expected: { isOff: false } },
    {
      why: "Saturday's night",
      at: "2025-03-07T17:00:00Z",
      ...SHANGHAI,
      expected: { isOff: true, until: "2025-03-07T22:00:00Z" },
    },
    { why: "a holiday", at: "2025-09-30T18:00:00Z", ...SHANGHAI, expected: { isOff: false } },
    {
      why: "the last millisecond before an off period",
      at: "2025-03-03T14:59:59.999Z",
      ...SHANGHAI,
      expected: { isOff: false },
    },
    {
      why: "its first",
      at: "2025-03-03T15:00:00Z",
      ...SHANGHAI,
      expected: { isOff: true, until: "2025-03-03T22:00:00Z" },
    },
    {
      why: "the night that loses an hour",
      at: "2025-03-30T00:30:00Z",
      ...BERLIN,
      expected: { isOff: true, until: "2025-03-30T04:00:00Z" },
    },
    {
      why: "the night that gains an hour",
      at: "2025-10-26T00:30:00Z",
      ...BERLIN,
      expected: { isOff: true, until: "2025-10-26T05:00:00Z" },
    },
  ])("knows $why", ({ at, zone, holidays, restWeekdays, expected }) => {
    const moment = scheduleMoment(nights, Date.parse(at), zone, { holidays, restWeekdays });
    expect(moment).toEqual(
      "until" in expected
        ? { isOff: expected.isOff, untilMs: Date.parse(expected.until ?? "") }
        : { isOff: expected.isOff },
    );
  });

  it("keeps to its effective dates", () => {
    const dated = { ...nights, effectiveFrom: "2025-03-03T16:00:00Z", effectiveTo: "2025-03-03T20:00:00Z" };
    const moment = (at: string) => scheduleMoment(dated, Date.parse(at), SHANGHAI.zone, SHANGHAI);
    expect(moment("2025-03-03T15:30:00Z")).toEqual({ isOff: false });
    expect(moment("2025-03-03T16:30:00Z")).toEqual({
      isOff: true,
      untilMs: Date.parse("2025-03-03T20:00:00Z"),
    });
    expect(moment("2025-03-03T20:00:00Z")).toEqual({ isOff: false });
  });

  it("names no end where none is in sight", () => {
    const allDay = [{ from: "00:00", to: "24:00" }];
    const always = { ...nights, off: { workday: allDay, "rest-day": allDay, holiday: allDay } };
    expect(scheduleMoment(always, Date.parse("2025-03-03T04:00:00Z"), SHANGHAI.zone, SHANGHAI)).toEqual({
      isOff: true,
    });
  });
});

describe("the schedule hold", () => {
  // The fixture starts on Monday at 10:00 in Shanghai.
  const rule: ScheduleRule = {
    ...nights,
    off: { workday: [{ from: "10:01", to: "10:02" }], "rest-day": [], holiday: [] },
  };

  it("comes and goes by the clock", () => {
    const run = new CircuitRun({ rules: { schedule: rule } }).run(55);
    expect(run.kinds).toEqual([]);
    run.run(5);
    expect(run.hold("schedule")).toMatchObject({
      reason: "off-period",
      params: { rule: "Nights off" },
      origin: { type: "rule", id: "nights" },
      until: "2025-03-03T02:02:00.000Z",
    });
    run.run(55, { relay: "open" });
    expect(run.kinds).toEqual(["schedule"]);
    run.wait(5);
    expect(run.kinds).toEqual([]);
  });

  it("holds the last state while nobody knows what day it is", () => {
    const run = new CircuitRun({ rules: { schedule: rule }, calendar: null }).run(90);
    expect(run.kinds).toEqual([]);
    run.config = { ...run.config, calendar: { holidays: [], restWeekdays: [] } };
    run.run(5);
    run.config = { ...run.config, calendar: null };
    expect(run.run(600).kinds).toEqual(["schedule"]);
  });

  it("lets go when the rule is taken away", () => {
    const run = new CircuitRun({ rules: { schedule: rule } }).run(60);
    run.config = { ...run.config, rules: {} };
    run.wait(1);
    expect(run.kinds).toEqual([]);
  });
});
