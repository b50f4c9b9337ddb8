import type { Doc, Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { type CompileContext, type Operator, truth } from "./operator.ts";
import { arithmeticOperators } from "./operators/arithmetic.ts";
import { arrayLoopOperators } from "./operators/array-loops.ts";
import { arrayOperators } from "./operators/arrays.ts";
import { bitOperators } from "./operators/bits.ts";
import { controlOperators } from "./operators/control.ts";
import { conversionOperators } from "./operators/conversion.ts";
import { dateOperators } from "./operators/dates.ts";
import { objectOperators } from "./operators/objects.ts";
import { patternOperators } from "./operators/patterns.ts";
import { setOperators } from "./operators/sets.ts";
import { statisticsOperators } from "./operators/statistics.ts";
import { stringOperators } from "./operators/strings.ts";
import { type Expression, lookUp, type Scope } from "./scope.ts";

/** How deep expressions may nest; it bounds the recursion of a hostile pipeline. */
const deepest = 150;

export const expressionOperators: Readonly<Record<string, Operator>> = {
  ...controlOperators,
  ...arithmeticOperators,
  ...bitOperators,
  ...statisticsOperators,
  ...arrayOperators,
  ...arrayLoopOperators,
  ...setOperators,
  ...objectOperators,
  ...stringOperators,
  ...patternOperators,
  ...dateOperators,
  ...conversionOperators,
};

/** MongoDB's operators that are refused here, so that a user hears "not supported" instead of "unrecognized". */
export const refusedExpressions = [
  "$accumulator",
  "$function",
  "$meta",
  "$sampleRate",
  "$toHashedIndexKey",
  "$toUUID",
  "$median",
  "$percentile",
  // The last digit of these depends on the C library of the machine.
  "$sin",
  "$cos",
  "$tan",
  "$asin",
  "$acos",
  "$atan",
  "$atan2",
  "$sinh",
  "$cosh",
  "$tanh",
  "$asinh",
  "$acosh",
  "$atanh",
  "$degreesToRadians",
  "$radiansToDegrees",
] as const;

export const noVariables: CompileContext = { variables: new Set(), depth: 0, compile: compileIn };

export function compile(
  expression: Value,
  variables: ReadonlySet<string> = noVariables.variables,
): Expression {
  return compileIn(expression, { ...noVariables, variables });
}

function compileIn(expression: Value, context: CompileContext): Expression {
  if (context.depth > deepest) throw new PocketMongoError("Overflow", "expression is nested too deeply");
  if (typeof expression === "string" && expression.startsWith("$")) return compilePath(expression, context);
  const inner = { ...context, depth: context.depth + 1 };
  if (Array.isArray(expression)) {
    const elements = expression.map((one) => compileIn(one, inner));
    return (scope) => elements.map((element) => element(scope) ?? null);
  }
  if (!(expression instanceof Map)) return () => expression;
  const [first] = expression.keys();
  if (first?.startsWith("$")) return compileOperator(first, expression, inner);
  const fields = [...expression].map(([name, value]): [string, Expression] => {
    if (name.startsWith("$") || name.includes(".")) {
      throw new PocketMongoError(
        16410,
        `FieldPath field names may not contain '.' or start with '$'. Consider using $getField or $setField.`,
      );
    }
    return [name, compileIn(value, inner)];
  });
  return (scope) => {
    const made: Doc = new Map();
    for (const [name, field] of fields) {
      const value = field(scope);
      if (value !== undefined) made.set(name, value);
    }
    return made;
  };
}

function compileOperator(name: string, expression: Doc, context: CompileContext): Expression {
  if (expression.size !== 1) {
    throw new PocketMongoError(
      15983,
      `an object representing an expression must have exactly one field: ${expression.size} found`,
    );
  }
  const operator = Object.hasOwn(expressionOperators, name) ? expressionOperators[name] : undefined;
  if (operator === undefined) {
    if ((refusedExpressions as readonly string[]).includes(name)) {
      throw new PocketMongoError("NotImplemented", `${name} is not supported by this server`);
    }
    throw new PocketMongoError("InvalidPipelineOperator", `Unrecognized expression '${name}'`);
  }
  const operand = expression.get(name) as Value;
  if ("compile" in operator) return operator.compile(operand, context);
  // An operator without arguments is written {$rand: {}}.
  const empty = operator.arguments[1] === 0 && operand instanceof Map && operand.size === 0;
  const given = empty ? [] : Array.isArray(operand) ? operand : [operand];
  const [least, most] = operator.arguments;
  if (given.length < least || given.length > most) {
    throw new PocketMongoError(
      16020,
      `Expression ${name} takes ${least === most ? `exactly ${least}` : `at least ${least}, at most ${most}`} arguments. ${given.length} were passed in.`,
    );
  }
  const parts = given.map((one) => compileIn(one, context));
  return (scope) =>
    operator.run(
      parts.map((part) => part(scope)),
      scope,
    );
}

/** "$a.b" and "$$name.b". */
function compilePath(text: string, context: CompileContext): Expression {
  if (!text.startsWith("$$")) {
    const names = checkedNames(text.slice(1));
    return (scope) => follow(scope.current ?? scope.root, names, 0);
  }
  const [name = "", ...rest] = text.slice(2).split(".");
  const start = variable(name, context);
  if (rest.length === 0) return start;
  const names = checkedNames(rest.join("."));
  return (scope) => follow(start(scope), names, 0);
}

function checkedNames(path: string): string[] {
  const names = path.split(".");
  if (names.some((one) => one === "")) {
    throw new PocketMongoError(
      path === "" ? 16872 : 40353,
      path === "" ? "'$' by itself is not a valid FieldPath" : "FieldPath must not end with a '.'.",
    );
  }
  const dollar = names.find((one) => one.startsWith("$"));
  if (dollar !== undefined) {
    throw new PocketMongoError(
      16410,
      `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
    );
  }
  return names;
}

const systemVariables: Readonly<Record<string, Expression>> = {
  ROOT: (scope) => scope.root,
  CURRENT: (scope) => scope.current ?? scope.root,
  REMOVE: () => undefined,
  NOW: (scope) => scope.now,
};

function variable(name: string, context: CompileContext): Expression {
  if (context.variables.has(name)) return (scope) => lookUp(scope, name);
  const system = Object.hasOwn(systemVariables, name) ? systemVariables[name] : undefined;
  if (system) return system;
  throw new PocketMongoError(17276, `Use of undefined variable: ${name}`);
}

/** A path in an expression goes through arrays element by element and drops what is missing. */
function follow(value: Value | undefined, names: readonly string[], at: number): Value | undefined {
  if (at === names.length) return value;
  if (value instanceof Map) return follow(value.get(names[at] as string), names, at + 1);
  if (!Array.isArray(value)) return undefined;
  const made: Value[] = [];
  for (const element of value) {
    const one = element instanceof Map || Array.isArray(element) ? follow(element, names, at) : undefined;
    if (one !== undefined) made.push(one);
  }
  return made;
}

/** Compiles the operand of `$expr`. */
export function compileCondition(now: Date, variables?: Scope["variables"]) {
  const names = new Set<string>();
  for (let one = variables; one !== undefined; one = one.outer) names.add(one.name);
  return (expression: Value): ((doc: Doc) => boolean) => {
    const compiled = compile(expression, names);
    return (root) => truth(compiled({ root, now, variables }));
  };
}
