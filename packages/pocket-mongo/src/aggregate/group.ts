import { keyText } from "../bson/key.ts";
import { type Doc, typeName, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { compile } from "../expression/compile.ts";
import type { Expression } from "../expression/scope.ts";
import type { Accumulator } from "../expression/statistics.ts";
import { mostSortBytes, pause, type Stream } from "../plan/stream.ts";
import { type AccumulatorMaker, accumulators } from "./accumulators.ts";
import { type PipelineContext, scopeOf, sizeOf, variableNames } from "./stage.ts";

export type Column = {
  name: string;
  make: () => Accumulator;
  expression: Expression;
  /** Whether it holds every value it is fed, which counts against the memory of the stage. */
  collects: boolean;
};

const collecting: ReadonlySet<string> = new Set(["$push", "$addToSet"]);
type Group = { id: Value | undefined; columns: Accumulator[] };

/** Accumulators MongoDB has and this server refuses. */
export const refusedAccumulators = ["$accumulator", "$median", "$percentile"] as const;

export function groupStage(spec: Value, context: PipelineContext): (input: Stream<Doc>) => Stream<Doc> {
  if (!(spec instanceof Map))
    throw new PocketMongoError(15947, "a group's fields must be specified in an object");
  const id = spec.get("_id");
  if (id === undefined) throw new PocketMongoError(15955, "a group specification must include an _id");
  const names = variableNames(context);
  const idOf = compile(id, names);
  const columns = [...spec]
    .filter(([name]) => name !== "_id")
    .map(([name, value]) => column(name, value, names));
  return (input) => grouped(input, context, idOf, columns);
}

/** The output fields of $group and $bucket: a name and one accumulator each. */
export function makeColumns(output: Doc, names: ReadonlySet<string>): Column[] {
  return [...output].map(([name, value]) => column(name, value, names));
}

function column(name: string, value: Value, names: ReadonlySet<string>): Column {
  if (name.includes(".")) throw new PocketMongoError(40235, `The field name '${name}' cannot contain '.'`);
  if (name.startsWith("$"))
    throw new PocketMongoError(40236, `The field name '${name}' cannot be an operator name`);
  if (!(value instanceof Map) || value.size === 0) {
    throw new PocketMongoError(40234, `The field '${name}' must be an accumulator object`);
  }
  if (value.size > 1) throw new PocketMongoError(40238, `The field '${name}' must specify one accumulator`);
  const [[operator, operand]] = value as unknown as [[string, Value]];
  if (!Object.hasOwn(accumulators, operator)) {
    if ((refusedAccumulators as readonly string[]).includes(operator)) {
      throw new PocketMongoError("NotImplemented", `${operator} is not supported by this server`);
    }
    throw new PocketMongoError(15952, `unknown group operator '${operator}'`);
  }
  if (operator === "$count" && !(operand instanceof Map && operand.size === 0)) {
    throw new PocketMongoError(
      "TypeMismatch",
      `$count takes no arguments, i.e. $count:{}, not ${typeName(operand)}`,
    );
  }
  const build: AccumulatorMaker = accumulators[operator as keyof typeof accumulators];
  const { input, make } = build(operand);
  return { name, make, expression: compile(input, names), collects: collecting.has(operator) };
}

function* grouped(
  input: Stream<Doc>,
  context: PipelineContext,
  idOf: Expression,
  columns: readonly Column[],
): Stream<Doc> {
  const groups = new Map<string, Group>();
  let bytes = 0;
  for (const document of input) {
    if (document === pause) {
      yield pause;
      continue;
    }
    const scope = scopeOf(context, document);
    const id = idOf(scope);
    // A missing id and a null one are one group, as in MongoDB.
    const key = keyText(id ?? null);
    let group = groups.get(key);
    if (group === undefined) {
      group = { id, columns: columns.map((one) => one.make()) };
      groups.set(key, group);
      bytes += 128 + key.length * 2 + columns.length * 64;
    }
    columns.forEach((one, i) => {
      const value = one.expression(scope);
      group.columns[i]?.add(value);
      if (one.collects && value !== undefined) bytes += sizeOf(value);
    });
    if (bytes > mostSortBytes) {
      throw new PocketMongoError(
        "ExceededMemoryLimit",
        `$group exceeded its memory limit of ${mostSortBytes} bytes`,
      );
    }
  }
  for (const group of groups.values()) {
    const made: Doc = new Map([["_id", group.id ?? null]]);
    columns.forEach((one, i) => {
      const value = group.columns[i]?.result();
      if (value !== undefined) made.set(one.name, value);
    });
    yield made;
  }
}
