import { idSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { ok } from "../http/answer.ts";
import { type Route, route } from "../http/route.ts";
import type { Site } from "../places/site.model.ts";
import { findVisibleSite } from "../places/site.routes.ts";
import { seal } from "../sealing/seal.ts";
import { MOST_PURCHASE_MINOR } from "../vending/purchases.ts";
import {
  type PaymentSettings,
  PROVIDER_NAMES,
  paymentSettingsModel,
  readPaymentSettings,
} from "./payment-settings.model.ts";
import { placeOfSecret } from "./providers.ts";
import { isStripeCurrency } from "./stripe/stripe-provider.ts";

const TAG = "Payments";

const amountField = z.int().min(1).max(MOST_PURCHASE_MINOR);
const settingsBody = z
  .strictObject({
    provider: z.enum(PROVIDER_NAMES).nullable().meta({
      description:
        "Null: residents cannot pay here. `sandbox` credits money that nobody paid: for demonstrations only.",
    }),
    minMinor: amountField,
    maxMinor: amountField,
    suggestedMinor: z
      .array(amountField)
      .max(8)
      .transform((amounts) => [...new Set(amounts)].sort((a, b) => a - b)),
    apiKey: z
      .string()
      .regex(/^[\x21-\x7e]{8,255}$/, "Is no API key")
      .optional()
      .meta({ description: "Left out, the one entered before stays." }),
    webhookSecrets: z
      .array(z.string().regex(/^[\x21-\x7e]{8,255}$/, "Is no signing secret"))
      .min(1)
      .max(2)
      .optional()
      .meta({ description: "Two while the provider changes from one to the other." }),
    reason: z.string().trim().min(1).max(500),
  })
  .refine(({ minMinor, maxMinor }) => minMinor <= maxMinor, {
    path: ["maxMinor"],
    message: "Is less than the minimum",
  })
  .refine(
    ({ minMinor, maxMinor, suggestedMinor }) =>
      suggestedMinor.every((amount) => amount >= minMinor && amount <= maxMinor),
    { path: ["suggestedMinor"], message: "Lie between minimum and maximum" },
  );

const settingsAnswer = z
  .object({
    siteId: idSchema,
    provider: z.enum(PROVIDER_NAMES).nullable(),
    minMinor: z.int(),
    maxMinor: z.int(),
    suggestedMinor: z.array(z.int()),
    hasApiKey: z.boolean(),
    webhookSecretCount: z.int(),
    webhookUrl: z.string().nullable().meta({ description: "To be entered at the provider." }),
  })
  .meta({ id: "PaymentSettings" });

/** Of a site that has never had any. */
function noSettings(siteId: string): PaymentSettings {
  return {
    _id: siteId,
    provider: null,
    minMinor: 100,
    maxMinor: 100_000,
    suggestedMinor: [],
    sealedApiKey: null,
    sealedWebhookSecrets: [],
  };
}

export function paymentSettingsRoutes(deps: Deps): Route[] {
  const { connection, changes } = deps;
  const present = (settings: PaymentSettings): z.input<typeof settingsAnswer> => {
    const { _id: siteId, sealedApiKey, sealedWebhookSecrets, ...shown } = settings;
    return {
      ...shown,
      siteId,
      hasApiKey: sealedApiKey !== null,
      webhookSecretCount: sealedWebhookSecrets.length,
      webhookUrl: shown.provider && `${deps.publicUrl()}/api/v1/payment-webhooks/${siteId}/${shown.provider}`,
    };
  };
  const read = async (siteId: string) =>
    (await readPaymentSettings(connection, siteId)) ?? noSettings(siteId);

  return [
    route({
      method: "get",
      path: "/sites/:id/payment-settings",
      tag: TAG,
      summary: "How residents of a site may pay; secrets are never shown",
      access: { roles: ["administrator", "campus-admin", "property-manager"] },
      answers: { 200: settingsAnswer },
      async handle({ params, caller }) {
        const site = await findVisibleSite(deps, params.id, caller);
        return ok(present(await read(site._id)));
      },
    }),
    route({
      method: "put",
      path: "/sites/:id/payment-settings",
      tag: TAG,
      summary: "Set provider, limits and secrets",
      access: { roles: ["administrator"] },
      body: settingsBody,
      answers: { 200: settingsAnswer },
      async handle(request) {
        const site = await findVisibleSite(deps, request.params.id, request.caller);
        const { reason, apiKey, webhookSecrets, ...shown } = request.body;
        const before = await read(site._id);
        const sealOne = (place: "api-key" | "webhook-secret", secret: string) =>
          seal(deps.secrets.sealingSecret, placeOfSecret(site._id, place), Buffer.from(secret, "utf8"));
        const settings: PaymentSettings = {
          ...shown,
          _id: site._id,
          sealedApiKey: apiKey === undefined ? before.sealedApiKey : sealOne("api-key", apiKey),
          sealedWebhookSecrets:
            webhookSecrets?.map((secret) => sealOne("webhook-secret", secret)) ?? before.sealedWebhookSecrets,
        };
        assertUsable(site, settings);
        await paymentSettingsModel(connection).replaceOne({ _id: site._id }, settings, { upsert: true });
        const after = present(settings);
        await recordAudit(deps, {
          request,
          siteId: site._id,
          action: "payment-settings.update",
          subject: { resource: "payment-settings", id: site._id },
          before: present(before),
          // That a secret was entered is told; what it is, never.
          after: {
            ...after,
            newApiKey: apiKey !== undefined,
            newWebhookSecrets: webhookSecrets !== undefined,
          },
          reason,
        });
        changes.publish({ resource: "payment-settings", id: site._id, siteId: site._id });
        return ok(after);
      },
    }),
  ];
}

function assertUsable(site: Site, { provider, sealedApiKey, sealedWebhookSecrets }: PaymentSettings): void {
  if (provider !== "stripe") return;
  const mistakes = [
    ...(isStripeCurrency(site.currency, site.currencyDigits)
      ? []
      : [{ path: "provider", message: `Stripe counts ${site.currency} in another unit than the ledger` }]),
    ...(sealedApiKey === null ? [{ path: "apiKey", message: "Is needed" }] : []),
    ...(sealedWebhookSecrets.length === 0 ? [{ path: "webhookSecrets", message: "Are needed" }] : []),
  ];
  if (mistakes.length > 0)
    throw new ApiError("invalid-body", undefined, {
      errors: mistakes.map((mistake) => ({ ...mistake, code: "invalid" })),
    });
}
