import { fieldOperators, topLevelOperators } from "../../match/parse.ts";
import { valueOperators } from "../../match/tests.ts";
import { updateOperators } from "../../update/operators.ts";
import { accumulatorNames } from "../model/pipeline.ts";

/** Operators and stages of the model; the server's other stages and its expressions are held by tables of cases instead. */
const modelled = [
  "$match",
  "$sort",
  "$skip",
  "$limit",
  "$project",
  "$unset",
  "$addFields",
  "$unwind",
  "$replaceWith",
  "$count",
  "$sortByCount",
  "$group",
];

/** Every operator that a run of the random workload must have used: whatever the tables of queries and updates hold. */
export const expectedOperators: ReadonlySet<string> = new Set([
  ...Object.keys(topLevelOperators),
  ...Object.keys(fieldOperators),
  ...Object.keys(valueOperators),
  ...Object.keys(updateOperators),
  "$rename",
  ...modelled,
  ...accumulatorNames,
]);

export function neverRan(ran: ReadonlySet<string>): string[] {
  return [...expectedOperators].filter((name) => !ran.has(name)).sort();
}
