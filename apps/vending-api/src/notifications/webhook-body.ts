import type { Notification } from "./notification.model.ts";

/** What an endpoint receives, as Standard Webhooks recommends it: `type`, `timestamp` of what happened, `data`. Pure. */
export function webhookBody(notification: Notification): string {
  const { kind, at, siteId, householdId, notice, place } = notification;
  const names = place && { site: place.site, household: place.household, unit: place.unit };
  const money = place && { currency: place.currency, currencyDigits: place.currencyDigits };
  return JSON.stringify({
    type: kind,
    timestamp: at.toISOString(),
    data: { siteId, householdId, ...names, ...money, ...notice?.params },
  });
}
