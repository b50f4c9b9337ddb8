import { pathText } from "../bson/path.ts";
import type { Match } from "../match/parse.ts";
import type { Plan } from "./plan.ts";

type IndexPlan = Plan & { readonly kind: "index" };

/** Above it the ranges of a plan may be wider than the filter. */
const mostRanges = 100;

/**
 * Whether the entries of the plan's ranges are just the documents that match, so that they can be counted unread: the filter
 * says nothing but which strings stand in the first fields of an index that has one entry a document.
 */
export function isCovered(plan: Plan, match: Match): plan is IndexPlan {
  if (plan.kind !== "index" || plan.index.multikey || plan.ranges.length > mostRanges) return false;
  const held = plan.bounds.findIndex((intervals) => !intervals.every((one) => one.point));
  const names = plan.index.fields.slice(0, held < 0 ? undefined : held).map((field) => field.name);
  return names.length > 0 && saysOnly(match, new Set(names));
}

function saysOnly(match: Match, names: ReadonlySet<string>): boolean {
  if (match.kind === "and") return match.of.every((part) => saysOnly(part, names));
  if (match.kind !== "field" || !names.has(pathText(match.path))) return false;
  const { operator, operand } = match.test;
  if (operator === "$eq") return typeof operand === "string";
  return operator === "$in" && Array.isArray(operand) && operand.every((one) => typeof one === "string");
}
