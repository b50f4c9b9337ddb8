import type { Operator } from "../operator.ts";
import { type Accumulator, average, deviation, extreme, sum } from "../statistics.ts";

/** An accumulator over a list: of one argument that is an array its elements count, of several each as it is. */
function over(make: () => Accumulator): Operator {
  return {
    arguments: [0, Number.MAX_SAFE_INTEGER],
    run: (values) => {
      const [only] = values;
      const fold = make();
      for (const value of values.length === 1 && Array.isArray(only) ? only : values) fold.add(value);
      return fold.result();
    },
  };
}

export const statisticsOperators = {
  $sum: over(sum),
  $avg: over(average),
  $min: over(extreme((order) => order < 0)),
  $max: over(extreme((order) => order > 0)),
  $stdDevPop: over(deviation(false)),
  $stdDevSamp: over(deviation(true)),
} as const satisfies Record<string, Operator>;
