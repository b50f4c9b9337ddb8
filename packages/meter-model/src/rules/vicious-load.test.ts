import { describe, expect, it } from "vitest";
import type { Sample } from "../sample.ts";
import { CircuitRun, MANAGER, START_MS, sampleAt } from "./circuit-fixture.ts";
import { resumeCircuitState } from "./circuit-state.ts";
import { defaultViciousLoadRule } from "./defaults.ts";
import type { ViciousLoadRule } from "./rule-config.ts";
import { replayCase, replayViciousLoad } from "./vicious-replay.ts";
import type { ViciousCase } from "./vicious-verdict.ts";

const LAPTOP = { activePowerW: 60, reactivePowerVar: -20 };
const HEATER = { activePowerW: 1560, reactivePowerVar: -10 };
const MOTOR = { activePowerW: 1560, reactivePowerVar: 300 };
const OPEN = { relay: "open" as const };
const under = (change: Partial<ViciousLoadRule> = {}) =>
  new CircuitRun({ rules: { viciousLoad: { ...defaultViciousLoadRule, mode: "trip", ...change } } }).run(
    30,
    LAPTOP,
  );

describe("vicious load", () => {
  it.each([1, 2, 5, 6])("opens for a heater within 20 s when read every %i s", (everyS) => {
    const run = under({}).run(12, LAPTOP, everyS).run(20, HEATER, everyS);
    expect(run.hold("vicious-load")).toMatchObject({
      reason: "vicious-step",
      params: { stepW: 1500, stepVar: 10, factorPpm: 999_977, ruleVersion: 2, trip: 1, tripsPerDay: 3 },
    });
  });

  it("stores the samples, the rule's version and the numbers with its alarm", () => {
    const run = under().run(15, HEATER);
    const alarm = run.steps.flatMap((step) => step.events).find((event) => event.type === "alarm");
    expect(alarm).toMatchObject({
      kind: "vicious-load",
      state: "raised",
      params: { stepW: 1500, matched: 2, judged: 2 },
      evidence: { ruleVersion: 2 },
    });
    const samples = (alarm?.type === "alarm" ? alarm.evidence?.samples : undefined) ?? [];
    expect(samples.map((sample) => sample.activePowerW)).toEqual([60, 1560, 1560]);
    expect(replayViciousLoad(defaultViciousLoadRule, samples).map((verdict) => verdict.outcome)).toEqual([
      "vicious",
    ]);
  });

  it("leaves a motor alone but remembers the verdict", () => {
    const run = under().run(120, MOTOR);
    expect(run.kinds).toEqual([]);
    expect(run.told).toEqual(["vicious-verdict"]);
  });

  it("reports only, in alarm mode, until the load has gone", () => {
    const run = under({ mode: "alarm" }).run(60, HEATER);
    expect(run.kinds).toEqual([]);
    expect(run.told).toEqual(["vicious-verdict", "vicious-load raised"]);
    run.run(5, LAPTOP);
    expect(run.told.slice(2)).toEqual(["vicious-load-gone", "vicious-load cleared"]);
  });

  it("sees nothing when off", () => {
    expect(under({ mode: "off" }).run(60, HEATER).told).toEqual([]);
  });

  it("takes no suspect sample and no step over a silence", () => {
    expect(under().run(60, { ...HEATER, flags: ["suspect"] }).kinds).toEqual([]);
    const silent = under();
    silent.wait(60);
    expect(silent.run(60, HEATER).told).toEqual([]);
  });

  it("reports instead of opening where automatic opening is forbidden", () => {
    const run = under();
    run.config = { ...run.config, automaticOpening: false };
    run.run(60, HEATER);
    expect(run.kinds).toEqual([]);
    expect(run.told).toContain("vicious-load raised");
  });

  it("judges nothing that is switched on while the circuit is about to open for another reason", () => {
    const run = under();
    run.command({ action: "open" });
    expect(run.run(60, HEATER).kinds).toEqual(["manual"]);
    expect(run.told).not.toContain("vicious-verdict");
  });

  it("catches a second appliance that comes while the first is judged", () => {
    const run = under().run(5, MOTOR);
    run.run(20, { activePowerW: MOTOR.activePowerW + 2000, reactivePowerVar: MOTOR.reactivePowerVar + 10 });
    expect(run.kinds).toEqual(["vicious-load"]);
  });

  it("catches a heater that comes while a lamp is judged", () => {
    const run = under().run(5, { activePowerW: 200, reactivePowerVar: -20 });
    run.run(20, { activePowerW: 1700, reactivePowerVar: -10 });
    expect(run.kinds).toEqual(["vicious-load"]);
  });
});

describe("slow ramps and split steps", () => {
  /** 100 W a minute at unity, every step far below the threshold. */
  const ramp = (run: CircuitRun, minutes: number, reactiveVarPerMinute = 0) => {
    for (let minute = 1; minute <= minutes; minute += 1)
      run.run(60, {
        activePowerW: 60 + minute * 100,
        reactivePowerVar: -20 + minute * reactiveVarPerMinute,
      });
    return run;
  };

  it("are caught by the level over the window", () => {
    const run = ramp(under(), 16);
    expect(run.hold("vicious-load")).toMatchObject({ reason: "vicious-level", params: { stepW: 1500 } });
  });

  it("are none when they grow reactive", () => {
    expect(ramp(under(), 25, 15).told).toEqual([]);
  });

  it("are none when they take longer than the window", () => {
    const run = under({ levelWindowS: 600 });
    expect(ramp(run, 25).told).toEqual([]);
  });

  it("are not looked for with a threshold of 0", () => {
    expect(ramp(under({ levelThresholdW: 0 }), 25).told).toEqual([]);
  });

  it("do not include a step that was judged and allowed", () => {
    const run = under({ ranges: [{ fromW: 2000, toW: 9000 }] });
    for (let time = 0; time < 4; time += 1) run.run(60, { activePowerW: 1960 }).run(60, LAPTOP);
    expect(run.kinds).toEqual([]);
    expect(new Set(run.told)).toEqual(new Set(["vicious-verdict"]));
  });
});

describe("after a trip", () => {
  const tripped = (change: Partial<ViciousLoadRule> = {}) => under(change).run(10, HEATER);
  const reclose = (run: CircuitRun) => {
    run.run(300, OPEN);
    return run.give({ type: "relay-confirmed", relay: "closed", at: new Date(run.nowMs).toISOString() });
  };

  it("waits, lets the circuit close, and opens again while the load is there", () => {
    const run = tripped();
    expect(run.kinds).toEqual(["vicious-load"]);
    run.run(295, OPEN);
    expect(run.kinds).toEqual(["vicious-load"]);
    run.run(5, OPEN);
    expect(run.kinds).toEqual([]);
    run.run(15, HEATER);
    expect(run.hold("vicious-load")?.params).toMatchObject({ trip: 2 });
    expect(run.told).not.toContain("vicious-load-gone");
  });

  it("is judged from zero even if no sample was read while open", () => {
    const run = tripped();
    run.give({ type: "relay-confirmed", relay: "open", at: new Date(run.nowMs).toISOString() });
    run.wait(300);
    run.give({ type: "relay-confirmed", relay: "closed", at: new Date(run.nowMs).toISOString() });
    run.run(15, HEATER);
    expect(run.kinds).toEqual(["vicious-load"]);
  });

  it("finds the heater again behind a motor that starts with it", () => {
    const run = under().run(60, { activePowerW: 660, reactivePowerVar: 600 });
    run.run(15, { activePowerW: 2160, reactivePowerVar: 610 });
    expect(run.kinds).toEqual(["vicious-load"]);
    reclose(run);
    run.run(15, { activePowerW: 2160, reactivePowerVar: 610 });
    expect(run.hold("vicious-load")?.params).toMatchObject({ trip: 2 });
  });

  it("clears the alarm once the load is gone", () => {
    const run = tripped();
    reclose(run);
    run.run(30, LAPTOP);
    expect(run.kinds).toEqual([]);
    expect(run.told.slice(-2)).toEqual(["vicious-load-gone", "vicious-load cleared"]);
  });

  it("judges nothing while the hold stands, whatever a stuck relay lets flow", () => {
    expect(
      tripped()
        .run(120, HEATER)
        .told.filter((each) => each === "hold-placed"),
    ).toHaveLength(1);
  });

  it("locks after the day's trips until staff release it, and counts from one again", () => {
    const run = tripped({ tripsPerDay: 2 });
    reclose(run);
    run.run(15, HEATER);
    expect(run.hold("vicious-load")).toMatchObject({ locked: true });
    expect(run.run(3600, OPEN, 60).kinds).toEqual(["vicious-load"]);
    run.command({ action: "release", hold: "vicious-load", by: MANAGER });
    expect(run.kinds).toEqual([]);
    run.run(5, OPEN).run(15, HEATER);
    expect(run.hold("vicious-load")).toMatchObject({ params: { trip: 1 } });
  });

  it("counts anew on the next local day", () => {
    const run = tripped({ tripsPerDay: 2 });
    // 10:00 in Shanghai plus 15 h is the next day there, though not yet in UTC.
    run.wait(15 * 3600 - 1);
    run.run(20, OPEN).run(15, HEATER);
    expect(run.hold("vicious-load")).toMatchObject({ params: { trip: 1 } });
  });

  it("lets go when the rule no longer trips", () => {
    const run = tripped();
    run.config = { ...run.config, rules: { viciousLoad: { ...defaultViciousLoadRule, mode: "alarm" } } };
    run.wait(1);
    expect(run.kinds).toEqual([]);
  });
});

describe("after any other cut", () => {
  /** Off by the rules' choice of another reason, then closed again; the meter shows its power a sample late. */
  const cutAndBack = (run: CircuitRun, back: Partial<Sample>) => {
    run.command({ action: "open" });
    run.run(600, OPEN);
    run.command({ action: "close" });
    run.give({ type: "relay-confirmed", relay: "closed", at: new Date(run.nowMs).toISOString() });
    return run.run(1, { activePowerW: 0 }, 1).run(30, back, 1);
  };
  const ROOM = { activePowerW: 1900, reactivePowerVar: 60 };
  /** Grows by 200 W every half minute, each far below a step, and together below the level. */
  const grown = (change: Partial<ViciousLoadRule> = {}) => {
    const run = under({ levelThresholdW: 0, ...change });
    for (let watts = 100; watts <= 1900; watts += 200)
      run.run(30, { activePowerW: watts, reactivePowerVar: 60 });
    return run;
  };

  it("the load that comes back whole is no step", () => {
    const run = cutAndBack(grown(), ROOM);
    expect(run.kinds).toEqual([]);
    expect(run.told).not.toContain("vicious-verdict");
  });

  it("a kettle beside the load that comes back is one", () => {
    const run = cutAndBack(grown(), { ...ROOM, activePowerW: 3900 });
    expect(run.hold("vicious-load")?.params).toMatchObject({ stepW: 2000, stepVar: 0 });
  });

  it("what was switched on a moment before the cut, and not yet judged, counts as new", () => {
    const run = grown().run(1, { ...ROOM, activePowerW: 3900 }, 1);
    expect(cutAndBack(run, { ...ROOM, activePowerW: 3900 }).kinds).toEqual(["vicious-load"]);
  });

  it("a kettle that comes half a minute later is one, from what flows by then", () => {
    const run = cutAndBack(grown(), LAPTOP);
    expect(run.run(10, HEATER, 1).hold("vicious-load")?.params).toMatchObject({ stepW: 1500 });
  });

  it("a gateway that restarted while the circuit was open still knows what flowed", () => {
    const run = grown();
    run.command({ action: "open" });
    run.run(30, OPEN);
    run.state = resumeCircuitState(run.state, run.nowMs);
    expect(cutAndBack(run, ROOM).told).not.toContain("vicious-verdict");
  });

  it("a gateway that knows nothing takes whatever comes back for the room's load", () => {
    const rules = { viciousLoad: { ...defaultViciousLoadRule, mode: "trip" as const } };
    const run = new CircuitRun({ rules }).run(30, OPEN);
    run.give({ type: "relay-confirmed", relay: "closed", at: new Date(run.nowMs).toISOString() });
    run.run(20, ROOM, 1);
    expect(run.told).toEqual([]);
    expect(run.run(5, { ...ROOM, activePowerW: 3900 }, 1).kinds).toEqual(["vicious-load"]);
  });

  it("so does one whose meters were without power", () => {
    const run = under();
    run.wait(120);
    run.run(1, { activePowerW: 0 }, 1).run(30, ROOM, 1);
    expect(run.told).toEqual([]);
  });
});

describe("replay", () => {
  const recorded = [60, 60, 1560, 1560, 1560, 1560].map((activePowerW, index) =>
    sampleAt(START_MS + index * 5000, { activePowerW }),
  );

  it("shows what another rule would have said of the same samples", () => {
    const outcome = (change: Partial<ViciousLoadRule>) =>
      replayViciousLoad({ ...defaultViciousLoadRule, ...change }, recorded).map((verdict) => verdict.outcome);
    expect(outcome({})).toEqual(["vicious"]);
    expect(outcome({ ranges: [{ fromW: 2000, toW: 9000 }] })).toEqual(["outside-ranges"]);
    expect(outcome({ stepThresholdW: 1501, levelThresholdW: 0 })).toEqual(["below-threshold"]);
    expect(outcome({ confirm: { m: 3, n: 3 } })).toEqual(["vicious"]);
    expect(outcome({ confirm: { m: 5, n: 5 } })).toEqual([]);
  });

  const evidenceOf = (run: CircuitRun) => {
    const evidence = run.steps
      .flatMap((step) => step.events)
      .flatMap((event) => (event.type === "event" && event.evidence ? [event.evidence] : []));
    // As it crosses the wire and lies in the store.
    return JSON.parse(JSON.stringify(evidence)) as { samples: Sample[]; judged: ViciousCase }[];
  };

  it("makes a stored verdict again from its own evidence, and another one under another rule", () => {
    const [stored] = evidenceOf(under().run(10, HEATER));
    const again = (change: Partial<ViciousLoadRule> = {}) =>
      stored && replayCase({ ...defaultViciousLoadRule, ...change }, stored.judged, stored.samples);
    expect(again()).toMatchObject({ outcome: "vicious", deltaPowerW: 1500, factorPpm: 999_977, matched: 2 });
    expect(again({ ranges: [{ fromW: 2000, toW: 9000 }] })?.outcome).toBe("outside-ranges");
    expect(again({ confirm: { m: 3, n: 3 } })?.outcome).toBe("undecided");
    expect(again({ mode: "off" })?.outcome).toBe("undecided");
  });

  it("keeps the evidence of what was let pass, so that a stricter rule can be tried", () => {
    const [stored] = evidenceOf(under().run(20, MOTOR));
    const outcome = (factorThresholdMilli: number) =>
      stored &&
      replayCase({ ...defaultViciousLoadRule, factorThresholdMilli }, stored.judged, stored.samples).outcome;
    expect([outcome(995), outcome(970)]).toEqual(["factor-too-low", "vicious"]);
  });

  it("makes a probe's verdict again from the load that was there before", () => {
    const run = under().run(60, { activePowerW: 660, reactivePowerVar: 600 });
    run.run(15, { activePowerW: 2160, reactivePowerVar: 610 }).run(300, OPEN);
    run.run(15, { activePowerW: 2160, reactivePowerVar: 610 });
    const stored = evidenceOf(run).at(-1);
    expect(stored && replayCase(defaultViciousLoadRule, stored.judged, stored.samples)).toMatchObject({
      outcome: "vicious",
      deltaPowerW: 1500,
      deltaReactiveVar: 10,
    });
  });

  it("makes a level's verdict again", () => {
    const run = under();
    for (let minute = 1; minute <= 16; minute += 1) run.run(60, { activePowerW: 60 + minute * 100 });
    const stored = evidenceOf(run).at(-1);
    expect(stored?.judged.kind).toBe("level");
    const outcome = (levelThresholdW: number) =>
      stored &&
      replayCase({ ...defaultViciousLoadRule, levelThresholdW }, stored.judged, stored.samples).outcome;
    expect([outcome(1500), outcome(1600), outcome(0)]).toEqual([
      "vicious",
      "below-threshold",
      "below-threshold",
    ]);
  });
});
