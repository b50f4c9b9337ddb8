import { describe, expect, it } from "vitest";
import { readTransactionMs } from "../protocol/modbus/wire-time.ts";
import {
  answered,
  busOver,
  circuitsOfUnit,
  pollEntry,
  SLAVE_LINE,
  SLAVE_PROFILE,
  slaves,
} from "../testing/scripted-bus.ts";
import type { Script } from "../testing/scripted-wire.ts";
import { exceptionReply, parseRequest, type SlaveRequest } from "../testing/slave-frames.ts";
import type { ReadReply } from "./bus.ts";

/** Every register holds its own address. */
const addresses = ({ address, count }: SlaveRequest) => Array.from({ length: count }, (_, n) => address + n);
const reads = (wire: { requests: { bytes: Uint8Array }[] }) =>
  wire.requests.map(({ bytes }) => parseRequest(bytes)).map(({ address, count }) => [address, count]);

describe("circuits of one unit", () => {
  // The goals of the design: twelve circuits of ten registers, a meter of 40 ms.
  it.for([
    { baud: 9600, times: 2.8 },
    { baud: 19_200, times: 3.8 },
    { baud: 115_200, times: 8 },
  ])("are read $times times as often at $baud baud as one by one", async ({ baud, times }) => {
    const line = { baud, parity: "even", stopBits: 1 } as const;
    const script = slaves({ turnaroundMs: 40, line, words: addresses });
    const { clock, bus } = busOver(script, { line });
    let samples = 0;
    bus.on("reply", ({ key, replies: [reply] }) => {
      const circuit = Number(key.split(".")[1]);
      expect(reply?.words).toEqual(Array.from({ length: 10 }, (_, n) => circuit * 10 + n));
      samples += 1;
    });
    // More often than the line carries.
    bus.setPollPlan(circuitsOfUnit(1, 12, 10, 50));
    await clock.advance(20_000);
    const alonePerSecond = 1000 / readTransactionMs(line, 10, 40);
    expect(samples / 20).toBeGreaterThanOrEqual(times * alonePerSecond);
  });

  it("fall into step although they became due one after the other", async () => {
    const { clock, bus, wire } = busOver(slaves({ words: addresses }));
    for (let circuits = 1; circuits <= 8; circuits++) {
      bus.setPollPlan(circuitsOfUnit(1, circuits, 10, 5000));
      await clock.advance(600);
    }
    const before = wire.requests.length;
    await clock.advance(50_000);
    expect(wire.requests.length - before).toBeLessThanOrEqual(12);
  });

  it("are not read across a hole of the profile, nor when a request of their own is cheaper", async () => {
    const { clock, bus, wire } = busOver(slaves({ words: addresses }));
    const at = (key: string, address: number) =>
      pollEntry(1, 60_000, {
        key,
        blocks: [{ name: key, function: 3, address, count: 10 }],
        holes: [{ from: 12, to: 13 }],
      });
    bus.setPollPlan([at("a", 0), at("b", 14), at("c", 24), at("d", 200)]);
    await clock.advance(5000);
    expect(reads(wire)).toEqual([
      [0, 10],
      [14, 20],
      [200, 10],
    ]);
  });

  it("serve whoever asks for a part of what is read anyway", async () => {
    const { clock, bus, read, wire } = busOver(slaves({ words: addresses }));
    bus.setPollPlan(circuitsOfUnit(1, 4, 10, 60_000));
    const block = { name: "some", function: 3, address: 12, count: 5 } as const;
    await clock.advance(10);
    const inFlight = read({ unitId: 1, block });
    expect((await clock.until(inFlight)).words).toEqual([12, 13, 14, 15, 16]);
    expect(wire.requests).toHaveLength(1);
  });

  it("come along with what a person asks for, and never with a trip's read", async () => {
    const { clock, bus, read, wire } = busOver(slaves({ words: addresses }));
    const busy = read({ unitId: 9 });
    await clock.advance(1);
    bus.setPollPlan(circuitsOfUnit(1, 3, 10, 60_000));
    const block = { name: "own", function: 3, address: 0, count: 10 } as const;
    const person = read({ unitId: 1, block });
    const trip = read({ unitId: 1, block, lane: "trip", key: "read back" });
    await clock.until(Promise.all([busy, person, trip]));
    await clock.advance(1000);
    expect(reads(wire).slice(1)).toEqual([
      [0, 10],
      [10, 20],
    ]);
  });
});

describe("a sample of several blocks", () => {
  const blocks = [
    { name: "measured", function: 4, address: 0, count: 20 },
    { name: "energies", function: 4, address: 500, count: 10 },
    { name: "relay", function: 3, address: 7, count: 1 },
  ] as const;

  it("is told once, with its replies in the order of the blocks, and lets a trip go in between", async () => {
    const { clock, bus, wire } = busOver(slaves({ words: addresses }));
    const samples: ReadReply[][] = [];
    bus.on("reply", ({ replies }) => samples.push(replies));
    bus.setPollPlan([pollEntry(1, 5000, { blocks }), pollEntry(2, 5000)]);
    await clock.advance(30);
    const trip = bus.write({
      lane: "trip",
      unitId: 3,
      write: { address: 0x801, words: [1] },
      profile: SLAVE_PROFILE,
    });
    await clock.until(trip);
    await clock.advance(1000);
    const order = wire.requests.map(({ bytes: [unitId, code] }) => `${unitId}/${code}`);
    expect(order).toEqual(["1/4", "3/16", "1/4", "1/3", "2/3"]);
    expect(samples[0]?.map(({ words }) => words[0])).toEqual([0, 500, 7]);
    expect(samples).toHaveLength(2);
  });
});

describe("a hole that the profile does not know", () => {
  /** Refuses every read that holds the register. */
  const refuses =
    (register: number): Script =>
    (frame, index) => {
      const { unitId, address, count } = parseRequest(frame);
      if (register < address || register >= address + count)
        return slaves({ words: addresses })(frame, index);
      return [answered(frame, exceptionReply(unitId, 3, 2), 20)];
    };
  const pair = (from: number) =>
    [from, from + 14].map((address) =>
      pollEntry(1, 10_000, {
        key: `at ${address}`,
        blocks: [{ name: "ten", function: 3, address, count: 10 }],
      }),
    );

  it("is learned from the first refusal, told, and tried again an hour later", async () => {
    const { clock, bus, wire, events } = busOver(refuses(11));
    let samples = 0;
    bus.on("reply", () => {
      samples += 1;
    });
    bus.setPollPlan(pair(0));
    await clock.advance(600_500);
    const refused = () => reads(wire).filter(([, count]) => count === 24).length;
    expect(refused()).toBe(1);
    expect(samples).toBe(122);
    expect(events.filter(({ kind }) => kind === "hole-learned")).toMatchObject([
      { unitId: 1, from: 9, to: 14 },
    ]);
    expect(bus.budget().units).toMatchObject([{ exceptions: 1, presence: "online" }]);
    await clock.advance(3_600_000);
    expect(refused()).toBe(2);
  });

  it("is a refusal to whoever asks for the register itself", async () => {
    const { clock, read, events } = busOver(refuses(11));
    const block = { name: "ten", function: 3, address: 5, count: 10 } as const;
    await expect(clock.until(read({ unitId: 1, block }))).rejects.toMatchObject({ code: "address-refused" });
    expect(events.filter(({ kind }) => kind === "hole-learned")).toEqual([]);
  });

  it("is told before a plan that cannot be kept is applied", async () => {
    const { clock, bus, events } = busOver(slaves());
    bus.setPollPlan(circuitsOfUnit(1, 1, 100, 100));
    await clock.advance(1);
    const readMs = readTransactionMs(SLAVE_LINE, 100, 40);
    expect(events[0]).toMatchObject({ kind: "overcommitted", plannedMilli: Math.ceil(readMs * 10) });
  });
});
