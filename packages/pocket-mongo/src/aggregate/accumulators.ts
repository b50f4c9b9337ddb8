import { add, divideDecimals, toFloat, wholeNumber } from "../bson/arithmetic.ts";
import { compare } from "../bson/compare.ts";
import { toDecimal } from "../bson/decimal.ts";
import { keyText } from "../bson/key.ts";
import {
  Decimal128,
  type Doc,
  Double,
  isDoc,
  isNumber,
  type NumberValue,
  number,
  typeName,
  type Value,
} from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { isNullish } from "../expression/operator.ts";
import { compareSortKeys, parseSort, type Sort, sortKey } from "../plan/sort.ts";

/** Folds the values of one group; `undefined` is a missing value. */
export type Accumulator = { add(value: Value | undefined): void; result(): Value | undefined };

function sum(): Accumulator {
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
      const others =
        this.double === undefined
          ? fits
            ? integers
            : new Double(Number(integers))
          : this.asDouble(integers);
      return add(this.decimal, others);
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

function average(): Accumulator {
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

function extreme(wins: (order: number) => boolean): () => Accumulator {
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

function first(): Accumulator {
  let seen = false;
  let kept: Value | undefined;
  return {
    add: (value) => {
      if (!seen) kept = value;
      seen = true;
    },
    result: () => kept ?? null,
  };
}

function last(): Accumulator {
  let kept: Value | undefined;
  return {
    add: (value) => {
      kept = value;
    },
    result: () => kept ?? null,
  };
}

function push(): Accumulator {
  const kept: Value[] = [];
  return {
    add: (value) => {
      if (value !== undefined) kept.push(value);
    },
    result: () => kept,
  };
}

function addToSet(): Accumulator {
  const kept = new Map<string, Value>();
  return {
    add: (value) => {
      if (value !== undefined) kept.set(keyText(value), value);
    },
    result: () => [...kept.values()],
  };
}

function mergeObjects(): Accumulator {
  const made = new Map<string, Value>();
  return {
    add: (value) => {
      if (isNullish(value)) return;
      if (!(value instanceof Map)) {
        throw new PocketMongoError(
          40400,
          `$mergeObjects requires object inputs, but input is of type ${typeName(value)}`,
        );
      }
      for (const [key, one] of value) made.set(key, one);
    },
    result: () => made,
  };
}

/** Welford's running variance; `sample` divides by n - 1. */
function deviation(sample: boolean): () => Accumulator {
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

function count(): Accumulator {
  let seen = 0;
  return {
    add: () => {
      seen += 1;
    },
    result: () => number(seen),
  };
}

/** Compiles an accumulator's operand: which expression feeds it, and how to begin a new group. */
export type AccumulatorMaker = (operand: Value) => { input: Value; make: () => Accumulator };

function of(make: () => Accumulator): AccumulatorMaker {
  return (operand) => ({ input: operand, make });
}

/** $firstN and the like keep `n` values; `pick` says which of all those seen so far. */
function several(
  operator: string,
  pick: (values: Value[], n: number) => Value[],
  nulls: boolean,
): AccumulatorMaker {
  return (operand) => {
    const n = isDoc(operand) ? wholeNumber(operand.get("n")) : undefined;
    const input = isDoc(operand) ? operand.get("input") : undefined;
    if (n === undefined || n < 1)
      throw new PocketMongoError(5787908, `'n' must be greater than 0 in ${operator}`);
    if (input === undefined) throw new PocketMongoError(5787907, `Missing value for 'input' in ${operator}`);
    return {
      input,
      make: () => {
        let kept: Value[] = [];
        return {
          add: (value) => {
            if (!nulls && isNullish(value)) return;
            kept = pick([...kept, value ?? null], n);
          },
          result: () => kept,
        };
      },
    };
  };
}

/** $top and the like: the output of the documents that sort first or last. The fed value is [sort keys…, output]. */
function ranked(operator: string, last: boolean, many: boolean): AccumulatorMaker {
  return (operand) => {
    if (!isDoc(operand))
      throw new PocketMongoError(5788001, `specification must be an object for ${operator}`);
    const by = operand.get("sortBy");
    const output = operand.get("output");
    if (!isDoc(by)) throw new PocketMongoError(5788005, `Missing value for 'sortBy' in ${operator}`);
    if (output === undefined)
      throw new PocketMongoError(5788004, `Missing value for 'output' in ${operator}`);
    const n = many ? wholeNumber(operand.get("n")) : 1;
    if (n === undefined || n < 1)
      throw new PocketMongoError(5787908, `'n' must be greater than 0 in ${operator}`);
    const sort = parseSort(by);
    return { input: ["$$ROOT", output], make: () => topOf(sort, n, last, many) };
  };
}

function topOf(sort: Sort, n: number, last: boolean, many: boolean): Accumulator {
  let kept: { key: Value[]; output: Value }[] = [];
  return {
    add: (value) => {
      const [root, output] = value as [Doc, Value];
      kept.push({ key: sortKey(sort, root), output });
      kept.sort((a, b) => compareSortKeys(sort, a.key, b.key));
      kept = last ? kept.slice(-n) : kept.slice(0, n);
    },
    result: () => (many ? kept.map((one) => one.output) : (kept[0]?.output ?? null)),
  };
}

/** The accumulators of `$group`, by name. */
export const accumulators = {
  $sum: of(sum),
  $avg: of(average),
  $min: of(extreme((order) => order < 0)),
  $max: of(extreme((order) => order > 0)),
  $first: of(first),
  $last: of(last),
  $push: of(push),
  $addToSet: of(addToSet),
  $mergeObjects: of(mergeObjects),
  $stdDevPop: of(deviation(false)),
  $stdDevSamp: of(deviation(true)),
  $count: () => ({ input: null, make: count }),
  $firstN: several("$firstN", (values, n) => values.slice(0, n), true),
  $lastN: several("$lastN", (values, n) => values.slice(-n), true),
  $minN: several("$minN", (values, n) => values.sort(compare).slice(0, n), false),
  $maxN: several("$maxN", (values, n) => values.sort((a, b) => compare(b, a)).slice(0, n), false),
  $top: ranked("$top", false, false),
  $topN: ranked("$topN", false, true),
  $bottom: ranked("$bottom", true, false),
  $bottomN: ranked("$bottomN", true, true),
} as const satisfies Record<string, AccumulatorMaker>;
