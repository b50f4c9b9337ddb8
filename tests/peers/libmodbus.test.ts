import { acrelAdf400l } from "@hallmeter/meter-model";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Bus } from "../../apps/bus-gateway/src/bus/bus.ts";
import { openBus } from "../../apps/bus-gateway/src/bus/open-bus.ts";
import { systemClock } from "../../apps/bus-gateway/src/clock.ts";
import { parseBusUrl } from "../../apps/bus-gateway/src/tools/bus-url.ts";
import { switchRelay } from "../../apps/bus-gateway/src/tools/switch-relay.ts";
import { hallmeter } from "../support/command-line.ts";
import { hasLibmodbus, startLibmodbusSlave } from "./libmodbus-slave.ts";
import type { Peer } from "./peer-process.ts";
import { hasSocat } from "./serial-cable.ts";

const UNIT = 17;
/** The tricks of libmodbus_slave.py. */
const BUSY = 0x0170;
const OTHER_UNIT = 0x0171;
const LATE = 0x0172;
const SHORT = 0x0173;
/** What a profile of this unit would say: 500 ms and what a busy machine adds. */
const LATE_LATENCY_MS = 700;
/** Of a unit that answers at once: a miss keeps the next read waiting no longer than this. */
const QUICK_LATENCY_MS = 200;
const MOST_LATE_READS = 7;

describe.skipIf(!hasLibmodbus || !hasSocat)("against libmodbus as slave (needs libmodbus5 and socat)", () => {
  let peer: Peer;
  let bus: Bus;
  beforeAll(async () => {
    peer = await startLibmodbusSlave();
    bus = openBus({
      id: "peer",
      ...parseBusUrl(peer.url),
      clock: systemClock,
      log: pino({ level: "silent" }),
      random: () => 0.5,
    });
  });
  afterAll(async () => {
    await bus?.close();
    await peer?.stop();
  });

  const read = async (address: number, count = 1, longestLatencyMs = 1000) => {
    const block = { name: "tricks", function: 3, address, count } as const;
    const profile = { minimumGapMs: 0, longestLatencyMs };
    return (await bus.read({ lane: "person", unitId: UNIT, block, profile })).words;
  };

  it("reads what it holds", async () => {
    expect(await read(0x0300, 6)).toEqual([2301, 435, 998, 0xffc7, 997, 5001]);
  });

  it("opens and closes its relay", async () => {
    const circuit = { bus, profile: acrelAdf400l, variant: "single-phase", unitId: UNIT, clock: systemClock };
    const opened = await switchRelay({ ...circuit, relay: "open" });
    expect(opened).toMatchObject({ outcome: "confirmed", contact: "open", activePowerW: 0 });
    const closed = await switchRelay({ ...circuit, relay: "closed" });
    expect(closed).toMatchObject({ outcome: "confirmed", contact: "closed", activePowerW: 998 });
  });

  it("calls a busy unit busy, and asks it again", async () => {
    await expect(read(BUSY)).rejects.toMatchObject({ code: "unit-busy", failureClass: "transient" });
    expect(await read(0x0300)).toEqual([2301]);
  });

  it("does not take the answer of another unit", async () => {
    await expect(read(OTHER_UNIT, 1, QUICK_LATENCY_MS)).rejects.toMatchObject({ code: "reply-foreign" });
    expect(await read(0x0300)).toEqual([2301]);
  });

  it("does not take an answer that is too short for the longer one that was asked", async () => {
    await expect(read(SHORT, 3, QUICK_LATENCY_MS)).rejects.toMatchObject({ failureClass: "transient" });
    expect(await read(0x0300, 2)).toEqual([2301, 435]);
  });

  it("never takes a late answer for the answer to the next request of the same shape", async () => {
    // The unit has answered at once so far and is not waited for as long as 500 ms; each miss doubles the patience.
    await expect(read(LATE, 1, LATE_LATENCY_MS)).rejects.toMatchObject({ code: "reply-timeout" });
    // Same unit, same shape: a master that takes whatever comes gets the late register here.
    expect(await read(0x0300, 1, LATE_LATENCY_MS)).toEqual([2301]);
    let asked = 1;
    let value: number[] | undefined;
    while (!value && asked < MOST_LATE_READS) {
      asked += 1;
      value = await read(LATE, 1, LATE_LATENCY_MS).catch(() => undefined);
    }
    expect(value, "what the register held at this very read").toEqual([asked]);
  });
});

describe.skipIf(!hasLibmodbus || !hasSocat)("the command line against libmodbus as slave", () => {
  it("reads the circuit", async () => {
    const peer = await startLibmodbusSlave();
    try {
      const circuit = ["--profile", "acrel-adf400l", "--variant", "single-phase", "--unit", `${UNIT}`];
      const { code, stdout, stderr } = await hallmeter(["read", "--bus", peer.url, ...circuit, "--json"]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const { values } = JSON.parse(stdout) as { values: { name: string; text: string }[] };
      const text = new Map(values.map((value) => [value.name, value.text]));
      expect(Object.fromEntries(text)).toMatchObject({
        voltageDv: "230.1 V",
        activePowerW: "998 W",
        reactivePowerVar: "-57 var",
        energyWh: "12345670 Wh",
        remainingMinor: "-12.50",
        statusWord: "0x2000",
      });
    } finally {
      await peer.stop();
    }
  });
});
