import type { QueryFilter } from "mongoose";
import { z } from "zod";
import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { READERS } from "../http/access.ts";
import { equalityConditions, listQuery, oneOrMany } from "../http/list-query.ts";
import type { Route } from "../http/route.ts";
import { editableResource, editableRoutes } from "./editable-resource.ts";
import { householdsNamed } from "./find-households.ts";
import { HOUSEHOLD_STATUSES, type Household, householdModel } from "./household.model.ts";
import { findReferenced, unknownReference } from "./reference.ts";
import { type Resident, residentModel } from "./resident.model.ts";
import { searchWords } from "./search-words.ts";
import { nameField, tagField, tagsField } from "./site-fields.ts";
import { type Unit, unitModel } from "./unit.model.ts";

/** What households ask of rooms that build on places; given by features.ts. */
export interface HouseholdLinks {
  /** Circuits by household. */
  circuitIdsByHousehold(householdIds: readonly string[]): Promise<Map<string, string[]>>;
  isTariffOfSite(tariffId: string, siteId: string): Promise<boolean>;
  /** Called before a household gets another tariff: what the one before has earned by then is charged under it. */
  tariffWillChange(household: Household, now: Date): Promise<void>;
  /** Called after a household was opened or its tariff or thresholds changed. */
  householdTermsChanged(householdId: string): Promise<void>;
}

export const householdAnswer = z
  .object({
    id: z.string(),
    siteId: z.string(),
    unitId: z.string(),
    unitName: z.string(),
    name: z.string(),
    circuitIds: z.array(z.string()),
    status: z.enum(HOUSEHOLD_STATUSES),
    tags: z.array(z.string()).meta({ description: "By which grants may choose their households." }),
    tariffId: z.string().nullable(),
    cutMinor: z.int(),
    releaseMinor: z.int(),
    residents: z.array(z.object({ id: z.string(), name: z.string() })),
    openedAt: z.iso.datetime(),
    closedAt: z.iso.datetime().optional(),
    pastRooms: z
      .array(
        z.object({
          unitId: z.string(),
          unitName: z.string(),
          circuitIds: z.array(z.string()),
          from: z.iso.datetime(),
          until: z.iso.datetime(),
        }),
      )
      .meta({ description: "Where it lived before, with the circuits of then; oldest first." }),
  })
  .meta({ id: "Household" });

/** One million major units either way is far beyond any household. */
const thresholdField = z.int().min(-100_000_000).max(100_000_000);
const termsFields = {
  tariffId: z.string().nullable(),
  cutMinor: thresholdField,
  releaseMinor: thresholdField,
};

function unitIdsOf({ unitId, pastRooms = [] }: Household): string[] {
  return [unitId, ...pastRooms.map((room) => room.unitId)];
}

export function householdRoutes(deps: Deps, links: HouseholdLinks): Route[] {
  return editableRoutes(deps, householdResource(deps, links));
}

export function householdResource(deps: Deps, links: HouseholdLinks) {
  const { connection } = deps;
  const model = householdModel(connection);

  const assertTerms = async ({ siteId, tariffId, cutMinor, releaseMinor }: Household) => {
    if (releaseMinor < cutMinor) {
      const message = "The release value lies below the cut value";
      throw new ApiError("invalid-body", message, {
        errors: [{ path: "releaseMinor", code: "too-small", message }],
      });
    }
    if (tariffId !== null && !(await links.isTariffOfSite(tariffId, siteId)))
      throw unknownReference("tariffId");
  };

  return editableResource({
    name: "households",
    one: "household",
    tag: "Places",
    read: READERS,
    write: ["administrator", "property-manager", "campus-admin"],
    model,
    list: listQuery({
      sort: ["name", "openedAt"],
      filter: {
        siteId: oneOrMany(z.string()).optional(),
        unitId: oneOrMany(z.string()).optional(),
        status: z.enum(HOUSEHOLD_STATUSES).optional(),
        tariffId: z.string().optional(),
        tags: oneOrMany(tagField).optional(),
        q: z.string().trim().min(1).max(100).optional(),
      },
    }),
    async condition({ q, ...equal }, scope) {
      const conditions: QueryFilter<Household>[] = [equalityConditions(equal)];
      if (q !== undefined) conditions.push(await householdsNamed(connection, q, scope));
      return { $and: conditions };
    },
    answer: householdAnswer,
    async present(rows) {
      const ids = rows.map((row) => row._id);
      const [circuitIds, residents, units] = await Promise.all([
        links.circuitIdsByHousehold(ids),
        residentModel(connection)
          .find({ householdId: { $in: ids } })
          .sort({ _id: 1 })
          .lean<Resident[]>(),
        unitModel(connection)
          .find({ _id: { $in: rows.flatMap(unitIdsOf) } }, { name: 1 })
          .lean<Pick<Unit, "_id" | "name">[]>(),
      ]);
      const unitNames = new Map(units.map((unit) => [unit._id, unit.name]));
      return rows.map(({ _id: id, openedAt, closedAt, pastRooms = [], ...household }) => ({
        ...household,
        tags: household.tags ?? [],
        id,
        unitName: unitNames.get(household.unitId) ?? "",
        circuitIds: circuitIds.get(id) ?? [],
        residents: residents
          .filter((resident) => resident.householdId === id)
          .map(({ _id, name }) => ({ id: _id, name })),
        openedAt: openedAt.toISOString(),
        ...(closedAt ? { closedAt: closedAt.toISOString() } : {}),
        pastRooms: pastRooms.map(({ from, until, ...room }) => ({
          ...room,
          unitName: unitNames.get(room.unitId) ?? "",
          from: from.toISOString(),
          until: until.toISOString(),
        })),
      }));
    },
    newFields: z.strictObject({
      unitId: z.string(),
      name: nameField,
      tags: tagsField.default([]),
      tariffId: termsFields.tariffId.default(null),
      cutMinor: termsFields.cutMinor.default(0),
      releaseMinor: termsFields.releaseMinor.default(0),
    }),
    async newRow(body, { caller, now }) {
      const { siteId } = await findReferenced(unitModel(connection), body.unitId, caller, "unitId");
      const household: Household = {
        _id: newId(),
        siteId,
        occupies: body.unitId,
        words: searchWords(body.name),
        status: "open",
        openedAt: now,
        closedAt: null,
        ...body,
      };
      await assertTerms(household);
      return household;
    },
    patchFields: z.strictObject({ name: nameField, tags: tagsField, ...termsFields }).partial(),
    async patch(row, body, { now }) {
      if (row.status === "closed") throw new ApiError("household-closed");
      await assertTerms({ ...row, ...body });
      const { tariffId = row.tariffId } = body;
      const since = tariffId === row.tariffId ? {} : { tariffSince: now };
      return { ...body, ...since, ...(body.name === undefined ? {} : { words: searchWords(body.name) }) };
    },
    async writing(row, { tariffId = row.tariffId }, { now }) {
      if (tariffId !== row.tariffId) await links.tariffWillChange(row, now);
    },
    written: ({ _id }) => links.householdTermsChanged(_id),
    householdIdOf: ({ _id }) => _id,
    duplicate: { code: "unit-occupied", path: "unitId", message: "Another household lives in this unit" },
    problems: ["household-closed"],
  });
}
