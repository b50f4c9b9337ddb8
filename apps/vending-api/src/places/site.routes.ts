import { safetyPolicySchema } from "@hallmeter/meter-model";
import type { QueryFilter } from "mongoose";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import { isDuplicateKey, newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { canSee, type PersonCaller, READERS, seesEverySite, siteScope } from "../http/access.ts";
import { created, ok, pageOf } from "../http/answer.ts";
import { equalityConditions, listQuery, readPage } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { DEFAULT_WITHDRAWAL_POLICY, type Site, siteModel } from "./site.model.ts";
import {
  currencyDigitsOf,
  DEFAULT_DOCUMENT_LANGUAGE,
  documentLanguageField,
  newSiteFields,
  sitePatchFields,
  withdrawalPolicySchema,
} from "./site-fields.ts";

const TAG = "Places";

export const siteAnswer = z
  .object({
    id: z.string(),
    name: z.string(),
    timeZone: z.string(),
    currency: z.string(),
    currencyDigits: z.int(),
    holidays: z.array(z.iso.date()),
    restWeekdays: z.array(z.int()),
    namedDays: z.record(z.string(), z.string()),
    tillsRequired: z.boolean().meta({ description: "Who sells must have a shift open at a till." }),
    documentLanguage: documentLanguageField,
    withdrawal: withdrawalPolicySchema,
    safety: safetyPolicySchema,
  })
  .meta({ id: "Site" });

export function presentSite({ _id: id, ...site }: Site): z.input<typeof siteAnswer> {
  return {
    id,
    namedDays: {},
    tillsRequired: false,
    documentLanguage: DEFAULT_DOCUMENT_LANGUAGE,
    withdrawal: DEFAULT_WITHDRAWAL_POLICY,
    ...site,
    safety: safetyPolicySchema.parse(site.safety ?? {}),
  };
}

const siteList = listQuery({ sort: ["name"], filter: {} });

/** The site, if it is the caller's. Throws `not-found`. */
export async function findVisibleSite(
  { connection }: Pick<Deps, "connection">,
  id: string,
  caller: Pick<PersonCaller, "siteIds">,
): Promise<Site> {
  const site = canSee(caller, id) ? await siteModel(connection).findById(id).lean<Site | null>() : null;
  if (!site) throw new ApiError("not-found");
  return site;
}

export function siteRoutes(deps: Deps): Route[] {
  const { connection, changes } = deps;
  return [
    route({
      method: "get",
      path: "/sites",
      tag: TAG,
      summary: "Every site that you may see",
      access: { roles: READERS },
      query: siteList,
      answers: { 200: pageOf(siteAnswer) },
      async handle({ caller, query }) {
        const condition: QueryFilter<Site> = {
          $and: [siteScope(caller, "_id"), equalityConditions(query.filter)],
        };
        return readPage(siteModel(connection), query, condition, presentSite);
      },
    }),
    route({
      method: "get",
      path: "/sites/:id",
      tag: TAG,
      summary: "One site",
      access: { roles: READERS },
      answers: { 200: siteAnswer },
      handle: async ({ caller, params }) => ok(presentSite(await findVisibleSite(deps, params.id, caller))),
    }),
    route({
      method: "post",
      path: "/sites",
      tag: TAG,
      summary: "Add a site",
      description:
        "For administrators of every site. The digits of the currency's minor unit follow from the currency.",
      access: { roles: ["administrator"] },
      body: newSiteFields,
      answers: { 201: siteAnswer },
      problems: ["name-taken"],
      async handle(request) {
        if (!seesEverySite(request.caller)) {
          throw new ApiError("forbidden", "Only an administrator of every site adds one");
        }
        const site: Site = {
          _id: newId(),
          ...request.body,
          currencyDigits: currencyDigitsOf(request.body.currency),
        };
        await siteModel(connection).create(site).catch(refuseTakenName);
        const after = presentSite(site);
        const subject = { resource: "sites", id: site._id };
        await recordAudit(deps, { request, siteId: site._id, action: "sites.create", subject, after });
        changes.publish({ ...subject, siteId: site._id });
        return created(after);
      },
    }),
    route({
      method: "patch",
      path: "/sites/:id",
      tag: TAG,
      summary: "Change a site's name, calendar or safety policy",
      access: { roles: ["administrator", "campus-admin"] },
      body: sitePatchFields,
      answers: { 200: siteAnswer },
      problems: ["name-taken"],
      async handle(request) {
        const before = await findVisibleSite(deps, request.params.id, request.caller);
        const { reason, ...fields } = request.body;
        const site = await siteModel(connection)
          .findOneAndUpdate({ _id: before._id }, { $set: fields }, { returnDocument: "after" })
          .lean<Site | null>()
          .catch(refuseTakenName);
        if (!site) throw new ApiError("not-found");
        const after = presentSite(site);
        const subject = { resource: "sites", id: site._id };
        await recordAudit(deps, {
          request,
          siteId: site._id,
          action: "sites.update",
          subject,
          before: presentSite(before),
          after,
          reason,
        });
        changes.publish({ ...subject, siteId: site._id });
        return ok(after);
      },
    }),
  ];
}

function refuseTakenName(error: unknown): never {
  if (!isDuplicateKey(error)) throw error;
  const message = "Another site has this name";
  throw new ApiError("name-taken", message, { errors: [{ path: "name", code: "taken", message }] });
}
