import { type UnitId, unitIdSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { SimulatorError } from "../errors.ts";
import { faultSchema } from "../fault/fault.ts";
import { appliancePlanSchema, type SiteFile } from "../site/site-file.ts";
import { unitsOfBus } from "../site/units-of-bus.ts";

const common = {
  /** Seconds after the start of the simulation, by the world's clock. */
  atS: z.number().nonnegative(),
  note: z.string().optional(),
};
const circuit = { busId: z.string().min(1), unitId: unitIdSchema, loop: z.int().min(1).max(64).default(1) };
/** By which a later step means what this one has begun. */
const nameSchema = z.string().min(1);

const stepSchema = z.discriminatedUnion("do", [
  z.strictObject({
    do: z.literal("plug-in"),
    ...common,
    ...circuit,
    name: nameSchema,
    appliance: appliancePlanSchema,
  }),
  z.strictObject({ do: z.literal("unplug"), ...common, name: nameSchema }),
  z.strictObject({
    do: z.literal("begin-fault"),
    ...common,
    name: nameSchema.optional(),
    fault: faultSchema,
  }),
  z.strictObject({ do: z.literal("end-fault"), ...common, name: nameSchema }),
  z.strictObject({ do: z.literal("press-key"), ...common, busId: z.string().min(1), unitId: unitIdSchema }),
]);
export type ScenarioStep = z.infer<typeof stepSchema>;

const fileSchema = z.strictObject({ title: z.string().optional(), steps: z.array(z.unknown()).min(1) });
export interface Scenario {
  title?: string | undefined;
  /** In the order of their times; of one time, in the order of the file. */
  steps: ScenarioStep[];
}
/** What a scenario file holds, before it is judged. */
export type ScenarioInput = unknown;

function nameOf(index: number, step: unknown): string {
  const { atS, do: action } = (typeof step === "object" && step ? step : {}) as Record<string, unknown>;
  return `step ${index + 1} (${[`at ${String(atS)} s`, action].filter(Boolean).join(", ")})`;
}

/** Where a step touches the site: the circuit or fault it means, or why there is none. */
function mistakeIn(
  step: ScenarioStep,
  site: SiteFile,
  begun: ReadonlyMap<string, ScenarioStep>,
): string | undefined {
  const place = placeOf(step);
  if (place) {
    const bus = site.buses.find(({ id }) => id === place.busId);
    if (!bus) return `there is no bus ${place.busId}`;
    const units = unitsOfBus(bus);
    if (
      place.unitId !== undefined &&
      !units.some(({ unitId, loop }) => unitId === place.unitId && loop === place.loop)
    )
      return `bus ${place.busId} has no circuit ${place.unitId}${place.loop === 1 ? "" : ` loop ${place.loop}`}`;
  }
  if (step.do === "unplug" || step.do === "end-fault") {
    const wanted = step.do === "unplug" ? "plug-in" : "begin-fault";
    return begun.get(step.name)?.do === wanted
      ? undefined
      : `nothing named "${step.name}" was begun before by ${wanted}`;
  }
  if ("name" in step && step.name !== undefined && begun.has(step.name))
    return `"${step.name}" is begun already`;
  return undefined;
}

function placeOf(step: ScenarioStep): { busId: string; unitId?: UnitId; loop: number } | undefined {
  if (step.do === "plug-in") return step;
  if (step.do === "press-key") return { ...step, loop: 1 };
  if (step.do !== "begin-fault") return undefined;
  const { fault } = step;
  const unitId = "unitId" in fault ? fault.unitId : undefined;
  return {
    busId: fault.busId,
    ...(unitId !== undefined && { unitId }),
    loop: "loop" in fault ? fault.loop : 1,
  };
}

/** Throws "scenario-invalid" with one line per mistake, each naming its step. */
export function parseScenario(input: ScenarioInput, site: SiteFile): Scenario {
  const file = fileSchema.safeParse(input);
  if (!file.success)
    throw new SimulatorError(
      "scenario-invalid",
      file.error.issues.map(({ path, message }) => `${path.join(".") || "scenario"}: ${message}`).join("\n"),
      { cause: file.error },
    );
  const mistakes: string[] = [];
  const judged = file.data.steps.flatMap((raw, index) => {
    const parsed = stepSchema.safeParse(raw);
    if (parsed.success) return [{ step: parsed.data, index }];
    for (const { path, message } of parsed.error.issues)
      mistakes.push(`${nameOf(index, raw)}: ${path.join(".") || "step"}: ${message}`);
    return [];
  });
  judged.sort((a, b) => a.step.atS - b.step.atS || a.index - b.index);
  const begun = new Map<string, ScenarioStep>();
  for (const { step, index } of judged) {
    const mistake = mistakeIn(step, site, begun);
    if (mistake) mistakes.push(`${nameOf(index, step)}: ${mistake}`);
    else if (step.do === "unplug" || step.do === "end-fault") begun.delete(step.name);
    else if ("name" in step && step.name !== undefined) begun.set(step.name, step);
  }
  if (mistakes.length > 0) throw new SimulatorError("scenario-invalid", mistakes.join("\n"));
  return { title: file.data.title, steps: judged.map(({ step }) => step) };
}
