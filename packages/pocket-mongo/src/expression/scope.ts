import type { Doc, Value } from "../bson/value.ts";

/** Where an expression is evaluated: the document, the moment, and the variables around it. */
export type Scope = {
  readonly root: Doc;
  /** What "$field" starts from where it is not the root: an inner document under $redact. */
  readonly current?: Doc;
  readonly now: Date;
  readonly variables: Variable | undefined;
};

export type Variable = {
  readonly name: string;
  readonly value: Value | undefined;
  readonly outer: Variable | undefined;
};

/** A compiled expression; `undefined` is a missing value. */
export type Expression = (scope: Scope) => Value | undefined;

export function bind(scope: Scope, name: string, value: Value | undefined): Scope {
  return { ...scope, variables: { name, value, outer: scope.variables } };
}

export function lookUp(scope: Scope, name: string): Value | undefined {
  for (let one = scope.variables; one !== undefined; one = one.outer) if (one.name === name) return one.value;
  return undefined;
}
