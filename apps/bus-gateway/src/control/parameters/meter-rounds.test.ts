import { acrelAdf400l, profileVariant } from "@hallmeter/meter-model";
import { pino } from "pino";
import { expect, it } from "vitest";
import { VirtualClock } from "../../clock.ts";
import { GatewayError } from "../../errors.ts";
import { circuitConfig, type RigCircuit } from "../../testing/gateway-rig.ts";
import type { CircuitControl } from "../circuit-control.ts";
import { MeterRounds } from "./meter-rounds.ts";
import type { MeterSide } from "./meter-side.ts";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
/** How long a meter takes to answer. */
const READ_MS = 500;

/** Rounds over these circuits, and who was asked for what at which minute. */
class RoundsRig {
  readonly clock = new VirtualClock();
  readonly asked: string[] = [];
  readonly silent = new Set<string>();
  readonly offline = new Set<string>();
  readonly #rounds: MeterRounds;
  #underWay = 0;
  mostUnderWay = 0;

  constructor(circuits: readonly RigCircuit[]) {
    const variant = profileVariant(acrelAdf400l, "single-phase");
    const controls = circuits.map((config) => ({
      id: config.id,
      config,
      wire: { variant },
      presence: () => (this.offline.has(config.id) ? "offline" : "online"),
    }));
    const ask = async (task: string, { id }: CircuitControl) => {
      this.asked.push(`${task} ${id} ${Math.floor(this.clock.monotonicMs() / MINUTE_MS)}`);
      this.#underWay += 1;
      this.mostUnderWay = Math.max(this.mostUnderWay, this.#underWay);
      await new Promise<void>((resolve) => this.clock.setTimer(resolve, READ_MS));
      this.#underWay -= 1;
      if (this.silent.has(id)) throw new GatewayError("reply-timeout");
    };
    const side: Pick<MeterSide, "compare" | "readCredit"> = {
      compare: async (circuit) => {
        await ask("compare", circuit);
        return [];
      },
      readCredit: (circuit) => ask("credit", circuit),
    };
    this.#rounds = new MeterRounds({
      clock: this.clock,
      log: pino({ enabled: false }),
      side: side as MeterSide,
      circuits: () =>
        controls.map((each) => ({ ...each, presence: each.presence() }) as unknown as CircuitControl),
    });
  }

  async pass(minutes: number, looksPerMinute = 4): Promise<void> {
    for (let look = 0; look < minutes * looksPerMinute; look += 1) {
      this.#rounds.look();
      await this.clock.advance(MINUTE_MS / looksPerMinute);
    }
  }
}

const desired = { parameters: { "loadControl.switch": 1 } };

it("compares each circuit with desired parameters once a day, one at a time on a bus", async () => {
  const rig = new RoundsRig([circuitConfig(1, desired), circuitConfig(2, desired), circuitConfig(3)]);
  await rig.pass(DAY_MINUTES + 2);
  expect(rig.asked).toEqual(["compare c1 0", "compare c2 0", "compare c1 1440", "compare c2 1440"]);
  expect(rig.mostUnderWay).toBe(1);
});

it("reads credit that lives in a meter every quarter of an hour", async () => {
  const rig = new RoundsRig([circuitConfig(1, { creditPlace: "meter" }), circuitConfig(2)]);
  await rig.pass(32);
  expect(rig.asked).toEqual(["credit c1 0", "credit c1 15", "credit c1 30"]);
});

it("asks a silent meter again after a quarter of an hour, and goes on with the others", async () => {
  const rig = new RoundsRig([circuitConfig(1, desired), circuitConfig(2, desired)]);
  rig.silent.add("c1");
  await rig.pass(17);
  expect(rig.asked).toEqual(["compare c1 0", "compare c2 0", "compare c1 15"]);
});

it("does not ask a meter that is offline before it is back", async () => {
  const rig = new RoundsRig([circuitConfig(1, desired)]);
  rig.offline.add("c1");
  await rig.pass(30);
  expect(rig.asked).toEqual([]);
  rig.offline.clear();
  await rig.pass(1);
  expect(rig.asked).toEqual(["compare c1 30"]);
});
