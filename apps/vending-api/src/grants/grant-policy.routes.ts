import { idSchema, instantSchema } from "@hallmeter/meter-model";
import type { Connection, Model, QueryFilter } from "mongoose";
import { z } from "zod";
import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { canSee } from "../http/access.ts";
import { equalityConditions, listQuery, oneOrMany } from "../http/list-query.ts";
import type { Route } from "../http/route.ts";
import { buildingModel } from "../places/building.model.ts";
import { editableRoutes } from "../places/editable-resource.ts";
import { householdModel } from "../places/household.model.ts";
import { assertNone, unknownReference } from "../places/reference.ts";
import { siteModel } from "../places/site.model.ts";
import { GRANTERS } from "./grant-jobs.ts";
import { grantPolicyModel } from "./grant-policy.model.ts";
import { type Audience, type GrantPolicy, policyFields, policyShape } from "./grant-policy.ts";
import { grantRunModel } from "./grant-run.model.ts";

export const GRANT_READERS = [...GRANTERS, "property-manager"] as const;

const policyAnswer = z
  .object({ id: idSchema, siteId: idSchema, ...policyShape, automaticSince: instantSchema })
  .meta({ id: "GrantPolicy" });

/** With other dates a policy does not make up for days that its old ones did not have. */
const DATE_FIELDS = ["dayOfMonth", "excludedMonths", "validFrom", "validUntil", "isAutomatic"] as const;

export function grantPolicyRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  return editableRoutes(deps, {
    name: "grant-policies",
    one: "grant policy",
    tag: "Grants",
    read: GRANT_READERS,
    write: GRANTERS,
    model: grantPolicyModel(connection),
    list: listQuery({
      sort: ["name"],
      filter: { siteId: oneOrMany(idSchema).optional(), isAutomatic: z.boolean().optional() },
    }),
    condition: equalityConditions,
    answer: policyAnswer,
    present: async (rows) => rows.map(presentPolicy),
    newFields: policyFields
      .extend({ siteId: idSchema, isAutomatic: policyShape.isAutomatic.default(true) })
      .partial({ excludedMonths: true, validUntil: true })
      .refine(endsAfterStart, ENDS_BEFORE_START),
    async newRow(body, { caller, now }): Promise<GrantPolicy> {
      const isKnown =
        canSee(caller, body.siteId) && (await siteModel(connection).exists({ _id: body.siteId }));
      if (!isKnown) throw unknownReference("siteId");
      await assertAudience(connection, body.siteId, body.audience);
      const { excludedMonths = [], validUntil = null, ...fields } = body;
      return { _id: newId(), ...fields, excludedMonths, validUntil, automaticSince: now };
    },
    patchFields: policyFields.partial(),
    async patch(row, body, { now }) {
      const changed = { ...row, ...body };
      if (!endsAfterStart(changed)) throw endBeforeStart();
      await assertAudience(connection, row.siteId, changed.audience);
      const hasOtherDates = DATE_FIELDS.some(
        (field) => JSON.stringify(changed[field]) !== JSON.stringify(row[field]),
      );
      return { ...body, ...(hasOtherDates ? { automaticSince: now } : {}) };
    },
    assertUnused: ({ _id: policyId }) =>
      assertNone(grantRunModel(connection), { policyId }, "The policy has runs; end its validity instead"),
    duplicate: { code: "name-taken", path: "name", message: "Another policy of the site has this name" },
  });
}

function presentPolicy({ _id: id, automaticSince, ...policy }: GrantPolicy): z.input<typeof policyAnswer> {
  return { ...policy, id, automaticSince: automaticSince.toISOString() };
}

const ENDS_BEFORE_START = { path: ["validUntil"], message: "Lies before validFrom" };

function endsAfterStart({ validFrom, validUntil }: { validFrom: string; validUntil?: string | null }) {
  return validUntil == null || validUntil >= validFrom;
}

function endBeforeStart(): ApiError {
  const { path, message } = ENDS_BEFORE_START;
  return new ApiError("invalid-body", message, {
    errors: [{ path: path.join("."), code: "too-small", message }],
  });
}

/** Throws `reference-unknown` when it names what the site does not have. */
async function assertAudience(connection: Connection, siteId: string, audience: Audience): Promise<void> {
  if (audience.kind === "buildings")
    await assertAll(buildingModel(connection), siteId, audience.buildingIds, "audience.buildingIds");
  if (audience.kind === "households")
    await assertAll(householdModel(connection), siteId, audience.householdIds, "audience.householdIds");
}

async function assertAll<Row extends { _id: string; siteId: string }>(
  model: Model<Row>,
  siteId: string,
  ids: readonly string[],
  path: string,
): Promise<void> {
  const known = await model.countDocuments({ siteId, _id: { $in: ids } } as QueryFilter<Row>);
  if (known !== ids.length) throw unknownReference(path);
}
