import type { QueryFilter } from "mongoose";
import { z } from "zod";
import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { READERS } from "../http/access.ts";
import { anyOf, equalityConditions, listQuery, oneOrMany } from "../http/list-query.ts";
import type { Route } from "../http/route.ts";
import { buildingModel } from "./building.model.ts";
import { editableResource, editableRoutes } from "./editable-resource.ts";
import { householdModel, openHouseholdByUnit } from "./household.model.ts";
import { assertNone, findReferenced } from "./reference.ts";
import { searchWords, wordBeginsWith } from "./search-words.ts";
import { nameField } from "./site-fields.ts";
import { type Unit, unitModel } from "./unit.model.ts";

export const unitAnswer = z
  .object({
    id: z.string(),
    siteId: z.string(),
    buildingId: z.string(),
    name: z.string(),
    floor: z.int(),
    householdId: z.string().nullable().meta({ description: "The open household that lives here." }),
  })
  .meta({ id: "Unit" });

const floorField = z.int().min(-10).max(200);

export function unitRoutes(deps: Deps): Route[] {
  return editableRoutes(deps, unitResource(deps));
}

export function unitResource(deps: Deps) {
  const { connection } = deps;
  const model = unitModel(connection);

  return editableResource({
    name: "units",
    one: "unit",
    tag: "Places",
    read: READERS,
    write: ["administrator", "campus-admin"],
    model,
    list: listQuery({
      sort: ["name", "floor"],
      filter: {
        siteId: oneOrMany(z.string()).optional(),
        buildingId: oneOrMany(z.string()).optional(),
        floor: z.int().optional(),
        name: z.string().optional(),
        householdId: oneOrMany(z.string()).optional(),
        q: z.string().trim().min(1).max(100).optional(),
      },
    }),
    async condition({ q, householdId, ...equal }) {
      const conditions: QueryFilter<Unit>[] = [equalityConditions(equal)];
      if (q !== undefined) conditions.push({ words: wordBeginsWith(q) });
      if (householdId !== undefined) {
        const households = await householdModel(connection)
          .find({ _id: anyOf(householdId), status: "open" }, { unitId: 1 })
          .lean<{ unitId: string }[]>();
        conditions.push({ _id: { $in: households.map((household) => household.unitId) } });
      }
      return { $and: conditions };
    },
    answer: unitAnswer,
    async present(rows) {
      const households = await openHouseholdByUnit(
        connection,
        rows.map((row) => row._id),
      );
      return rows.map(({ _id: id, words: _, ...unit }) => ({
        id,
        ...unit,
        householdId: households.get(id)?._id ?? null,
      }));
    },
    newFields: z.strictObject({ buildingId: z.string(), name: nameField, floor: floorField }),
    async newRow(body, { caller }): Promise<Unit> {
      const { siteId } = await findReferenced(
        buildingModel(connection),
        body.buildingId,
        caller,
        "buildingId",
      );
      return { _id: newId(), siteId, ...body, words: searchWords(body.name) };
    },
    patchFields: z.strictObject({ name: nameField, floor: floorField }).partial(),
    patch: async (_row, body) => ({
      ...body,
      ...(body.name === undefined ? {} : { words: searchWords(body.name) }),
    }),
    assertUnused: ({ _id }) =>
      assertNone(householdModel(connection), { unitId: _id }, "The unit has households"),
    duplicate: { code: "name-taken", path: "name", message: "Another unit of the building has this name" },
  });
}
