import pino from "pino";
import { lineBus } from "../../../apps/bus-gateway/src/bus/line-bus.ts";
import { VirtualClock } from "../../../apps/bus-gateway/src/clock.ts";
import { parseRequest } from "../../../apps/bus-gateway/src/testing/slave-frames.ts";
import { createHub } from "../../../packages/meter-simulator/src/line/hub.ts";
import { randomStream } from "../../../packages/meter-simulator/src/random.ts";
import { HostileSlaves } from "../../bus-soak/hostile-slaves.ts";
import { HubPipe } from "./hub-pipe.ts";
import { percent } from "./limit.ts";
import { elevenBitLine, pollOf } from "./measured-line.ts";
import { leastReadMs } from "./physics.ts";

const BAUD = 9600;
const UNITS = 32;
const DEAD = [7, 16, 29];
const REGISTERS = 40;
const TURNAROUND_MS = 5;
const GOAL = 0.02;
const MINUTE_MS = 60_000;
/** Beginning, when the dead are found out, and after it. */
const SPANS = [
  { name: "the first 10 minutes", fromMs: 0, toMs: 10 * MINUTE_MS },
  { name: "the 50 minutes after", fromMs: 10 * MINUTE_MS, toMs: 60 * MINUTE_MS },
] as const;

/** On the simulator's wire and a virtual clock: an hour, in seconds. */
export async function* measureDeadUnits(): AsyncGenerator<string> {
  yield `${DEAD.length} dead units of ${UNITS}, ${REGISTERS} registers at ${BAUD} baud, ${TURNAROUND_MS} ms, polled without a pause. Cost: polls of living units lost, against the same ${UNITS - DEAD.length} living ones alone.`;
  yield "| span | polls/s without | polls/s with the dead | cost | goal | probes of the dead |";
  yield "|---|---:|---:|---:|---:|---:|";
  const units = Array.from({ length: UNITS }, (_, index) => index + 1);
  const living = units.filter((unitId) => !DEAD.includes(unitId));
  const [without, withDead] = [await measure(living), await measure(units)];
  for (const [index, { name }] of SPANS.entries()) {
    const alone = without[index];
    const among = withDead[index];
    if (!alone || !among) continue;
    yield `| ${name} | ${alone.perSecond.toFixed(3)} | ${among.perSecond.toFixed(3)} | ${percent(1 - among.perSecond / alone.perSecond)} | ${percent(GOAL)} | ${among.probes} |`;
  }
  yield `The wire allows ${(1000 / leastReadMs(BAUD, REGISTERS, TURNAROUND_MS)).toFixed(3)} polls/s.`;
}

async function measure(planned: readonly number[]) {
  const clock = new VirtualClock();
  const line = elevenBitLine(BAUD);
  const hub = createHub({ clock, line, random: randomStream(1, "wire"), fifoCharacters: 128 });
  const deadIds = new Set(DEAD);
  new HostileSlaves({
    clock,
    hub,
    random: randomStream(1, "slaves"),
    unitIds: planned,
    deadIds,
    twinIds: new Set(),
    hole: { from: 0, to: 0, unitIds: new Set() },
    drawFault: () => "none",
    turnaroundMs: () => TURNAROUND_MS,
    asked: () => ({ number: 0, unitId: 0 }),
  });
  const bus = lineBus({
    id: "bench",
    pipe: new HubPipe(clock, hub),
    line,
    clock,
    log: pino({ level: "silent" }),
    random: randomStream(1, "bus"),
  });
  let replies = 0;
  let probes = 0;
  bus.on("reply", () => {
    replies += 1;
  });
  bus.on("frame", ({ direction, bytes }) => {
    if (direction === "sent" && deadIds.has(parseRequest(bytes).unitId)) probes += 1;
  });
  bus.setPollPlan(
    planned.map((unitId) => pollOf(`${unitId}`, unitId, { address: 0, count: REGISTERS }, 1000)),
  );
  const spans: { perSecond: number; probes: number }[] = [];
  for (const { fromMs, toMs } of SPANS) {
    replies = 0;
    probes = 0;
    await clock.advance(toMs - fromMs);
    spans.push({ perSecond: (replies * 1000) / (toMs - fromMs), probes });
  }
  await clock.until(bus.close());
  hub.close();
  return spans;
}
