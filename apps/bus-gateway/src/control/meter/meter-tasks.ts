import { holdsSaleableCredit, meterClock } from "@hallmeter/meter-model";
import type { MeterSide } from "../parameters/meter-side.ts";
import type { MeterCare } from "./meter-care.ts";
import type { MeterTask } from "./meter-rounds.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A meter is exchanged with the power off, which is seen; this is for hands that are quicker. Range 1–24 h. */
const IDENTIFY_EVERY_MS = 6 * HOUR_MS;
/** Nothing is charged before the serial number is read. Range 10–600 s. */
const IDENTIFY_AGAIN_MS = MINUTE_MS;
/** As old as a balance may be before it counts as estimated. Range 1–60 min. */
const READ_CREDIT_EVERY_MS = 15 * MINUTE_MS;
/** A cover that is open is worth a walk the same hour. Range 5–1440 min. */
const READ_EVENTS_EVERY_MS = 15 * MINUTE_MS;
/** Somebody may set a meter by its own keys, and clocks drift by seconds a day. Range 1 h–7 days. */
const COMPARE_EVERY_MS = 24 * HOUR_MS;
/** A meter that does not answer is asked again after this. Range 1–60 min. */
const ASK_AGAIN_MS = 15 * MINUTE_MS;
/** An edge is past by then. Range 2–10 min. */
const AFTER_AN_EDGE_MS = 5 * MINUTE_MS;

/** What is looked at of meters, how often, and what goes before what. */
export function meterTasks(side: MeterSide, care: MeterCare): MeterTask[] {
  return [
    {
      name: "identify",
      everyMs: IDENTIFY_EVERY_MS,
      againMs: IDENTIFY_AGAIN_MS,
      isFor: ({ wire }) => wire.variant.serial !== undefined,
      isUrgent: ({ meter }) => !meter.isProved,
      carryOut: async (circuit) => {
        await care.identify(circuit, circuit.meter.isProved ? "backfill" : "person");
        return undefined;
      },
    },
    {
      name: "credit",
      everyMs: READ_CREDIT_EVERY_MS,
      againMs: ASK_AGAIN_MS,
      isFor: ({ config, wire }) => config.creditPlace === "meter" && holdsSaleableCredit(wire.variant),
      carryOut: async (circuit) => {
        await side.readCredit(circuit, "backfill");
        return undefined;
      },
    },
    {
      name: "events",
      everyMs: READ_EVENTS_EVERY_MS,
      againMs: ASK_AGAIN_MS,
      isFor: ({ wire }) => wire.variant.events.length > 0,
      carryOut: async (circuit) => {
        await care.readEvents(circuit, "backfill");
        return undefined;
      },
    },
    {
      name: "parameters",
      everyMs: COMPARE_EVERY_MS,
      againMs: ASK_AGAIN_MS,
      isFor: ({ config }) => Object.keys(config.parameters ?? {}).length > 0,
      carryOut: async (circuit) => {
        await side.compare(circuit, "backfill");
        return undefined;
      },
    },
    {
      name: "clock",
      everyMs: COMPARE_EVERY_MS,
      againMs: ASK_AGAIN_MS,
      isFor: ({ wire }) => meterClock(wire.profile) !== undefined,
      carryOut: async (circuit) => {
        const outcome = await care.compareClock(circuit, "backfill");
        return outcome === "near-an-edge" ? AFTER_AN_EDGE_MS : undefined;
      },
    },
  ];
}
