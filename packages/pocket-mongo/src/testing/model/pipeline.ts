import { Int32 } from "mongodb";
import { type ModelSort, sorted } from "./collection.ts";
import { type ModelProjection, projected } from "./projection.ts";
import { type ModelQuery, matches } from "./query.ts";
import { total } from "./total.ts";
import { compare, isEqual, type ModelDocument, type ModelValue } from "./value.ts";

/** A stage as the driver takes it, in the few forms this model knows. */
export type ModelStage =
  | { $match: ModelQuery }
  | { $sort: Record<string, 1 | -1> }
  | { $skip: Int32 }
  | { $limit: Int32 }
  | { $project: ModelProjection }
  | { $unset: string[] }
  | { $addFields: { n: string } }
  | { $set: { n: string } }
  | { $unwind: { path: string; preserveNullAndEmptyArrays: boolean } }
  | { $replaceWith: { kept: string } }
  | { $count: string }
  | { $sortByCount: string }
  | { $group: { _id: string } & Record<string, string | Record<string, string | object>> };

const field = (document: ModelDocument, reference: string): ModelValue | undefined =>
  document[reference.slice(1)];

/** What the stages make of the documents, one after the other. */
export function piped(documents: readonly ModelDocument[], stages: readonly ModelStage[]): ModelDocument[] {
  return stages.reduce<ModelDocument[]>((rows, stage) => apply(rows, stage), [...documents]);
}

function apply(rows: ModelDocument[], stage: ModelStage): ModelDocument[] {
  if ("$match" in stage) return rows.filter((row) => matches(row, stage.$match));
  if ("$sort" in stage) return sorted(rows, Object.entries(stage.$sort) as unknown as ModelSort);
  if ("$skip" in stage) return rows.slice(stage.$skip.value);
  if ("$limit" in stage) return rows.slice(0, stage.$limit.value);
  if ("$project" in stage) return rows.map((row) => projected(row, stage.$project));
  if ("$unset" in stage) {
    const gone = Object.fromEntries(stage.$unset.map((name) => [name, 0 as const]));
    return rows.map((row) => projected(row, gone));
  }
  if ("$addFields" in stage) return rows.map((row) => withField(row, stage.$addFields.n));
  if ("$set" in stage) return rows.map((row) => withField(row, stage.$set.n));
  if ("$replaceWith" in stage) return rows.map((row) => only("kept", field(row, stage.$replaceWith.kept)));
  if ("$unwind" in stage) return rows.flatMap((row) => unwound(row, stage.$unwind));
  if ("$count" in stage) return rows.length === 0 ? [] : [{ [stage.$count]: new Int32(rows.length) }];
  if ("$sortByCount" in stage) {
    const counted = grouped(rows, stage.$sortByCount).map(({ id, members }) => ({
      _id: id,
      count: new Int32(members.length),
    }));
    return counted.sort((a, b) => b.count.value - a.count.value);
  }
  return grouped(rows, stage.$group._id).map(({ id, members }) => accumulated(id, members, stage.$group));
}

function only(name: string, value: ModelValue | undefined): ModelDocument {
  return value === undefined ? {} : { [name]: value };
}

/** `n` becomes the value of another field, or goes where that field is missing. */
function withField(row: ModelDocument, reference: string): ModelDocument {
  const value = field(row, reference);
  const { n, ...rest } = row;
  if (value === undefined) return rest;
  return n === undefined ? { ...row, n: value } : { ...row, ...only("n", value) };
}

function unwound(
  row: ModelDocument,
  { path, preserveNullAndEmptyArrays }: { path: string; preserveNullAndEmptyArrays: boolean },
): ModelDocument[] {
  const name = path.slice(1);
  const value = row[name];
  if (Array.isArray(value) && value.length > 0) return value.map((one) => ({ ...row, [name]: one }));
  if (!Array.isArray(value) && value !== undefined && value !== null) return [row];
  if (!preserveNullAndEmptyArrays) return [];
  const { [name]: _gone, ...rest } = row;
  return [Array.isArray(value) ? rest : row];
}

type Group = { id: ModelValue; members: ModelDocument[] };

function grouped(rows: readonly ModelDocument[], by: string): Group[] {
  const groups: Group[] = [];
  for (const row of rows) {
    const id = field(row, by) ?? null;
    const known = groups.find((one) => isEqual(one.id, id));
    if (known) known.members.push(row);
    else groups.push({ id, members: [row] });
  }
  return groups;
}

type Values = readonly (ModelValue | undefined)[];

const present = (values: Values): ModelValue[] =>
  values.filter((one): one is ModelValue => one !== undefined && one !== null);

/** Accumulators whose result is certain; $sum is left out of the comparison where doubles would have to round. */
const accumulators = {
  $sum: (values) => total(values) ?? "not said",
  $first: (values) => values[0] ?? null,
  $last: (values) => values[values.length - 1] ?? null,
  $min: (values) =>
    present(values).reduce<ModelValue>(
      (best, one) => (best === null || compare(one, best) < 0 ? one : best),
      null,
    ),
  $max: (values) =>
    present(values).reduce<ModelValue>(
      (best, one) => (best === null || compare(one, best) > 0 ? one : best),
      null,
    ),
  $push: (values) => values.filter((one) => one !== undefined),
  $addToSet: (values) =>
    values.filter(
      (one, i): one is ModelValue =>
        one !== undefined && values.findIndex((other) => isEqual(one, other)) === i,
    ),
  $count: (values) => new Int32(values.length),
} as const satisfies Record<string, (values: Values) => ModelValue>;

export const accumulatorNames = Object.keys(accumulators) as (keyof typeof accumulators)[];

function accumulated(
  id: ModelValue,
  members: readonly ModelDocument[],
  columns: Record<string, string | Record<string, string | object>>,
): ModelDocument {
  const made: ModelDocument = { _id: id };
  for (const [name, column] of Object.entries(columns)) {
    if (typeof column === "string") continue;
    const [[operator, operand]] = Object.entries(column) as [[keyof typeof accumulators, string | object]];
    const values = members.map((one) => (typeof operand === "string" ? field(one, operand) : undefined));
    made[name] = accumulators[operator](values);
  }
  return made;
}
