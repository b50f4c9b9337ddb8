import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../clock.ts";
import { ScriptedWire } from "../../testing/scripted-wire.ts";
import { hex, joined } from "../../testing/slave-frames.ts";
import type { WireFrame } from "../protocol.ts";
import { AduReader } from "./mbap.ts";
import { modbusTcp } from "./modbus-tcp.ts";

/** Of the line behind; no answer is sooner than 8 + 11 characters of 10 bits. */
const LINE = { baud: 9600, parity: "none", stopBits: 1 } as const;
const TIMING = { gapMs: 0, allowanceMs: 200 };
// The request and the answer that Modbus TCP is explained with on simplymodbus.ca, with id 0001 and 0011h as unit id.
const REQUEST = "00 06 11 03 00 6B 00 03";
const ANSWER = "00 09 11 03 06 AE 41 56 52 43 40";
const BLOCK = { name: "any", function: 3, address: 0x6b, count: 3 } as const;
const WORDS = [0xae41, 0x5652, 0x4340];

/** An ADU from the length field on, under a transaction id. */
function adu(id: number, rest: string): Uint8Array {
  return joined(Uint8Array.of(id >> 8, id & 0xff, 0, 0), hex(rest));
}

/** @param script what comes, and when, after the request of each id */
function wireAnswering(script: (id: number) => { atMs: number; bytes: Uint8Array }[]) {
  const clock = new VirtualClock();
  const pipe = new ScriptedWire(clock, (request) => script(((request[0] ?? 0) << 8) | (request[1] ?? 0)));
  const frames: WireFrame[] = [];
  pipe.open();
  const wire = modbusTcp({ pipe, line: LINE, clock, onFrame: (frame) => frames.push(frame) });
  return { clock, pipe, wire, frames };
}

describe("Modbus TCP", () => {
  it("reads as published", async () => {
    const { clock, pipe, wire, frames } = wireAnswering((id) => [{ atMs: 40, bytes: adu(id, ANSWER) }]);
    const answer = await clock.until(wire.read(0x11, BLOCK, TIMING));
    expect(answer).toMatchObject({ ok: true, value: WORDS, atMonotonicMs: 40 });
    expect(pipe.requests.map(({ bytes }) => bytes)).toEqual([adu(1, REQUEST)]);
    expect(frames.map(({ direction, unitId }) => [direction, unitId])).toEqual([
      ["sent", 0x11],
      ["received", 0x11],
    ]);
  });

  it("writes, and is sure only of the answer that repeats address and count", async () => {
    const write = { address: 1, words: [0x000a, 0x0102] };
    const rest = (count: number) => `00 06 11 10 00 01 00 0${count}`;
    const good = wireAnswering((id) => [{ atMs: 5, bytes: adu(id, rest(2)) }]);
    expect(await good.clock.until(good.wire.write(0x11, write, TIMING))).toMatchObject({ ok: true });
    const other = wireAnswering((id) => [{ atMs: 5, bytes: adu(id, rest(1)) }]);
    expect(await other.clock.until(other.wire.write(0x11, write, TIMING))).toMatchObject({
      ok: false,
      cause: "reply-foreign",
      error: { code: "write-unconfirmed" },
    });
  });

  it.for([
    { name: "another unit", rest: ANSWER.replace("11", "12"), code: "reply-foreign" },
    { name: "another function", rest: ANSWER.replace("11 03", "11 04"), code: "reply-foreign" },
    { name: "fewer registers", rest: "00 07 11 03 04 AE 41 56 52", code: "reply-foreign" },
    { name: "a length that lies", rest: "00 0B 11 03 06 AE 41 56 52 43 40 00 00", code: "reply-foreign" },
    { name: "an exception", rest: "00 03 11 83 02", code: "address-refused" },
    { name: "a target behind that does not answer", rest: "00 03 11 83 0B", code: "unit-unreachable" },
  ])("$name under the right id: $code", async ({ rest, code }) => {
    const { clock, wire } = wireAnswering((id) => [{ atMs: 40, bytes: adu(id, rest) }]);
    expect(await clock.until(wire.read(0x11, BLOCK, TIMING))).toMatchObject({ ok: false, cause: code });
  });

  it("drops a late answer by its id and takes the right one after it", async () => {
    const late = adu(1, ANSWER.replace("AE 41", "00 01"));
    const { clock, wire, frames } = wireAnswering((id) =>
      id === 1 ? [{ atMs: 300, bytes: late }] : [{ atMs: 150, bytes: adu(id, ANSWER) }],
    );
    expect(await clock.until(wire.read(0x11, BLOCK, TIMING))).toMatchObject({
      ok: false,
      cause: "reply-timeout",
    });
    expect(await clock.until(wire.read(0x11, BLOCK, TIMING))).toMatchObject({ ok: true, value: WORDS });
    expect(frames.map(({ direction }) => direction)).toEqual(["sent", "sent", "dropped", "received"]);
    expect(wire.foreignBytes).toBe(late.length);
  });

  it("gives an answer the time it needs on the line behind", async () => {
    const lineMs = (8 + 11) / 0.96;
    const { clock, wire } = wireAnswering((id) =>
      id === 1 ? [{ atMs: lineMs + 199, bytes: adu(id, ANSWER) }] : [],
    );
    const answer = await clock.until(wire.read(0x11, BLOCK, TIMING));
    expect(answer.ok && answer.turnaroundMs).toBeCloseTo(199, 6);
    const startedMs = clock.monotonicMs();
    expect(await clock.until(wire.read(0x11, BLOCK, TIMING))).toMatchObject({ cause: "reply-timeout" });
    expect(clock.monotonicMs() - startedMs).toBeCloseTo(lineMs + 200, 6);
  });

  it("keeps a meter's gap", async () => {
    const { clock, pipe, wire } = wireAnswering((id) => [{ atMs: 40, bytes: adu(id, ANSWER) }]);
    await clock.until(wire.read(0x11, BLOCK, TIMING));
    await clock.until(wire.read(0x11, BLOCK, { ...TIMING, gapMs: 500 }));
    expect(pipe.requests.map(({ atMs }) => atMs)).toEqual([0, 540]);
  });

  it("ends at once when the connection breaks, and begins anew after it", async () => {
    const half = adu(1, ANSWER).subarray(0, 9);
    const { clock, pipe, wire } = wireAnswering((id) => [
      { atMs: 30, bytes: id === 1 ? half : adu(id, ANSWER) },
    ]);
    const broken = wire.read(0x11, BLOCK, TIMING);
    await clock.advance(50);
    pipe.unplug();
    expect(await clock.until(broken, 1)).toMatchObject({ ok: false, sent: true, cause: "bus-down" });
    expect(await wire.read(0x11, BLOCK, TIMING)).toMatchObject({ ok: false, sent: false, cause: "bus-down" });
    pipe.plug();
    expect(await clock.until(wire.read(0x11, BLOCK, TIMING))).toMatchObject({ ok: true, value: WORDS });
  });

  it("does not speak DL/T 645", async () => {
    const { wire } = wireAnswering(() => []);
    const block = { name: "energy", dataId: 0x00010000, bytes: 4 };
    expect(await wire.read("000000000001", block, TIMING)).toMatchObject({
      sent: false,
      cause: "function-refused",
    });
  });
});

describe("a stream of ADUs", () => {
  it("is cut the same however it comes in pieces", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 2, maxLength: 254 }), { maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (bodies, sizes) => {
          const stream = joined(
            ...bodies.map((body, id) => joined(Uint8Array.of(0, id, 0, 0, 0, body.length), body)),
          );
          const reader = new AduReader();
          const heard = [];
          for (let at = 0, n = 0; at < stream.length; n++) {
            const size = sizes[n % sizes.length] ?? 1;
            const { adus, garbage } = reader.take(stream.subarray(at, at + size));
            expect(garbage.length).toBe(0);
            heard.push(...adus.map(({ transactionId, body }) => [transactionId, [...body]]));
            at += size;
          }
          expect(heard).toEqual(bodies.map((body, id) => [id, [...body]]));
        },
      ),
    );
  });

  it("throws nothing at anything, keeps no more than one ADU and finds the beginning again", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 600 })), (pieces) => {
        const reader = new AduReader();
        for (const piece of pieces) reader.take(piece);
        reader.reset();
        expect(reader.take(adu(7, ANSWER)).adus.map(({ transactionId }) => transactionId)).toEqual([7]);
      }),
    );
    const reader = new AduReader();
    expect(reader.take(hex("00 01 12 34 00 06 11 03")).garbage.length).toBe(8);
    expect(reader.take(adu(8, ANSWER)).adus).toHaveLength(1);
  });
});
