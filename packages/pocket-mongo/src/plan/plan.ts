import { compare } from "../bson/compare.ts";
import { pathText } from "../bson/path.ts";
import type { Doc, Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import type { Match } from "../match/parse.ts";
import type { Collection, Index } from "../store/catalog.ts";
import type { KeyRange } from "../store/view.ts";
import { type Bound, boundsOf, everything, flip, type Interval, intersect, isEverything } from "./bounds.ts";
import type { Sort } from "./sort.ts";

/** How the documents are reached. `ranges` stand in the order they are read. */
export type Plan =
  | { readonly kind: "scan"; readonly reverse: boolean; readonly sorted: boolean }
  | {
      readonly kind: "index";
      readonly index: Index;
      readonly ranges: readonly KeyRange[];
      /** The one key of a unique index that the filter asks for, if so; no range need be read then. */
      readonly key: Buffer | undefined;
      readonly bounds: readonly (readonly Interval[])[];
      readonly reverse: boolean;
      readonly sorted: boolean;
    }
  | { readonly kind: "union"; readonly of: readonly Plan[]; readonly sorted: false }
  | { readonly kind: "nothing"; readonly sorted: true };

export type Hint = string | Doc | undefined;

const mostRanges = 2000;

/** Chooses how to read: by the index that narrows most, then one that spares the sort, else all documents. */
export function choosePlan(collection: Collection, match: Match, sort: Sort, hint: Hint): Plan {
  if (match.kind === "constant" && !match.holds) return { kind: "nothing", sorted: true };
  const hinted = hint === undefined ? undefined : resolveHint(collection, hint);
  if (hinted === "natural" || hinted === "reverse") {
    return { kind: "scan", reverse: hinted === "reverse", sorted: sort.length === 0 };
  }
  const bounds = boundsOf(match);
  const usable = hinted ? [hinted] : collection.indexes.filter((index) => index.ready && !index.hidden);
  let best: { plan: Plan; score: number } | undefined;
  for (const index of usable) {
    if (!hinted && !holdsAll(index, match, bounds)) continue;
    const candidate = planIndex(index, bounds, sort);
    const score = scoreOf(candidate, sort, hinted !== undefined);
    if (score > 0 && (best === undefined || score > best.score)) best = { plan: candidate.plan, score };
  }
  if (best === undefined || best.score < unionScore) {
    const union = hinted ? undefined : planUnion(collection, match);
    if (union) return union;
  }
  return best?.plan ?? { kind: "scan", reverse: false, sorted: sort.length === 0 };
}

function resolveHint(collection: Collection, hint: string | Doc): Index | "natural" | "reverse" {
  if (hint instanceof Map) {
    const natural = hint.get("$natural");
    if (natural !== undefined) return compare(natural, 0) < 0 ? "reverse" : "natural";
  }
  const found = collection.indexes
    .filter((index) => index.ready)
    .find((index) =>
      typeof hint === "string" ? index.name === hint : compare(index.spec.get("key") as Value, hint) === 0,
    );
  if (found) return found;
  throw new PocketMongoError(
    "BadValue",
    "error processing query: planner returned error: hint provided does not correspond to an existing index",
  );
}

type Candidate = { plan: Plan; points: number; ranged: boolean; narrow: boolean };

function planIndex(index: Index, bounds: readonly Bound[], sort: Sort): Candidate {
  const intervals = fieldIntervals(index, bounds);
  let points = 0;
  while (points < intervals.length && (intervals[points] as Interval[]).every((one) => one.point))
    points += 1;
  const ranged = points < intervals.length && !isEverything(intervals[points] as Interval[]);
  const used = intervals.slice(0, ranged ? points + 1 : points);
  const ranges = rangesOf(index, used);
  const direction = sortDirection(index, intervals, sort);
  const reverse = direction === "reverse";
  const narrow = index.unique && points === intervals.length;
  const plan: Plan = {
    kind: "index",
    index,
    ranges: reverse ? [...ranges].reverse() : ranges,
    key: narrow && ranges.length === 1 ? ranges[0]?.start : undefined,
    bounds: intervals,
    reverse,
    sorted: sort.length === 0 || direction !== undefined,
  };
  return { plan, points, ranged, narrow };
}

/** One list of intervals per index field; conditions that an array could meet by different elements are not joined. */
function fieldIntervals(index: Index, bounds: readonly Bound[]): Interval[][] {
  const rootsTaken = new Set<string>();
  return index.fields.map((field) => {
    const own = bounds.filter((bound) => bound.path === field.name && !isEverything(bound.intervals));
    if (own.length === 0) return [everything];
    if (index.multikey) {
      const root = field.name.split(".")[0] as string;
      if (rootsTaken.has(root)) return [everything];
      rootsTaken.add(root);
      return [...narrowest(own).intervals];
    }
    return own
      .reduce<Interval[]>((known, bound) => intersect(known, bound.intervals), [everything])
      .map(normal);
  });
}

function normal(interval: Interval): Interval {
  return { ...interval, text: interval.text.replace(everything.text, "").trim() };
}

function narrowest(bounds: readonly Bound[]): Bound {
  const points = bounds.filter((bound) => bound.intervals.every((one) => one.point));
  const chosen = points.length > 0 ? points : bounds;
  return chosen.reduce((a, b) => (b.intervals.length < a.intervals.length ? b : a));
}

/** Inverting turns a range round: what was its end is its begin. */
function inDirection({ low, high }: Interval, descending: boolean): { low: Buffer; high: Buffer } {
  return descending ? { low: high.inverted, high: low.inverted } : { low: low.key, high: high.key };
}

/** Fields held to exact keys multiply into prefixes; the first field that is not ends the range. */
function rangesOf(index: Index, used: readonly (readonly Interval[])[]): KeyRange[] {
  let prefixes: Buffer[] = [Buffer.alloc(0)];
  for (const [i, intervals] of used.entries()) {
    const descending = index.fields[i]?.descending === true;
    if (prefixes.length * intervals.length > mostRanges) break;
    const last = i === used.length - 1;
    if (last || !intervals.every((one) => one.point)) {
      const placed = intervals.map((one) => inDirection(one, descending));
      if (descending) placed.reverse();
      return prefixes.flatMap((prefix) =>
        placed.map(({ low, high }) => ({
          start: Buffer.concat([prefix, low]),
          end: Buffer.concat([prefix, high]),
        })),
      );
    }
    const keys = intervals.map((one) => (descending ? flip(one.low.key) : one.low.key)).sort(Buffer.compare);
    prefixes = prefixes.flatMap((prefix) => keys.map((key) => Buffer.concat([prefix, key])));
  }
  return prefixes.map((prefix) => ({ start: prefix, end: Buffer.concat([prefix, Buffer.from([0xff])]) }));
}

/** Whether reading the index gives the order asked for: fields held to one value may be passed over. */
function sortDirection(
  index: Index,
  intervals: readonly (readonly Interval[])[],
  sort: Sort,
): "forward" | "reverse" | undefined {
  if (sort.length === 0 || index.multikey) return sort.length === 0 ? "forward" : undefined;
  const fixed = (i: number): boolean => {
    const own = intervals[i] as readonly Interval[];
    return own.length === 1 && own[0]?.point === true;
  };
  let direction: "forward" | "reverse" | undefined;
  let at = 0;
  for (const wanted of sort) {
    const constant = index.fields.findIndex((field, i) => field.name === wanted.name && fixed(i));
    while (at < index.fields.length && fixed(at) && index.fields[at]?.name !== wanted.name) at += 1;
    const field = index.fields[at];
    if (field === undefined || field.name !== wanted.name) {
      if (constant >= 0) continue;
      return undefined;
    }
    if (!fixed(at)) {
      const here = field.descending === wanted.descending ? "forward" : "reverse";
      if (direction !== undefined && direction !== here) return undefined;
      direction = here;
    }
    at += 1;
  }
  // Several ranges of an earlier field would come one after another, each sorted only in itself.
  const sortedFrom = index.fields.findIndex((field) => sort.some((one) => one.name === field.name));
  for (let i = 0; i < sortedFrom; i += 1) if (!fixed(i)) return undefined;
  return direction ?? "forward";
}

const unionScore = 100;

function scoreOf({ plan, points, ranged, narrow }: Candidate, sort: Sort, hinted: boolean): number {
  const sorts = sort.length > 0 && plan.sorted;
  if (hinted) return 1;
  if (points === 0 && !ranged) return sorts ? 10 : 0;
  return (narrow ? 10_000 : 0) + points * 1000 + (ranged ? 200 : 0) + (sorts ? 150 : 0);
}

/** Whether every document that can match has an entry: always for a plain index, by implication for the others. */
function holdsAll(index: Index, match: Match, bounds: readonly Bound[]): boolean {
  if (index.sparse) {
    const present = index.fields.some((field) =>
      bounds.some((bound) => bound.path === field.name && bound.requiresPresence),
    );
    if (!present) return false;
  }
  return index.partial === undefined || implies(match, index.partial);
}

/** Whether the filter can hold only where the condition does; false when that is not plain to see. */
function implies(match: Match, condition: Match): boolean {
  if (condition.kind === "and") return condition.of.every((part) => implies(match, part));
  if (match.kind === "and") return match.of.some((part) => implies(part, condition));
  if (condition.kind === "or") return condition.of.some((part) => implies(match, part));
  if (match.kind === "or") return match.of.every((part) => implies(part, condition));
  if (match.kind !== "field" || condition.kind !== "field") return false;
  if (pathText(match.path) !== pathText(condition.path)) return false;
  const { operator, operand } = match.test;
  if (operator === condition.test.operator && compare(operand, condition.test.operand) === 0) return true;
  if (operator === "$eq" && !Array.isArray(operand)) {
    return condition.test.holds(operand === null ? undefined : operand);
  }
  if (operator === "$in" && Array.isArray(operand)) {
    return operand.every((one) => one !== null && !Array.isArray(one) && condition.test.holds(one));
  }
  if (condition.test.operator === "$exists") return !match.test.holds(undefined) && !match.test.holds(null);
  return rangeImplies(match.test, condition.test);
}

type Tested = (Match & { kind: "field" })["test"];

function rangeImplies(test: Tested, condition: Tested): boolean {
  const up = ["$gt", "$gte"];
  const down = ["$lt", "$lte"];
  const sameWay = [up, down].some((way) => way.includes(test.operator) && way.includes(condition.operator));
  if (!sameWay || Array.isArray(test.operand)) return false;
  const order = compare(test.operand, condition.operand);
  if (order === 0) return condition.operator.endsWith("e") || !test.operator.endsWith("e");
  // The bound itself answers the condition, so everything beyond it does.
  return condition.holds(test.operand);
}

/** `$or` by one index plan for each branch, when every branch has one. */
function planUnion(collection: Collection, match: Match): Plan | undefined {
  const or =
    match.kind === "or"
      ? match
      : match.kind === "and"
        ? match.of.find((part) => part.kind === "or")
        : undefined;
  if (or === undefined || or.kind !== "or") return undefined;
  const of: Plan[] = [];
  for (const part of or.of) {
    const plan = choosePlan(collection, part, [], undefined);
    if (plan.kind !== "index" && plan.kind !== "nothing") return undefined;
    of.push(plan);
  }
  return { kind: "union", of, sorted: false };
}

export function indexesOf(plan: Plan): Index[] {
  if (plan.kind === "index") return [plan.index];
  return plan.kind === "union" ? plan.of.flatMap(indexesOf) : [];
}

/** Index names a plan reads, for explain and the slow-command log. */
export function indexesUsed(plan: Plan): string[] {
  return [...new Set(indexesOf(plan).map((index) => index.name))];
}
