/** Rooms of the demonstration brought into the state that a journey begins with, by the API and at the simulated meters. */
import { randomUUID } from "node:crypto";
import type { ViciousLoadRule } from "@hallmeter/meter-model";
import type { ApiClient } from "../../scripts/start/api-client.ts";
import type { Login } from "../support/browser-site.ts";
import { circuitOf, type TestDemonstration, whyOf } from "../support/demonstration.ts";
import { eventually } from "../support/eventually.ts";
import { plugIn } from "../support/truth.ts";
import { LIGHT_LIMIT_MS } from "./journey.ts";

/** What the cut lies above the balance, and the release above the cut; less than what is paid afterwards. */
const MARGIN_MINOR = 1000;

/** Cuts a room that gets no free energy for credit: its limit is raised above what it has. @returns its household */
export async function darken(site: TestDemonstration, room: string): Promise<string> {
  const api = await site.as("property-manager");
  const { householdId } = await circuitOf(api, room);
  const { liveMinor } = await api.get<{ liveMinor: number }>(`/households/${householdId}/balance`);
  const cutMinor = Math.ceil(liveMinor) + MARGIN_MINOR;
  await api.patch(`/households/${householdId}`, { cutMinor, releaseMinor: cutMinor + MARGIN_MINOR });
  await eventually(
    `room ${room} dark`,
    LIGHT_LIMIT_MS,
    async () => (await whyOf(api, room)).relay === "open",
  );
  return householdId ?? "";
}

export async function whenLit(site: TestDemonstration, room: string): Promise<void> {
  const api = await site.as("property-manager");
  await eventually(
    `the light of ${room}`,
    LIGHT_LIMIT_MS,
    async () => (await whyOf(api, room)).relay === "closed",
  );
}

/** A login for somebody who lives there. */
export async function residentOf(site: TestDemonstration, room: string): Promise<Login> {
  const api = await site.as("administrator");
  const { householdId } = await circuitOf(api, room);
  return addLogin(api, { role: "resident", name: `Resident of ${room}`, householdId });
}

export async function addLogin(
  api: ApiClient,
  { role, name, householdId }: { role: string; name: string; householdId?: string | null },
): Promise<Login & { id: string }> {
  const [site] = await api.get<{ id: string }[]>("/sites");
  const who = { login: `u-${randomUUID().slice(0, 8)}`, password: randomUUID() };
  const { id } = await api.post<{ id: string }>("/users", {
    ...{ ...who, name, roles: [role], siteIds: [site?.id] },
    ...(householdId && { householdId }),
  });
  return { ...who, id };
}

/** Somebody plugs a heater in where the rule trips in earnest. @returns unplugs it */
export async function tripByHeater(
  site: TestDemonstration,
  room: string,
  rule: ViciousLoadRule,
): Promise<() => Promise<void>> {
  const api = await site.as("maintenance");
  const { id } = await circuitOf(api, room);
  const { rules } = await api.get<{ rules: object }>(`/circuits/${id}`);
  await api.patch(`/circuits/${id}`, { rules: { ...rules, viciousLoad: rule } });
  const unplug = await plugIn(site, room, "heater");
  await eventually(`room ${room} tripped`, LIGHT_LIMIT_MS, async () => {
    const { holds, relay } = await whyOf(api, room);
    return relay === "open" && holds.some(({ kind }) => kind === "vicious-load");
  });
  return unplug;
}
