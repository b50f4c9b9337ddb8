import { pino } from "pino";
import { expect, it } from "vitest";
import { VirtualClock } from "../../clock.ts";
import { GatewayError } from "../../errors.ts";
import type { CircuitControl } from "../circuit-control.ts";
import { MeterRounds, type MeterTask } from "./meter-rounds.ts";

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
  readonly unproved = new Set<string>();
  readonly #rounds: MeterRounds;
  #underWay = 0;
  mostUnderWay = 0;

  constructor(circuitIds: readonly string[], names: readonly ("identify" | "credit" | "parameters")[]) {
    const { offline } = this;
    const circuits = circuitIds.map((id) => ({
      id,
      config: { busId: "b1" },
      get presence() {
        return offline.has(id) ? "offline" : "online";
      },
    }));
    const rows: Record<string, Omit<MeterTask, "name" | "carryOut">> = {
      identify: {
        everyMs: DAY_MINUTES * MINUTE_MS,
        againMs: MINUTE_MS,
        isFor: () => true,
        isUrgent: ({ id }) => this.unproved.has(id),
      },
      credit: { everyMs: 15 * MINUTE_MS, againMs: 15 * MINUTE_MS, isFor: ({ id }) => id === "c1" },
      parameters: {
        everyMs: DAY_MINUTES * MINUTE_MS,
        againMs: 15 * MINUTE_MS,
        isFor: ({ id }) => id !== "c3",
      },
    };
    const tasks = names.flatMap((name): MeterTask[] => {
      const row = rows[name];
      return row === undefined ? [] : [{ ...row, name, carryOut: (circuit) => this.#ask(name, circuit) }];
    });
    this.#rounds = new MeterRounds({
      clock: this.clock,
      log: pino({ enabled: false }),
      tasks,
      circuits: () => circuits as unknown as CircuitControl[],
    });
  }

  async #ask(task: string, { id }: CircuitControl): Promise<undefined> {
    this.asked.push(`${task} ${id} ${Math.floor(this.clock.monotonicMs() / MINUTE_MS)}`);
    this.#underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.#underWay);
    await new Promise<void>((resolve) => this.clock.setTimer(resolve, READ_MS));
    this.#underWay -= 1;
    if (this.silent.has(id)) throw new GatewayError("reply-timeout");
    this.unproved.delete(id);
  }

  contactLost(...circuitIds: string[]): void {
    for (const id of circuitIds) this.unproved.add(id);
    this.#rounds.wake();
  }

  comesBack(circuitId: string): void {
    this.offline.delete(circuitId);
    this.#rounds.wake();
  }

  async pass(minutes: number, looksPerMinute = 4): Promise<void> {
    for (let look = 0; look < minutes * looksPerMinute; look += 1) {
      this.#rounds.look();
      await this.clock.advance(MINUTE_MS / looksPerMinute);
    }
  }
}

it("does a task for those it is meant for, once a period, one at a time on a bus", async () => {
  const rig = new RoundsRig(["c1", "c2", "c3"], ["parameters"]);
  await rig.pass(DAY_MINUTES + 2);
  expect(rig.asked).toEqual([
    "parameters c1 0",
    "parameters c2 0",
    "parameters c1 1440",
    "parameters c2 1440",
  ]);
  expect(rig.mostUnderWay).toBe(1);
});

it("does each task in its own period", async () => {
  const rig = new RoundsRig(["c1", "c2"], ["credit"]);
  await rig.pass(32);
  expect(rig.asked).toEqual(["credit c1 0", "credit c1 15", "credit c1 30"]);
});

it("asks a silent meter again after a while, and goes on with the others", async () => {
  const rig = new RoundsRig(["c1", "c2"], ["parameters"]);
  rig.silent.add("c1");
  await rig.pass(17);
  expect(rig.asked).toEqual(["parameters c1 0", "parameters c2 0", "parameters c1 15"]);
});

it("does not ask a meter that is offline before it is back", async () => {
  const rig = new RoundsRig(["c1"], ["parameters"]);
  rig.offline.add("c1");
  await rig.pass(30);
  expect(rig.asked).toEqual([]);
  rig.comesBack("c1");
  await rig.pass(1);
  expect(rig.asked).toEqual(["parameters c1 30"]);
});

it("asks at once who hangs there when contact was lost, one after another without a pause", async () => {
  const rig = new RoundsRig(["c1", "c2", "c4"], ["identify"]);
  await rig.pass(10);
  rig.contactLost("c1", "c2", "c4");
  await rig.pass(1, 1);
  expect(rig.asked.slice(3)).toEqual(["identify c1 10", "identify c2 10", "identify c4 10"]);
  rig.contactLost("c2");
  rig.silent.add("c2");
  await rig.pass(3);
  expect(rig.asked.slice(6)).toEqual(["identify c2 11", "identify c2 12", "identify c2 13"]);
});
