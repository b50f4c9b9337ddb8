import { lineSchema, type UnitId } from "@hallmeter/meter-model";
import { z } from "zod";
import { APPLIANCE_KIND_NAMES } from "../appliance/appliance-kinds.ts";
import { USE_DAYS } from "../appliance/daily-use.ts";
import { cabinetUnits, UNIT_IDS_PER_FRAME } from "../device/adf400l/cabinet.ts";
import { REFERENCE_CIRCUITS } from "../device/reference-cabinet.ts";
import { U32_MODULUS_WH } from "../device/register-rows.ts";
import { SimulatorError } from "../errors.ts";
import { faultSchema } from "../fault/fault.ts";

const modbusUnitSchema = z.int().min(1).max(247);
const addressSchema = z.string().regex(/^\d{12}$/, "twelve digits");
const MINUTES_PER_DAY = 1440;

const dailyUseSchema = z.object({
  atMinute: z
    .int()
    .min(0)
    .max(MINUTES_PER_DAY - 1),
  forS: z.int().positive().max(86_400),
  jitterMinutes: z.int().min(0).max(720).default(0),
  chanceMilli: z.int().min(1).max(1000).default(1000),
  days: z.enum(USE_DAYS).default("all"),
  months: z.array(z.int().min(1).max(12)).min(1).optional(),
});

/** Times are whole seconds after the start of the simulation; `uses` go by local time. */
export const appliancePlanSchema = z
  .object({
    kind: z.enum(APPLIANCE_KIND_NAMES),
    afterS: z.int().nonnegative().default(0),
    everyS: z.int().positive().optional(),
    forS: z.int().positive().optional(),
    uses: z.array(dailyUseSchema).min(1).max(64).optional(),
    /** On three-phase circuits. */
    wiring: z.enum(["a", "b", "c", "all"]).default("all"),
  })
  .refine(({ everyS, forS }) => everyS === undefined || (forS !== undefined && forS <= everyS), {
    message: "everyS needs a forS that is not longer",
  })
  .refine(
    ({ uses, afterS, everyS, forS }) => !uses || (afterS === 0 && everyS === undefined && forS === undefined),
    {
      message: "an appliance is used by afterS, everyS and forS, or by uses",
    },
  );
export type AppliancePlan = z.infer<typeof appliancePlanSchema>;
export type AppliancePlanInput = z.input<typeof appliancePlanSchema>;

const loadFields = {
  /** What its register has counted before. */
  initialEnergyWh: z.int().min(0).max(999_999_990).default(0),
  appliances: z.array(appliancePlanSchema).default([]),
};

const cabinetCircuitSchema = z.object({
  ...loadFields,
  unitId: modbusUnitSchema,
  initialEnergyWh: z
    .int()
    .min(0)
    .max(U32_MODULUS_WH - 10)
    .default(0),
});

const cabinetSchema = z
  .object({
    firstUnitId: modbusUnitSchema,
    threePhaseCount: z.int().min(0).max(12),
    singlePhaseCount: z.int().min(0).max(36),
    /** Circuits without an entry have no load and start at zero. */
    circuits: z.array(cabinetCircuitSchema).default([]),
  })
  .superRefine((cabinet, context) => {
    const { threePhaseCount, singlePhaseCount } = cabinet;
    const taken = 3 * threePhaseCount + singlePhaseCount;
    if (taken < 1 || taken > UNIT_IDS_PER_FRAME)
      context.addIssue({ code: "custom", message: `a frame holds 1 to ${UNIT_IDS_PER_FRAME} unit ids` });
    const units = cabinetUnits(cabinet).map(({ unitId }) => unitId);
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

const loopPlanSchema = z.object({ ...loadFields, loop: z.int().min(1).max(REFERENCE_CIRCUITS) });

/** One meter, or the reference cabinet with its twelve circuits. */
const meterSchema = z.discriminatedUnion("profile", [
  z.strictObject({
    profile: z.literal("reference-cabinet"),
    unitId: modbusUnitSchema,
    /** Circuits without an entry have no load and start at zero. */
    circuits: z.array(loopPlanSchema).default([]),
  }),
  z.strictObject({
    profile: z.literal("acrel-1352"),
    unitId: modbusUnitSchema,
    variant: z.enum(["single-phase", "three-phase"]),
    /** Relays L1 to L3 that it has; they move together. */
    relays: z.union([z.literal(1), z.literal(2), z.literal(3)]).default(1),
    ...loadFields,
  }),
  z.strictObject({
    profile: z.enum(["eastron-sdm120", "eastron-sdm630"]),
    unitId: modbusUnitSchema,
    /** Requests that come sooner after the last one are lost; some of the family restart below 500. Range 0–1000, default 0. */
    minimumGapMs: z.int().min(0).max(1000).default(0),
    ...loadFields,
  }),
  z.strictObject({
    profile: z.literal("dlt645-prepaid"),
    unitId: addressSchema,
    credit: z.enum(["money", "energy", "none"]).default("none"),
    /** Credit of its first purchase: 0.01 of money, or 0.01 kWh; without one its account is not opened. */
    initialCreditMinor: z.int().min(0).max(99_999_999).optional(),
    password: z
      .string()
      .regex(/^\d{6}$/, "six digits")
      .default("000000"),
    /** Rates that its energy block shows; more than 47 of them take a second frame. */
    rateCount: z.int().min(1).max(63).default(4),
    ...loadFields,
  }),
]);
export type MeterPlan = z.infer<typeof meterSchema>;

/** A dial-in unit: a client of the gateway's listener that says who it is. */
const dialInSchema = z.object({
  host: z.string().min(1).default("127.0.0.1"),
  port: z.int().min(1).max(65_535),
  registration: z.string().min(1),
  heartbeat: z.string().min(1).default("HB"),
  /** Range 1–3600 s, default 30: below the minute after which mobile networks forget a connection. */
  heartbeatS: z.number().min(1).max(3600).default(30),
  /** Pause before another attempt; range 0.05–600 s, default 2. */
  reconnectS: z.number().min(0.05).max(600).default(2),
});
export type DialInPlan = z.infer<typeof dialInSchema>;

const portSchema = z.object({ port: z.int().min(0).max(65_535) });

interface Addressed {
  cabinets: z.infer<typeof cabinetSchema>[];
  meters: MeterPlan[];
}

function unitsOf({ cabinets, meters }: Addressed): UnitId[] {
  return [
    ...cabinets.flatMap((cabinet) => cabinetUnits(cabinet).map(({ unitId }) => unitId)),
    ...meters.map(({ unitId }) => unitId),
  ];
}

/** Loads by unit id and loop, wherever the file has them. */
function circuitPlansOf({ cabinets, meters }: Addressed) {
  const plans = new Map<string, { initialEnergyWh: number; appliances: AppliancePlan[] }>();
  for (const { circuits } of cabinets)
    for (const circuit of circuits) plans.set(`${circuit.unitId}/1`, circuit);
  for (const meter of meters)
    if (meter.profile === "reference-cabinet")
      for (const circuit of meter.circuits) plans.set(`${meter.unitId}/${circuit.loop}`, circuit);
    else plans.set(`${meter.unitId}/1`, meter);
  return plans;
}

const busSchema = z
  .object({
    id: z.string().min(1),
    line: lineSchema,
    /** Where programs reach the bus. A port of 0 is chosen by the system. */
    listen: z
      .object({
        tcp: portSchema.optional(),
        /** A serial server that speaks Modbus TCP and turns it into RTU on the wire. */
        modbusTcp: portSchema.optional(),
        pty: z.object({ link: z.string().min(1) }).optional(),
      })
      .default({}),
    /** The bus calls the gateway instead. */
    dialIn: dialInSchema.optional(),
    /** From the end of a request to the start of its reply; range 0–500 ms, default 20. */
    turnaroundMs: z.number().min(0).max(500).default(20),
    cabinets: z.array(cabinetSchema).default([]),
    meters: z.array(meterSchema).default([]),
  })
  .superRefine((bus, context) => {
    const units = unitsOf(bus);
    if (units.length === 0)
      context.addIssue({ code: "custom", message: "a bus has at least one cabinet or meter" });
    if (new Set(units).size < units.length)
      context.addIssue({ code: "custom", path: ["cabinets"], message: "two circuits have one unit id" });
  });

export const siteFileSchema = z
  .object({
    /** Local time of the meters' clocks; range −840 to 840, default 0. */
    utcOffsetMinutes: z.int().min(-840).max(840).default(0),
    /** How often settled power changes a little; longer steps make long simulations quick. Range 1–3600 s, default 1. */
    wanderStepS: z.int().min(1).max(3600).default(1),
    /** After a restart timetables go on where they were; or from their beginning. */
    timetables: z.enum(["resume", "restart"]).default("resume"),
    buses: z.array(busSchema).min(1),
    faults: z.array(faultSchema).default([]),
    /** HTTP/JSON on 127.0.0.1 for judges and demonstrations. */
    control: portSchema.optional(),
  })
  .refine(({ buses }) => new Set(buses.map(({ id }) => id)).size === buses.length, {
    path: ["buses"],
    message: "two buses have one id",
  });
export type SiteFile = z.infer<typeof siteFileSchema>;
export type SiteFileInput = z.input<typeof siteFileSchema>;
type BusFile = SiteFile["buses"][number];

/** A bus of the file, with what devices look up in it. */
export interface BusPlan extends BusFile {
  circuitPlans: ReadonlyMap<string, { initialEnergyWh: number; appliances: readonly AppliancePlan[] }>;
  minimumGapsMs: ReadonlyMap<number, number>;
}

export function busPlanOf(bus: BusFile): BusPlan {
  const gaps = bus.meters.flatMap((meter) =>
    "minimumGapMs" in meter && meter.minimumGapMs > 0 ? [[meter.unitId, meter.minimumGapMs] as const] : [],
  );
  return { ...bus, circuitPlans: circuitPlansOf(bus), minimumGapsMs: new Map(gaps) };
}

/** Throws "site-file-invalid" with one line per mistake. */
export function parseSite(input: unknown): SiteFile {
  const result = siteFileSchema.safeParse(input);
  if (result.success) return result.data;
  const lines = result.error.issues.map(({ path, message }) => `${path.join(".") || "site"}: ${message}`);
  throw new SimulatorError("site-file-invalid", lines.join("\n"), { cause: result.error });
}
