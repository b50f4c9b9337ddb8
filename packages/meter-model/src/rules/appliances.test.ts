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
  // On at least 15 s: by the plug's own recording the kettle runs in these seconds of the file.
  const kettle = isThere ? recording("kettle") : [];
  const isKettleOn = (second: number) => (kettle[second]?.activePowerW ?? 0) > 1000;

  it.each(SAMPLINGS)("never takes the vacuum cleaner alone, one sample in $n from $phase", ({ n, phase }) => {
    expect(vicious(everyNth(recording("vacuum"), n, phase))).toEqual([]);
  });

  it.each(SAMPLINGS)("finds every run of the kettle alone, one sample in $n from $phase", ({ n, phase }) => {
    const samples = everyNth(recording("kettle"), n, phase);
    const starts = samples.filter(
      (sample, index) => sample.activePowerW > 1000 && (samples[index - 1]?.activePowerW ?? 0) < 1000,
    );
    expect(starts.length).toBeGreaterThanOrEqual(4);
    const found = vicious(samples);
    expect(found).toHaveLength(starts.length);
    for (const verdict of found) expect(verdict.factorPpm).toBeGreaterThanOrEqual(999_000);
  });

  it.each(SAMPLINGS)(
    "names nothing on the shared circuit but the kettle, one sample in $n from $phase",
    ({ n, phase }) => {
      const found = vicious(everyNth(recording("main"), n, phase));
      expect(found.length).toBeGreaterThanOrEqual(3);
      for (const verdict of found) expect(isKettleOn(secondsOf(verdict.at))).toBe(true);
    },
  );
});
