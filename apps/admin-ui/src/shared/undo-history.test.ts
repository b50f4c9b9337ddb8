import fc from "fast-check";
import { expect, it } from "vitest";
import { historyOf, redone, STEPS_KEPT, stepped, undone } from "./undo-history.ts";

it("goes back and forth over every step", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 20 }), (states) => {
      const [first = 0, ...others] = states;
      const whole = others.reduce(stepped, historyOf(first));
      const back = others.reduce((history) => undone(history), whole);
      expect(back.present).toBe(first);
      expect(others.reduce((history) => redone(history), back)).toEqual(whole);
    }),
  );
});

it("stays at its ends", () => {
  const history = historyOf("only");
  expect(undone(history)).toEqual(history);
  expect(redone(history)).toEqual(history);
});

it("forgets what was undone once another step is taken, and what is too long ago", () => {
  const history = stepped(undone(stepped(historyOf(0), 1)), 2);
  expect(history).toEqual({ past: [0], present: 2, future: [] });
  const long = Array.from({ length: STEPS_KEPT + 5 }, (_, step) => step + 1).reduce(stepped, historyOf(0));
  expect(long.past).toHaveLength(STEPS_KEPT);
});

it("takes the same state as no step", () => {
  const history = historyOf({ name: "same" });
  expect(stepped(history, history.present)).toBe(history);
});
