import type { UnitId } from "@hallmeter/meter-model";
import fc from "fast-check";
import pino from "pino";
import { describe, expect, it } from "vitest";
import { VirtualClock } from "../clock.ts";
import { isGatewayError } from "../errors.ts";
import { ScriptedWire, type Utterance } from "../testing/scripted-wire.ts";
import {
  exceptionReply,
  joined,
  parseRequest,
  readReply,
  type SlaveRequest,
  writeReply,
} from "../testing/slave-frames.ts";
import type { Lane, ReadReply } from "./bus.ts";
import { lineBus } from "./line-bus.ts";

const LINE = { baud: 9600, parity: "none", stopBits: 1 } as const;
const PROFILE = { minimumGapMs: 0, longestLatencyMs: 400 };
const UNITS = [13, 14, 15, 16, 77];
/** Every unit has two circuits with the same registers: shape tells nobody apart. */
const BLOCKS = [
  { name: "circuit 1", function: 3, address: 0x0300, count: 4 },
  { name: "circuit 2", function: 3, address: 0x0308, count: 4 },
] as const;
const RELAY = 0x0801;
type Block = (typeof BLOCKS)[number];
const CHARACTER_MS = 10 / 9.6;

/** What the line does to one request and its answer. */
const fault = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ kind: "none" as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: "request lost" as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: "answer lost" as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("late" as const),
      // Far beyond what the profile says.
      turnaroundMs: fc.oneof(fc.integer({ min: 40, max: 400 }), fc.integer({ min: 400, max: 5000 })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("doubled" as const), gapMs: fc.integer({ min: 0, max: 10 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("another unit talks" as const),
      atMs: fc.integer({ min: 0, max: 34 }),
      unit: fc.constantFrom(...UNITS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("same address twice" as const),
      gapMs: fc.integer({ min: 0, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("truncated" as const), bytes: fc.integer({ min: 1, max: 7 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("bit flipped" as const), bit: fc.nat({ max: 63 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("noise before" as const),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("busy" as const) }) },
);
type Fault = typeof fault extends fc.Arbitrary<infer F> ? F : never;

const step = fc.record({
  pauseMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 300 })),
  unit: fc.constantFrom(...UNITS),
  circuit: fc.constantFrom(0 as const, 1 as const),
  lane: fc.constantFrom<Lane>("trip", "restore", "sale", "person", "poll", "backfill"),
  write: fc.boolean(),
  fault,
});

/** Slaves that put into each answer whose it is and which request on the wire it answers. */
class HostileLine {
  readonly applied = new Map<number, number>();
  readonly #faults: readonly Fault[];
  readonly #echoes: boolean;

  constructor(faults: readonly Fault[], echoes: boolean) {
    this.#faults = faults;
    this.#echoes = echoes;
  }

  readonly script = (frame: Uint8Array, index: number): Utterance[] => {
    const request = parseRequest(frame);
    const requestMs = frame.length * CHARACTER_MS;
    const echo = this.#echoes ? [{ atMs: requestMs, bytes: frame }] : [];
    const fault = this.#faults[index % this.#faults.length] ?? { kind: "none" };
    return [...echo, ...this.#answer(request, index, fault, requestMs)];
  };

  #answer(request: SlaveRequest, index: number, fault: Fault, requestMs: number): Utterance[] {
    if (fault.kind === "request lost") return [];
    if (fault.kind === "busy")
      return [spoken(exceptionReply(request.unitId, request.functionCode, 6), requestMs + 15)];
    for (const word of request.words) this.applied.set(word, (this.applied.get(word) ?? 0) + 1);
    const bytes = answerOf(request, index);
    const normal = spoken(bytes, requestMs + 15);
    switch (fault.kind) {
      case "none":
        return [normal];
      case "answer lost":
        return [];
      case "late":
        return [spoken(bytes, requestMs + fault.turnaroundMs)];
      case "doubled":
        return [normal, { atMs: normal.atMs + fault.gapMs, bytes }];
      case "another unit talks":
        return [
          { atMs: fault.atMs, bytes: answerOf({ ...request, unitId: fault.unit }, 0xdead) },
          normal,
        ].filter(
          // A unit that answers twice by itself, once wrongly, cannot be seen through by anybody.
          ({ bytes: [unitId] }, position) => position === 1 || unitId !== request.unitId,
        );
      case "same address twice":
        return [normal, { atMs: normal.atMs + fault.gapMs, bytes: answerOf(request, 0xbeef) }];
      case "truncated":
        return [{ ...normal, bytes: bytes.subarray(0, fault.bytes) }];
      case "bit flipped":
        return [{ ...normal, bytes: withFlippedBit(bytes, fault.bit) }];
      case "noise before":
        return [{ ...normal, bytes: joined(fault.bytes, bytes) }];
    }
  }
}

/** What even registers hold: whose they are. Odd ones hold the index of the request. */
function ownerOf(unitId: UnitId, register: number): number {
  return (Number(unitId) << 8) | (register & 0xff);
}

function answerOf(request: SlaveRequest, index: number): Uint8Array {
  const { unitId, functionCode, address, count } = request;
  if (functionCode === 16) return writeReply(unitId, address, count);
  const word = (register: number) => (register % 2 === 0 ? ownerOf(unitId, register) : index & 0xffff);
  return readReply(
    unitId,
    Array.from({ length: count }, (_, n) => word(address + n)),
  );
}

/** Bytes that a slave begins to say at an instant arrive when the last of them is through. */
function spoken(bytes: Uint8Array, beginMs: number): Utterance {
  return { atMs: beginMs + bytes.length * CHARACTER_MS, bytes };
}

function withFlippedBit(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  const index = bit % (flipped.length * 8);
  flipped[index >> 3] = (flipped[index >> 3] ?? 0) ^ (1 << (index & 7));
  return flipped;
}

describe("a hostile line", () => {
  it("never files a value under a wrong unit, never reports a false write, never stands still", async () => {
    let transactions = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 60 }),
        fc.boolean(),
        fc.boolean(),
        async (steps, echoes, polls) => {
          const clock = new VirtualClock();
          const line = new HostileLine(
            steps.map(({ fault }) => fault),
            echoes,
          );
          const wire = new ScriptedWire(clock, line.script);
          const bus = lineBus({
            id: "hostile",
            pipe: wire,
            line: LINE,
            clock,
            log: pino({ level: "silent" }),
            random: () => 0.5,
          });
          const faults: unknown[] = [];
          // Requests may fail; assertions may not.
          const keepFault = (error: unknown) => void (isGatewayError(error) || faults.push(error));
          const attempt = (assertion: () => void) => {
            try {
              assertion();
            } catch (error) {
              faults.push(error);
            }
          };
          bus.on("frame", ({ direction, bytes }) => {
            const index = wire.requests.length - 1;
            const asked = parseRequest(wire.requests[index]?.bytes ?? new Uint8Array());
            if (direction !== "received" || bytes[1] !== asked.functionCode) return;
            attempt(() => expect(bytes, "the answer to this very request").toEqual(answerOf(asked, index)));
          });
          const check = (unitId: UnitId, block: Block, { words }: ReadReply) => {
            expect(words[0], "whose value it is").toBe(ownerOf(unitId, block.address));
          };
          bus.on("reply", ({ unitId, replies }) => {
            for (const [index, block] of BLOCKS.entries())
              attempt(() => check(unitId, block, replies[index] as ReadReply));
          });
          if (polls) {
            bus.setPollPlan(
              UNITS.map((unitId) => ({
                key: `${unitId}`,
                unitId,
                blocks: BLOCKS,
                holes: [],
                profile: PROFILE,
                intervalMs: 1500,
                lane: "poll",
              })),
            );
          }

          const outcomes: Promise<void>[] = [];
          for (const [index, { pauseMs, unit, circuit, lane, write }] of steps.entries()) {
            await clock.advance(pauseMs);
            const expiresAtMs = clock.nowMs() + 30_000;
            if (write) {
              // Each value is written once in the whole run, so that the slave can tell whose write it carries out.
              const value = 0x4000 + index;
              outcomes.push(
                bus
                  .write({
                    lane,
                    unitId: unit,
                    write: { address: RELAY, words: [value] },
                    profile: PROFILE,
                    expiresAtMs,
                  })
                  .then(() => void expect(line.applied.get(value), "a confirmed write has happened").toBe(1))
                  .catch(keepFault),
              );
            } else {
              const read = bus.read({
                lane,
                unitId: unit,
                block: BLOCKS[circuit],
                profile: PROFILE,
                expiresAtMs,
                key: `${index}`,
              });
              outcomes.push(read.then((reply) => check(unit, BLOCKS[circuit], reply)).catch(keepFault));
            }
          }
          await clock.until(Promise.all(outcomes), 120_000);
          expect(faults).toEqual([]);
          for (const [value, times] of line.applied) expect(times, `write ${value} was sent again`).toBe(1);
          transactions += wire.requests.length;
          await clock.until(bus.close());
        },
      ),
      { numRuns: 200 },
    );
    expect(transactions).toBeGreaterThan(3000);
  });
});
