import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { unseal } from "../sealing/seal.ts";
import type { PaymentProvider } from "./payment-provider.ts";
import { type PaymentSettings, type ProviderName, readPaymentSettings } from "./payment-settings.model.ts";
import { SANDBOX, sandboxProvider } from "./sandbox/sandbox-provider.ts";
import { STRIPE, stripeProvider } from "./stripe/stripe-provider.ts";

type ProviderDeps = Pick<Deps, "connection" | "clock" | "secrets" | "publicUrl">;

/** Where a sealed secret of the site's settings belongs. */
export function placeOfSecret(siteId: string, secret: "api-key" | "webhook-secret"): string {
  return `payment-settings/${siteId}/${secret}`;
}

/** Each provider as a site's settings make it; undefined where they do not suffice. */
const PROVIDERS = {
  [SANDBOX]: (deps, { _id: siteId }) => sandboxProvider(deps, siteId),
  [STRIPE](deps, { _id: siteId, sealedApiKey, sealedWebhookSecrets }) {
    const open = (place: "api-key" | "webhook-secret", sealed: string) =>
      unseal(deps.secrets.sealingSecret, placeOfSecret(siteId, place), sealed)?.toString("utf8");
    const apiKey = sealedApiKey === null ? undefined : open("api-key", sealedApiKey);
    const webhookSecrets = sealedWebhookSecrets.flatMap((sealed) => open("webhook-secret", sealed) ?? []);
    return apiKey === undefined || webhookSecrets.length === 0
      ? undefined
      : stripeProvider({ apiKey, webhookSecrets });
  },
} as const satisfies Record<
  ProviderName,
  (deps: ProviderDeps, settings: PaymentSettings) => PaymentProvider | undefined
>;

/**
 * The provider of this name, as long as its secrets are there: what was paid before a site changed its provider is still
 * heard of. Undefined otherwise.
 */
export async function findProvider(
  deps: ProviderDeps,
  siteId: string,
  name: string,
): Promise<PaymentProvider | undefined> {
  const known = [STRIPE, SANDBOX].find((provider): provider is ProviderName => provider === name);
  const settings = known && (await readPaymentSettings(deps.connection, siteId));
  return settings ? PROVIDERS[known](deps, settings) : undefined;
}

/** The provider that the site's residents pay through now. Throws `payments-unavailable`. */
export async function providerInUse(
  deps: ProviderDeps,
  siteId: string,
): Promise<{ provider: PaymentProvider; settings: PaymentSettings }> {
  const settings = await readPaymentSettings(deps.connection, siteId);
  const provider = settings?.provider ? PROVIDERS[settings.provider](deps, settings) : undefined;
  if (!settings || !provider) throw new ApiError("payments-unavailable");
  return { provider, settings };
}
