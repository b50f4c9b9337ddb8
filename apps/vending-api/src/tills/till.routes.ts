import { idSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { canSee, READERS } from "../http/access.ts";
import { equalityConditions, listQuery, oneOrMany } from "../http/list-query.ts";
import type { Route } from "../http/route.ts";
import { editableRoutes } from "../places/editable-resource.ts";
import { assertNone, unknownReference } from "../places/reference.ts";
import { siteModel } from "../places/site.model.ts";
import { nameField } from "../places/site-fields.ts";
import { type Till, tillModel } from "./till.model.ts";
import { tillShiftModel } from "./till-shift.model.ts";

const tillAnswer = z
  .object({ id: idSchema, siteId: idSchema, name: z.string(), isRetired: z.boolean() })
  .meta({ id: "Till" });

export function tillRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  return editableRoutes(deps, {
    name: "tills",
    one: "till",
    tag: "Tills",
    read: READERS,
    write: ["administrator", "campus-admin"],
    model: tillModel(connection),
    list: listQuery({
      sort: ["name"],
      filter: { siteId: oneOrMany(idSchema).optional(), isRetired: z.boolean().optional() },
    }),
    condition: equalityConditions,
    answer: tillAnswer,
    present: async (rows) =>
      rows.map(({ _id: id, siteId, name, isRetired }) => ({ id, siteId, name, isRetired })),
    newFields: z.strictObject({ siteId: idSchema, name: nameField }),
    async newRow(body, { caller }): Promise<Till> {
      const isKnown =
        canSee(caller, body.siteId) && (await siteModel(connection).exists({ _id: body.siteId }));
      if (!isKnown) throw unknownReference("siteId");
      return { _id: newId(), ...body, isRetired: false };
    },
    patchFields: z.strictObject({ name: nameField, isRetired: z.boolean() }).partial(),
    patch: async (_row, body) => body,
    assertUnused: ({ _id }) =>
      assertNone(tillShiftModel(connection), { tillId: _id }, "The till has shifts; retire it instead"),
    duplicate: { code: "name-taken", path: "name", message: "Another till of the site has this name" },
  });
}
