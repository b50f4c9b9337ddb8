import type { SiteCircuitTruth } from "@hallmeter/meter-simulator";
import type { SimulatorReady } from "../../scripts/parts/simulator.ts";
import { DEMO_BUILDINGS, DEMO_ROOMS } from "../../scripts/start/demo-site.ts";
import type { Demonstration } from "../../scripts/start/start.ts";

/** What the simulated meter of a demonstration room really does, whatever Hallmeter believes. */
export async function truthOf(site: Demonstration, roomName: string): Promise<SiteCircuitTruth> {
  const { controlPort } = (await site.parts.simulator.ready) as SimulatorReady;
  const room = DEMO_ROOMS.find(({ name }) => name === roomName);
  const bus = DEMO_BUILDINGS[room?.building ?? -1]?.bus;
  if (!room || !bus) throw new RangeError(`no room ${roomName}`);
  const response = await fetch(
    `http://127.0.0.1:${controlPort}/circuits/${encodeURIComponent(bus)}/${room.unitId}`,
  );
  return (await response.json()) as SiteCircuitTruth;
}
