import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Sample } from "../sample.ts";
import { sampleAt } from "./circuit-fixture.ts";
import { defaultViciousLoadRule } from "./defaults.ts";
import { replayViciousLoad } from "./vicious-detector.ts";

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

const everyNth = (samples: Sample[], n: number, phase: number) =>
  samples.filter((_, index) => index % n === phase);
/** 1 Hz, and every phase of 2, 3 and 5 s polls. */
const SAMPLINGS = [1, 2, 3, 5].flatMap((n) => Array.from({ length: n }, (_, phase) => ({ n, phase })));

const isThere = existsSync(new URL("main.csv", FOLDER));
const startOf = (name: string) => (isThere ? Date.parse(recording(name)[0]?.at ?? "") : 0);
const secondsOf = (at: string) => (Date.parse(at) - startOf("main")) / 1000;
const vicious = (samples: Sample[]) =>
  replayViciousLoad(defaultViciousLoadRule, samples).filter((verdict) => verdict.outcome === "vicious");

describe.skipIf(!isThere)("recorded appliances under the default rule", () => {
  // By the kettle's own plug it is switched on in these seconds of the recording, and boils for at least 20 s.
  const KETTLE_ON_S = [32, 98, 194, 431];

  it.each(SAMPLINGS)("never takes the vacuum cleaner alone, one sample in $n from $phase", ({ n, phase }) => {
    const verdicts = replayViciousLoad(defaultViciousLoadRule, everyNth(recording("vacuum"), n, phase));
    const steps = verdicts.filter((verdict) => verdict.outcome !== "below-threshold");
    expect(steps.map((verdict) => verdict.outcome)).toEqual(new Array(4).fill("factor-too-low"));
    for (const verdict of steps) expect(verdict.factorPpm).toBeLessThan(988_000);
  });

  it.each(SAMPLINGS)("finds every run of the kettle alone, one sample in $n from $phase", ({ n, phase }) => {
    const found = vicious(everyNth(recording("kettle"), n, phase));
    expect(found).toHaveLength(KETTLE_ON_S.length);
    found.forEach((verdict, run) => {
      const afterS = secondsOf(verdict.at) - (KETTLE_ON_S[run] ?? 0);
      expect(afterS).toBeGreaterThan(0);
      expect(afterS).toBeLessThanOrEqual(20);
      expect(verdict.factorPpm).toBeGreaterThanOrEqual(999_900);
    });
  });

  it.each(SAMPLINGS)(
    "on the shared circuit names the kettle, and only it, one sample in $n from $phase",
    ({ n, phase }) => {
      const samples = everyNth(recording("main"), n, phase);
      const foundS = vicious(samples).map((verdict) => secondsOf(verdict.at));
      for (const onS of KETTLE_ON_S) expect(foundS.some((s) => s > onS && s <= onS + 20)).toBe(true);
      for (const s of foundS) expect(KETTLE_ON_S.some((onS) => s > onS && s <= onS + 25)).toBe(true);
    },
  );
});
