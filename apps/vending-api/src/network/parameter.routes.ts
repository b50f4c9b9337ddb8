import { idSchema, instantSchema, PARAMETER_OUTCOMES } from "@hallmeter/meter-model";
import { z } from "zod";
import type { Deps } from "../deps.ts";
import { READERS } from "../http/access.ts";
import { ok } from "../http/answer.ts";
import { type Route, route } from "../http/route.ts";
import type { Circuit } from "./circuit.model.ts";
import { type MeterMirror, readMeterMirror, saidAt } from "./meter-mirror.model.ts";
import { visibleCircuit } from "./visible-circuit.ts";

const valuesByName = (description: string) => z.record(z.string(), z.int()).meta({ description });

const parametersAnswer = z
  .object({
    circuitId: idSchema,
    desired: valuesByName("What the meter's own parameters shall be, by register name."),
    actual: valuesByName("What the meter said of them; without those that it did not say."),
    differences: z.array(
      z.object({
        name: z.string(),
        desired: z.int(),
        actual: z.int().nullable(),
        state: z.enum(["differs", "unreadable", "not-read"]),
        outcome: z
          .enum(PARAMETER_OUTCOMES)
          .optional()
          .meta({ description: "What came of the last repair of just this value." }),
        code: z.string().optional().meta({ description: "Why it was not repaired." }),
      }),
    ),
    readAt: instantSchema
      .nullable()
      .meta({ description: "When the meter was read; null before the first time." }),
  })
  .meta({ id: "MeterParameters" });
type ParametersAnswer = z.input<typeof parametersAnswer>;

/** Desired as it is now beside what the meter said then: a value that was changed meanwhile differs until it is repaired. */
function presentParameters(
  { _id, parameters: desired = {} }: Circuit,
  mirror: MeterMirror,
): ParametersAnswer {
  const read = new Map(mirror.parameters.map((row) => [row.name, row]));
  const differences = Object.entries(desired).flatMap(([name, wanted]): ParametersAnswer["differences"] => {
    const row = read.get(name);
    const difference = { name, desired: wanted, actual: row?.actual ?? null };
    if (row === undefined) return [{ ...difference, state: "not-read" }];
    if (row.actual === wanted) return [];
    const { outcome, code } = row.desired === wanted ? row : {};
    return [
      {
        ...difference,
        state: row.actual === null ? "unreadable" : "differs",
        ...(outcome === undefined ? {} : { outcome }),
        ...(code === undefined ? {} : { code }),
      },
    ];
  });
  const actual = mirror.parameters.flatMap((row) => (row.actual === null ? [] : [[row.name, row.actual]]));
  return {
    circuitId: _id,
    desired,
    actual: Object.fromEntries(actual),
    differences,
    readAt: saidAt(mirror.parametersAt),
  };
}

export function parameterRoutes({ connection }: Deps): Route[] {
  return [
    route({
      method: "get",
      path: "/circuits/:id/parameters",
      tag: "Circuits",
      summary: "The meter's own parameters: what they shall be, what they are, and where they differ",
      description:
        "The gateway compares daily. The commands compare-parameters and repair-parameters do it now; what cannot be put right is named, and the next repair tries just that again.",
      access: { roles: READERS },
      answers: { 200: parametersAnswer },
      async handle({ caller, params }) {
        const circuit = await visibleCircuit(connection, params.id, caller);
        return ok(presentParameters(circuit, await readMeterMirror(connection, circuit._id)));
      },
    }),
  ];
}
