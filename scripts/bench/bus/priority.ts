import { setTimeout as pause } from "node:timers/promises";
import { type Bus, LANES, type Lane, type LaneBudget } from "../../../apps/bus-gateway/src/bus/bus.ts";
import { isGatewayError } from "../../../apps/bus-gateway/src/errors.ts";
import { openMeasuredBus, PACED_PROFILE, pollOf } from "./measured-line.ts";
import { PacedSlave } from "./paced-slave.ts";
import { characterMs, leastReadMs } from "./physics.ts";

const BAUD = 9600;
const UNITS = 64;
const REGISTERS = 40;
const TURNAROUND_MS = 5;
/** Every so-many-th unit is under load-control rules: those are who is tripped at any moment. */
const WATCHED_EVERY = 8;
/** After a miss a read asks for up to so many registers more, so that no late reply is taken for its answer. */
const MOST_EXTRA_REGISTERS = 16;
/** The last unit is the dead one, in the part that needs one. */
const DEAD_UNIT = UNITS;
const CONTROL_WORD = 0x0801;
const P99_GOAL_MS = 150;
/** Every unit has been read twice. */
const WARM_UP_MS = 2.2 * UNITS * leastReadMs(BAUD, REGISTERS, TURNAROUND_MS);
/** Between two trips at random; several polls pass. */
const TRIP_PAUSE_MS = { least: 100, spread: 400 } as const;
/** In which somebody always waits, one of each at a time. */
const FLOODED_LANES = LANES.filter((lane) => lane !== "trip" && lane !== "poll");

export async function* measurePriority({ trips }: { trips: number }): AsyncGenerator<string> {
  yield `${UNITS} units of ${REGISTERS} registers at ${BAUD} baud, polled without a pause, every ${WATCHED_EVERY}th under load-control rules; from the decision to the first byte on the wire, as the slave saw it.`;
  yield "| in flight | trips | p50, ms | p99, ms | longest, ms | goal |";
  yield "|---|---:|---:|---:|---:|---|";
  const live = await underLoad([], (trial) => atRandom(trial, trips));
  yield `${row("polls of live units", live.latencies)} p99 at most ${P99_GOAL_MS} ms |`;
  const lanes = await underLoad([], (trial) => whileLanesAreFull(trial, trips));
  yield `${row("one request in every lane", lanes.latencies)} p99 at most ${P99_GOAL_MS} ms |`;
  const dead = await underLoad([DEAD_UNIT], (trial) => whileDeadIsAsked(trial, Math.ceil(trips / 2)));
  yield `${row("a dead unit", dead.latencies)} one time-out: ${Math.max(...dead.result).toFixed(0)} ms |`;
  yield "";
  yield "With one request waiting in every lane (a lane that starves would have none done):";
  yield "| lane | done | failed | longest wait, ms |";
  yield "|---|---:|---:|---:|";
  for (const [lane, { done, failed, latenessMs }] of lanes.result)
    yield `| ${lane} | ${done} | ${failed} | ${latenessMs} |`;
}

interface Trial {
  bus: Bus;
  /** Decides a trip now; resolves with milliseconds until its first byte was on the wire. */
  trip(): Promise<number>;
}

interface Measured<T> {
  latencies: number[];
  result: T;
}

async function underLoad<T>(
  deadUnits: readonly number[],
  run: (trial: Trial) => Promise<Measured<T>>,
): Promise<Measured<T>> {
  const slave = await PacedSlave.start({
    kind: "pty",
    baud: BAUD,
    turnaroundMs: TURNAROUND_MS,
    units: UNITS,
    deadUnits,
  });
  const bus = openMeasuredBus(slave.address, BAUD);
  try {
    bus.setPollPlan(
      Array.from({ length: UNITS }, (_, index) =>
        pollOf(
          `${index + 1}`,
          index + 1,
          { address: 0, count: REGISTERS },
          2000,
          index % WATCHED_EVERY === 0 ? "watch" : "poll",
        ),
      ),
    );
    await pause(WARM_UP_MS);
    let nextWord = 0;
    const trip = async () => {
      const word = ++nextWord;
      const seen = new Promise<bigint>((resolve) => {
        slave.onWrite = (write) => {
          if (write.word === word) resolve(write.atNs);
        };
      });
      const decidedNs = process.hrtime.bigint();
      const unitId = 1 + Math.floor(Math.random() * (UNITS - 1));
      const write = { address: CONTROL_WORD, words: [word] };
      await bus.write({ lane: "trip", unitId, write, profile: PACED_PROFILE }).catch((error: unknown) => {
        // It has left, which is all that is measured; on a busy machine its answer may come too late.
        if (!isGatewayError(error) || error.code !== "write-unconfirmed") throw error;
      });
      return Number((await seen) - decidedNs) / 1e6;
    };
    return await run({ bus, trip });
  } finally {
    await bus.close();
    await slave.stop();
  }
}

async function atRandom({ trip }: Trial, trips: number): Promise<Measured<null>> {
  const latencies: number[] = [];
  for (let n = 0; n < trips; n++) {
    await pause(TRIP_PAUSE_MS.least + Math.random() * TRIP_PAUSE_MS.spread);
    latencies.push(await trip());
  }
  return { latencies, result: null };
}

async function whileLanesAreFull(trial: Trial, trips: number): Promise<Measured<[Lane, LaneBudget][]>> {
  const { bus } = trial;
  let isOver = false;
  const keepFull = async (lane: Lane) => {
    for (let unitId = 1; !isOver; unitId = 1 + (unitId % (UNITS - 1))) {
      // Registers of its own: a read that another lane's transaction answers would say nothing about this one.
      const address = REGISTERS * (1 + LANES.indexOf(lane));
      const block = { name: lane, function: 3, address, count: REGISTERS } as const;
      // What fails is in the budget, and what still waits at the end is given up with the bus.
      await bus.read({ lane, unitId, block, profile: PACED_PROFILE }).catch(() => pause(10));
    }
  };
  for (const lane of FLOODED_LANES) void keepFull(lane);
  const { latencies } = await atRandom(trial, trips);
  isOver = true;
  const { lanes } = bus.budget();
  return { latencies, result: LANES.map((lane) => [lane, lanes[lane]]) };
}

/** Trips decided while the dead unit is being asked, and the longest time-out it may have had. */
async function whileDeadIsAsked({ bus, trip }: Trial, trips: number): Promise<Measured<number[]>> {
  const latencies: number[] = [];
  const timeoutsMs: number[] = [];
  const requestMs = 8 * characterMs(BAUD);
  const answerMs = (5 + 2 * (REGISTERS + MOST_EXTRA_REGISTERS)) * characterMs(BAUD);
  for (let n = 0; n < trips; n++) {
    const { allowanceMs = 0 } = bus.budget().units.find(({ unitId }) => unitId === DEAD_UNIT) ?? {};
    timeoutsMs.push(requestMs + answerMs + allowanceMs);
    const asked = new Promise<void>((resolve) => {
      const stop = bus.on("frame", ({ direction, unitId }) => {
        if (direction !== "sent" || unitId !== DEAD_UNIT) return;
        stop();
        resolve();
      });
    });
    const block = { name: "dead", function: 3, address: 0, count: REGISTERS } as const;
    const unanswered = bus.read({ lane: "person", unitId: DEAD_UNIT, block, profile: PACED_PROFILE }).then(
      () => Promise.reject(new Error("the dead unit has answered")),
      () => undefined,
    );
    await asked;
    await pause(Math.random() * 50);
    latencies.push(await trip());
    await unanswered;
  }
  return { latencies, result: timeoutsMs };
}

function row(name: string, latencies: readonly number[]): string {
  const sorted = [...latencies].sort((a, b) => a - b);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(0);
  return `| ${name} | ${sorted.length} | ${at(0.5)} | ${at(0.99)} | ${at(1)} |`;
}
