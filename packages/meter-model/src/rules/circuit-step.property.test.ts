import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Command } from "../contract/command.ts";
import { COMMAND_ACTIONS } from "../contract/command.ts";
import { uplinkItemSchema } from "../contract/uplink.ts";
import { HOLD_KIND_NAMES } from "../holds/hold-kinds.ts";
import {
  ADMINISTRATOR,
  CircuitRun,
  creditOf,
  MAINTENANCE,
  MANAGER,
  RESIDENT,
  SECOND_ADMINISTRATOR,
  sampleAt,
} from "./circuit-fixture.ts";
import { circuitStateSchema } from "./circuit-state.ts";
import { type CircuitInput, type CircuitStep, stepCircuit } from "./circuit-step.ts";
import { defaultOverloadRule, defaultViciousLoadRule } from "./defaults.ts";
import type { CircuitRules } from "./rule-config.ts";

const PEOPLE = [ADMINISTRATOR, SECOND_ADMINISTRATOR, MAINTENANCE, MANAGER, RESIDENT];
const RULES: CircuitRules = {
  overload: { ...defaultOverloadRule, maxPowerW: 2500, residentMayRelease: true },
  viciousLoad: { ...defaultViciousLoadRule, mode: "trip", probeAfterS: 60 },
  reminder: { level1Minor: 1000, level2Minor: 500, mode: "trip-and-reclose", recloseAfterS: 60 },
  schedule: {
    id: "s",
    name: "Short break",
    off: { workday: [{ from: "10:03", to: "10:05" }], "rest-day": [], holiday: [] },
  },
};

type Happening = { afterMs: number; make: (nowMs: number) => CircuitInput };
const iso = (ms: number) => new Date(ms).toISOString();
const relay = fc.constantFrom("closed", "open", "unknown" as const) as fc.Arbitrary<
  "closed" | "open" | "unknown"
>;

const samples = fc
  .record({
    activePowerW: fc.integer({ min: -500, max: 16_000 }),
    reactivePowerVar: fc.integer({ min: -2000, max: 2000 }),
    energyWh: fc.integer({ min: 999_000, max: 1_001_000 }),
    relay,
    flags: fc.oneof(
      { weight: 8, arbitrary: fc.constant([]) },
      {
        weight: 1,
        arbitrary: fc.subarray(["first", "stale", "suspect", "meter-fault", "clock-unsure"] as const),
      },
    ),
  })
  .map(
    (change) =>
      (nowMs: number): CircuitInput => ({
        type: "sample",
        sample: sampleAt(nowMs, { ...change, flags: [...change.flags] }),
      }),
  );
const credits = fc
  .integer({ min: -500, max: 2000 })
  .map((minor) => (): CircuitInput => ({ type: "credit", ...creditOf(minor) }));
const commands = (actions: readonly Command["action"][]) =>
  fc
    .record({
      action: fc.constantFrom(...actions),
      by: fc.constantFrom(...PEOPLE),
      hold: fc.option(fc.constantFrom(...HOLD_KIND_NAMES), { nil: undefined }),
      lifeS: fc.integer({ min: -5, max: 600 }),
    })
    .map(
      ({ action, by, hold, lifeS }) =>
        (nowMs: number): CircuitInput => ({
          type: "command",
          command: {
            id: "k",
            circuitId: "c1",
            action,
            by,
            ...(hold === undefined ? {} : { hold }),
            reason: "r",
            issuedAt: iso(nowMs),
            expiresAt: iso(nowMs + lifeS * 1000),
          },
        }),
    );
const happenings = (actions: readonly Command["action"][]): fc.Arbitrary<Happening[]> =>
  fc.array(
    fc.record({
      afterMs: fc.oneof(fc.integer({ min: 900, max: 6000 }), fc.constant(120_000)),
      make: fc.oneof(
        { weight: 12, arbitrary: samples },
        { weight: 2, arbitrary: credits },
        { weight: 2, arbitrary: commands(actions) },
        { weight: 1, arbitrary: fc.constant((): CircuitInput => ({ type: "tick" })) },
        {
          weight: 1,
          arbitrary: relay.map(
            (state) =>
              (nowMs: number): CircuitInput => ({ type: "relay-confirmed", relay: state, at: iso(nowMs) }),
          ),
        },
      ),
    }),
    { minLength: 5, maxLength: 60 },
  );

function play(
  run: CircuitRun,
  story: Happening[],
  look: (step: CircuitStep, input: CircuitInput) => void,
): void {
  for (const happening of story) {
    run.nowMs += happening.afterMs;
    const input = happening.make(run.nowMs);
    look(run.give(input), input);
  }
}

describe("whatever happens to a circuit", () => {
  it("its state can be stored and read, holds one hold of a kind, and the step changes nothing it was given", () => {
    fc.assert(
      fc.property(happenings(COMMAND_ACTIONS), fc.boolean(), (story, keepPower) => {
        const run = new CircuitRun({ rules: RULES, keepPower });
        for (const happening of story) {
          run.nowMs += happening.afterMs;
          const input = happening.make(run.nowMs);
          const given = structuredClone({ state: run.state, input });
          const again = stepCircuit(run.state, input, run.config, run.nowMs);
          expect({ state: run.state, input }).toEqual(given);
          const step = run.give(input);
          expect(step).toEqual(again);
          expect(circuitStateSchema.parse(run.state)).toEqual(run.state);
          const kinds = step.holds.map((hold) => hold.kind);
          expect(new Set(kinds).size).toBe(kinds.length);
          if (input.type === "command") expect(step.commandOutcome).toBeDefined();
        }
      }),
    );
  });

  it("a tag goes only by its holder or by two administrators", () => {
    fc.assert(
      fc.property(happenings(COMMAND_ACTIONS), (story) => {
        const run = new CircuitRun({ rules: RULES });
        run.command({ action: "lockout", by: MAINTENANCE });
        const votes = new Set<string>();
        let isHanging = true;
        play(run, story, (step, input) => {
          const stands = step.holds.some((hold) => hold.kind === "lockout");
          const by =
            input.type === "command" && input.command.hold === "lockout" ? input.command.by : undefined;
          if (isHanging && by?.role === "administrator") votes.add(by.id);
          if (isHanging && !stands) {
            const holder = run.steps.at(-2)?.holds.find((hold) => hold.kind === "lockout")?.origin.id;
            expect(by?.id === holder || votes.size >= 2).toBe(true);
          }
          if (!stands) votes.clear();
          isHanging = stands;
        });
      }),
    );
  });

  it("no payment, sample or tick removes what people have placed", () => {
    fc.assert(
      fc.property(happenings(["read", "keep-power"]), (story) => {
        const run = new CircuitRun({ rules: RULES });
        run.command({ action: "lockout", by: MAINTENANCE });
        run.command({ action: "open", by: MANAGER });
        play(run, story, (step) => {
          expect(step.holds.map((hold) => hold.kind)).toEqual(expect.arrayContaining(["lockout", "manual"]));
        });
      }),
    );
  });

  it("nothing opens by rule where automatic opening is forbidden, nor on doubtful samples", () => {
    fc.assert(
      fc.property(happenings(["read"]), fc.boolean(), (story, automaticOpening) => {
        const run = new CircuitRun({ rules: RULES, automaticOpening });
        for (const happening of story) {
          run.nowMs += happening.afterMs;
          const input = happening.make(run.nowMs);
          if (input.type === "sample" && automaticOpening) input.sample.flags = ["suspect"];
          expect(run.give(input).holds).toEqual([]);
        }
      }),
    );
  });

  it("what it tells fits the wire contract", () => {
    fc.assert(
      fc.property(happenings(COMMAND_ACTIONS), (story) => {
        const run = new CircuitRun({ rules: RULES, meterFaultOpens: true });
        play(run, story, (step) => {
          for (const event of step.events) {
            const subject = { circuitId: "c1" };
            const item =
              event.type === "alarm"
                ? { ...event, subject, key: event.kind }
                : { ...event, subject, id: "e1" };
            expect(uplinkItemSchema.parse(item)).toEqual(item);
          }
        });
      }),
    );
  });

  it("every hold that came or went was told", () => {
    fc.assert(
      fc.property(happenings(COMMAND_ACTIONS), (story) => {
        const run = new CircuitRun({ rules: RULES });
        let standing = new Set<string>();
        play(run, story, (step) => {
          for (const event of step.events) {
            if (event.type !== "event") continue;
            const hold = String(event.params.hold);
            if (event.kind === "hold-placed") standing = new Set([...standing, hold]);
            if (event.kind === "hold-released")
              standing = new Set([...standing].filter((kind) => kind !== hold));
          }
          expect([...standing].sort()).toEqual(step.holds.map((hold) => hold.kind).sort());
        });
      }),
    );
  });
});
