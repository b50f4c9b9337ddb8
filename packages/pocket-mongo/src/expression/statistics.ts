import { add, divideDecimals, toFloat } from "../bson/arithmetic.ts";
import { compare } from "../bson/compare.ts";
import { decimalOfDouble, makeDecimal, toDecimal } from "../bson/decimal.ts";
import { Decimal128, Double, isNumber, type NumberValue, type Value } from "../bson/value.ts";
import { isNullish } from "./operator.ts";

/** Folds values into one, those of a group or of a list; `undefined` is a missing value. */
export type Accumulator = { add(value: Value | undefined): void; result(): Value | undefined };

export function sum(): Accumulator {
  const total = new ExactSum();
  return { add: (value) => total.add(value), result: () => total.result() };
}

/** Adds integers exactly and doubles with Neumaier's compensation, so that the order of documents does not show. */
export class ExactSum {
  count = 0;
  private whole = 0n;
  private small = 0;
  private double: number | undefined;
  private lost = 0;
  private decimal: NumberValue | undefined;
  private long = false;

  add(value: Value | undefined): void {
    if (!isNumber(value)) return;
    this.count += 1;
    if (typeof value === "number") {
      this.small += value;
      if (!Number.isSafeInteger(this.small)) this.settle(this.small - value, value);
    } else if (typeof value === "bigint") {
      this.whole += value;
      this.long = true;
    } else if (value instanceof Decimal128)
      this.decimal = this.decimal === undefined ? value : add(this.decimal, value);
    else this.addDouble(value.value);
  }

  private settle(before: number, value: number): void {
    this.whole += BigInt(before) + BigInt(value);
    this.small = 0;
  }

  private addDouble(value: number): void {
    const before = this.double ?? 0;
    const after = before + value;
    if (Number.isFinite(after)) {
      this.lost += Math.abs(before) >= Math.abs(value) ? before - after + value : value - after + before;
    }
    this.double = after;
  }

  private integers(): bigint {
    return this.whole + BigInt(this.small);
  }

  result(): NumberValue {
    const integers = this.integers();
    const fits = integers >= -(2n ** 63n) && integers < 2n ** 63n;
    if (this.decimal !== undefined) {
      const parts = [
        decimalOfDouble(this.double ?? 0),
        decimalOfDouble(this.lost),
        integersAsDecimal(integers),
      ];
      return parts.reduce<NumberValue>(add, this.decimal);
    }
    if (this.double !== undefined) return this.asDouble(integers);
    if (!this.long && integers >= -2147483648n && integers <= 2147483647n) return Number(integers);
    return fits ? integers : new Double(Number(integers));
  }

  private asDouble(integers: bigint): Double {
    const double = this.double ?? 0;
    return new Double(Number.isFinite(double) ? double + (this.lost + Number(integers)) : double);
  }
}

function integersAsDecimal(sum: bigint): Decimal128 {
  return makeDecimal(sum < 0n, sum < 0n ? -sum : sum, 0);
}

export function average(): Accumulator {
  const total = new ExactSum();
  return {
    add: (value) => total.add(value),
    result: () => {
      if (total.count === 0) return null;
      const all = total.result();
      if (all instanceof Decimal128) return divideDecimals(all, toDecimal(total.count));
      return new Double(toFloat(all) / total.count);
    },
  };
}

export function extreme(wins: (order: number) => boolean): () => Accumulator {
  return () => {
    let best: Value | undefined;
    return {
      add: (value) => {
        if (isNullish(value)) return;
        if (best === undefined || wins(compare(value, best))) best = value;
      },
      result: () => best ?? null,
    };
  };
}

/** Welford's running variance; `sample` divides by n - 1. */
export function deviation(sample: boolean): () => Accumulator {
  return () => {
    let count = 0;
    let mean = 0;
    let squares = 0;
    return {
      add: (value) => {
        if (!isNumber(value)) return;
        count += 1;
        const before = toFloat(value) - mean;
        mean += before / count;
        squares += before * (toFloat(value) - mean);
      },
      result: () => {
        const divisor = sample ? count - 1 : count;
        return divisor < 1 ? null : new Double(Math.sqrt(squares / divisor));
      },
    };
  };
}
