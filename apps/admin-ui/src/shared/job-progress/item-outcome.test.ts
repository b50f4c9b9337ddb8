import { describe, expect, it } from "vitest";
import { outcomeOf } from "./item-outcome.ts";
import type { JobItem } from "./job-rows.ts";

const ITEM: JobItem = {
  id: "j:h",
  itemId: "h",
  position: 0,
  state: "done",
  attempts: 0,
  result: null,
  problem: null,
  endedAt: null,
};

describe("what became of an item", () => {
  it.each<[string, Partial<JobItem>, ReturnType<typeof outcomeOf>]>([
    [
      "a grant, in the commodity it was given in",
      { result: { outcome: "granted", commodity: "Wh", amount: 8000 } },
      { kind: "over", word: "granted", amount: { commodity: "Wh", value: 8000 }, reason: null },
    ],
    [
      "nothing, and why",
      { result: { outcome: "left-out", reason: "no-residents" } },
      { kind: "over", word: "left-out", amount: null, reason: "no-residents" },
    ],
    [
      "a refund of nothing is a refund",
      { result: { refundMinor: 0, keptInMeterMinor: 0 } },
      { kind: "over", word: "refunded", amount: { commodity: null, value: 0 }, reason: null },
    ],
    [
      "a word of a newer server",
      { result: { outcome: "polished" } },
      { kind: "over", word: "done", amount: null, reason: null },
    ],
    [
      "a failure",
      { state: "failed", problem: { code: "reading-missing", detail: "Circuit 101" } },
      { kind: "failed", code: "reading-missing", detail: "Circuit 101" },
    ],
    [
      "waiting for a meter",
      { state: "waiting", attempts: 2, problem: { code: "reading-awaited", detail: "" } },
      { kind: "waiting", attempts: 2, code: "reading-awaited" },
    ],
  ])("%s", (_name, change, outcome) => {
    expect(outcomeOf({ ...ITEM, ...change })).toEqual(outcome);
  });
});
