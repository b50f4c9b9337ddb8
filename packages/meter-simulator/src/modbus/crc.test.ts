import { describe, expect, it } from "vitest";
import { crc16, hasGoodCrc, withCrc } from "./crc.ts";

const bytes = (hex: string) => Uint8Array.from(hex.split(" ").map((byte) => Number.parseInt(byte, 16)));

/** Frames others have published, CRC included. */
const PUBLISHED = [
  ["Modbus over serial line V1.02, 6.2.2, example 02 07", "02 07 41 12"],
  ["Eastron SDM630 protocol, read voltages L1, L2", "01 04 00 00 00 04 F1 C9"],
  ["Simply Modbus FAQ, function 3 request", "11 03 00 6B 00 03 76 87"],
  ["Simply Modbus FAQ, function 3 reply", "11 03 06 AE 41 56 52 43 40 49 AD"],
  ["Simply Modbus FAQ, function 4 request", "11 04 00 08 00 01 B2 98"],
  ["Simply Modbus FAQ, function 6 request", "11 06 00 01 00 03 9A 9B"],
  ["Simply Modbus FAQ, function 16 request", "11 10 00 01 00 02 04 00 0A 01 02 C6 F0"],
  ["Simply Modbus FAQ, function 16 reply", "11 10 00 01 00 02 12 98"],
  ["Simply Modbus FAQ, exception reply", "0A 81 02 B0 53"],
  ["widely printed read of ten registers", "01 03 00 00 00 0A C5 CD"],
] as const;

describe("CRC-16/MODBUS", () => {
  it("has the catalogue's check value 4B37h for 123456789", () => {
    expect(crc16(new TextEncoder().encode("123456789"))).toBe(0x4b37);
  });

  it.each(PUBLISHED)("%s", (_source, hex) => {
    const frame = bytes(hex);
    expect(hasGoodCrc(frame)).toBe(true);
    expect(withCrc(frame.subarray(0, -2))).toEqual(frame);
  });

  it.each(PUBLISHED)("notices any single wrong bit: %s", (_source, hex) => {
    const frame = bytes(hex);
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const broken = Uint8Array.from(frame);
      broken[bit >> 3] = (broken[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(hasGoodCrc(broken)).toBe(false);
    }
  });

  it("takes nothing shorter than a byte and its CRC", () => {
    expect(hasGoodCrc(Uint8Array.from([0xff, 0xff]))).toBe(false);
  });
});
