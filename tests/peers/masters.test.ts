import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { startSimulatedSite } from "../../packages/meter-simulator/src/site/simulated-site.ts";
import { hasLibmodbus } from "./libmodbus-slave.ts";
import { PYTHON } from "./peer-process.ts";
import { hasPymodbus } from "./pymodbus-slave.ts";

const run = promisify(execFile);
const LINE = { baud: 19_200, parity: "none", stopBits: 1 } as const;
const UNIT = 13;
const INITIAL_ENERGY_WH = 1_234_560;
const RELAY_CLOSED = 0x2000;

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const libmodbus = { available: hasLibmodbus, script: script("./libmodbus_master.py") };
const pymodbus = { available: hasPymodbus, script: script("./pymodbus_master.py") };
const masters = [
  { name: "libmodbus over a pseudo-terminal", ...libmodbus, reach: "serial" },
  { name: "libmodbus, Modbus TCP", ...libmodbus, reach: "modbus-tcp" },
  { name: "pymodbus over a pseudo-terminal", ...pymodbus, reach: "serial" },
  { name: "pymodbus, RTU over TCP", ...pymodbus, reach: "tcp" },
  { name: "pymodbus, Modbus TCP", ...pymodbus, reach: "modbus-tcp" },
] as const;

const sawSchema = z.object({
  measured: z.array(z.int()).length(18),
  inputs: z.array(z.int()),
  opening: z.boolean(),
  /** Status word and active power. */
  opened: z.tuple([z.int(), z.int()]),
  closing: z.boolean(),
  closed: z.array(z.int()),
  refusal: z.int(),
});

describe.for(masters)("the simulator, asked by $name", ({ available, reach, script }) => {
  it.skipIf(!available)("measures, switches and refuses as a meter does", async () => {
    const folder = await mkdtemp(join(tmpdir(), "hallmeter-master-"));
    const link = join(folder, "bus");
    const site = await startSimulatedSite({
      buses: [
        {
          id: "bus-1",
          line: LINE,
          listen: { pty: { link }, tcp: { port: 0 }, modbusTcp: { port: 0 } },
          turnaroundMs: 5,
          cabinets: [
            {
              firstUnitId: 1,
              threePhaseCount: 4,
              singlePhaseCount: 24,
              circuits: [
                { unitId: UNIT, initialEnergyWh: INITIAL_ENERGY_WH, appliances: [{ kind: "heater" }] },
              ],
            },
          ],
        },
      ],
      control: { port: 0 },
    });
    try {
      const [{ tcpPort, modbusTcpPort } = {}] = site.reaches;
      const where = { serial: link, tcp: `${tcpPort}`, "modbus-tcp": `${modbusTcpPort}` }[reach];
      const { stdout } = await run(PYTHON, [script, reach, where, `${LINE.baud}`, `${UNIT}`]);
      const saw = sawSchema.parse(JSON.parse(stdout));
      const [, , powerW = 0, , , , energyHigh = 0, energyLow = 0] = saw.measured;
      expect(powerW).toBeGreaterThan(1400);
      // Hundredths of a kWh, high word first.
      expect((energyHigh * 65_536 + energyLow) * 10).toBe(INITIAL_ENERGY_WH);
      expect(saw.inputs).toHaveLength(18);
      const isClosed = ([status = 0]: readonly number[]) => (status & RELAY_CLOSED) !== 0;
      expect(saw).toMatchObject({ opening: true, closing: true, refusal: 2 });
      expect({ opened: isClosed(saw.opened), powerW: saw.opened[1] }).toEqual({ opened: false, powerW: 0 });
      expect(isClosed(saw.closed)).toBe(true);
      expect(site.circuit("bus-1", UNIT).relay).toBe("closed");
    } finally {
      await site.close();
      await rm(folder, { recursive: true });
    }
  });
});
