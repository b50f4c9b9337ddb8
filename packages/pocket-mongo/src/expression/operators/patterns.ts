import { BSONRegExp, doc, isDoc, typeName, type Value } from "../../bson/value.ts";
import { PocketMongoError } from "../../errors.ts";
import { compileRegex } from "../../match/regex.ts";
import { type CompileContext, isNullish, type Operator } from "../operator.ts";
import type { Expression, Scope } from "../scope.ts";

function regexOperator(
  operator: string,
  answer: (regex: RegExp, text: string | undefined) => Value,
): Operator {
  return { compile: (operand, context) => compileRegexOperator(operator, operand, context, answer) };
}

function compileRegexOperator(
  operator: string,
  operand: Value,
  context: CompileContext,
  answer: (regex: RegExp, text: string | undefined) => Value,
): Expression {
  if (!isDoc(operand))
    throw new PocketMongoError(
      51103,
      `${operator} expects an object of named arguments but found: ${typeName(operand)}`,
    );
  if (!operand.has("input")) throw new PocketMongoError(31022, `${operator} requires 'input' parameter`);
  if (!operand.has("regex")) throw new PocketMongoError(31023, `${operator} requires 'regex' parameter`);
  const part = (name: string): Expression => context.compile(operand.get(name) ?? null, context);
  const [input, regex, options] = [part("input"), part("regex"), part("options")];
  return (scope: Scope) => {
    const text = input(scope);
    const pattern = regex(scope);
    const given = options(scope);
    if (!isNullish(text) && typeof text !== "string") {
      throw new PocketMongoError(51104, `${operator} needs 'input' to be of type string`);
    }
    if (isNullish(pattern)) return answer(/(?!)/, undefined);
    const source = pattern instanceof BSONRegExp ? pattern.pattern : pattern;
    if (typeof source !== "string")
      throw new PocketMongoError(51105, `${operator} needs 'regex' to be of type string or regex`);
    const flags = typeof given === "string" ? given : pattern instanceof BSONRegExp ? pattern.options : "";
    return answer(compileRegex(source, flags), isNullish(text) ? undefined : (text as string));
  };
}

function found(match: RegExpExecArray): Value {
  const before = match.input.slice(0, match.index);
  return doc({
    match: match[0],
    idx: [...before].length,
    captures: match.slice(1).map((one) => one ?? null),
  });
}

function findAll(regex: RegExp, text: string | undefined): Value {
  if (text === undefined) return [];
  return [...text.matchAll(new RegExp(regex.source, `${regex.flags}g`))].map((match) =>
    found(match as RegExpExecArray),
  );
}

export const patternOperators = {
  $regexMatch: regexOperator("$regexMatch", (regex, text) => text !== undefined && regex.test(text)),
  $regexFind: regexOperator("$regexFind", (regex, text) => {
    const match = text === undefined ? null : regex.exec(text);
    return match === null ? null : found(match);
  }),
  $regexFindAll: regexOperator("$regexFindAll", findAll),
} as const satisfies Record<string, Operator>;
