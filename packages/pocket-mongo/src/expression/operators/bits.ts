import { typeName, type Value } from "../../bson/value.ts";
import { PocketMongoError } from "../../errors.ts";
import { isNullish, type Operator } from "../operator.ts";

function integer(operator: string, value: Value | undefined): number | bigint {
  if (typeof value === "number" || typeof value === "bigint") return value;
  const found = value === undefined ? "missing" : typeName(value);
  throw new PocketMongoError("TypeMismatch", `${operator} only supports int and long operands, not ${found}`);
}

/** Folds int32 and int64 values; one int64 among them makes the result an int64. */
function fold(operator: string, empty: number, combine: (a: bigint, b: bigint) => bigint): Operator {
  return {
    arguments: [0, Number.MAX_SAFE_INTEGER],
    run: (values) => {
      if (values.some(isNullish)) return null;
      const integers = values.map((value) => integer(operator, value));
      const made = integers.reduce<bigint>((sum, one) => combine(sum, BigInt(one)), BigInt(empty));
      return integers.some((one) => typeof one === "bigint") ? made : Number(made);
    },
  };
}

export const bitOperators = {
  $bitAnd: fold("$bitAnd", -1, (a, b) => a & b),
  $bitOr: fold("$bitOr", 0, (a, b) => a | b),
  $bitXor: fold("$bitXor", 0, (a, b) => a ^ b),
  $bitNot: {
    arguments: [1, 1],
    run: ([value]) => {
      if (isNullish(value)) return null;
      const given = integer("$bitNot", value);
      return typeof given === "number" ? ~given : ~given;
    },
  },
} as const satisfies Record<string, Operator>;
