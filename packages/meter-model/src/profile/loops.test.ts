import { describe, expect, it } from "vitest";
import { profileVariant } from "./decode.ts";
import { decodeSample } from "./decode-sample.ts";
import { blocksOf, registersFor } from "./loops.ts";
import { referenceCabinet } from "./reference-cabinet.ts";
import { relayWrite } from "./relay-write.ts";

const cabinet = profileVariant(referenceCabinet, "circuit");
const soon = { expiresAtMs: 0, timeZone: "UTC" };

// docs/devices.md, Reference cabinet: 230.1 V, 9.32 A, 2137 W, 31 var, 0.998, 1234.56 kWh, closed, —, 50.02 Hz.
const REPLY = [0x08fd, 0x03a4, 0x0859, 0x001f, 0x03e6, 0x0001, 0xe240, 0x0001, 0x0000, 0x138a];

describe("twelve circuits behind one unit id", () => {
  it.each([
    { loop: 1, address: 0 },
    { loop: 2, address: 10 },
    { loop: 12, address: 110 },
  ])("loop $loop is read at $address and switched eight further on", ({ loop, address }) => {
    expect(blocksOf(cabinet, loop)).toEqual([{ name: "circuit", function: 3, address, count: 10 }]);
    expect(relayWrite(cabinet, "open", { ...soon, loop })).toEqual({ address: address + 8, words: [1] });
    expect(relayWrite(cabinet, "closed", { ...soon, loop })).toEqual({ address: address + 8, words: [2] });
    const context = { circuitId: "c", at: "2026-01-01T00:00:00Z", ctRatio: 1, ptRatio: 1, loop };
    expect(decodeSample(referenceCabinet, "circuit", [REPLY], context)).toMatchObject({
      voltageDv: 2301,
      energyWh: 1_234_560,
      activePowerW: 2137,
      frequencyCHz: 5002,
      relay: "closed",
      flags: [],
    });
  });

  it("shifts every register and nothing of a variant without loops", () => {
    expect(registersFor(cabinet, 3).map((register) => "address" in register && register.address)).toEqual([
      20, 21, 22, 23, 24, 25, 27, 28, 29,
    ]);
  });

  it.each([0, 13, 1.5])("has no loop %d", (loop) => {
    expect(() => blocksOf(cabinet, loop)).toThrow(expect.objectContaining({ code: "unknown-loop" }));
  });
});
