import { setTimeout as pause } from "node:timers/promises";
import { openMeasuredBus, pollOf } from "./measured-line.ts";
import { PacedSlave } from "./paced-slave.ts";
import { leastReadMs } from "./physics.ts";

const CIRCUITS = 12;
const REGISTERS = 10;
const TURNAROUND_MS = 40;
/** Learning the turnaround and the first plan. */
const WARM_UP_MS = 3000;

/** How many times the polls of one read per circuit, on a wire that loses no time. */
const GOALS: Readonly<Record<number, number>> = { 9600: 2.8, 19200: 3.8, 115200: 8 };

export async function* measureMerging({
  bauds,
  seconds,
}: {
  bauds: readonly number[];
  seconds: number;
}): AsyncGenerator<string> {
  yield `${CIRCUITS} circuits of ${REGISTERS} registers behind one unit id, ${TURNAROUND_MS} ms turnaround; ${seconds} s each. One read per circuit: what the wire allows at most.`;
  yield "| baud | one read per circuit, polls/s | ours, polls/s | times | goal | transactions/s | wrong |";
  yield "|---:|---:|---:|---:|---:|---:|---:|";
  for (const baud of bauds) {
    const single = 1000 / leastReadMs(baud, REGISTERS, TURNAROUND_MS);
    const { polls, transactions, wrong } = await measure(baud, seconds);
    yield `| ${baud} | ${single.toFixed(2)} | ${polls.toFixed(2)} | ${(polls / single).toFixed(2)} | ${GOALS[baud] ?? ""} | ${transactions.toFixed(2)} | ${wrong} |`;
  }
}

async function measure(baud: number, seconds: number) {
  const slave = await PacedSlave.start({ kind: "pty", baud, turnaroundMs: TURNAROUND_MS, units: 1 });
  const bus = openMeasuredBus(slave.address, baud);
  try {
    const circuits = Array.from({ length: CIRCUITS }, (_, index) => ({
      address: index * REGISTERS,
      count: REGISTERS,
    }));
    bus.setPollPlan(circuits.map((block, index) => pollOf(`loop-${index + 1}`, 1, block, 10)));
    let polls = 0;
    let wrong = 0;
    bus.on("reply", ({ key, replies: [reply] }) => {
      polls += 1;
      const { address = 0 } = circuits[Number(key.slice("loop-".length)) - 1] ?? {};
      if (reply?.words.some((word, index) => word !== 256 + address + index)) wrong += 1;
    });
    await pause(WARM_UP_MS);
    slave.reset();
    polls = 0;
    const startedMs = performance.now();
    await pause(1000 * seconds);
    const elapsedS = (performance.now() - startedMs) / 1000;
    const { perSecond } = await slave.stats();
    return { polls: polls / elapsedS, transactions: perSecond, wrong };
  } finally {
    await bus.close();
    await slave.stop();
  }
}
