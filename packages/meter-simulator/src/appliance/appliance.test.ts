import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { appliancePower, createAppliance } from "./appliance.ts";
import { APPLIANCE_KIND_NAMES, APPLIANCE_KINDS, type ApplianceKindName } from "./appliance-kinds.ts";
import { runAt, type Timetable } from "./timetable.ts";

const plug = (kind: ApplianceKindName, timetable: Timetable = { afterS: 0 }, seed = 7) =>
  createAppliance(seed, { id: kind, kind, timetable, wiring: "all" });

describe("a timetable", () => {
  it.each([
    ["before its start", { afterS: 10 }, 9999, undefined],
    ["from its start on", { afterS: 10 }, 10_000, 0],
    ["without an end", { afterS: 10 }, 86_410_000, 86_400_000],
    ["until its end", { afterS: 10, forS: 5 }, 14_999, 4999],
    ["after its end", { afterS: 10, forS: 5 }, 15_000, undefined],
    ["in its next turn", { afterS: 10, everyS: 60, forS: 5 }, 71_000, 1000],
    ["between two turns", { afterS: 10, everyS: 60, forS: 5 }, 75_000, undefined],
  ])("%s", (_name, timetable, elapsedMs, expected) => {
    const { forMs, untilMs } = runAt(timetable, elapsedMs, 1);
    expect(forMs).toBe(expected);
    // It holds until then, and no further.
    if (untilMs === Number.POSITIVE_INFINITY) return;
    const isOn = forMs !== undefined;
    expect(runAt(timetable, untilMs - 1, 1).forMs !== undefined).toBe(isOn);
    expect(runAt(timetable, untilMs, 1).forMs !== undefined).toBe(!isOn);
  });
});

describe("an appliance", () => {
  it.each(APPLIANCE_KIND_NAMES)("%s settles at its power and starts with its inrush", (kind) => {
    const { activePowerW, inrush, noiseMilli } = APPLIANCE_KINDS[kind];
    const appliance = plug(kind);
    const settled = appliancePower(appliance, 30_000, 30_000);
    expect(settled.untilMs).toBe(31_000);
    expect(Math.abs(settled.activePowerMw / 1000 - activePowerW)).toBeLessThanOrEqual(
      (activePowerW * noiseMilli) / 1000,
    );
    const first = appliancePower(appliance, 30_000, 0);
    expect(first.untilMs).toBe(30_100);
    expect(first.activePowerMw / settled.activePowerMw).toBeCloseTo(inrush.active, 3);
  });

  it("draws nothing outside its timetable", () => {
    const kettle = plug("kettle", { afterS: 10, forS: 5 });
    expect(appliancePower(kettle, 9_900, 9_900).activePowerMw).toBe(0);
    expect(appliancePower(kettle, 15_000, 15_000)).toMatchObject({ activePowerMw: 0, reactivePowerMvar: 0 });
  });

  it("a refrigerator runs and rests", () => {
    const refrigerator = plug("refrigerator");
    const minutes = Array.from({ length: 400 }, (_, minute) =>
      appliancePower(refrigerator, minute * 60_000, 1e9),
    );
    const runningShare = minutes.filter(({ activePowerMw }) => activePowerMw > 0).length / 400;
    expect(runningShare).toBeCloseTo(900 / 2400, 1);
  });

  it("is the same for the same seed, and another for another", () => {
    const at = (seed: number) =>
      Array.from({ length: 20 }, (_, second) =>
        appliancePower(plug("laptop", { afterS: 0 }, seed), second * 1000, 1e6),
      );
    expect(at(7)).toEqual(at(7));
    expect(at(7)).not.toEqual(at(8));
  });
});

const RECORDINGS = resolve(import.meta.dirname, "../../../../../shared/data/appliances");

/** Steps four seconds after switching on, from the recordings. */
describe.skipIf(!existsSync(RECORDINGS))("against the UK-DALE recordings", () => {
  const settledRows = (file: string) =>
    readFileSync(resolve(RECORDINGS, file), "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(",").map(Number))
      .map((row) => ({ p: row[5] ?? 0, q: row[6] ?? 0 }))
      .filter(({ p }) => p > 1500)
      .slice(4);
  const factor = (p: number, q: number) => p / Math.hypot(p, q);

  it.each([
    ["kettle", "kettle.csv", 0.0005],
    ["vacuum", "vacuum.csv", 0.003],
  ] as const)("the %s has the recorded power and step factor", (kind, file, tolerance) => {
    const rows = settledRows(file);
    const recorded = rows.map(({ p }) => p);
    const simulated = appliancePower(plug(kind), 60_000, 60_000);
    const p = simulated.activePowerMw / 1000;
    expect(p).toBeGreaterThan(Math.min(...recorded) * 0.98);
    expect(p).toBeLessThan(Math.max(...recorded) * 1.02);
    const meanFactor = rows.reduce((sum, row) => sum + factor(row.p, row.q), 0) / rows.length;
    const simulatedFactor = factor(simulated.activePowerMw, simulated.reactivePowerMvar);
    expect(Math.abs(simulatedFactor - meanFactor)).toBeLessThan(tolerance);
  });
});
