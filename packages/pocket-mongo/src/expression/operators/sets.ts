import { compare } from "../../bson/compare.ts";
import { keyText } from "../../bson/key.ts";
import { typeName, type Value } from "../../bson/value.ts";
import { PocketMongoError } from "../../errors.ts";
import { isNullish, type Operator, truth } from "../operator.ts";

const unbounded = Number.MAX_SAFE_INTEGER;

function shown(value: Value | undefined): string {
  return value === undefined ? "missing" : typeName(value);
}

function setOf(operator: string, code: number, run: (sets: Value[][]) => Value): Operator {
  return {
    arguments: [
      operator === "$setIntersection" || operator === "$setUnion" ? 0 : 2,
      operator === "$setEquals" || operator === "$setIntersection" || operator === "$setUnion"
        ? unbounded
        : 2,
    ],
    run: (values) => {
      const strict = operator === "$setEquals" || operator === "$setIsSubset";
      if (!strict && values.some(isNullish)) return null;
      return run(
        values.map((value) => {
          if (!Array.isArray(value))
            throw new PocketMongoError(
              code,
              `All operands of ${operator} must be arrays. One argument is of type: ${shown(value)}`,
            );
          return distinct(value);
        }),
      );
    },
  };
}

/** Each value once, the first of equal ones. */
function distinct(values: readonly Value[]): Value[] {
  const kept = new Map<string, Value>();
  for (const value of values) {
    const key = keyText(value);
    if (!kept.has(key)) kept.set(key, value);
  }
  return [...kept.values()];
}

function unique(values: readonly Value[]): Value[] {
  return distinct(values).sort(compare);
}

function keys(values: readonly Value[] | undefined): Set<string> {
  return new Set((values ?? []).map(keyText));
}

function booleans(operator: string, elements: Value | undefined): readonly Value[] {
  if (Array.isArray(elements)) return elements;
  throw new PocketMongoError(17040, `${operator}'s argument must be an array, but is ${shown(elements)}`);
}

/** Arrays as sets: order and repetition do not count. */
export const setOperators = {
  $setUnion: setOf("$setUnion", 17043, (sets) => unique(sets.flat())),
  $setIntersection: setOf("$setIntersection", 17047, (sets) => {
    const others = sets.slice(1).map(keys);
    return unique(sets[0] ?? []).filter((value) => others.every((one) => one.has(keyText(value))));
  }),
  $setDifference: setOf("$setDifference", 17048, ([a, b]) => {
    const gone = keys(b);
    return (a ?? []).filter((value) => !gone.has(keyText(value)));
  }),
  $setEquals: setOf("$setEquals", 17044, (sets) => {
    const first = [...keys(sets[0])].sort().join();
    return sets.every((one) => [...keys(one)].sort().join() === first);
  }),
  $setIsSubset: setOf("$setIsSubset", 17046, ([a, b]) => {
    const all = keys(b);
    return (a ?? []).every((value) => all.has(keyText(value)));
  }),
  $allElementsTrue: {
    arguments: [1, 1],
    run: ([elements]) => booleans("$allElementsTrue", elements).every(truth),
  },
  $anyElementTrue: {
    arguments: [1, 1],
    run: ([elements]) => booleans("$anyElementTrue", elements).some(truth),
  },
} as const satisfies Record<string, Operator>;
