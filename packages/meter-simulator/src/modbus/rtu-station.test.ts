import { describe, expect, it } from "vitest";
import { createVirtualClock } from "../clock/virtual-clock.ts";
import { createHub } from "../line/hub.ts";
import { silenceMs } from "../line/line-timing.ts";
import { randomStream } from "../random.ts";
import { EXCEPTION, type RegisterBank } from "./register-bank.ts";
import { createRtuStation, type RtuStationOptions } from "./rtu-station.ts";

const LINE = { baud: 9600, parity: "even", stopBits: 1 } as const;
const C = 11_000 / 9600;

const bytes = (hex: string) => Uint8Array.from(hex.split(" ").map((byte) => Number.parseInt(byte, 16)));
const hex = (data: readonly number[]) =>
  data.map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(" ");

/** Registers by address; a missing one is an illegal address, and FFFFh is an illegal value. */
function bankOf(words: Record<number, number>): RegisterBank & { words: Record<number, number> } {
  return {
    words,
    read: (address, count) => {
      const found = Array.from({ length: count }, (_, index) => words[address + index]);
      return found.some((word) => word === undefined) ? EXCEPTION.illegalDataAddress : found.map(Number);
    },
    write: (address, written) => {
      if (written.some((_, index) => words[address + index] === undefined))
        return EXCEPTION.illegalDataAddress;
      if (written.includes(0xffff)) return EXCEPTION.illegalDataValue;
      for (const [index, word] of written.entries()) words[address + index] = word;
      return undefined;
    },
  };
}

function bus(bank: RegisterBank, unitId: number, options: Partial<RtuStationOptions> = {}) {
  const clock = createVirtualClock();
  const hub = createHub({ clock, line: LINE, random: randomStream(1, "bus") });
  createRtuStation({ clock, hub, turnaroundMs: 5, groups: [new Map([[unitId, bank]])], ...options });
  const heard: number[] = [];
  let lastMs = 0;
  const master = hub.attach({
    onCharacters: (data, endMs) => {
      heard.push(...data);
      lastMs = endMs;
    },
  });
  const ask = (request: string) => {
    heard.length = 0;
    clock.advance(100);
    const startMs = clock.monotonicMs();
    master.send(bytes(request));
    clock.advance(1000);
    return { reply: hex(heard), tookMs: lastMs - startMs };
  };
  return { ask, clock, master, heard };
}

describe("a slave answers as published", () => {
  it.each([
    ["function 3", "11 03 00 6B 00 03 76 87", "11 03 06 AE 41 56 52 43 40 49 AD"],
    ["function 6", "11 06 00 01 00 03 9A 9B", "11 06 00 01 00 03 9A 9B"],
    ["function 16", "11 10 00 01 00 02 04 00 0A 01 02 C6 F0", "11 10 00 01 00 02 12 98"],
  ])("Simply Modbus FAQ, %s", (_name, request, reply) => {
    const bank = bankOf({ 1: 0, 2: 0, 107: 0xae41, 108: 0x5652, 109: 0x4340 });
    expect(bus(bank, 0x11).ask(request).reply).toBe(reply);
  });

  it("reads input registers too: Simply Modbus FAQ, function 4", () => {
    const { reply } = bus(bankOf({ 8: 10 }), 0x11).ask("11 04 00 08 00 01 B2 98");
    expect(reply).toBe("11 04 02 00 0A F8 F4");
  });

  it("writes what it acknowledges", () => {
    const bank = bankOf({ 1: 0, 2: 0 });
    bus(bank, 0x11).ask("11 10 00 01 00 02 04 00 0A 01 02 C6 F0");
    expect(bank.words).toEqual({ 1: 0x000a, 2: 0x0102 });
  });

  it("refuses a function it has not: exception 01 to the coil request of Simply Modbus' FAQ", () => {
    const { reply } = bus(bankOf({}), 0x0a).ask("0A 01 04 A1 00 01 AC 63");
    expect(reply.slice(0, 8)).toBe("0A 81 01");
  });

  it("refuses an address it has not: exception 02", () => {
    expect(bus(bankOf({}), 0x11).ask("11 03 00 6B 00 03 76 87").reply.slice(0, 8)).toBe("11 83 02");
  });
});

describe("a slave stays silent", () => {
  const bank = () => bankOf({ 107: 1, 108: 2, 109: 3, 1: 0 });

  it.each([
    ["to a wrong CRC", "11 03 00 6B 00 03 76 88"],
    ["to a foreign unit", "01 03 00 00 00 0A C5 CD"],
    ["to a neighbour's reply with its own unit id", "11 03 06 AE 41 56 52 43 40 49 AD"],
    ["to a truncated request", "11 03 00 6B 00 03"],
    ["to bytes behind the request", "11 03 00 6B 00 03 76 87 00"],
  ])("%s", (_name, request) => {
    expect(bus(bank(), 0x11).ask(request).reply).toBe("");
  });

  it("to a broadcast, which it obeys", () => {
    const registers = bank();
    const { ask } = bus(registers, 0x11);
    expect(ask("00 06 00 01 00 03 99 DA").reply).toBe("");
    expect(registers.words[1]).toBe(3);
  });

  it("to two requests without t3.5 between them, and answers the next good one", () => {
    const { ask, clock, master, heard } = bus(bank(), 0x11);
    const request = bytes("11 03 00 6B 00 03 76 87");
    const endMs = master.send(request);
    master.send(request, endMs + silenceMs(LINE) - 0.1);
    clock.advance(500);
    expect(heard).toEqual([]);
    expect(ask("11 03 00 6B 00 03 76 87").reply).not.toBe("");
  });

  it("when it is deaf", () => {
    const deaf = bus(bank(), 0x11, { isDeaf: () => true });
    expect(deaf.ask("11 03 00 6B 00 03 76 87").reply).toBe("");
  });
});

describe("time on the wire", () => {
  it.each([
    [1, 5],
    [3, 0],
    [40, 5],
    [40, 50],
    [125, 20],
  ])("T = (13 + 2n)·c + max(t3.5, Tslave) for n = %i, Tslave = %i ms", (count, turnaroundMs) => {
    const words = Object.fromEntries(Array.from({ length: 125 }, (_, index) => [index, index]));
    const requests: Record<number, string> = {
      1: "01 03 00 00 00 01 84 0A",
      3: "01 03 00 00 00 03 05 CB",
      40: "01 03 00 00 00 28 45 D4",
      125: "01 03 00 00 00 7D 85 EB",
    };
    const { reply, tookMs } = bus(bankOf(words), 1, { turnaroundMs }).ask(requests[count] ?? "");
    expect(reply.split(" ")).toHaveLength(5 + 2 * count);
    expect(tookMs).toBeCloseTo((13 + 2 * count) * C + Math.max(3.5 * C, turnaroundMs), 6);
  });

  it("is the 8.65 transactions a second of 40 registers, with the silence after it", () => {
    const words = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [index, 0]));
    const { tookMs } = bus(bankOf(words), 1).ask("01 03 00 00 00 28 45 D4");
    expect(1000 / (tookMs + silenceMs(LINE))).toBeCloseTo(8.65, 1);
  });
});
