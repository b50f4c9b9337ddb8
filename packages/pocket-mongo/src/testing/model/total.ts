import { Double, Int32, Long } from "mongodb";
import { isNumber, type ModelNumber, type ModelValue, quarters } from "./value.ts";

/** Beyond this a sum of doubles depends on how it is added up, which no document promises. */
const exactQuarters = 2n ** 50n;

/** $sum of $group: what is no number does not count; undefined when the exact sum is beyond what doubles hold. */
export function total(values: readonly (ModelValue | undefined)[]): ModelNumber | undefined {
  const numbers = values.filter(isNumber);
  const sum = numbers.reduce((all, one) => all + quarters(one), 0n);
  if (sum > exactQuarters || sum < -exactQuarters || numbers.some((one) => quarters(one) > exactQuarters))
    return undefined;
  if (numbers.some((one) => one instanceof Double)) return new Double(Number(sum) / 4);
  const whole = sum / 4n;
  const isSmall = BigInt.asIntN(32, whole) === whole;
  return numbers.every((one) => one instanceof Int32) && isSmall
    ? new Int32(Number(whole))
    : Long.fromBigInt(whole);
}
