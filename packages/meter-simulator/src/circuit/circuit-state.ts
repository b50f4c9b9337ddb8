import { z } from "zod";
import type { CircuitVariant } from "./register-map.ts";

const countSchema = z.int().nonnegative();
const energySchema = z.object({ wh: countSchema, microWs: countSchema });

/** What a meter keeps without power. */
export const circuitStateSchema = z.object({
  /** One entry per phase. */
  energies: z.array(z.object({ active: energySchema, reactive: energySchema })),
  isContactClosed: z.boolean(),
  registerOffsetWh: z.int(),
  prepaid: z.object({
    remainingMinor: z.int(),
    purchasedMinor: countSchema,
    /** Energy up to which the remaining amount has been charged. */
    chargedWh: countSchema,
    /** Thousandths of the minor unit charged but not yet taken off. */
    remainderMilli: countSchema,
  }),
  /** Written words by address. */
  parameters: z.array(z.tuple([z.int(), z.int()])),
});
export type CircuitState = z.infer<typeof circuitStateSchema>;

/** A meter as delivered, having counted `energyWh` before. */
export function initialCircuitState(variant: CircuitVariant, energyWh: number): CircuitState {
  const phaseCount = variant === "single-phase" ? 1 : 3;
  const share = Math.floor(energyWh / phaseCount);
  const energies = Array.from({ length: phaseCount }, (_, index) => ({
    active: { wh: index === 0 ? energyWh - share * (phaseCount - 1) : share, microWs: 0 },
    reactive: { wh: 0, microWs: 0 },
  }));
  return {
    energies,
    isContactClosed: true,
    registerOffsetWh: 0,
    prepaid: { remainingMinor: 0, purchasedMinor: 0, chargedWh: energyWh, remainderMilli: 0 },
    parameters: [],
  };
}
