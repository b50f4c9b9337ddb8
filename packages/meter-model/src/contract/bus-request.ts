import { z } from "zod";
import { idSchema, instantSchema } from "../sample.ts";

/** Modbus over serial line V1.02, 2.2: individual addresses are 1 to 247. */
const modbusAddressSchema = z.int().min(1).max(247);

/** Modbus addresses to ask, both ends included. */
export const scanRangeSchema = z
  .strictObject({ from: modbusAddressSchema, to: modbusAddressSchema })
  .refine(({ from, to }) => from <= to, "from is beyond to");
export type ScanRange = z.infer<typeof scanRangeSchema>;

/** How long one request to watch holds. Range 5–120 s; a page that stays open asks again in time. */
export const watchSecondsSchema = z.int().min(5).max(120);

const common = {
  /** Heard twice, it is carried out once. */
  id: idSchema,
  busId: idSchema,
  issuedAt: instantSchema,
  /** Heard later than this it is dropped: nobody waits for it any more (S2). */
  expiresAt: instantSchema,
};

/**
 * What a person wants of a bus now, and no rule depends on: answered by bus reports as long as it is carried out, and forgotten by a
 * restart of the gateway.
 */
export const busRequestSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("scan"), ...common, range: scanRangeSchema }),
  z.object({ kind: z.literal("stop-scan"), ...common }),
  /** Statistics, and frames where they are wanted, for `forS` seconds. */
  z.object({ kind: z.literal("watch"), ...common, forS: watchSecondsSchema, withFrames: z.boolean() }),
  /** Opens the relay and closes it again, each read back: how a circuit proves before commissioning that it obeys. */
  z.object({
    kind: z.literal("test-relay"),
    ...common,
    circuitId: idSchema,
    by: z.object({ id: idSchema, name: z.string() }),
  }),
]);
export type BusRequest = z.infer<typeof busRequestSchema>;
export type BusRequestOf<Kind extends BusRequest["kind"]> = Extract<BusRequest, { kind: Kind }>;
