import type { MeterEventReading } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { judgeMeterEvents } from "./judge-meter-events.ts";

const NOW = Date.UTC(2026, 0, 2);
const HOUR = 3_600_000;
const battery = (stands: boolean, unsure?: string): MeterEventReading => ({
  kind: "meter-battery",
  register: "statusWord1",
  stands,
  count: null,
  ...(unsure === undefined ? {} : { unsure }),
});
const cover = (count: number): MeterEventReading => ({
  kind: "meter-cover-open",
  register: "coverOpenCount",
  stands: null,
  count,
});

describe("what a meter reports", () => {
  it("stands as long as its bit does", () => {
    for (const stands of [true, false])
      expect(judgeMeterEvents([battery(stands)], {}, NOW)).toMatchObject({
        conditions: [{ kind: "meter-battery", stands, params: { register: "statusWord1" } }],
        began: [],
        hasNewCounts: false,
      });
  });

  it("stands when one of several bits of its kind does", () => {
    const phases = ["A", "B", "C"].map(
      (phase, index): MeterEventReading => ({
        kind: "phase-loss",
        register: `phase${phase}.statusWord`,
        stands: index === 1,
        count: null,
      }),
    );
    expect(judgeMeterEvents(phases, {}, NOW).conditions).toEqual([
      { kind: "phase-loss", stands: true, params: { register: "phaseB.statusWord" } },
    ]);
  });

  it("that is unsure is told when it begins, and raises nothing", () => {
    const quiet = judgeMeterEvents([battery(false, "a guess")], {}, NOW);
    const begun = judgeMeterEvents([battery(true, "a guess")], quiet.counts, NOW + HOUR);
    expect(begun).toMatchObject({
      conditions: [],
      began: [{ kind: "meter-battery", params: { unsure: "a guess" } }],
    });
    expect(judgeMeterEvents([battery(true, "a guess")], begun.counts, NOW + 2 * HOUR).began).toEqual([]);
  });

  it("by a counter begins with its first rise, is told each time, and stands for a day", () => {
    const seen = judgeMeterEvents([cover(7)], {}, NOW);
    expect(seen).toMatchObject({ began: [], conditions: [{ stands: false }] });
    const opened = judgeMeterEvents([cover(8)], seen.counts, NOW + HOUR);
    expect(opened).toMatchObject({ began: [{ params: { count: 8 } }], conditions: [{ stands: true }] });
    const same = judgeMeterEvents([cover(8)], opened.counts, NOW + 24 * HOUR);
    expect(same).toMatchObject({ began: [], conditions: [{ stands: true }], hasNewCounts: false });
    expect(judgeMeterEvents([cover(8)], opened.counts, NOW + 25 * HOUR).conditions).toMatchObject([
      { stands: false },
    ]);
  });

  it("by a counter that was cleared is no event", () => {
    const seen = judgeMeterEvents([cover(7)], {}, NOW);
    expect(judgeMeterEvents([cover(0)], seen.counts, NOW + HOUR)).toMatchObject({
      began: [],
      hasNewCounts: true,
    });
  });
});
