import { acrelAdf400l, profileVariant } from "@hallmeter/meter-model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withCrc } from "../../protocol/modbus/pdu.ts";
import { hex } from "../../testing/slave-frames.ts";
import { FrameReader } from "./describe-frame.ts";
import { LineSniffer, type OverheardFrame } from "./line-sniffer.ts";

/** What a listener says of bytes that come at once, and then silence. */
function overhear(...texts: string[]): OverheardFrame[] {
  const sniffer = new LineSniffer();
  const frames = texts.flatMap((text, index) => sniffer.take(hex(text), index));
  return [...frames, ...sniffer.settle(10_000)];
}

function read(...texts: string[]) {
  const reader = new FrameReader();
  return overhear(...texts).map((frame) => reader.describe(frame));
}

describe("what passes on a line", () => {
  // Frames as published by simplymodbus.ca; the last is reference frame of DL/T 645-2007 from its checksum example.
  it.each([
    ["11 03 00 6B 00 03 76 87", "request", "17", "read holding registers 0x006B × 3"],
    ["11 03 06 AE 41 56 52 43 40 49 AD", "answer", "17", "3 registers: AE41 5652 4340"],
    ["11 04 00 08 00 01 B2 98", "request", "17", "read input registers 0x0008 × 1"],
    ["11 10 00 01 00 02 04 00 0A 01 02 C6 F0", "request", "17", "write registers 0x0001 × 2: 000A 0102"],
    [
      "0A 81 02 B0 53",
      "answer",
      "10",
      "refuses to read coils: exception 2, the unit does not have this register",
    ],
    [
      "FE FE FE FE 68 01 00 00 00 00 00 68 11 04 33 33 34 33 B3 16",
      "request",
      "000000000001",
      "read 00010000",
    ],
  ])("%s", (text, direction, unitId, said) => {
    expect(read(text)).toEqual([{ direction, unitId, text: said, values: [] }]);
  });

  it("tells a write's answer from its request, which look alike", () => {
    const directions = read("11 10 00 01 00 02 04 00 0A 01 02 C6 F0", "11 10 00 01 00 02 12 98").map(
      ({ direction, text }) => `${direction}: ${text}`,
    );
    expect(directions).toEqual([
      "request: write registers 0x0001 × 2: 000A 0102",
      "answer: done: write registers",
    ]);
  });

  it("names the registers of an answer by the request before it and the profile", () => {
    const reader = new FrameReader(profileVariant(acrelAdf400l, "single-phase"));
    const sniffer = new LineSniffer();
    const request = withCrc([13, 3, 0x03, 0x00, 0, 2]);
    const answer = withCrc([13, 3, 4, 0x09, 0x03, 0x00, 0x7b]);
    const described = sniffer
      .take(Buffer.concat([request, answer]), 0)
      .map((frame) => reader.describe(frame));
    expect(described[1]?.values.map(({ name, text }) => `${name} ${text}`)).toEqual([
      "voltageDv 230.7 V",
      "currentCa 1.23 A",
    ]);
  });

  it("shows bytes of no frame, and a frame whose checksum is wrong, as noise", () => {
    const [frame] = read("11 03 00 6B 00 03 76 88");
    expect(frame).toMatchObject({ direction: "noise", text: "8 bytes of no frame: 11 03 00 6B 00 03 76 88" });
  });

  it("finds every frame in order, however packets tear them and whatever noise lies between", () => {
    const frame = fc
      .tuple(
        fc.integer({ min: 1, max: 247 }),
        fc.integer({ min: 0, max: 0xffff }),
        fc.integer({ min: 1, max: 125 }),
      )
      .map(([unit, address, count]) => withCrc([unit, 3, address >> 8, address & 0xff, 0, count]));
    const piece = fc.record({ noise: fc.uint8Array({ maxLength: 6 }), frame });
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
        (pieces, cuts) => {
          const stream = Buffer.concat(pieces.flatMap(({ noise, frame: bytes }) => [noise, bytes]));
          const sniffer = new LineSniffer();
          const found: OverheardFrame[] = [];
          for (let at = 0; at < stream.length; ) {
            const cut = cuts.next().value ?? 1;
            found.push(...sniffer.take(stream.subarray(at, at + cut), at));
            at += cut;
          }
          found.push(...sniffer.settle(1_000_000));
          expect(found.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBe(stream.length);
          const frames = found
            .filter(({ protocol }) => protocol === "modbus")
            .map(({ bytes }) => Buffer.from(bytes));
          for (const { frame: bytes } of pieces)
            expect(frames.some((seen) => seen.equals(Buffer.from(bytes)))).toBe(true);
        },
      ),
    );
  });
});
