import type { Deps } from "../deps.ts";
import { householdModel } from "../places/household.model.ts";
import { householdsOf } from "./credit-position.ts";
import { gatewayModel } from "./gateway.model.ts";
import { gatewayMessagesOf } from "./gateway-messages.ts";

type AnnounceDeps = Pick<Deps, "connection" | "clock">;

/** Tells gateways that their configuration changed; told without need, they find the revision that they have. */
export async function announceConfig(
  { connection, clock }: AnnounceDeps,
  gatewayIds: Iterable<string>,
): Promise<void> {
  const messages = gatewayMessagesOf(connection, clock);
  await Promise.all([...new Set(gatewayIds)].map((id) => messages.send(id, [{ type: "config" }])));
}

/** After a site's calendar changed. */
export async function announceSite(deps: AnnounceDeps, siteId: string): Promise<void> {
  await announceConfig(deps, await gatewayModel(deps.connection).distinct("_id", { siteId }));
}

/** After a household's tariff or limits changed, or its balance. */
export async function announceCredit(
  { connection, clock }: AnnounceDeps,
  householdIds: Iterable<string>,
): Promise<void> {
  await gatewayMessagesOf(connection, clock).sendCredit(new Set(householdIds));
}

/** Configuration and every credit position, for a gateway that cannot know what it missed. */
export async function announceEverything(
  { connection, clock }: AnnounceDeps,
  gatewayId: string,
): Promise<void> {
  const householdIds = await householdsOf(connection, gatewayId);
  await gatewayMessagesOf(connection, clock).send(gatewayId, [
    { type: "config" },
    ...householdIds.map((householdId) => ({ type: "credit" as const, householdId })),
  ]);
}

/** After the prices of a tariff changed. */
export async function announceTariff(deps: AnnounceDeps, tariffId: string): Promise<void> {
  const households = await householdModel(deps.connection).distinct("_id", { tariffId, status: "open" });
  await announceCredit(deps, households);
}
