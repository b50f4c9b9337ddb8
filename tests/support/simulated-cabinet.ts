import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GatewayFile } from "@hallmeter/bus-gateway/main";
import type { SiteCircuitTruth } from "@hallmeter/meter-simulator";
import type { SimulatorReady } from "../../scripts/parts/simulator.ts";
import { keepRunning } from "../../scripts/start/kept-process.ts";
import { withoutOwnSettings } from "./demonstration.ts";

const BUS = "new";
const CIRCUITS = 2;
/** From 1 on. */
export const CABINET_UNITS = Array.from({ length: CIRCUITS }, (_, index) => index + 1);

/** A cabinet that no gateway knows yet, behind a serial server of its own. */
export interface SimulatedCabinet {
  host: string;
  port: number;
  truth(unitId: number): Promise<SiteCircuitTruth>;
  close(): Promise<void>;
}

export async function startSimulatedCabinet(): Promise<SimulatedCabinet> {
  const folder = await mkdtemp(join(tmpdir(), "hallmeter-cabinet-"));
  const file = join(folder, "site.json");
  const circuits = CABINET_UNITS.map((unitId) => ({ unitId, appliances: [{ kind: "lamp" }] }));
  const cabinet = { firstUnitId: 1, threePhaseCount: 0, singlePhaseCount: CIRCUITS, circuits };
  const bus = { id: BUS, line: { baud: 9600, parity: "none", stopBits: 1 }, listen: { tcp: { port: 0 } } };
  const site = { buses: [{ ...bus, cabinets: [cabinet] }], control: { port: 0 } };
  await writeFile(file, JSON.stringify({ site }));
  const simulator = keepPart<SimulatorReady>("simulator", folder, ["simulate", "--site", file]);
  const { buses, controlPort } = await simulator.ready;
  const [address] = buses;
  if (!address) throw new RangeError("the simulator listens nowhere");
  return {
    ...address,
    truth: async (unitId) =>
      (await (
        await fetch(`http://127.0.0.1:${controlPort}/circuits/${BUS}/${unitId}`)
      ).json()) as SiteCircuitTruth,
    async close() {
      await simulator.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Starts a gateway as the console says: by the file that it showed, but with a data folder that a test may write. */
export async function startGatewayFrom(shownFile: string): Promise<{ close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "hallmeter-new-gateway-"));
  const file = join(folder, "gateway.json");
  const shown = JSON.parse(shownFile) as GatewayFile;
  await writeFile(file, JSON.stringify({ ...shown, dataDir: join(folder, "data") }));
  const gateway = keepPart("gateway", folder, ["gateway", "--config", file]);
  await gateway.ready;
  return {
    async close() {
      await gateway.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function keepPart<Ready>(name: string, folder: string, args: string[]) {
  return keepRunning<Ready>({
    name,
    args: () => args,
    env: withoutOwnSettings(process.env),
    logFile: join(folder, `${name}.log`),
    onRestart: () => {},
  });
}
