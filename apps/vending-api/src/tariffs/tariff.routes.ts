import { idSchema, instantSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { canSee, READERS } from "../http/access.ts";
import { equalityConditions, listQuery, oneOrMany } from "../http/list-query.ts";
import type { Route } from "../http/route.ts";
import { announceTariff } from "../network/announce.ts";
import { editableRoutes } from "../places/editable-resource.ts";
import { householdModel } from "../places/household.model.ts";
import { assertNone, unknownReference } from "../places/reference.ts";
import { siteModel } from "../places/site.model.ts";
import { nameField } from "../places/site-fields.ts";
import { accrualModel } from "../rating/accrual.model.ts";
import { startOfVersion, withVersion } from "./change-versions.ts";
import { importedScheme, presentTariff, tariffAnswer } from "./present-tariff.ts";
import { type StoredTariff, tariffModel, upgradedTariff } from "./tariff.model.ts";

export const TARIFF_WRITERS = ["administrator", "campus-admin"] as const;

export const schemeField = importedScheme.meta({
  description: "A scheme of version 2 or 1, or the file of one as it was exported.",
});
export const versionFields = {
  effectiveFrom: instantSchema.optional().meta({ description: "Not before now, which is the default." }),
  expectedRevision: z
    .int()
    .nonnegative()
    .optional()
    .meta({ description: "The tariff's revision as you saw it; another one answers `conflict`." }),
};

export function tariffRoutes(deps: Deps): Route[] {
  const { connection, clock } = deps;
  return editableRoutes(deps, {
    name: "tariffs",
    one: "tariff",
    tag: "Tariffs",
    read: READERS,
    write: TARIFF_WRITERS,
    model: tariffModel(connection),
    list: listQuery({ sort: ["name"], filter: { siteId: oneOrMany(idSchema).optional() } }),
    condition: equalityConditions,
    answer: tariffAnswer,
    present: async (rows) => rows.map((row) => presentTariff(upgradedTariff(row), clock.now())),
    newFields: z.strictObject({
      siteId: idSchema,
      name: nameField,
      tariff: schemeField,
      effectiveFrom: versionFields.effectiveFrom,
    }),
    async newRow({ siteId, name, tariff, effectiveFrom }, { caller, now }): Promise<StoredTariff> {
      if (!canSee(caller, siteId) || !(await siteModel(connection).exists({ _id: siteId })))
        throw unknownReference("siteId");
      const first = { number: 1, effectiveFrom: startOfVersion(effectiveFrom, now), tariff };
      return { _id: newId(), siteId, name, versions: [first], withdrawn: [], revision: 1 };
    },
    patchFields: z.strictObject({
      name: nameField.optional(),
      tariff: schemeField.optional(),
      ...versionFields,
    }),
    async patch(stored, { name, tariff, effectiveFrom, expectedRevision }, { now }) {
      const row = upgradedTariff(stored);
      assertRevision(row, expectedRevision);
      const renamed = name === undefined ? {} : { name };
      if (tariff === undefined) return { ...renamed, revision: row.revision + 1 };
      return {
        ...renamed,
        ...withVersion(row, { effectiveFrom: startOfVersion(effectiveFrom, now), tariff }),
      };
    },
    // Rows of older releases have no revision.
    unchanged: ({ revision }) => ({ revision: revision ?? null }),
    written: ({ _id }) => announceTariff(deps, _id),
    async assertUnused({ _id: tariffId, siteId }) {
      await assertNone(householdModel(connection), { tariffId }, "Households have this tariff");
      await assertNone(accrualModel(connection), { siteId, tariffId }, "Use was rated by this tariff");
    },
    duplicate: { code: "name-taken", path: "name", message: "Another tariff of the site has this name" },
    problems: ["tariff-in-the-past", "tariff-version-overlap", "conflict"],
  });
}

/** Throws `conflict` when the tariff has moved on since the caller looked. */
export function assertRevision({ revision }: { revision: number }, expected: number | undefined): void {
  if (expected !== undefined && expected !== revision) throw new ApiError("conflict");
}
