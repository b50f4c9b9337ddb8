import { compareWeeks, schemeDifferences } from "@hallmeter/meter-model";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { actorOf, type PersonCaller, READERS, STAFF } from "../http/access.ts";
import { created, ok } from "../http/answer.ts";
import { type Route, type RouteRequest, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import { announceTariff } from "../network/announce.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { findReferenced } from "../places/reference.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import type { TariffVersion } from "../rating/metering-context.ts";
import { versionAt } from "../rating/tariff-versions.ts";
import { startOfVersion, withoutVersion, withVersion } from "./change-versions.ts";
import { comparisonAnswer, previewAnswer } from "./present-preview.ts";
import { presentTariff, tariffAnswer, tariffDocument } from "./present-tariff.ts";
import { previewTariff } from "./preview-tariff.ts";
import { type StoredTariff, type TariffRow, tariffModel, upgradedTariff } from "./tariff.model.ts";
import { assertRevision, schemeField, TARIFF_WRITERS, versionFields } from "./tariff.routes.ts";

const TAG = "Tariffs";
/** A year and a month: the longest block period from any day on. */
const MOST_PREVIEW_DAYS = 397;
const DAY_MS = 86_400_000;

const reasonField = z.string().trim().min(1).max(200);

const previewBody = z
  .strictObject({
    scheme: schemeField,
    householdId: z.string().min(1).max(64),
    from: z.iso.date().meta({ description: "Local day; blocks count from zero on it." }),
    to: z.iso.date().meta({ description: "Local day, included." }),
  })
  .refine(({ from, to }) => from <= to, { path: ["to"], message: "Ends before it begins" })
  .refine(({ from, to }) => Date.parse(to) - Date.parse(from) < MOST_PREVIEW_DAYS * DAY_MS, {
    path: ["to"],
    message: `At most ${MOST_PREVIEW_DAYS} days`,
  });

export function tariffVersionRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  const model = tariffModel(connection);

  /** Writes a change on the revision that was read, and tells of it. Throws `conflict`. */
  const change = async (
    request: RouteRequest<
      { id: string },
      unknown,
      { expectedRevision?: number | undefined; reason?: string | undefined },
      PersonCaller,
      undefined
    >,
    action: string,
    fieldsOf: (row: TariffRow) => Partial<StoredTariff>,
  ): Promise<TariffRow> => {
    const { params, caller, now } = request;
    const stored = await findVisible(model, params.id, caller);
    const row = upgradedTariff(stored);
    assertRevision(row, request.body.expectedRevision);
    const written = await model
      .findOneAndUpdate(
        { _id: stored._id, revision: stored.revision ?? null },
        { $set: fieldsOf(row) },
        { returnDocument: "after" },
      )
      .lean<StoredTariff | null>();
    if (!written) throw new ApiError("conflict");
    const changed = upgradedTariff(written);
    const subject = { resource: "tariffs", id: row._id };
    await recordAudit(deps, {
      request,
      siteId: row.siteId,
      action: `tariffs.${action}`,
      subject,
      before: presentTariff(row, now),
      after: presentTariff(changed, now),
      reason: request.body.reason,
    });
    deps.changes.publish({ ...subject, siteId: row.siteId });
    await announceTariff(deps, row._id);
    return changed;
  };

  return [
    route({
      method: "post",
      path: "/tariffs/:id/versions",
      tag: TAG,
      summary: "Add a version, from now on or from a later instant",
      description:
        "What was used before it begins stays rated by the version of its time. The same request on the same expectedRevision is one version, however often it comes.",
      access: { roles: TARIFF_WRITERS },
      body: z.strictObject({
        tariff: schemeField,
        ...versionFields,
        reason: reasonField.optional().meta({ description: "Kept with the version and in the audit log." }),
      }),
      answers: { 201: tariffAnswer },
      problems: ["tariff-in-the-past", "tariff-version-overlap", "conflict"],
      async handle(request) {
        const { tariff, effectiveFrom, reason, expectedRevision } = request.body;
        const { now, caller, requestHash } = request;
        if (expectedRevision !== undefined) {
          const made = upgradedTariff(await findVisible(model, request.params.id, caller));
          if (made.versions.some((version) => version.requestHash === requestHash))
            return created(presentTariff(made, now));
        }
        const row = await change(request, "add-version", (before) =>
          withVersion(before, {
            effectiveFrom: startOfVersion(effectiveFrom, now),
            tariff,
            by: actorOf(caller),
            requestHash,
            ...(reason !== undefined && { reason }),
          }),
        );
        return created(presentTariff(row, now));
      },
    }),
    route({
      method: "post",
      path: "/tariffs/:id/versions/:number/withdraw",
      tag: TAG,
      summary: "Take back a version that does not hold yet",
      access: { roles: TARIFF_WRITERS },
      body: z.strictObject({
        reason: reasonField,
        expectedRevision: versionFields.expectedRevision,
      }),
      answers: { 200: tariffAnswer },
      problems: ["tariff-in-the-past", "conflict"],
      async handle(request) {
        const { params, now } = request;
        const row = await change(request, "withdraw-version", (before) =>
          withoutVersion(before, Number(params.number), now),
        );
        return ok(presentTariff(row, now));
      },
    }),
    route({
      method: "get",
      path: "/tariffs/:id/scheme",
      tag: TAG,
      summary: "One version's scheme as a file, ready to be imported",
      access: { roles: READERS },
      query: z.strictObject({
        version: z
          .string()
          .regex(/^\d{1,9}$/)
          .optional()
          .meta({ description: "Its number; default: the version in force." }),
      }),
      answers: { 200: tariffDocument },
      async handle({ params, query, caller, now }) {
        const row = upgradedTariff(await findVisible(model, params.id, caller));
        const wanted = query.version === undefined ? undefined : Number(query.version);
        const { number, effectiveFrom, tariff } = versionOf(row, wanted, now);
        return ok({
          kind: "hallmeter-tariff" as const,
          name: row.name,
          version: number,
          effectiveFrom: effectiveFrom.toISOString(),
          scheme: tariff,
        });
      },
    }),
    route({
      method: "post",
      path: "/tariffs/:id/preview",
      tag: TAG,
      summary: "What a household's recorded use costs under a proposed scheme, beside the one in force",
      description:
        "Changes nothing. Every quarter of an hour of the load profile is rated; a bill also knows the samples within it.",
      access: { roles: STAFF },
      body: previewBody,
      answers: { 200: previewAnswer },
      problems: ["reference-unknown"],
      async handle({ params, body, caller, now }) {
        const row = upgradedTariff(await findVisible(model, params.id, caller));
        const household = await findReferenced<Household>(
          householdModel(connection),
          body.householdId,
          { siteIds: [row.siteId] },
          "householdId",
        );
        const site = await siteOf(deps, household.siteId);
        return ok(await previewTariff(connection, site, versionAt(row.versions, now.getTime()), body));
      },
    }),
    route({
      method: "post",
      path: "/tariffs/:id/compare",
      tag: TAG,
      summary: "A proposed scheme beside a version: by field, and by hour of the week",
      access: { roles: READERS },
      body: z.strictObject({
        scheme: schemeField,
        version: z.int().positive().optional().meta({ description: "Default: the version in force." }),
      }),
      answers: { 200: comparisonAnswer },
      async handle({ params, body, caller, now }) {
        const row = upgradedTariff(await findVisible(model, params.id, caller));
        const { number, tariff } = versionOf(row, body.version, now);
        const { restWeekdays } = await siteOf(deps, row.siteId);
        return ok({
          version: number,
          differences: schemeDifferences(tariff, body.scheme),
          weeks: compareWeeks(tariff, body.scheme, restWeekdays),
        });
      },
    }),
  ];
}

/** Throws `not-found`. */
function versionOf({ versions, withdrawn }: TariffRow, number: number | undefined, now: Date): TariffVersion {
  if (number === undefined) return versionAt(versions, now.getTime());
  const version = [...versions, ...withdrawn].find((candidate) => candidate.number === number);
  if (version === undefined) throw new ApiError("not-found");
  return version;
}

async function siteOf({ connection }: Pick<Deps, "connection">, siteId: string): Promise<Site> {
  const site = await siteModel(connection).findById(siteId).lean<Site | null>();
  if (!site) throw new ApiError("internal", `site ${siteId} is missing`);
  return site;
}
