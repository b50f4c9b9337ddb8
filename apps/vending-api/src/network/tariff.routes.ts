import { idSchema, instantSchema, tariffSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { canSee, READERS } from "../http/access.ts";
import { equalityConditions, listQuery, oneOrMany } from "../http/list-query.ts";
import type { Route } from "../http/route.ts";
import { editableRoutes } from "../places/editable-resource.ts";
import { householdModel } from "../places/household.model.ts";
import { assertNone, unknownReference } from "../places/reference.ts";
import { siteModel } from "../places/site.model.ts";
import { nameField } from "../places/site-fields.ts";
import { versionAt } from "../rating/rate-over-versions.ts";
import { announceTariff } from "./announce.ts";
import { type TariffRow, tariffModel } from "./tariff.model.ts";

/** A form that was filled in slowly may still mean "now". Range 0–10 min. */
const GRACE_MS = 60_000;

const tariffAnswer = z
  .object({
    id: idSchema,
    siteId: idSchema,
    name: z.string(),
    tariff: tariffSchema.meta({ description: "The version in force." }),
    effectiveFrom: instantSchema,
    versions: z
      .array(z.object({ effectiveFrom: instantSchema, tariff: tariffSchema }))
      .meta({ description: "Oldest first, coming ones included." }),
  })
  .meta({ id: "Tariff" });

export function tariffRoutes(deps: Deps): Route[] {
  const { connection, clock } = deps;
  return editableRoutes(deps, {
    name: "tariffs",
    one: "tariff",
    tag: "Tariffs",
    read: READERS,
    write: ["administrator", "campus-admin"],
    model: tariffModel(connection),
    list: listQuery({ sort: ["name"], filter: { siteId: oneOrMany(idSchema).optional() } }),
    condition: equalityConditions,
    answer: tariffAnswer,
    present: async (rows) => rows.map((row) => presentTariff(row, clock.now())),
    newFields: z.strictObject({
      siteId: idSchema,
      name: nameField,
      tariff: tariffSchema,
      effectiveFrom: instantSchema.optional(),
    }),
    async newRow({ siteId, name, tariff, effectiveFrom }, { caller, now }): Promise<TariffRow> {
      if (!canSee(caller, siteId) || !(await siteModel(connection).exists({ _id: siteId })))
        throw unknownReference("siteId");
      return {
        _id: newId(),
        siteId,
        name,
        versions: [{ effectiveFrom: startOf(effectiveFrom, now), tariff }],
      };
    },
    patchFields: z.strictObject({
      name: nameField.optional(),
      tariff: tariffSchema.optional(),
      effectiveFrom: instantSchema.optional().meta({ description: "Of the new tariff; default now." }),
    }),
    async patch(row, { name, tariff, effectiveFrom }, { now }): Promise<Partial<TariffRow>> {
      const renamed = name === undefined ? {} : { name };
      if (tariff === undefined) return renamed;
      const version = { effectiveFrom: startOf(effectiveFrom, now), tariff };
      const versions = [...row.versions, version].sort(
        (a, b) => a.effectiveFrom.getTime() - b.effectiveFrom.getTime(),
      );
      return { ...renamed, versions };
    },
    written: ({ _id }) => announceTariff(deps, _id),
    assertUnused: ({ _id }) =>
      assertNone(householdModel(connection), { tariffId: _id }, "Households have this tariff"),
    duplicate: { code: "name-taken", path: "name", message: "Another tariff of the site has this name" },
    problems: ["tariff-in-the-past"],
  });
}

/** What was used is rated by the prices of its time: no version begins before now. */
function startOf(effectiveFrom: string | undefined, now: Date): Date {
  if (effectiveFrom === undefined) return now;
  const start = new Date(effectiveFrom);
  if (start.getTime() < now.getTime() - GRACE_MS) throw new ApiError("tariff-in-the-past");
  return start < now ? now : start;
}

function presentTariff(
  { _id: id, siteId, name, versions }: TariffRow,
  now: Date,
): z.input<typeof tariffAnswer> {
  const inForce = versionAt(versions, now.getTime());
  const show = ({ effectiveFrom, tariff }: TariffRow["versions"][number]) => ({
    effectiveFrom: effectiveFrom.toISOString(),
    tariff,
  });
  return { id, siteId, name, ...show(inForce), versions: versions.map(show) };
}
