import { lineSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { APPLIANCE_KIND_NAMES } from "../appliance/appliance-kinds.ts";
import { cabinetUnits, UNIT_IDS_PER_FRAME } from "../cabinet/cabinet.ts";
import { ENERGY_MODULUS_WH } from "../cabinet/register-rows.ts";
import { SimulatorError } from "../errors.ts";
import { faultSchema } from "../fault/fault.ts";

const unitIdSchema = z.int().min(1).max(247);

/** Times are whole seconds after the start of the simulation. */
export const appliancePlanSchema = z
  .object({
    kind: z.enum(APPLIANCE_KIND_NAMES),
    afterS: z.int().nonnegative().default(0),
    everyS: z.int().positive().optional(),
    forS: z.int().positive().optional(),
    /** On three-phase circuits. */
    wiring: z.enum(["a", "b", "c", "all"]).default("all"),
  })
  .refine(({ everyS, forS }) => everyS === undefined || (forS !== undefined && forS <= everyS), {
    message: "everyS needs a forS that is not longer",
  });
export type AppliancePlan = z.infer<typeof appliancePlanSchema>;
export type AppliancePlanInput = z.input<typeof appliancePlanSchema>;

const circuitPlanSchema = z.object({
  unitId: unitIdSchema,
  /** What its register has counted before, at most what it can show. */
  initialEnergyWh: z
    .int()
    .min(0)
    .max(ENERGY_MODULUS_WH - 10)
    .default(0),
  appliances: z.array(appliancePlanSchema).default([]),
});

const cabinetSchema = z
  .object({
    firstUnitId: unitIdSchema,
    threePhaseCount: z.int().min(0).max(12),
    singlePhaseCount: z.int().min(0).max(36),
    /** Circuits without an entry have no load and start at zero. */
    circuits: z.array(circuitPlanSchema).default([]),
  })
  .superRefine((cabinet, context) => {
    const { firstUnitId, threePhaseCount, singlePhaseCount } = cabinet;
    if (3 * threePhaseCount + singlePhaseCount > UNIT_IDS_PER_FRAME)
      context.addIssue({ code: "custom", message: `a frame has room for ${UNIT_IDS_PER_FRAME} unit ids` });
    const units = cabinetUnits(firstUnitId, threePhaseCount, singlePhaseCount).map(({ unitId }) => unitId);
    if (units.some((unitId) => unitId > 247))
      context.addIssue({ code: "custom", path: ["firstUnitId"], message: "unit ids go beyond 247" });
    for (const [index, { unitId }] of cabinet.circuits.entries())
      if (!units.includes(unitId))
        context.addIssue({
          code: "custom",
          path: ["circuits", index, "unitId"],
          message: `the cabinet has no circuit at unit id ${unitId}`,
        });
  });

const busSchema = z
  .object({
    id: z.string().min(1),
    line: lineSchema,
    /** Where programs reach the bus. A port of 0 is chosen by the system. */
    listen: z
      .object({
        tcp: z.object({ port: z.int().min(0).max(65_535) }).optional(),
        pty: z.object({ link: z.string().min(1) }).optional(),
      })
      .default({}),
    /** From the end of a request to the start of its reply; range 0–500 ms, default 20. */
    turnaroundMs: z.number().min(0).max(500).default(20),
    cabinets: z.array(cabinetSchema).min(1),
  })
  .superRefine(({ cabinets }, context) => {
    const units = cabinets.flatMap((cabinet) =>
      cabinetUnits(cabinet.firstUnitId, cabinet.threePhaseCount, cabinet.singlePhaseCount),
    );
    if (new Set(units.map(({ unitId }) => unitId)).size < units.length)
      context.addIssue({ code: "custom", path: ["cabinets"], message: "two circuits have one unit id" });
  });

export const siteFileSchema = z
  .object({
    /** Local time of the meters' clocks; range −840 to 840, default 0. */
    utcOffsetMinutes: z.int().min(-840).max(840).default(0),
    buses: z.array(busSchema).min(1),
    faults: z.array(faultSchema).default([]),
    /** HTTP/JSON on 127.0.0.1 for judges and demonstrations. */
    control: z.object({ port: z.int().min(0).max(65_535) }).optional(),
  })
  .refine(({ buses }) => new Set(buses.map(({ id }) => id)).size === buses.length, {
    path: ["buses"],
    message: "two buses have one id",
  });
export type SiteFile = z.infer<typeof siteFileSchema>;
export type SiteFileInput = z.input<typeof siteFileSchema>;
export type BusPlan = SiteFile["buses"][number];

/** Throws "site-file-invalid" with one line per mistake. */
export function parseSite(input: unknown): SiteFile {
  const result = siteFileSchema.safeParse(input);
  if (result.success) return result.data;
  const lines = result.error.issues.map(({ path, message }) => `${path.join(".") || "site"}: ${message}`);
  throw new SimulatorError("site-file-invalid", lines.join("\n"), { cause: result.error });
}
