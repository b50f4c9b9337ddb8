import { describe, expect, it } from "vitest";
import { characterMs } from "../line/line-time.ts";
import { readTransactionMs, silentIntervalMs, writeTransactionMs } from "./wire-time.ts";

const even = (baud: number) => ({ baud, parity: "even", stopBits: 1 }) as const;

describe("wire time", () => {
  it.for([
    { line: { baud: 9600, parity: "none", stopBits: 1 } as const, bits: 10 },
    { line: { baud: 9600, parity: "none", stopBits: 2 } as const, bits: 11 },
    { line: even(9600), bits: 11 },
  ])("a character of $line.parity parity and $line.stopBits stop has $bits bits", ({ line, bits }) => {
    expect(characterMs(line) * 9.6).toBeCloseTo(bits, 9);
  });

  it("keeps 3.5 characters of silence up to 19200 baud and 1.75 ms above (Modbus over Serial Line, 2.5.1.1)", () => {
    expect(silentIntervalMs(even(9600))).toBeCloseTo(4.0104, 4);
    expect(silentIntervalMs(even(19_200))).toBeCloseTo(2.0052, 4);
    expect(silentIntervalMs(even(38_400))).toBe(1.75);
    expect(silentIntervalMs(even(115_200))).toBe(1.75);
  });

  // The design's limits for 40 registers, 11 bits and a slave of 5 ms.
  it.for([
    { baud: 9600, perSecond: 8.65 },
    { baud: 19_200, perSecond: 16.6 },
    { baud: 115_200, perSecond: 64 },
  ])("reads 40 registers at most $perSecond times a second at $baud baud", ({ baud, perSecond }) => {
    expect(1000 / readTransactionMs(even(baud), 40, 5)).toBeCloseTo(perSecond, 1);
  });

  it("counts a write's longer request and short reply", () => {
    // 9 + 2 and 8 characters, 20 ms of the slave, one silence.
    expect(writeTransactionMs(even(9600), 1, 20)).toBeCloseTo((19 * 11) / 9.6 + 20 + 4.0104, 3);
  });
});
