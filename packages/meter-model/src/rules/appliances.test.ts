import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Sample } from "../sample.ts";
import { CircuitRun, sampleAt } from "./circuit-fixture.ts";
import { defaultViciousLoadRule } from "./defaults.ts";
import { replayViciousLoad } from "./vicious-replay.ts";

// Real recordings at 1 Hz (kettle and vacuum cleaner on one circuit), where they lie beside the repository.
const FOLDER = new URL("../../../../../shared/data/appliances/", import.meta.url);

function recording(name: string): Sample[] {
  const lines = readFileSync(new URL(`${name}.csv`, FOLDER), "utf8")
    .trim()
    .split("\n")
    .slice(1);
  return lines.map((line) => {
    const [time = "", current = "", , , , active = "", reactive = "", factor = ""] = line.split(",");
    return sampleAt(Date.parse(`${time.replace(" ", "T")}Z`), {
      activePowerW: Math.round(Number(active)),
      reactivePowerVar: Math.round(Number(reactive)),
      currentCa: Math.round(Number(current) * 100),
      powerFactorMilli: Math.round(Number(factor) * 1000),
    });
  });
}

/** What a gateway sees of a meter that measures once a second: at each poll the last second's value. */
function polled(samples: readonly Sample[], periodMs: number, phaseMs: number): Sample[] {
  const startMs = Date.parse(samples[0]?.at ?? "");
  const polls: Sample[] = [];
  for (let sinceMs = phaseMs; ; sinceMs += periodMs) {
    const shown = samples[Math.floor(sinceMs / 1000)];
    if (shown === undefined) return polls;
    polls.push({ ...shown, at: new Date(startMs + sinceMs).toISOString() });
  }
}

const PHASE_STEP_MS = 250;
const phasesOf = (periodMs: number) =>
  Array.from({ length: periodMs / PHASE_STEP_MS }, (_, step) => step * PHASE_STEP_MS);

const isThere = existsSync(new URL("main.csv", FOLDER));
const startMs = isThere ? Date.parse(recording("main")[0]?.at ?? "") : 0;
const secondsOf = (at: string) => (Date.parse(at) - startMs) / 1000;
const vicious = (samples: Sample[]) =>
  replayViciousLoad(defaultViciousLoadRule, samples).filter((verdict) => verdict.outcome === "vicious");

describe.skipIf(!isThere)("recorded appliances under the default rule", () => {
  /**
   * When the kettle was switched on, by its own plug: the row that shows its power first is the mean of the second before it,
   * and 740 of 2,177 W say that it ran for a third of that second.
   */
  const KETTLE_ON_S = [30.66, 96.67, 192.02, 429.02];

  it.each([
    { periodMs: 1000, withinS: 5 },
    { periodMs: 1500, withinS: 5 },
    { periodMs: 2000, withinS: 5 },
    { periodMs: 3000, withinS: 7 },
    // Two polls, the meter's own second, and once a vacuum cleaner that came on a moment before.
    { periodMs: 5000, withinS: 12 },
  ])(
    "finds every switching on of the kettle within $withinS s, and nothing else, with polls every $periodMs ms",
    ({ periodMs, withinS }) => {
      for (const phaseMs of phasesOf(periodMs))
        for (const circuit of ["kettle", "main"]) {
          const found = vicious(polled(recording(circuit), periodMs, phaseMs));
          expect(found).toHaveLength(KETTLE_ON_S.length);
          found.forEach((verdict, run) => {
            const afterS = secondsOf(verdict.at) - (KETTLE_ON_S[run] ?? 0);
            expect(afterS).toBeGreaterThan(0);
            expect(afterS).toBeLessThanOrEqual(withinS);
          });
        }
    },
  );

  it.each([1000, 1500, 2000, 3000, 5000])(
    "never takes the vacuum cleaner, with polls every %i ms",
    (periodMs) => {
      for (const phaseMs of phasesOf(periodMs)) {
        const verdicts = replayViciousLoad(
          defaultViciousLoadRule,
          polled(recording("vacuum"), periodMs, phaseMs),
        );
        const steps = verdicts.filter((verdict) => verdict.outcome !== "below-threshold");
        expect(steps.map((verdict) => verdict.outcome)).toEqual(new Array(4).fill("factor-too-low"));
        for (const verdict of steps) expect(verdict.factorPpm).toBeLessThan(989_000);
      }
    },
  );

  it("trips a circuit for the kettle, stays closed for the vacuum cleaner, and finds a kettle left on", () => {
    const rules = { viciousLoad: { ...defaultViciousLoadRule, mode: "trip" as const } };
    const run = new CircuitRun({ rules, pollIntervalMs: 1000 });
    const main = recording("main");
    const give = (from: number, to: number) => {
      for (const { activePowerW, reactivePowerVar } of main.slice(from, to)) {
        run.nowMs += 1000;
        run.sample({ activePowerW, reactivePowerVar });
      }
    };
    give(0, 30);
    expect(run.kinds).toEqual([]);
    give(30, 36);
    expect(run.hold("vicious-load")?.params).toMatchObject({ trip: 1 });
    run.run(300, { relay: "open" }, 1);
    // The vacuum cleaner and the kettle come back together, with their inrush.
    give(31, 36);
    expect(run.hold("vicious-load")?.params).toMatchObject({ trip: 2 });
    run.run(300, { relay: "open" }, 1);
    // Only the vacuum cleaner.
    give(14, 30);
    expect(run.kinds).toEqual([]);
    expect(run.told.at(-1)).toBe("vicious-load cleared");
  });
});
