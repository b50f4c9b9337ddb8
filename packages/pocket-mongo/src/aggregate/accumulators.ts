import { wholeNumber } from "../bson/arithmetic.ts";
import { compare } from "../bson/compare.ts";
import { keyText } from "../bson/key.ts";
import { type Doc, isDoc, number, typeName, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { isNullish } from "../expression/operator.ts";
import { type Accumulator, average, deviation, extreme, sum } from "../expression/statistics.ts";
import { compareSortKeys, parseSort, type Sort, sortKey } from "../plan/sort.ts";

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
      if (value === undefined) return;
      // Of 1 and 1.0 the first stays.
      const key = keyText(value);
      if (!kept.has(key)) kept.set(key, value);
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
