import type { LineConfig, UnitId } from "@hallmeter/meter-model";
import pino from "pino";
import type { BusEvents, PollEntry, ReadRequest } from "../bus/bus.ts";
import { lineBus } from "../bus/line-bus.ts";
import { VirtualClock } from "../clock.ts";
import { characterMs } from "../protocol/line/line-time.ts";
import { type Script, ScriptedWire, type Utterance } from "./scripted-wire.ts";
import { parseRequest, readReply, type SlaveRequest, writeReply } from "./slave-frames.ts";

export const SLAVE_LINE: LineConfig = { baud: 9600, parity: "none", stopBits: 1 };
export const SLAVE_PROFILE = { minimumGapMs: 0, longestLatencyMs: 400 };
export const SLAVE_BLOCK = { name: "sample", function: 3, address: 0x300, count: 18 } as const;

/** An answer that a slave begins to give `turnaroundMs` after the request arrives when its last character is through. */
export function answered(
  request: Uint8Array,
  answer: Uint8Array,
  turnaroundMs: number,
  line = SLAVE_LINE,
): Utterance {
  return { atMs: (request.length + answer.length) * characterMs(line) + turnaroundMs, bytes: answer };
}

interface Slaves {
  isDead?: (unitId: number, index: number) => boolean;
  turnaroundMs?: number;
  line?: LineConfig;
  words?: (request: SlaveRequest) => number[];
}

/** Units that answer after 20 ms, every register with their own unit id, as long as nothing else is said. */
export function slaves({ isDead = () => false, turnaroundMs = 20, line, words }: Slaves = {}): Script {
  const ownId = ({ unitId, count }: SlaveRequest) => Array.from({ length: count }, () => unitId);
  return (frame, index) => {
    const request = parseRequest(frame);
    const { unitId, functionCode, address, count } = request;
    if (isDead(unitId, index)) return [];
    const bytes =
      functionCode === 16
        ? writeReply(unitId, address, count)
        : readReply(unitId, (words ?? ownId)(request), functionCode);
    return [answered(frame, bytes, turnaroundMs, line)];
  };
}

/** A bus over a far end that a test scripts, on a clock that it owns. */
export function busOver(script: Script, { line = SLAVE_LINE, random = (): number => 0 } = {}) {
  const clock = new VirtualClock();
  const wire = new ScriptedWire(clock, script);
  const log = pino({ level: "silent" });
  const bus = lineBus({ id: "bus 1", pipe: wire, line, clock, log, random });
  const read = (request: Partial<ReadRequest>) =>
    bus.read({ lane: "person", unitId: 13, block: SLAVE_BLOCK, profile: SLAVE_PROFILE, ...request });
  const events: BusEvents["bus"][] = [];
  bus.on("bus", (event) => events.push(event));
  const asked = () => wire.requests.map(({ bytes: [unitId = 0], atMs }) => ({ unitId, atMs }));
  return { clock, wire, bus, read, asked, events };
}

export function pollEntry(unitId: UnitId, intervalMs: number, more: Partial<PollEntry> = {}): PollEntry {
  return {
    key: `circuit ${unitId}`,
    unitId,
    blocks: [SLAVE_BLOCK],
    holes: [],
    profile: SLAVE_PROFILE,
    intervalMs,
    lane: "poll",
    ...more,
  };
}

/** Circuits of so many registers each, one after the other in one unit. */
export function circuitsOfUnit(unitId: UnitId, circuits: number, registers: number, intervalMs: number) {
  return Array.from({ length: circuits }, (_, n) =>
    pollEntry(unitId, intervalMs, {
      key: `circuit ${unitId}.${n}`,
      blocks: [{ name: "sample", function: 3, address: n * registers, count: registers }],
    }),
  );
}
