import { compare } from "../../bson/compare.ts";
import { isDoc, type Value } from "../../bson/value.ts";
import { PocketMongoError } from "../../errors.ts";
import { type CompileContext, isNullish, type Operator, truth } from "../operator.ts";
import { bind, type Expression } from "../scope.ts";

/** A comparison; a missing value sorts before everything, null included. */
function order(a: Value | undefined, b: Value | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1);
  return compare(a, b);
}

function comparison(accepts: (order: number) => boolean): Operator {
  return { arguments: [2, 2], run: ([a, b]) => accepts(order(a, b)) };
}

function list(operand: Value, context: CompileContext): Expression[] {
  return (Array.isArray(operand) ? operand : [operand]).map((one) => context.compile(one, context));
}

function condition(operand: Value, context: CompileContext): Expression {
  const parts = isDoc(operand) ? namedCondition(operand) : operand;
  if (!Array.isArray(parts) || parts.length !== 3) {
    throw new PocketMongoError(16020, "Expression $cond takes exactly 3 arguments");
  }
  const [asks, yes, no] = parts.map((part) => context.compile(part, context)) as [
    Expression,
    Expression,
    Expression,
  ];
  return (scope) => (truth(asks(scope)) ? yes(scope) : no(scope));
}

function namedCondition(operand: ReadonlyMap<string, Value>): Value[] {
  for (const name of operand.keys()) {
    if (!["if", "then", "else"].includes(name)) {
      throw new PocketMongoError(17083, `Unrecognized parameter to $cond: ${name}`);
    }
  }
  for (const [name, code] of [
    ["if", 17080],
    ["then", 17081],
    ["else", 17082],
  ] as const) {
    if (!operand.has(name)) throw new PocketMongoError(code, `Missing '${name}' parameter to $cond`);
  }
  return [operand.get("if") as Value, operand.get("then") as Value, operand.get("else") as Value];
}

function switchCase(operand: Value, context: CompileContext): Expression {
  if (!isDoc(operand)) throw new PocketMongoError(40060, "$switch requires an object as an argument");
  const branches = operand.get("branches");
  if (!Array.isArray(branches)) throw new PocketMongoError(40061, "$switch expected an array for 'branches'");
  if (branches.length === 0) throw new PocketMongoError(40068, "$switch requires at least one branch");
  const cases = branches.map((branch): [Expression, Expression] => {
    if (!isDoc(branch)) throw new PocketMongoError(40062, "$switch expected each branch to be an object");
    const [when, then] = [branch.get("case"), branch.get("then")];
    if (when === undefined)
      throw new PocketMongoError(40064, "$switch requires each branch have a 'case' expression");
    if (then === undefined)
      throw new PocketMongoError(40065, "$switch requires each branch have a 'then' expression.");
    return [context.compile(when, context), context.compile(then, context)];
  });
  const fallback = operand.get("default");
  const otherwise = fallback === undefined ? undefined : context.compile(fallback, context);
  return (scope) => {
    for (const [when, then] of cases) if (truth(when(scope))) return then(scope);
    if (otherwise) return otherwise(scope);
    throw new PocketMongoError(
      40066,
      "$switch could not find a matching branch for an input, and no default was specified.",
    );
  };
}

function letVariables(operand: Value, context: CompileContext): Expression {
  if (!isDoc(operand)) throw new PocketMongoError(16874, "$let only supports an object as its argument");
  const vars = operand.get("vars");
  const body = operand.get("in");
  if (!isDoc(vars)) throw new PocketMongoError(16876, "Missing 'vars' parameter to $let");
  if (body === undefined) throw new PocketMongoError(16877, "Missing 'in' parameter to $let");
  const bound = [...vars].map(([name, value]): [string, Expression] => [
    checkedVariable(name),
    context.compile(value, context),
  ]);
  const inner = context.compile(body, withVariables(context, [...vars.keys()]));
  return (scope) => {
    let made = scope;
    for (const [name, value] of bound) made = bind(made, name, value(scope));
    return inner(made);
  };
}

export function checkedVariable(name: string): string {
  if (name === "CURRENT") {
    throw new PocketMongoError("NotImplemented", "binding CURRENT is not supported by this server");
  }
  if (!/^[a-z\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*$/.test(name)) {
    throw new PocketMongoError(
      "FailedToParse",
      `'${name}' starts with an invalid character for a user variable name`,
    );
  }
  return name;
}

export function withVariables(context: CompileContext, names: readonly string[]): CompileContext {
  return { ...context, variables: new Set([...context.variables, ...names]) };
}

export const controlOperators = {
  $literal: { compile: (operand) => () => operand },
  $expr: { compile: (operand, context) => context.compile(operand, context) },
  $eq: comparison((one) => one === 0),
  $ne: comparison((one) => one !== 0),
  $gt: comparison((one) => one > 0),
  $gte: comparison((one) => one >= 0),
  $lt: comparison((one) => one < 0),
  $lte: comparison((one) => one <= 0),
  $cmp: { arguments: [2, 2], run: ([a, b]) => Math.sign(order(a, b)) + 0 },
  $and: {
    compile: (operand, context) => {
      const parts = list(operand, context);
      return (scope) => parts.every((part) => truth(part(scope)));
    },
  },
  $or: {
    compile: (operand, context) => {
      const parts = list(operand, context);
      return (scope) => parts.some((part) => truth(part(scope)));
    },
  },
  $not: { arguments: [1, 1], run: ([value]) => !truth(value) },
  $ifNull: {
    compile: (operand, context) => {
      if (!Array.isArray(operand) || operand.length < 2) {
        throw new PocketMongoError(1257300, "$ifNull needs at least two arguments");
      }
      const parts = list(operand, context);
      const last = parts.pop() as Expression;
      return (scope) => {
        for (const part of parts) {
          const value = part(scope);
          if (!isNullish(value)) return value;
        }
        return last(scope);
      };
    },
  },
  $cond: { compile: condition },
  $switch: { compile: switchCase },
  $let: { compile: letVariables },
} as const satisfies Record<string, Operator>;
