import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../clock.ts";
import { ScriptedWire, type Utterance } from "../../testing/scripted-wire.ts";
import { hex, joined, readReply } from "../../testing/slave-frames.ts";
import { modbusFraming } from "../modbus/modbus-framing.ts";
import type { WireFrame } from "../protocol.ts";
import { LineDiscipline } from "./line-discipline.ts";

const LINE = { baud: 9600, parity: "even", stopBits: 1 } as const;
/** 8 characters of 11 bits at 9600 baud. */
const REQUEST_MS = 9.1667;
/** 11 characters. */
const REPLY_MS = 12.6042;
const SILENCE_MS = 4.0104;

// simplymodbus.ca
const REQUEST = hex("11 03 00 6B 00 03 76 87");
const REPLY = hex("11 03 06 AE 41 56 52 43 40 49 AD");
const TIMING = { gapMs: 0, allowanceMs: 200, answerBytes: 11, framing: modbusFraming };

function lineWith(utterances: Utterance[], options?: { keepsLineSpeed: boolean }) {
  const clock = new VirtualClock();
  const wire = new ScriptedWire(clock, (_, index) => (index === 0 ? utterances : []), options);
  const frames: WireFrame[] = [];
  wire.open();
  const line = new LineDiscipline({ pipe: wire, line: LINE, clock, onFrame: (frame) => frames.push(frame) });
  return { clock, wire, line, frames };
}

const REPLY_AT = REQUEST_MS + 30 + REPLY_MS;

describe("one request and what is heard", () => {
  it.for<{ name: string; heard: Utterance[]; end: object }>([
    { name: "the answer", heard: [{ atMs: REPLY_AT, bytes: REPLY }], end: { kind: "answer", echo: false } },
    {
      name: "the answer in packets",
      heard: [
        { atMs: REPLY_AT, bytes: REPLY.subarray(0, 3) },
        { atMs: REPLY_AT + 16, bytes: REPLY.subarray(3, 9) },
        { atMs: REPLY_AT + 32, bytes: REPLY.subarray(9) },
      ],
      end: { kind: "answer" },
    },
    {
      name: "echo during the request, then the answer",
      heard: [
        { atMs: 3, bytes: REQUEST.subarray(0, 3) },
        { atMs: REQUEST_MS, bytes: REQUEST.subarray(3) },
        { atMs: REPLY_AT, bytes: REPLY },
      ],
      end: { kind: "answer", echo: true },
    },
    { name: "silence", heard: [], end: { kind: "failure", code: "reply-timeout" } },
    {
      name: "echo and a dead unit",
      heard: [{ atMs: REQUEST_MS, bytes: REQUEST }],
      end: { kind: "failure", code: "reply-timeout" },
    },
    {
      name: "an answer to somebody's earlier request, before ours has left",
      heard: [{ atMs: REQUEST_MS - 0.1, bytes: REPLY }],
      end: { kind: "failure", code: "reply-timeout" },
    },
    {
      name: "a whole answer sooner than its bytes take on the wire",
      heard: [{ atMs: REQUEST_MS + REPLY_MS - 0.1, bytes: REPLY }],
      end: { kind: "failure", code: "reply-foreign" },
    },
    {
      name: "foreign bytes while we speak, and then our own answer",
      heard: [
        { atMs: REQUEST_MS - 0.1, bytes: REPLY.toReversed() },
        { atMs: REPLY_AT, bytes: REPLY },
      ],
      end: { kind: "answer" },
    },
    {
      name: "an answer after the time is up",
      heard: [{ atMs: REQUEST_MS + REPLY_MS + 201, bytes: REPLY }],
      end: { kind: "failure", code: "reply-timeout" },
    },
    {
      name: "an answer that breaks off",
      heard: [{ atMs: REPLY_AT, bytes: REPLY.subarray(0, 7) }],
      end: { kind: "failure", code: "reply-truncated" },
    },
    {
      name: "a flipped bit",
      heard: [{ atMs: REPLY_AT, bytes: hex("11 03 06 AE 40 56 52 43 40 49 AD") }],
      end: { kind: "failure", code: "reply-corrupt" },
    },
    {
      name: "noise",
      heard: [{ atMs: REPLY_AT, bytes: hex("00 FF 17 2A 99 03") }],
      end: { kind: "failure", code: "reply-corrupt", foreignUnitId: undefined },
    },
    {
      name: "another unit's whole frame",
      heard: [{ atMs: REPLY_AT, bytes: readReply(0x12, [1, 2, 3]) }],
      end: { kind: "failure", code: "reply-foreign", foreignUnitId: 0x12 },
    },
    {
      name: "another unit's frame and then ours",
      heard: [
        { atMs: REPLY_AT, bytes: readReply(0x12, [1, 2, 3]) },
        { atMs: REPLY_AT + 2, bytes: REPLY },
      ],
      end: { kind: "failure" },
    },
    {
      name: "two answers in one piece",
      heard: [{ atMs: REPLY_AT, bytes: joined(REPLY, readReply(0x11, [9, 9, 9])) }],
      end: { kind: "failure", code: "duplicate-address" },
    },
    {
      name: "a second answer within the silence after the first",
      heard: [
        { atMs: REPLY_AT, bytes: REPLY },
        { atMs: REPLY_AT + SILENCE_MS - 0.1, bytes: readReply(0x11, [9, 9, 9]) },
      ],
      end: { kind: "failure", code: "duplicate-address" },
    },
    {
      name: "one stray byte after the answer",
      heard: [{ atMs: REPLY_AT, bytes: joined(REPLY, hex("00")) }],
      end: { kind: "failure", code: "duplicate-address" },
    },
  ])("$name", async ({ heard, end }) => {
    const { clock, line } = lineWith(heard);
    expect(await clock.until(line.transact(REQUEST, TIMING))).toMatchObject(end);
  });

  it("measures the turnaround without the time on the wire", async () => {
    const { clock, line } = lineWith([{ atMs: REPLY_AT, bytes: REPLY }]);
    const end = await clock.until(line.transact(REQUEST, TIMING));
    expect(end.kind === "answer" && end.turnaroundMs).toBeCloseTo(30, 2);
  });

  it("shows what it threw away", async () => {
    const noise = hex("12 03 02");
    const { clock, line, frames } = lineWith([
      { atMs: 5, bytes: noise },
      { atMs: REPLY_AT, bytes: REPLY },
    ]);
    await clock.until(line.transact(REQUEST, TIMING));
    expect(frames.map(({ direction, bytes }) => [direction, bytes.length])).toEqual([
      ["sent", 8],
      ["dropped", 3],
      ["received", 11],
    ]);
    expect(line.foreignBytes).toBe(3);
  });

  it("cannot say that a byte is too early where the line ignores its speed", async () => {
    const { clock, line } = lineWith([{ atMs: 1, bytes: REPLY }], { keepsLineSpeed: false });
    expect(await clock.until(line.transact(REQUEST, TIMING))).toMatchObject({ kind: "answer" });
  });
});

describe("silence before a request", () => {
  it("is t3.5 after the last byte heard, and longer for a meter that asks for it", async () => {
    const { clock, wire, line } = lineWith([{ atMs: REPLY_AT, bytes: REPLY }]);
    await clock.until(line.transact(REQUEST, TIMING));
    await clock.until(line.transact(REQUEST, TIMING));
    await clock.until(line.transact(REQUEST, { ...TIMING, gapMs: 500 }));
    const [first = 0, second = 0, third = 0] = wire.requests.map(({ atMs }) => atMs);
    expect(first).toBeCloseTo(SILENCE_MS, 3);
    expect(second - (first + REPLY_AT)).toBeCloseTo(SILENCE_MS, 3);
    expect(third - second).toBeCloseTo(REQUEST_MS + 500, 3);
  });

  it("starts over with every byte nobody asked for, and those are thrown away", async () => {
    const { clock, wire, line, frames } = lineWith([{ atMs: REPLY_AT, bytes: REPLY }]);
    wire.say(REPLY, 3);
    wire.say(REPLY, 6);
    expect(await clock.until(line.transact(REQUEST, TIMING))).toMatchObject({ kind: "answer" });
    expect(wire.requests[0]?.atMs).toBeCloseTo(6 + SILENCE_MS, 3);
    expect(line.foreignBytes).toBe(22);
    expect(frames.map(({ direction }) => direction)).toEqual(["dropped", "dropped", "sent", "received"]);
  });

  it("gives up on a line that is never silent, without sending", async () => {
    const { clock, wire, line } = lineWith([]);
    for (let atMs = 0; atMs < 3000; atMs += 2) wire.say(hex("55"), atMs);
    const end = await clock.until(line.transact(REQUEST, TIMING));
    expect(end).toEqual({ kind: "not-sent", code: "bus-jammed" });
    expect(wire.requests).toEqual([]);
  });
});

describe("a pipe that breaks", () => {
  it("ends the request under way at once", async () => {
    const { clock, wire, line } = lineWith([]);
    const end = line.transact(REQUEST, TIMING);
    await clock.advance(50);
    wire.unplug();
    expect(await clock.until(end, 1)).toEqual({ kind: "broken", code: "bus-down" });
  });

  it("sends nothing while it is broken", async () => {
    const { clock, wire, line } = lineWith([]);
    wire.unplug();
    expect(await clock.until(line.transact(REQUEST, TIMING))).toEqual({ kind: "not-sent", code: "bus-down" });
  });
});
