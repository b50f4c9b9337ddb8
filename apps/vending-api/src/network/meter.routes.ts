import { idSchema, unitIdSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { READERS } from "../http/access.ts";
import { ok } from "../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { editableRoutes } from "../places/editable-resource.ts";
import { assertNone, findReferenced, unknownReference } from "../places/reference.ts";
import { nameField } from "../places/site-fields.ts";
import { busModel } from "./bus.model.ts";
import { circuitModel } from "./circuit.model.ts";
import { meterModel } from "./meter.model.ts";

const meterFields = { name: nameField, serial: z.string().trim().max(40) };

const meterAnswer = z
  .object({
    id: idSchema,
    siteId: idSchema,
    busId: idSchema,
    profile: z.string(),
    firstUnitId: unitIdSchema,
    ...meterFields,
  })
  .meta({ id: "Meter" });

const profileAnswer = z
  .object({
    id: z.string(),
    name: z.string(),
    manufacturer: z.string(),
    source: z.string(),
    variants: z.array(
      z.object({
        id: z.string(),
        phases: z.int(),
        unitIdStep: z.int(),
        loops: z.int().meta({ description: "Circuits behind one unit id." }),
        energyModulusWh: z.int(),
      }),
    ),
  })
  .meta({ id: "Profile" });

export function meterRoutes(deps: Deps): Route[] {
  const { connection, profiles } = deps;
  return [
    ...editableRoutes(deps, {
      name: "meters",
      one: "meter",
      tag: "Network",
      read: READERS,
      write: ["administrator", "maintenance"],
      model: meterModel(connection),
      list: listQuery({
        sort: ["name", "firstUnitId"],
        filter: { siteId: oneOrMany(idSchema).optional(), busId: oneOrMany(idSchema).optional() },
      }),
      condition: equalityConditions,
      answer: meterAnswer,
      present: async (rows) => rows.map(({ _id: id, ...meter }) => ({ id, ...meter })),
      newFields: z.strictObject({
        busId: idSchema,
        profile: z.string(),
        firstUnitId: unitIdSchema,
        name: meterFields.name,
        serial: meterFields.serial.default(""),
      }),
      async newRow(body, { caller }) {
        if (!profiles.has(body.profile)) throw unknownReference("profile");
        const { siteId } = await findReferenced(busModel(connection), body.busId, caller, "busId");
        return { _id: newId(), siteId, ...body };
      },
      patchFields: z.strictObject(meterFields).partial(),
      patch: async (_row, body) => body,
      assertUnused: ({ _id }) =>
        assertNone(circuitModel(connection), { meterId: _id }, "The meter has circuits"),
      duplicate: { code: "name-taken", path: "name", message: "Another meter has this name" },
    }),
    route({
      method: "get",
      path: "/profiles",
      tag: "Network",
      summary: "Meter types that can be read",
      access: { roles: READERS },
      answers: { 200: z.array(profileAnswer) },
      async handle() {
        return ok(
          [...profiles.values()].map(({ id, name, manufacturer, source, variants }) => ({
            id,
            name,
            manufacturer,
            source,
            variants: Object.entries(variants).map(([variantId, variant]) => ({
              id: variantId,
              phases: variant.phases,
              unitIdStep: variant.unitIdStep,
              loops: variant.loops?.count ?? 1,
              energyModulusWh: variant.energyModulusWh,
            })),
          })),
        );
      },
    }),
  ];
}
