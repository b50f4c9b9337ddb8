import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acrelAdf400l } from "@hallmeter/meter-model";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openBus } from "../../apps/bus-gateway/src/bus/open-bus.ts";
import { systemClock } from "../../apps/bus-gateway/src/clock.ts";
import { readCircuit } from "../../apps/bus-gateway/src/tools/read-circuit.ts";
import { switchRelay } from "../../apps/bus-gateway/src/tools/switch-relay.ts";
import { startSimulatedSite } from "../../packages/meter-simulator/src/site/simulated-site.ts";
import { dissect, hasTshark, type TracedFrame } from "./frame-trace.ts";

const LINE = { baud: 19_200, parity: "even", stopBits: 1 } as const;
const UNIT = 13;
/** Nobody has it: a request without an answer belongs into a trace as well. */
const NOBODY = 99;

describe.skipIf(!hasTshark)("a trace of the bus (needs tshark)", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "hallmeter-trace-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("is Modbus RTU with good checksums to Wireshark, in both directions", async () => {
    const { frames, reading } = await trace();
    const dissections = await dissect(frames, folder);
    expect(dissections).toHaveLength(frames.length);
    for (const [index, { kind, hasGoodCrc, unitId }] of dissections.entries()) {
      const { direction, bytes } = frames[index] ?? {};
      expect({ kind, hasGoodCrc, unitId }).toEqual({
        kind: direction === "sent" ? "query" : "response",
        hasGoodCrc: true,
        unitId: bytes?.[0],
      });
    }
    const queries = dissections.filter(({ kind }) => kind === "query");
    expect(new Set(queries.map(({ functionCode }) => functionCode))).toEqual(new Set([3, 16]));
    expect(queries.some(({ unitId }) => unitId === NOBODY)).toBe(true);
    // The voltage stands first in the block of measured values.
    const voltage = reading.values.find(({ name }) => name === "voltageDv")?.value;
    const answers = dissections.filter(({ kind, registers }) => kind === "response" && registers.length > 1);
    expect(answers.some(({ registers: [first] }) => first === voltage)).toBe(true);
  });

  it("shows Wireshark a wrong checksum where there is one", async () => {
    // The answer of Simply Modbus' FAQ for function 3, with one bit of it turned over.
    const bent = Uint8Array.of(0x11, 0x03, 0x06, 0xae, 0x40, 0x56, 0x52, 0x43, 0x40, 0x49, 0xad);
    const dissections = await dissect([{ direction: "received", bytes: bent }], folder);
    expect(dissections).toMatchObject([{ kind: "response", hasGoodCrc: false }]);
  });
});

/** Reads and switches a simulated circuit, and asks for one that is not there. */
async function trace() {
  const site = await startSimulatedSite({
    buses: [
      {
        id: "bus-1",
        line: LINE,
        listen: { tcp: { port: 0 } },
        turnaroundMs: 5,
        cabinets: [{ firstUnitId: UNIT, threePhaseCount: 0, singlePhaseCount: 2 }],
      },
    ],
    control: { port: 0 },
  });
  const bus = openBus({
    id: "bus-1",
    pipe: { kind: "rtu-tcp", host: "127.0.0.1", port: site.reaches[0]?.tcpPort ?? 0 },
    line: LINE,
    clock: systemClock,
    log: pino({ level: "silent" }),
    random: () => 0.5,
  });
  const frames: TracedFrame[] = [];
  bus.on("frame", ({ direction, bytes }) => {
    frames.push({ direction, bytes: Uint8Array.from(bytes) });
  });
  try {
    const circuit = { bus, profile: acrelAdf400l, variant: "single-phase", unitId: UNIT, clock: systemClock };
    const reading = await readCircuit(circuit);
    for (const relay of ["open", "closed"] as const) await switchRelay({ ...circuit, relay });
    await expect(readCircuit({ ...circuit, unitId: NOBODY })).rejects.toMatchObject({
      code: "reply-timeout",
    });
    return { frames, reading };
  } finally {
    await bus.close();
    await site.close();
  }
}
