import { describe, expect, it } from "vitest";
import { CircuitRun, MANAGER, RESIDENT } from "./circuit-fixture.ts";
import { defaultOverloadRule } from "./defaults.ts";
import type { OverloadRule } from "./rule-config.ts";

const LOAD = { activePowerW: 3400 };
const under = (change: Partial<OverloadRule> = {}, more: object = {}) =>
  new CircuitRun({ rules: { overload: { ...defaultOverloadRule, ...change } }, ...more }).run(20);

describe("overload", () => {
  it("opens once the load has lasted the delay, with its numbers", () => {
    const run = under().run(10, LOAD);
    expect(run.kinds).toEqual([]);
    run.run(5, LOAD);
    expect(run.hold("overload")).toMatchObject({
      reason: "power-above-limit",
      params: { powerW: 3400, limitW: 3000, trip: 1, reclosesPerWindow: 3 },
      until: new Date(run.nowMs + 180_000).toISOString(),
    });
    expect(run.told).toContain("overload raised");
  });

  it.each([
    { everyS: 1, opensAfterS: 11 },
    { everyS: 2, opensAfterS: 12 },
    { everyS: 6, opensAfterS: 18 },
  ])("opens after $opensAfterS s when read every $everyS s", ({ everyS, opensAfterS }) => {
    const run = under();
    run.run(opensAfterS - everyS, LOAD, everyS);
    expect(run.kinds).toEqual([]);
    run.run(everyS, LOAD, everyS);
    expect(run.kinds).toEqual(["overload"]);
  });

  it("forgives a start that is over before the delay", () => {
    const run = under().run(10, LOAD).run(5, { activePowerW: 2900 }).run(10, LOAD);
    expect(run.kinds).toEqual([]);
  });

  it("does not open at the limit itself", () => {
    expect(under().run(60, { activePowerW: 3000 }).kinds).toEqual([]);
  });

  it("starts the delay again after a silence", () => {
    const run = under().run(10, LOAD);
    run.wait(16);
    run.run(10, LOAD);
    expect(run.kinds).toEqual([]);
  });

  it("starts the delay again when the circuit was open in between, even if no sample saw it", () => {
    const run = under().run(5, LOAD);
    for (const relay of ["open", "closed"] as const)
      run.give({ type: "relay-confirmed", relay, at: new Date(run.nowMs).toISOString() });
    expect(run.run(10, LOAD).kinds).toEqual([]);
    expect(run.run(5, LOAD).kinds).toEqual(["overload"]);
  });

  it("takes no suspect sample for a load", () => {
    expect(under().run(60, { ...LOAD, flags: ["suspect"] }).kinds).toEqual([]);
  });

  it("watches the current as well", () => {
    const run = under({ maxCurrentCa: 1000 }).run(15, { activePowerW: 1000, currentCa: 1001 });
    expect(run.hold("overload")).toMatchObject({
      reason: "current-above-limit",
      params: { currentCa: 1001, limitCa: 1000 },
    });
  });

  it("recloses by itself after its delay", () => {
    const run = under().run(15, LOAD).run(175, { relay: "open" });
    expect(run.kinds).toEqual(["overload"]);
    run.run(5, { relay: "open" });
    expect(run.kinds).toEqual([]);
    expect(run.told).toContain("overload cleared");
  });

  const tripAgain = (run: CircuitRun) => run.run(15, LOAD).run(180, { relay: "open" });

  it("locks after the recloses of its window, until staff release it", () => {
    const run = under({ reclosesPerWindow: 2 });
    tripAgain(run);
    tripAgain(run);
    expect(run.kinds).toEqual([]);
    tripAgain(run);
    expect(run.hold("overload")).toMatchObject({ locked: true, params: { trip: 3 } });
    expect(run.hold("overload")?.until).toBeUndefined();
    expect(run.run(7200, { relay: "open" }, 60).kinds).toEqual(["overload"]);
    expect(run.command({ action: "release", by: MANAGER }).commandOutcome).toEqual({ state: "applied" });
    tripAgain(run);
    expect(run.kinds).toEqual([]);
  });

  it("forgets trips older than the window", () => {
    const run = under({ reclosesPerWindow: 1, windowS: 600 });
    tripAgain(run);
    run.run(600);
    tripAgain(run);
    expect(run.kinds).toEqual([]);
  });

  it.each([
    { allowed: true, outcome: { state: "applied" } },
    { allowed: false, outcome: { state: "refused", code: "not-releaser" } },
  ])("lets the resident release it: $allowed", ({ allowed, outcome }) => {
    const run = under({ residentMayRelease: allowed }).run(15, LOAD);
    expect(run.command({ action: "release", hold: "overload", by: RESIDENT }).commandOutcome).toMatchObject(
      outcome,
    );
  });

  it("lets go when the rule is taken away", () => {
    const run = under().run(15, LOAD);
    run.config = { ...run.config, rules: {} };
    run.wait(1);
    expect(run.kinds).toEqual([]);
    expect(run.told.slice(-2)).toEqual(["hold-released", "overload cleared"]);
  });

  it("opens nothing where automatic opening is forbidden", () => {
    expect(under({}, { automaticOpening: false }).run(60, LOAD).kinds).toEqual([]);
  });
});

describe("safety", () => {
  const ABOVE = { activePowerW: 14_000, currentCa: 6087 };

  it("raises an alarm above the switch's rating, opens nothing and forbids breaking it", () => {
    const run = new CircuitRun().run(20);
    const step = run.run(5, ABOVE).steps.at(-1);
    expect(step?.mayBreak).toBe(false);
    expect(step?.holds).toEqual([]);
    expect(run.told).toContain("current-above-switch-rating raised");
    expect(run.run(5).steps.at(-1)?.mayBreak).toBe(true);
    expect(run.told).toContain("current-above-switch-rating cleared");
  });

  it("forbids breaking even while another rule wants to open", () => {
    const run = under().run(15, ABOVE);
    expect(run.kinds).toEqual(["overload"]);
    expect(run.steps.at(-1)?.mayBreak).toBe(false);
  });

  it("believes even a suspect sample that the current is too high to break", () => {
    const run = new CircuitRun().run(20).run(5, { ...ABOVE, flags: ["suspect"] });
    expect(run.steps.at(-1)?.mayBreak).toBe(false);
    expect(run.told).not.toContain("current-above-switch-rating raised");
  });

  it("reports a meter fault on the second sample, and opens only where the bit is proved", () => {
    const fault = { flags: ["meter-fault" as const] };
    const run = new CircuitRun().run(20).run(5, fault);
    expect(run.told).not.toContain("meter-fault raised");
    run.run(5, fault);
    expect(run.told).toContain("meter-fault raised");
    expect(run.kinds).toEqual([]);
    expect(run.run(5).told).toContain("meter-fault cleared");
    const proved = new CircuitRun({ meterFaultOpens: true }).run(20).run(10, fault);
    expect(proved.hold("safety")).toMatchObject({ reason: "meter-fault" });
    expect(proved.run(60).kinds).toEqual(["safety"]);
  });
});
