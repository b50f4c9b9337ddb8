import { describe, expect, it } from "vitest";
import { CircuitRun } from "./circuit-fixture.ts";
import { resumeCircuitState } from "./circuit-state.ts";

/** S3 through its effect: an empty balance opens only on two fresh consistent samples. */
describe("S3: no automatic opening", () => {
  const broke = () => {
    const run = new CircuitRun();
    run.balance(0);
    return run;
  };

  it("opens on the third sample after a start: the first is nobody's evidence, then two", () => {
    const run = broke();
    run.run(5);
    expect(run.kinds).toEqual([]);
    run.run(5);
    expect(run.kinds).toEqual([]);
    run.run(5);
    expect(run.kinds).toEqual(["credit"]);
  });

  it.each(["first", "stale", "suspect"] as const)("on samples flagged %s", (flag) => {
    expect(broke().run(60, { flags: [flag] }).kinds).toEqual([]);
  });

  it("without samples", () => {
    const run = broke();
    for (let second = 0; second < 60; second += 1) run.wait(1);
    expect(run.kinds).toEqual([]);
  });

  it("on samples that arrive late", () => {
    const run = broke();
    for (let poll = 0; poll < 10; poll += 1) {
      run.nowMs += 5000;
      run.sample({ at: new Date(run.nowMs - 10_001).toISOString() });
    }
    expect(run.kinds).toEqual([]);
  });

  it("on two samples with a long silence between them", () => {
    const run = broke().run(10);
    run.wait(15.001);
    run.sample();
    expect(run.kinds).toEqual([]);
  });

  it("on registers that do not fit together, and says so", () => {
    const run = broke().run(5);
    run.run(5, { energyWh: 1_000_000 });
    run.run(5, { energyWh: 900_000 });
    expect(run.kinds).toEqual([]);
    expect(run.told).toContain("register-suspect raised");
    // 60 A × 230 V × 5 s is 19 Wh; with tolerance and two register steps 41 Wh.
    run.run(5, { energyWh: 900_042 });
    expect(run.kinds).toEqual([]);
    run.run(5, { energyWh: 900_083 });
    expect(run.kinds).toEqual(["credit"]);
    expect(run.told).toContain("register-suspect cleared");
  });

  it("while automatic opening is forbidden", () => {
    const run = new CircuitRun({ automaticOpening: false });
    run.balance(0);
    expect(run.run(60).kinds).toEqual([]);
  });

  it("right after a restart, though the hold that stood goes on", () => {
    const run = broke().run(15);
    run.state = resumeCircuitState(run.state, run.nowMs);
    expect(run.kinds).toEqual(["credit"]);
    expect(run.state.trust).toEqual({ awaitsFirst: true, good: [] });
  });

  it("ignores a sample taken before watching began", () => {
    const run = broke();
    run.nowMs += 5000;
    run.sample({ at: new Date(run.state.startedAtMs - 1).toISOString() });
    expect(run.state.trust.awaitsFirst).toBe(true);
  });

  it("for long after the clock was set back: two fresh samples of the new time are enough", () => {
    const run = broke().run(10);
    run.nowMs -= 3_600_000;
    run.run(15);
    expect(run.kinds).toEqual([]);
    run.run(5);
    expect(run.kinds).toEqual(["credit"]);
  });
});
