import { z } from "zod";
import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { canSee, READERS } from "../http/access.ts";
import { equalityConditions, listQuery, oneOrMany } from "../http/list-query.ts";
import type { Route } from "../http/route.ts";
import { type Building, buildingModel } from "./building.model.ts";
import { editableResource, editableRoutes } from "./editable-resource.ts";
import { assertNone, unknownReference } from "./reference.ts";
import { siteModel } from "./site.model.ts";
import { nameField } from "./site-fields.ts";
import { unitModel } from "./unit.model.ts";

export const buildingAnswer = z
  .object({ id: z.string(), siteId: z.string(), name: z.string(), floors: z.int() })
  .meta({ id: "Building" });

const floorsField = z.int().min(1).max(200);

export function buildingRoutes(deps: Deps): Route[] {
  return editableRoutes(deps, buildingResource(deps));
}

export function buildingResource(deps: Deps) {
  const { connection } = deps;
  const model = buildingModel(connection);
  return editableResource({
    name: "buildings",
    one: "building",
    tag: "Places",
    read: READERS,
    write: ["administrator", "campus-admin"],
    model,
    list: listQuery({ sort: ["name"], filter: { siteId: oneOrMany(z.string()).optional() } }),
    condition: equalityConditions,
    answer: buildingAnswer,
    present: async (rows) => rows.map(({ _id: id, siteId, name, floors }) => ({ id, siteId, name, floors })),
    newFields: z.strictObject({ siteId: z.string(), name: nameField, floors: floorsField }),
    async newRow(body, { caller }): Promise<Building> {
      const isKnown =
        canSee(caller, body.siteId) && (await siteModel(connection).exists({ _id: body.siteId }));
      if (!isKnown) throw unknownReference("siteId");
      return { _id: newId(), ...body };
    },
    patchFields: z.strictObject({ name: nameField, floors: floorsField }).partial(),
    patch: async (_row, body) => body,
    assertUnused: ({ _id }) =>
      assertNone(unitModel(connection), { buildingId: _id }, "The building has units"),
    duplicate: { code: "name-taken", path: "name", message: "Another building of the site has this name" },
  });
}
