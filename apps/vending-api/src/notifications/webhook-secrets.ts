import { seal, unseal } from "../sealing/seal.ts";
import type { FormerSecret, Webhook } from "./webhook.model.ts";
import { newWebhookSecret } from "./webhook-signature.ts";

/** Former secrets at a time; more rotations than that within one overlap leave nobody anything to check with. */
const MOST_FORMER = 3;
const HOUR_MS = 3_600_000;

/** Where a webhook's secrets are sealed for. */
const placeOf = (webhookId: string): string => `webhooks/${webhookId}/secret`;

export function sealedSecret(
  sealingSecret: string,
  webhookId: string,
): { secret: string; sealedSecret: string } {
  const secret = newWebhookSecret();
  return { secret, sealedSecret: seal(sealingSecret, placeOf(webhookId), Buffer.from(secret, "utf8")) };
}

/** What a message is signed with now, the newest first; undefined where the newest cannot be opened. */
export function openSecrets(
  sealingSecret: string,
  { _id, sealedSecret: current, formerSecrets }: Webhook,
  now: Date,
): string[] | undefined {
  const open = (sealed: string) => unseal(sealingSecret, placeOf(_id), sealed)?.toString("utf8");
  const newest = open(current);
  if (newest === undefined) return undefined;
  return [newest, ...validFormer(formerSecrets, now).flatMap(({ sealed }) => open(sealed) ?? [])];
}

/** The former secrets once another takes the place of the current one. Without an overlap none is left: somebody else has it. */
export function formerAfter(
  { sealedSecret: current, formerSecrets }: Webhook,
  overlapHours: number,
  now: Date,
): FormerSecret[] {
  if (overlapHours === 0) return [];
  const until = new Date(now.getTime() + overlapHours * HOUR_MS);
  return [{ sealed: current, until }, ...validFormer(formerSecrets, now)].slice(0, MOST_FORMER);
}

export function validFormer(former: readonly FormerSecret[] | undefined, now: Date): FormerSecret[] {
  return (former ?? []).filter(({ until }) => until > now);
}
