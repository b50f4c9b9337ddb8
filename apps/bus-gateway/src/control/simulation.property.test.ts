import { type Command, defaultOverloadRule } from "@hallmeter/meter-model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ADMINISTRATOR,
  circuitConfig,
  creditPosition,
  GatewayRig,
  PRICE_MICRO_PER_KWH,
  RIG_START_MS,
  STAFF,
  siteConfig,
} from "../testing/gateway-rig.ts";

const CIRCUITS = [1, 2, 3];
const FIRST_ENERGY_WH = 1_000_000;
const RESIDENT = { id: "u9", name: "Zhao Yan", role: "resident" };

type Step =
  | { type: "pass"; seconds: number }
  | { type: "load"; unit: number; watts: number }
  | { type: "purchase"; unit: number; micro: number }
  | { type: "command"; unit: number; action: Command["action"]; by: Command["by"]; expiresInS: number }
  | { type: "repeat-command" }
  | { type: "server"; state: "away" | "back" | "deaf" | "heard" }
  | { type: "kill" }
  | { type: "unit"; unit: number; fault: "dead" | "lost" | "stuck" | "none" };

const unit = fc.constantFrom(...CIRCUITS);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant("pass" as const), seconds: fc.integer({ min: 1, max: 60 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("load" as const),
      unit,
      watts: fc.constantFrom(0, 60, 900, 2000, 3500),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("purchase" as const),
      unit,
      micro: fc.integer({ min: 1, max: 60_000 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("command" as const),
      unit,
      action: fc.constantFrom(
        "open" as const,
        "close" as const,
        "lockout" as const,
        "release" as const,
        "read" as const,
      ),
      by: fc.constantFrom(STAFF, ADMINISTRATOR, RESIDENT),
      expiresInS: fc.constantFrom(5, 120),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("repeat-command" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("server" as const),
      state: fc.constantFrom("away" as const, "back" as const, "deaf" as const, "heard" as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("kill" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("unit" as const),
      unit,
      fault: fc.constantFrom("dead" as const, "lost" as const, "stuck" as const, "none" as const),
    }),
  },
);

/** A site whose server charges what the samples say, and a judge that looks at every step. */
class Simulation {
  readonly rig: GatewayRig;
  readonly purchasedMicro = new Map(CIRCUITS.map((index) => [index, 40_000]));
  readonly commands: Command[] = [];
  readonly wrong: string[] = [];
  #revision = 1;

  constructor() {
    const overload = { ...defaultOverloadRule, maxPowerW: 3000, recloseAfterS: 60 };
    this.rig = new GatewayRig(
      siteConfig(CIRCUITS.map((index) => circuitConfig(index, { rules: { overload } }))),
    );
    this.rig.server.positions = CIRCUITS.map((index) => creditPosition(index, 40_000));
    this.rig.onRelayRequest = (unitId, relay) => {
      const circuit = this.rig.circuit(`c${unitId}`);
      if (circuit.folded().intended !== relay)
        this.wrong.push(`${relay} asked of c${unitId} against its holds`);
      if (circuit.relay === "unknown")
        this.wrong.push(`c${unitId} switched before a sample showed its relay`);
    };
  }

  async take(what: Step): Promise<void> {
    const { rig } = this;
    switch (what.type) {
      case "pass":
        return rig.pass(what.seconds);
      case "load":
        return rig.unit(what.unit).setLoad(what.watts);
      case "purchase":
        this.purchasedMicro.set(what.unit, (this.purchasedMicro.get(what.unit) ?? 0) + what.micro);
        return this.#tellCredit(what.unit);
      case "command": {
        const expiresAt = new Date(rig.clock.nowMs() + what.expiresInS * 1000).toISOString();
        const id = `k${this.commands.length}`;
        const command = rig.command({
          id,
          action: what.action,
          circuitId: `c${what.unit}`,
          by: what.by,
          expiresAt,
        });
        this.commands.push(command);
        rig.server.tell({ type: "command", command });
        return;
      }
      case "repeat-command": {
        const command = this.commands.at(-1);
        if (command) rig.server.tell({ type: "command", command });
        return;
      }
      case "server":
        if (what.state === "away") rig.server.goAway();
        else if (what.state === "back") rig.server.comeBack();
        else rig.server.losesAnswers = what.state === "deaf";
        return;
      case "kill":
        return rig.restart();
      case "unit": {
        const faulty = rig.unit(what.unit);
        faulty.isDead = what.fault === "dead";
        faulty.losesAnswers = what.fault === "lost";
        faulty.isStuck = what.fault === "stuck";
        return;
      }
    }
  }

  /** Everything works again, for long enough that every delay is over. */
  async calm(): Promise<void> {
    this.rig.server.comeBack();
    this.rig.server.losesAnswers = false;
    for (const index of CIRCUITS) {
      await this.take({ type: "unit", unit: index, fault: "none" });
      this.rig.unit(index).setLoad(0);
    }
    await this.rig.pass(400);
  }

  judge(): void {
    const { server } = this.rig;
    expect(this.wrong).toEqual([]);
    const sequences = server.taken.map(({ sequence }) => sequence);
    expect(sequences.every((sequence, index) => index === 0 || sequence > (sequences[index - 1] ?? 0))).toBe(
      true,
    );
    for (const bodies of server.bodies.values()) expect(new Set(bodies).size).toBe(1);
    for (const index of CIRCUITS) this.#judgeCircuit(index);
    for (const { id } of this.commands) {
      const states = this.rig.results(id);
      expect(states.filter((state) => state === "sent").length).toBeLessThanOrEqual(1);
      const outcomes = states.filter((state) => state !== "sent");
      expect(new Set(outcomes).size).toBeLessThanOrEqual(1);
    }
  }

  judgeEnd(): void {
    const { rig } = this;
    this.judge();
    for (const { id } of this.commands)
      expect(rig.results(id).at(-1)).toMatch(/^(confirmed|failed|expired|unknown)/);
    for (const index of CIRCUITS) {
      const circuit = rig.circuit(`c${index}`);
      const { relay, intended, holds } = circuit.visible();
      if (!circuit.switching.isFaulty && circuit.switching.automaticAtMs.length < 6)
        expect({ index, relay: rig.unit(index).relay }).toEqual({ index, relay: intended });
      const mirrored = rig.server.of("circuit-state").findLast(({ circuitId }) => circuitId === `c${index}`);
      expect(mirrored).toMatchObject({ relay, intended, holds });
      const usedWh = (circuit.lastSample?.energyWh ?? 0) - FIRST_ENERGY_WH;
      expect(rig.control.balanceMicro(`h${index}`)).toBe(
        this.#toldMicro(index) - (usedWh * PRICE_MICRO_PER_KWH) / 1000,
      );
    }
  }

  #judgeCircuit(index: number): void {
    const samples = this.rig.server.of("sample").filter(({ sample }) => sample.circuitId === `c${index}`);
    const atMs = samples.map(({ sample }) => Date.parse(sample.at));
    const disorder = samples.filter(
      (_, position) => position > 0 && (atMs[position] ?? 0) <= (atMs[position - 1] ?? 0),
    );
    expect(disorder).toEqual([]);
    const revisions = this.rig.server
      .of("circuit-state")
      .filter(({ circuitId }) => circuitId === `c${index}`)
      .map(({ revision }) => revision);
    expect(
      revisions.every((revision, position) => position === 0 || revision > (revisions[position - 1] ?? 0)),
    ).toBe(true);
  }

  /** Purchases that the gateway has been told of. */
  #toldMicro(index: number): number {
    return this.purchasedMicro.get(index) ?? 0;
  }

  /** As the server does: the balance at the newest registers that it has charged. */
  #tellCredit(index: number): void {
    const newest = this.rig.server
      .of("sample")
      .findLast(({ sample }) => sample.circuitId === `c${index}`)?.sample;
    const energyWh = newest?.energyWh ?? FIRST_ENERGY_WH;
    const at = newest?.at ?? new Date(RIG_START_MS).toISOString();
    const usedMicro = ((energyWh - FIRST_ENERGY_WH) * PRICE_MICRO_PER_KWH) / 1000;
    const balanceMicro = this.#toldMicro(index) - usedMicro;
    this.#revision += 1;
    const position = creditPosition(index, balanceMicro, {
      revision: this.#revision,
      registers: [{ circuitId: `c${index}`, at, energyWh }],
    });
    this.rig.server.positions = this.rig.server.positions.map((known) =>
      known.householdId === position.householdId ? position : known,
    );
    this.rig.server.tell({ type: "credit", position });
  }
}

describe("whatever happens to server, units and the gateway itself", () => {
  it("no command runs twice, no relay moves against a hold, every sample arrives once and in order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const simulation = new Simulation();
        await simulation.rig.start();
        await simulation.rig.pass(12);
        for (const what of steps) {
          await simulation.take(what);
          simulation.judge();
        }
        await simulation.calm();
        simulation.judgeEnd();
        await simulation.rig.close();
      }),
      { numRuns: Number(process.env.SIMULATION_RUNS ?? 10) },
    );
  });
});
