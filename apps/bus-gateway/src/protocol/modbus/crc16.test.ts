import { describe, expect, it } from "vitest";
import { hex } from "../../testing/slave-frames.ts";
import { crc16, hasValidCrc } from "./crc16.ts";

describe("CRC-16 of Modbus", () => {
  it.for([
    // Modbus over Serial Line V1.02, clause 6.2.2: the example 02 07 gives 1241.
    { source: "the standard's example", body: "02 07", crc: 0x1241 },
    // The check value of CRC-16/MODBUS in the catalogue of parametrised CRC algorithms (reveng).
    { source: "the reveng catalogue", body: "31 32 33 34 35 36 37 38 39", crc: 0x4b37 },
  ])("$source", ({ body, crc }) => {
    expect(crc16(hex(body))).toBe(crc);
  });

  // Frames as published by simplymodbus.ca.
  it.for([
    "11 03 00 6B 00 03 76 87",
    "11 03 06 AE 41 56 52 43 40 49 AD",
    "11 04 00 08 00 01 B2 98",
    "11 04 02 00 0A F8 F4",
    "11 10 00 01 00 02 04 00 0A 01 02 C6 F0",
    "11 10 00 01 00 02 12 98",
    "0A 81 02 B0 53",
  ])("is right on the published frame %s, and wrong once a bit flips", (text) => {
    const frame = hex(text);
    expect(hasValidCrc(frame)).toBe(true);
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const flipped = Uint8Array.from(frame);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(hasValidCrc(flipped), `bit ${bit}`).toBe(false);
    }
  });
});
