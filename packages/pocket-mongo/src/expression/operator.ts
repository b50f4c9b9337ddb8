import { compareNumbers } from "../bson/compare.ts";
import { BsonUndefined, isNumber, type Value } from "../bson/value.ts";
import type { Expression, Scope } from "./scope.ts";

/** Names in force while an expression is compiled, and the compiler itself, which the operator tables are part of. */
export type CompileContext = {
  readonly variables: ReadonlySet<string>;
  readonly depth: number;
  readonly compile: (expression: Value, context: CompileContext) => Expression;
};

/** An operator with plain arguments: they are evaluated first, `undefined` being a missing one. */
export type PlainOperator = {
  readonly arguments: readonly [least: number, most: number];
  run(values: readonly (Value | undefined)[], scope: Scope): Value | undefined;
};

/** An operator that decides itself what to evaluate, or takes named arguments. */
export type SpecialOperator = { compile(operand: Value, context: CompileContext): Expression };

export type Operator = PlainOperator | SpecialOperator;

/** Truth in expressions: missing, null, undefined, false and zero are false. */
export function truth(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === false || value instanceof BsonUndefined)
    return false;
  return !isNumber(value) || compareNumbers(value, 0) !== 0;
}

export function isNullish(value: Value | undefined): value is null | undefined | BsonUndefined {
  return value === undefined || value === null || value instanceof BsonUndefined;
}
