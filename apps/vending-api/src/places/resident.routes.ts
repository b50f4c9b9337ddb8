import type { QueryFilter } from "mongoose";
import { z } from "zod";
import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { READERS } from "../http/access.ts";
import { equalityConditions, listQuery, oneOrMany } from "../http/list-query.ts";
import type { Route } from "../http/route.ts";
import { editableResource, editableRoutes } from "./editable-resource.ts";
import { householdModel } from "./household.model.ts";
import { findReferenced, unknownReference } from "./reference.ts";
import { type Resident, residentModel } from "./resident.model.ts";
import { searchWords, wordBeginsWith } from "./search-words.ts";
import { nameField } from "./site-fields.ts";

export interface ResidentLinks {
  /** Whether this user is a resident of that household. */
  isUserOfHousehold(userId: string, householdId: string): Promise<boolean>;
}

export const residentAnswer = z
  .object({
    id: z.string(),
    siteId: z.string(),
    householdId: z.string(),
    name: z.string(),
    phone: z.string().optional(),
    userId: z.string().optional(),
  })
  .meta({ id: "Resident" });

/** E.164 with or without the plus, spaces and dashes as people write them. */
const phoneField = z.string().regex(/^\+?[0-9][0-9 -]{4,22}$/, "Is no telephone number");

export function presentResident({ _id: id, siteId, householdId, name, phone, userId }: Resident) {
  return { id, siteId, householdId, name, ...(phone ? { phone } : {}), ...(userId ? { userId } : {}) };
}

export function residentRoutes(deps: Deps, links: ResidentLinks): Route[] {
  return editableRoutes(deps, residentResource(deps, links));
}

export function residentResource(deps: Deps, links: ResidentLinks) {
  const { connection } = deps;
  const assertUser = async (userId: string | null, householdId: string) => {
    if (userId !== null && !(await links.isUserOfHousehold(userId, householdId)))
      throw unknownReference("userId");
  };
  return editableResource({
    name: "residents",
    one: "resident",
    tag: "Places",
    read: READERS,
    write: ["administrator", "property-manager", "campus-admin"],
    model: residentModel(connection),
    list: listQuery({
      sort: ["name"],
      filter: {
        siteId: oneOrMany(z.string()).optional(),
        householdId: oneOrMany(z.string()).optional(),
        userId: oneOrMany(z.string()).optional(),
        q: z.string().trim().min(1).max(100).optional(),
      },
    }),
    condition({ q, ...equal }) {
      const conditions: QueryFilter<Resident>[] = [equalityConditions(equal)];
      if (q !== undefined) conditions.push({ words: wordBeginsWith(q) });
      return { $and: conditions };
    },
    answer: residentAnswer,
    present: async (rows) => rows.map(presentResident),
    newFields: z.strictObject({
      householdId: z.string(),
      name: nameField,
      phone: phoneField.nullable().default(null),
      userId: z.string().nullable().default(null),
    }),
    async newRow(body, { caller }): Promise<Resident> {
      const { siteId } = await findReferenced(
        householdModel(connection),
        body.householdId,
        caller,
        "householdId",
      );
      await assertUser(body.userId, body.householdId);
      return { _id: newId(), siteId, words: searchWords(body.name), ...body };
    },
    patchFields: z
      .strictObject({ name: nameField, phone: phoneField.nullable(), userId: z.string().nullable() })
      .partial(),
    async patch(row, body) {
      if (body.userId !== undefined) await assertUser(body.userId, row.householdId);
      return { ...body, ...(body.name === undefined ? {} : { words: searchWords(body.name) }) };
    },
    assertUnused: async () => undefined,
    householdIdOf: ({ householdId }) => householdId,
    duplicate: { code: "conflict", path: "name", message: "This resident exists" },
  });
}
