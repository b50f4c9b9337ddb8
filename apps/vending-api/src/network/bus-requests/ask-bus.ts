import type { BusRequest } from "@hallmeter/meter-model";
import type { MessageSources } from "../gateway-messages.ts";
import { gatewayMessagesOf } from "../gateway-messages.ts";

/** A person waits in front of the page; heard later by the gateway, nobody does. Range 10–120 s. */
const EXPIRES_MS = 30_000;
/** A gateway tells every second how something goes; silent for so long, it was restarted or is away. Range 10–120 s. */
const SILENT_AFTER_MS = 20_000;

type Wish = BusRequest extends infer Request
  ? Request extends BusRequest
    ? Omit<Request, "issuedAt" | "expiresAt">
    : never
  : never;

/** Hands a request for a bus to its gateway; what comes of it arrives as reports. */
export async function askBus(deps: MessageSources, gatewayId: string, wish: Wish, now: Date): Promise<void> {
  const request: BusRequest = {
    ...wish,
    issuedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + EXPIRES_MS).toISOString(),
  };
  await gatewayMessagesOf(deps).send(gatewayId, [{ type: "bus-request", request }]);
}

/** Whether nothing more is to be expected of something that was begun: the gateway did not hear of it, or fell silent. */
export function isSilent({ askedAt, toldAt }: { askedAt: Date; toldAt: Date | null }, now: Date): boolean {
  return toldAt === null
    ? now.getTime() - askedAt.getTime() > EXPIRES_MS
    : now.getTime() - toldAt.getTime() > SILENT_AFTER_MS;
}
