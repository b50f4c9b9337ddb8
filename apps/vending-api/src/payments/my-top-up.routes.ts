import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { created, ok, pageOf } from "../http/answer.ts";
import { listQuery, readPage } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { moneyRequestOf } from "../ledger/money-request.ts";
import { ownHousehold } from "../resident/own-household.ts";
import { siteOf } from "../vending/visible-purchase.ts";
import { myTopUpAnswer, presentMyTopUp } from "./present-top-up.ts";
import { providerInUse } from "./providers.ts";
import { startTopUp } from "./start-top-up.ts";
import { paymentDeps } from "./stored-payments.ts";
import { type TopUp, topUpModel } from "./top-up.model.ts";

const TAG = "Resident";
const ACCESS = { roles: ["resident"] } as const;

const optionsAnswer = z
  .object({
    currency: z.string(),
    minMinor: z.int(),
    maxMinor: z.int(),
    suggestedMinor: z.array(z.int()),
    isSandbox: z.boolean().meta({ description: "No money moves." }),
  })
  .meta({ id: "TopUpOptions" });

const topUpBody = z.strictObject({
  // Not z.int(): see the purchases of the desk.
  amountMinor: z
    .number()
    .positive("Must be more than zero")
    .refine(Number.isInteger, "Must be a whole number of the minor unit")
    .meta({ type: "integer", example: 5000 }),
});

const myTopUps = listQuery({ sort: ["createdAt"], defaultSort: ["createdAt", "DESC"], filter: {} });

export function myTopUpRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  const topUps = topUpModel(connection);
  return [
    route({
      method: "get",
      path: "/me/top-up-options",
      tag: TAG,
      summary: "How much you may pay in here, and what others choose",
      access: ACCESS,
      answers: { 200: optionsAnswer },
      problems: ["not-found", "payments-unavailable"],
      async handle({ caller }) {
        const { siteId } = await ownHousehold(connection, caller);
        const [{ settings }, site] = await Promise.all([
          providerInUse(deps, siteId),
          siteOf(connection, siteId),
        ]);
        const { minMinor, maxMinor, suggestedMinor, provider } = settings;
        const isSandbox = provider === "sandbox";
        return ok({ currency: site.currency, minMinor, maxMinor, suggestedMinor, isSandbox });
      },
    }),
    route({
      method: "post",
      path: "/me/top-ups",
      tag: TAG,
      summary: "Order a payment; pay it at `redirectUrl`",
      description:
        "Only the provider's own word credits it, usually within seconds; the return from its page does not.",
      access: ACCESS,
      idempotencyKey: "required",
      body: topUpBody,
      fieldProblems: { amountMinor: "amount-invalid" },
      answers: { 201: myTopUpAnswer },
      problems: [
        "not-found",
        "amount-invalid",
        "household-closed",
        "payments-unavailable",
        "provider-unavailable",
        "provider-refused",
        "idempotency-key-reused",
      ],
      async handle(request) {
        const { caller, body } = request;
        const household = await ownHousehold(connection, caller);
        const [{ provider, settings }, site] = await Promise.all([
          providerInUse(deps, household.siteId),
          siteOf(connection, household.siteId),
        ]);
        const order = {
          site,
          household,
          amountMinor: body.amountMinor,
          limits: settings,
          returnUrl: `${deps.publicUrl()}/my`,
        };
        const { topUp, repeated } = await startTopUp(
          paymentDeps(deps),
          provider,
          order,
          moneyRequestOf(request),
        );
        const answer = presentMyTopUp(topUp);
        if (!repeated)
          await recordAudit(deps, {
            request,
            siteId: site._id,
            action: "top-ups.create",
            subject: { resource: "top-ups", id: topUp._id },
            after: answer,
          });
        return created(answer);
      },
    }),
    route({
      method: "get",
      path: "/me/top-ups",
      tag: TAG,
      summary: "Payments of your household, newest first",
      access: ACCESS,
      query: myTopUps,
      answers: { 200: pageOf(myTopUpAnswer) },
      problems: ["not-found"],
      async handle({ caller, query }) {
        const { _id: householdId, siteId } = await ownHousehold(connection, caller);
        return readPage(topUps, query, { siteId, householdId }, presentMyTopUp);
      },
    }),
    route({
      method: "get",
      path: "/me/top-ups/:id",
      tag: TAG,
      summary: "What has become of a payment",
      access: ACCESS,
      answers: { 200: myTopUpAnswer },
      async handle({ caller, params }) {
        const { _id: householdId } = await ownHousehold(connection, caller);
        const topUp = await topUps.findOne({ _id: params.id, householdId }).lean<TopUp | null>();
        if (!topUp) throw new ApiError("not-found");
        return ok(presentMyTopUp(topUp));
      },
    }),
  ];
}
