import { householdModel } from "../places/household.model.ts";
import { householdsOf } from "./credit-position.ts";
import { gatewayModel } from "./gateway.model.ts";
import { gatewayMessagesOf, type MessageSources } from "./gateway-messages.ts";

/** Tells gateways that their configuration changed; told without need, they find the revision that they have. */
export async function announceConfig(deps: MessageSources, gatewayIds: Iterable<string>): Promise<void> {
  const messages = gatewayMessagesOf(deps);
  await Promise.all([...new Set(gatewayIds)].map((id) => messages.send(id, [{ type: "config" }])));
}

/** After a site's calendar changed. */
export async function announceSite(deps: MessageSources, siteId: string): Promise<void> {
  await announceConfig(deps, await gatewayModel(deps.connection).distinct("_id", { siteId }));
}

/** After a household's tariff or limits changed, or its balance. */
export async function announceCredit(deps: MessageSources, householdIds: Iterable<string>): Promise<void> {
  await gatewayMessagesOf(deps).sendCredit(new Set(householdIds));
}

/** Configuration and every credit position, for a gateway that cannot know what it missed. */
export async function announceEverything(deps: MessageSources, gatewayId: string): Promise<void> {
  const householdIds = await householdsOf(deps.connection, gatewayId);
  await gatewayMessagesOf(deps).send(gatewayId, [
    { type: "config" },
    ...householdIds.map((householdId) => ({ type: "credit" as const, householdId })),
  ]);
}

/** After the prices of a tariff changed. */
export async function announceTariff(deps: MessageSources, tariffId: string): Promise<void> {
  const households = await householdModel(deps.connection).distinct("_id", { tariffId, status: "open" });
  await announceCredit(deps, households);
}
