import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hex, joined } from "../../testing/slave-frames.ts";
import { dlt645Framing, judgeReply } from "./dlt645-framing.ts";
import { checksum, parseFrame } from "./frame.ts";

/** Requests and answers as published. */
const PAIRS = [
  {
    name: "forward energy (DLT645-2007 报文解析, log of 15:44:29)",
    request: "FE FE FE FE 68 61 01 00 00 00 00 68 11 04 33 33 34 33 14 16",
    answer: "68 61 01 00 00 00 00 68 91 08 33 33 34 33 59 33 33 33 8A 16",
  },
  {
    name: "voltage (the same log, 15:51:00)",
    request: "FE FE FE FE 68 61 01 00 00 00 00 68 11 04 33 34 34 35 17 16",
    answer: "68 61 01 00 00 00 00 68 91 06 33 34 34 35 34 43 10 16",
  },
  {
    name: "all voltages (mbb.eet-china.com, E-Byte on DL/T 645)",
    request: "FE FE FE FE 68 18 20 12 22 20 65 68 11 04 33 32 34 35 A4 16",
    answer: "FE FE FE FE 68 18 20 12 22 20 65 68 91 0A 33 32 34 35 33 33 33 33 C7 56 13 16",
  },
  {
    name: "status word 3 after a trip (log in handle.js of a node.js head end for concentrators)",
    request: "68 61 10 01 30 12 15 68 11 04 36 38 33 37 86 16",
    answer: "68 61 10 01 30 12 15 68 91 06 36 38 33 37 83 33 BE 16",
  },
  {
    name: "trip (the same log)",
    request: "68 61 10 01 30 12 15 68 1C 10 35 6A 39 35 34 33 33 33 4D 33 33 33 33 63 45 CC 2C 16",
    answer: "68 61 10 01 30 12 15 68 9C 00 35 16",
  },
  {
    name: "the date (com.chuangkou.pdu, JobPduDateTimeSetThread.java)",
    request: "68 01 00 14 03 18 00 68 14 10 34 34 33 37 35 43 43 43 44 44 44 44 37 43 38 4B 01 16",
    answer: "FE FE FE FE 68 01 00 14 03 18 00 68 94 00 94 16",
  },
  {
    name: "any read, refused (the answer from the test of a Go protocol_stack)",
    request: "FE FE FE FE 68 60 07 92 04 00 91 68 11 04 33 33 34 33 50 16",
    answer: "FE FE FE FE 68 60 07 92 04 00 91 68 D1 01 37 67 16",
  },
  {
    name: "the address of whoever is there (WiFi meter sketch)",
    request: "68 AA AA AA AA AA AA 68 13 00 DF 16",
    answer: "FE FE FE FE 68 94 41 03 26 12 18 68 93 06 C7 74 36 59 45 4B EB 16",
  },
].map(({ name, request, answer }) => ({ name, request: hex(request), answer: hex(answer) }));

const [ENERGY] = PAIRS;
if (ENERGY === undefined) throw new Error("no pair");
const { request: READ, answer: REPLY } = ENERGY;

/** The frame with its checksum put right again: somebody meant it so. */
function changed(frame: Uint8Array, index: number, byte: number): Uint8Array {
  const bytes = Uint8Array.from(frame);
  bytes[index] = byte;
  bytes[bytes.length - 2] = checksum(bytes.subarray(0, -2));
  return bytes;
}

describe("published answers", () => {
  it.for(PAIRS)("$name", ({ request, answer }) => {
    const start = answer.indexOf(0x68);
    expect(judgeReply(request, answer)).toEqual({ kind: "complete", frame: answer.subarray(start) });
    for (let length = 0; length < answer.length; length++)
      expect(judgeReply(request, answer.subarray(0, length)).kind).toBe("incomplete");
  });

  it("belong to their own request only", () => {
    for (const { request } of PAIRS)
      for (const { answer } of PAIRS.filter((pair) => pair.request !== request))
        expect(judgeReply(request, answer).kind).not.toBe("complete");
  });

  it("name their meter", () => {
    expect(PAIRS.map(({ answer }) => dlt645Framing.senderOf(answer))).toEqual([
      "000000000161",
      "000000000161",
      "652022122018",
      "151230011061",
      "151230011061",
      "001803140001",
      "910004920760",
      "181226034194",
    ]);
  });
});

describe("what the bytes after a request are", () => {
  it.for([
    {
      name: "any number of bytes that wake up",
      answer: joined(hex("FE FE FE FE FE FE FE FE FE"), REPLY),
      kind: "complete",
    },
    { name: "nothing but those", answer: hex("FE FE FE"), kind: "incomplete" },
    { name: "another meter", answer: changed(REPLY, 1, 0x62), kind: "foreign" },
    { name: "another meter's first bytes", answer: hex("68 62"), kind: "foreign" },
    { name: "a request", answer: READ.subarray(4), kind: "foreign" },
    { name: "another function", answer: changed(REPLY, 8, 0x94), kind: "foreign" },
    { name: "another identifier", answer: changed(REPLY, 10, 0x34), kind: "foreign" },
    {
      name: "fewer data bytes than an identifier",
      answer: hex("68 61 01 00 00 00 00 68 91 03"),
      kind: "foreign",
    },
    {
      name: "more data bytes than a frame holds",
      answer: hex("68 61 01 00 00 00 00 68 91 C9"),
      kind: "foreign",
    },
    { name: "a refusal with two bytes", answer: hex("68 61 01 00 00 00 00 68 D1 02"), kind: "foreign" },
    {
      name: "a flipped bit",
      answer: Uint8Array.from(REPLY, (byte, n) => (n === 15 ? byte ^ 4 : byte)),
      kind: "corrupt",
    },
    {
      name: "another end",
      answer: Uint8Array.from(REPLY, (byte, n) => (n === 19 ? 0x17 : byte)),
      kind: "corrupt",
    },
    { name: "a byte too many", answer: joined(REPLY, hex("FE")), kind: "surplus" },
    { name: "two answers", answer: joined(REPLY, REPLY), kind: "surplus" },
    { name: "noise", answer: hex("00 FF 17"), kind: "foreign" },
  ])("$name: $kind", ({ answer, kind }) => {
    expect(judgeReply(READ, answer).kind).toBe(kind);
  });

  it("waits 20 ms before and after, longer where characters are slow", () => {
    const even = (baud: number) => ({ baud, parity: "even", stopBits: 1 }) as const;
    expect(dlt645Framing.silenceMs(even(9600))).toBe(20);
    expect(dlt645Framing.silenceMs(even(1200))).toBeCloseTo(32.08, 2);
  });
});

/** What a line does to a frame. */
const damaged = fc.constantFrom(...PAIRS).chain(({ request, answer }) =>
  fc
    .array(
      fc.oneof(
        fc.record({ at: fc.nat(answer.length), byte: fc.nat(255), how: fc.constant("replace" as const) }),
        fc.record({ at: fc.nat(answer.length), byte: fc.nat(255), how: fc.constant("insert" as const) }),
        fc.record({ at: fc.nat(answer.length), byte: fc.nat(255), how: fc.constant("drop" as const) }),
      ),
      { maxLength: 4 },
    )
    .map((damages) => {
      const bytes = [...answer];
      for (const { at, byte, how } of damages) {
        if (how === "replace" && at < bytes.length) bytes[at] = byte;
        if (how === "insert") bytes.splice(at, 0, byte);
        if (how === "drop") bytes.splice(at, 1);
      }
      return { request, answer: Uint8Array.from(bytes) };
    }),
);

/** Judged by its own eyes, not by the parser: what has to be true of a frame that is taken. */
function expectSound(request: Uint8Array, frame: Uint8Array): void {
  const asked = request.subarray(request.indexOf(0x68));
  expect([frame[0], frame[7], frame.at(-1)]).toEqual([0x68, 0x68, 0x16]);
  expect(frame.length).toBe(12 + (frame[9] ?? 0));
  expect(frame.at(-2)).toBe(frame.subarray(0, -2).reduce((sum, byte) => (sum + byte) % 256, 0));
  const whom = [...asked.subarray(1, 7)];
  expect([...frame.subarray(1, 7)].filter((byte, n) => whom[n] !== 0xaa && whom[n] !== byte)).toEqual([]);
  expect([0x80, 0xa0, 0xc0].map((bits) => (asked[8] ?? 0) | bits)).toContain(frame[8]);
}

it("never takes a damaged answer with another checksum, length, address or function, and never throws", () => {
  fc.assert(
    fc.property(damaged, ({ request, answer }) => {
      const verdict = judgeReply(request, answer);
      if (verdict.kind === "complete") expectSound(request, verdict.frame);
    }),
    { numRuns: 2000 },
  );
});

it("parses no bytes of chance into a frame that is not one, and never throws", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const frame = parseFrame(bytes);
      if (frame !== null) expect(bytes.length).toBe(12 + frame.data.length);
      for (const { request } of PAIRS) {
        const verdict = judgeReply(request, bytes);
        if (verdict.kind === "complete") expectSound(request, verdict.frame);
      }
      dlt645Framing.unitIdOf(bytes);
      dlt645Framing.senderOf(bytes);
    }),
  );
});
