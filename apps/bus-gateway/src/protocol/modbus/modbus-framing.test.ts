import { describe, expect, it } from "vitest";
import { exceptionReply, hex, joined, readReply, withCrc, writeReply } from "../../testing/slave-frames.ts";
import { separateEcho } from "../line/echo.ts";
import { judgeReply } from "./modbus-framing.ts";

// Requests and replies as published by simplymodbus.ca.
const READ = hex("11 03 00 6B 00 03 76 87");
const READ_REPLY = hex("11 03 06 AE 41 56 52 43 40 49 AD");
const READ_INPUT = hex("11 04 00 08 00 01 B2 98");
const READ_INPUT_REPLY = hex("11 04 02 00 0A F8 F4");
const WRITE = hex("11 10 00 01 00 02 04 00 0A 01 02 C6 F0");
const WRITE_REPLY = hex("11 10 00 01 00 02 12 98");

describe("what the bytes after a request are", () => {
  it.for([
    { name: "the published read reply", request: READ, answer: READ_REPLY, kind: "complete" },
    { name: "the published input reply", request: READ_INPUT, answer: READ_INPUT_REPLY, kind: "complete" },
    { name: "the published write reply", request: WRITE, answer: WRITE_REPLY, kind: "complete" },
    { name: "an exception reply", request: READ, answer: exceptionReply(0x11, 3, 2), kind: "complete" },
    { name: "nothing yet", request: READ, answer: hex("11").subarray(0, 0), kind: "incomplete" },
    { name: "the beginning", request: READ, answer: READ_REPLY.subarray(0, 4), kind: "incomplete" },
    { name: "all but the last byte", request: READ, answer: READ_REPLY.subarray(0, -1), kind: "incomplete" },
    { name: "another unit", request: READ, answer: readReply(0x12, [1, 2, 3]), kind: "foreign" },
    { name: "another unit's first byte", request: READ, answer: hex("12"), kind: "foreign" },
    { name: "another function", request: READ, answer: readReply(0x11, [1, 2, 3], 4), kind: "foreign" },
    {
      name: "another function's exception",
      request: READ,
      answer: exceptionReply(0x11, 4, 2),
      kind: "foreign",
    },
    { name: "too few registers", request: READ, answer: readReply(0x11, [1, 2]), kind: "foreign" },
    { name: "too many registers", request: READ, answer: readReply(0x11, [1, 2, 3, 4]), kind: "foreign" },
    { name: "another write's address", request: WRITE, answer: writeReply(0x11, 2, 2), kind: "foreign" },
    { name: "another write's count", request: WRITE, answer: writeReply(0x11, 1, 1), kind: "foreign" },
    { name: "a flipped bit", request: READ, answer: withFlippedBit(READ_REPLY, 5), kind: "corrupt" },
    { name: "a byte too many", request: READ, answer: joined(READ_REPLY, hex("00")), kind: "surplus" },
    { name: "two answers", request: READ, answer: joined(READ_REPLY, READ_REPLY), kind: "surplus" },
    {
      name: "a write answered twice",
      request: WRITE,
      answer: joined(WRITE_REPLY, WRITE_REPLY),
      kind: "surplus",
    },
  ])("$name: $kind", ({ request, answer, kind }) => {
    expect(judgeReply(request, answer).kind).toBe(kind);
  });
});

describe("local echo", () => {
  it.for([
    {
      name: "no echo",
      heard: READ_REPLY,
      early: 0,
      expected: { echo: false, undecided: false, answer: READ_REPLY },
    },
    {
      name: "echo, then the answer",
      heard: joined(READ, READ_REPLY),
      early: 8,
      expected: { echo: true, undecided: false, answer: READ_REPLY },
    },
    {
      name: "an echo that an adapter hands over late",
      heard: joined(READ, READ_REPLY),
      early: 0,
      expected: { echo: true, undecided: false, answer: READ_REPLY },
    },
    {
      name: "echo alone is no answer",
      heard: READ,
      early: 8,
      expected: { echo: true, undecided: false, answer: new Uint8Array(0) },
    },
    {
      name: "half an echo decides nothing",
      heard: READ.subarray(0, 5),
      early: 0,
      expected: { echo: false, undecided: true, answer: READ.subarray(0, 5) },
    },
    {
      name: "bytes before the request has left are foreign",
      heard: joined(hex("12 03 02"), READ_REPLY),
      early: 3,
      expected: { echo: false, undecided: false, answer: READ_REPLY, foreign: hex("12 03 02") },
    },
    {
      name: "and so are bytes between echo and end of the request",
      heard: joined(READ, hex("FF"), READ_REPLY),
      early: 9,
      expected: { echo: true, undecided: false, answer: READ_REPLY, foreign: hex("FF") },
    },
  ])("$name", ({ heard, early, expected }) => {
    expect(separateEcho(READ, heard, early)).toMatchObject(expected);
  });

  it("holds a write reply back that could be the beginning of its own echo", () => {
    // Chosen so that the checksum of the reply (low byte first) is the byte count and first data byte of the request.
    const reply = writeReplyWithCrcLow(0x02);
    const [unitId = 0, , addressHigh = 0, addressLow = 0, , , crcLow = 0, crcHigh = 0] = reply;
    const request = withCrc([unitId, 16, addressHigh, addressLow, 0, 1, crcLow, crcHigh, 0x00]);
    expect(judgeReply(request, reply).kind).toBe("complete");
    expect(separateEcho(request, reply, 0).undecided).toBe(true);
  });
});

function writeReplyWithCrcLow(low: number): Uint8Array {
  for (let address = 0; address <= 0xffff; address++) {
    const reply = writeReply(0x11, address, 1);
    if (reply[6] === low) return reply;
  }
  throw new Error("no such address");
}

function withFlippedBit(frame: Uint8Array, index: number): Uint8Array {
  const flipped = Uint8Array.from(frame);
  flipped[index] = (flipped[index] ?? 0) ^ 0x10;
  return flipped;
}
