import { exactInteger } from "./rate-use.ts";
import type { TariffScheme } from "./scheme.ts";

const NANO_PER_MICRO = 1000;
const PPM = 1_000_000;

/** The standing charge of one local day, in 10⁻⁹, before tax. */
export function standingNano({ standingMicroPerDay }: Pick<TariffScheme, "standingMicroPerDay">): number {
  return standingMicroPerDay * NANO_PER_MICRO;
}

/**
 * Tax on a net amount in 10⁻⁹. Rounding: none of its own. The tax is reckoned exactly; what does not fill 10⁻⁹ is carried, in
 * 10⁻¹⁵ (0 to 999,999), to the next amount of the same payer, so that the tax of a sum is the sum of the taxes. Only the gross
 * amount is rounded down to the minor unit when it is posted, with its remainder carried likewise.
 * @throws MeterModelError "out-of-range"
 */
export function taxNano(
  { taxPpm }: Pick<TariffScheme, "taxPpm">,
  netNano: number,
  carryIn: number,
): { taxNano: number; carryOut: number } {
  const product = netNano * taxPpm + carryIn;
  if (Number.isInteger(netNano) && Number.isSafeInteger(product)) {
    const carryOut = ((product % PPM) + PPM) % PPM;
    return { taxNano: (product - carryOut) / PPM, carryOut };
  }
  const exact = BigInt(netNano) * BigInt(taxPpm) + BigInt(carryIn);
  const whole = BigInt(PPM);
  const rest = ((exact % whole) + whole) % whole;
  return { taxNano: exactInteger(Number((exact - rest) / whole)), carryOut: Number(rest) };
}
