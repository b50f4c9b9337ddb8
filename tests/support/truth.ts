import type { SiteCircuitTruth } from "@hallmeter/meter-simulator";
import type { SimulatorReady } from "../../scripts/parts/simulator.ts";
import { DEMO_BUILDINGS, DEMO_ROOMS } from "../../scripts/start/demo-site.ts";
import type { Demonstration } from "../../scripts/start/start.ts";

async function askSimulator(site: Demonstration, path: string, init: RequestInit = {}): Promise<Response> {
  const { controlPort } = (await site.parts.simulator.ready) as SimulatorReady;
  const response = await fetch(`http://127.0.0.1:${controlPort}${path}`, init);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response;
}

function pathOf(roomName: string): string {
  const room = DEMO_ROOMS.find(({ name }) => name === roomName);
  const bus = DEMO_BUILDINGS[room?.building ?? -1]?.bus;
  if (!room || !bus) throw new RangeError(`no room ${roomName}`);
  return `/circuits/${encodeURIComponent(bus)}/${room.unitId}`;
}

/** What the simulated meter of a demonstration room really does, whatever Hallmeter believes. */
export async function truthOf(site: Demonstration, roomName: string): Promise<SiteCircuitTruth> {
  return (await (await askSimulator(site, pathOf(roomName))).json()) as SiteCircuitTruth;
}

/** @returns takes it out again */
export async function plugIn(
  site: Demonstration,
  roomName: string,
  kind: "heater",
): Promise<() => Promise<void>> {
  const appliances = `${pathOf(roomName)}/appliances`;
  const answer = await askSimulator(site, appliances, { method: "POST", body: JSON.stringify({ kind }) });
  const { id } = (await answer.json()) as { id: string };
  return async () => void (await askSimulator(site, `${appliances}/${id}`, { method: "DELETE" }));
}
