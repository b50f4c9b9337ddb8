import {
  circuitRulesSchema,
  creditPlaceSchema,
  idSchema,
  instantSchema,
  intendedStateSchema,
  presenceSchema,
  relayStateSchema,
  unitIdSchema,
} from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { z } from "zod";
import type { Circuit } from "./circuit.model.ts";
import { blankMirror, type CircuitMirror, circuitMirrorModel, heardAt } from "./circuit-mirror.model.ts";

export const circuitAnswer = z
  .object({
    id: idSchema,
    siteId: idSchema,
    name: z.string(),
    gatewayId: idSchema,
    busId: idSchema,
    meterId: idSchema,
    householdId: idSchema.nullable(),
    profile: z.string(),
    variant: z.string(),
    unitAddress: unitIdSchema,
    loop: z.int(),
    ctRatio: z.int(),
    ptRatio: z.int(),
    switchRatingCa: z.int().meta({ description: "0.01 A; above it the relay is never opened by command." }),
    keepPower: z.boolean(),
    hasSecondSource: z.boolean().meta({
      description:
        "Something else may feed it: it closes only for a person who has proved its load side dead.",
    }),
    feederId: idSchema
      .nullable()
      .meta({ description: "The circuit whose meter measures this one too, as a master." }),
    creditPlace: creditPlaceSchema.meta({ description: "meter: purchases are written into the meter." }),
    hasAccess: z
      .boolean()
      .meta({ description: "The password of a DL/T 645 meter is set; it is never shown." }),
    parameters: z
      .record(z.string(), z.int())
      .meta({ description: "What the meter's own parameters shall be, by register name." }),
    rules: circuitRulesSchema,
    commissionedAt: instantSchema.nullable(),
    relay: relayStateSchema,
    intended: intendedStateSchema,
    presence: presenceSchema,
    asOf: instantSchema.nullable().meta({ description: "When the gateway last said anything of it." }),
  })
  .meta({ id: "Circuit" });
export type CircuitAnswer = z.infer<typeof circuitAnswer>;

export function presentCircuit(circuit: Circuit, mirror: CircuitMirror): CircuitAnswer {
  const {
    _id: id,
    commissionedAt,
    loop = 1,
    hasSecondSource = false,
    feederId = null,
    creditPlace = "server",
    parameters = {},
    access,
    ...fields
  } = circuit;
  return {
    id,
    ...fields,
    loop,
    hasSecondSource,
    feederId,
    creditPlace,
    hasAccess: access != null,
    parameters,
    commissionedAt: commissionedAt?.toISOString() ?? null,
    relay: mirror.relay,
    intended: mirror.intended,
    presence: mirror.presence,
    asOf: heardAt(mirror)?.toISOString() ?? null,
  };
}

export async function presentCircuits(
  connection: Connection,
  circuits: readonly Circuit[],
): Promise<CircuitAnswer[]> {
  const mirrors = await readMirrors(connection, circuits);
  return circuits.map((circuit) => presentCircuit(circuit, mirrors.get(circuit._id) ?? blankMirror(circuit)));
}

export async function readMirrors(
  connection: Connection,
  circuits: readonly Pick<Circuit, "_id">[],
): Promise<Map<string, CircuitMirror>> {
  const rows = await circuitMirrorModel(connection)
    .find({ _id: { $in: circuits.map((circuit) => circuit._id) } })
    .lean<CircuitMirror[]>();
  return new Map(rows.map((row) => [row._id, row]));
}
