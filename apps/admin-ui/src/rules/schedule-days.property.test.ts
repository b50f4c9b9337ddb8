import { dayPeriodsSchema } from "@hallmeter/meter-model";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type PaintedDay, paintRange } from "../shared/week-painter/painted-day.ts";
import { BLANK_WEEK, MARKED, markedMinutes, periodsOfWeek, weekOfPeriods } from "./schedule-days.ts";

const minute = fc.integer({ min: 0, max: 1440 });
const strokes = fc.array(fc.record({ fromMinute: minute, toMinute: minute, isOff: fc.boolean() }), {
  maxLength: 5,
});
const painted = strokes.map((list) =>
  list.reduce<PaintedDay>((day, { isOff, ...range }) => paintRange(day, range, isOff ? MARKED : null), []),
);

it("a painted week is the periods that the model takes, and comes back the same", () => {
  fc.assert(
    fc.property(painted, painted, painted, (workday, restDay, holiday) => {
      const week = { workday, "rest-day": restDay, holiday };
      const periods = periodsOfWeek(week);
      expect(weekOfPeriods(periods)).toEqual(week);
      for (const day of Object.values(periods))
        expect(dayPeriodsSchema.safeParse(day).success).toBe(day.length <= 8);
    }),
  );
});

it("counts a week's hours as the calendar takes its days", () => {
  const night = periodsOfWeek({
    ...BLANK_WEEK,
    workday: [{ fromMinute: 0, toMinute: 360, paint: MARKED }],
    "rest-day": [{ fromMinute: 0, toMinute: 120, paint: MARKED }],
  });
  expect(markedMinutes(night, [6, 7])).toBe(5 * 360 + 2 * 120);
  expect(markedMinutes(night, [])).toBe(7 * 360);
});
