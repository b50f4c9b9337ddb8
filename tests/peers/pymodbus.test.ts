import { acrelAdf400l } from "@hallmeter/meter-model";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Bus } from "../../apps/bus-gateway/src/bus/bus.ts";
import { openBus } from "../../apps/bus-gateway/src/bus/open-bus.ts";
import { systemClock } from "../../apps/bus-gateway/src/clock.ts";
import { parseBusUrl } from "../../apps/bus-gateway/src/tools/bus-url.ts";
import { readCircuit } from "../../apps/bus-gateway/src/tools/read-circuit.ts";
import { switchRelay } from "../../apps/bus-gateway/src/tools/switch-relay.ts";
import { hallmeter } from "../support/command-line.ts";
import type { Peer } from "./peer-process.ts";
import { hasPymodbus, startSerialSlave, startTcpSlave } from "./pymodbus-slave.ts";
import { hasSocat } from "./serial-cable.ts";

const rtuPeers = [
  { name: "RTU over TCP", available: hasPymodbus, start: () => startTcpSlave("tcp") },
  { name: "RTU over a pseudo-terminal", available: hasPymodbus && hasSocat, start: startSerialSlave },
];
const peers = [
  ...rtuPeers,
  { name: "Modbus TCP", available: hasPymodbus, start: () => startTcpSlave("modbus-tcp") },
];

describe.for(peers)("against python3-pymodbus, $name", ({ available, start }) => {
  describe.skipIf(!available)("(needs Debian's python3-pymodbus, and socat for the pseudo-terminal)", () => {
    let peer: Peer;
    let bus: Bus;
    const single = () => ({ bus, profile: acrelAdf400l, variant: "single-phase", unitId: 13 });
    const three = () => ({ bus, profile: acrelAdf400l, variant: "three-phase", unitId: 1 });

    beforeAll(async () => {
      peer = await start();
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

    it("reads every measured register of a single-phase circuit as the slave holds it", async () => {
      const reading = await readCircuit(single());
      const text = new Map(reading.values.map((value) => [value.name, value.text]));
      expect(Object.fromEntries(text)).toMatchObject({
        voltageDv: "230.1 V",
        currentCa: "4.35 A",
        activePowerW: "998 W",
        reactivePowerVar: "-57 var",
        powerFactorMilli: "0.997",
        frequencyCHz: "50.01 Hz",
        energyWh: "12345670 Wh",
        remainingMinor: "-12.50",
        purchaseCount: "17",
        statusWord: "0x2000",
      });
      // The slave has no 0x1800 module; the rest of the circuit is read all the same.
      expect(reading.refused.map(({ name }) => name)).toContain("module.digitalInputsWord");
    });

    it("reads a three-phase circuit", async () => {
      const reading = await readCircuit(three());
      const value = new Map(reading.values.map((row) => [row.name, row.value]));
      expect(Object.fromEntries(value)).toMatchObject({
        "phaseA.voltageDv": 2298,
        "phaseC.currentCa": 1195,
        activePowerW: 8012,
        "phaseB.energyWh": 3_000_020,
        energyWh: 9_000_060,
        "zeroSequence.currentCa": 30,
      });
    });

    it("opens and closes a relay; a second read sees it, the neighbour does not move", async () => {
      const opened = await switchRelay({ ...single(), relay: "open", clock: systemClock });
      expect(opened).toMatchObject({
        outcome: "confirmed",
        command: { address: 0x0801, word: 0x8000, echoed: true },
        controlWord: 0x8000,
        statusWord: 0,
        contact: "open",
        activePowerW: 0,
      });
      expect(opened.unsure).toHaveLength(2);
      const relayBits = async (unitId: number) => {
        const { values } = await readCircuit({ ...single(), unitId });
        return values.find(({ name }) => name === "statusWord")?.value;
      };
      expect([await relayBits(13), await relayBits(14)]).toEqual([0, 0x2000]);

      const closed = await switchRelay({ ...single(), relay: "closed", clock: systemClock });
      expect(closed).toMatchObject({ outcome: "confirmed", contact: "closed", activePowerW: 998 });
    });

    it("switches a three-phase circuit by its own control word", async () => {
      const opened = await switchRelay({ ...three(), relay: "open", clock: systemClock });
      expect(opened).toMatchObject({ outcome: "confirmed", command: { address: 0x0804 }, activePowerW: 0 });
      const closed = await switchRelay({ ...three(), relay: "closed", clock: systemClock });
      expect(closed).toMatchObject({ outcome: "confirmed", activePowerW: 8012 });
    });

    it("says that a unit which is not there does not answer", async () => {
      await expect(readCircuit({ ...single(), unitId: 99 })).rejects.toMatchObject({ code: "reply-timeout" });
    });

    it("leaves a relay write without an answer in doubt", async () => {
      const write = bus.write({
        lane: "person",
        unitId: 99,
        write: { address: 0x0801, words: [0x8000] },
        profile: acrelAdf400l,
      });
      await expect(write).rejects.toMatchObject({
        code: "write-unconfirmed",
        failureClass: "ambiguous",
        cause: { code: "reply-timeout" },
      });
    });
  });
});

// A serial port has one reader, so the command line has a slave of its own.
describe.for(rtuPeers)("the command line against python3-pymodbus, $name", ({ available, start }) => {
  it.skipIf(!available)("reads and switches a circuit", async () => {
    const peer = await start();
    try {
      const at = [
        "--bus",
        peer.url,
        "--profile",
        "acrel-adf400l",
        "--variant",
        "single-phase",
        "--unit",
        "14",
      ];
      const opened = await hallmeter(["relay", "open", ...at]);
      expect(opened).toMatchObject({ code: 0, stderr: "" });
      expect(opened.stdout).toContain("unit 14: open confirmed");
      const read = await hallmeter(["read", ...at, "--json"]);
      const { values } = JSON.parse(read.stdout) as { values: { name: string; value: number }[] };
      expect(values.find(({ name }) => name === "statusWord")?.value).toBe(0);
      expect(await hallmeter(["relay", "close", ...at])).toMatchObject({ code: 0, stderr: "" });
    } finally {
      await peer.stop();
    }
  });
});
