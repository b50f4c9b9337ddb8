import { parsePipeline, runPipeline } from "../aggregate/pipeline.ts";
import type { PipelineContext, Stage } from "../aggregate/stage.ts";
import { sortDocuments } from "../aggregate/stages.ts";
import { wholeNumber } from "../bson/arithmetic.ts";
import { type Doc, doc, isDoc, number } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { compileCondition } from "../expression/compile.ts";
import type { Variable } from "../expression/scope.ts";
import { everything, type Match, parseFilter } from "../match/parse.ts";
import { isCovered } from "../plan/covered.ts";
import { fieldsOfExpression } from "../plan/needed-fields.ts";
import { parseSort, type Sort } from "../plan/sort.ts";
import { type Found, pause, type Stream } from "../plan/stream.ts";
import type { Walk } from "../plan/walk.ts";
import { collectionName, hintOf, refuseCollation } from "./arguments.ts";
import type { Call } from "./command.ts";
import { letVariables, planFor, type Query, run } from "./find.ts";

/** The collection, or undefined for `aggregate: 1`, which is for a pipeline that begins with its own documents. */
export function aggregateTarget(call: Call): string | undefined {
  if (wholeNumber(call.body.get("aggregate")) !== undefined) {
    const [first] = parsePipeline(call.body.get("pipeline"), pipelineContext(call, letVariables(call)));
    if (first?.name === "$documents") return undefined;
    throw new PocketMongoError(
      "InvalidNamespace",
      `{aggregate: 1} is not valid for '${first?.name ?? "an empty pipeline"}'; a collection is required.`,
    );
  }
  return collectionName(call);
}

function pipelineContext(call: Call, variables: Variable | undefined): PipelineContext {
  return {
    now: call.now,
    variables,
    database: call.database,
    turn: call.turn,
    read: (collection, filter) =>
      documentsOf(run(call, queryFor(collection, parseFilter(filter), [], undefined, variables))),
    depth: 0,
  };
}

function queryFor(
  collection: string,
  filter: Match,
  sort: Sort,
  hint: Query["hint"],
  variables: Variable | undefined,
  limit = 0,
): Query {
  return { collection, filter, sort, skip: 0, limit, hint, projection: undefined, variables };
}

/** A group is the end of the documents themselves: only the fields it names are needed of them. */
function fieldsFor([first]: readonly Stage[]): ReadonlySet<string> | undefined {
  return first?.name === "$group" ? fieldsOfExpression(first.spec) : undefined;
}

function* documentsOf(input: Stream<Found>): Stream<Doc> {
  for (const one of input) yield one === pause ? pause : one.document;
}

/** How much of a pipeline the planner has taken over, and what is left for the stages. */
export type Opened = {
  readonly stream: Stream<Doc>;
  readonly query: Query;
  readonly rest: readonly Stage[];
  readonly context: PipelineContext;
};

export function openPipeline(call: Call, target: string | undefined, walk?: Walk): Opened {
  refuseCollation(call);
  const variables = letVariables(call);
  const context = pipelineContext(call, variables);
  const stages = parsePipeline(call.body.get("pipeline"), context);
  if (target === undefined) {
    const query = queryFor("$cmd.aggregate", everything, [], undefined, variables);
    return { stream: runPipeline(stages, (function* (): Stream<Doc> {})()), query, rest: stages, context };
  }
  const { query, rest } = split(call, stages, target, hintOf(call), variables);
  const counted = countOnly(call, query, rest);
  if (counted) return { stream: counted, query, rest, context };
  return {
    stream: runTopSort(rest, documentsOf(run(call, query, walk, fieldsFor(rest)))),
    query,
    rest,
    context,
  };
}

/** The leading $match, $sort and $limit become a query, so that they use indexes like a find. */
function split(
  call: Call,
  stages: readonly Stage[],
  collection: string,
  hint: Query["hint"],
  variables: Variable | undefined,
): { query: Query; rest: readonly Stage[] } {
  const filters: Match[] = [];
  let at = 0;
  while (stages[at]?.name === "$match") {
    filters.push(parseFilter(stages[at]?.spec as Doc, compileCondition(call.now, variables)));
    at += 1;
  }
  const filter: Match =
    filters.length === 0
      ? everything
      : filters.length === 1
        ? (filters[0] as Match)
        : { kind: "and", of: filters };
  let sort: Sort = [];
  if (stages[at]?.name === "$sort") {
    sort = parseSort(stages[at]?.spec as Doc);
    at += 1;
  }
  let limit = 0;
  if (stages[at]?.name === "$limit") {
    limit = wholeNumber(stages[at]?.spec) ?? 0;
    at += 1;
  }
  return { query: queryFor(collection, filter, sort, hint, variables, limit), rest: stages.slice(at) };
}

/** `countDocuments` is a group that adds ones: where the tally or an index knows the answer, no document is read. */
function countOnly(call: Call, query: Query, rest: readonly Stage[]): Stream<Doc> | undefined {
  const [stage] = rest;
  if (rest.length !== 1 || stage === undefined || query.limit > 0 || query.sort.length > 0) return undefined;
  const spec = stage.spec;
  if (stage.name !== "$group" || !isDoc(spec) || spec.size !== 2) return undefined;
  const [, column] = [...spec];
  if (
    column === undefined ||
    typeof spec.get("_id") === "string" ||
    isDoc(spec.get("_id")) ||
    Array.isArray(spec.get("_id"))
  )
    return undefined;
  const [name, sum] = column;
  if (name === "_id" || !isDoc(sum) || sum.size !== 1 || sum.get("$sum") !== 1) return undefined;
  const documents = knownCount(call, query);
  if (documents === undefined) return undefined;
  return (function* (): Stream<Doc> {
    if (documents > 0) yield doc({ _id: spec.get("_id"), [name]: number(documents) });
  })();
}

function knownCount(call: Call, query: Query): number | undefined {
  const view = call.store.view();
  const known = view.catalog.get(call.database, query.collection);
  const isFiltered = query.filter.kind !== "and" || query.filter.of.length > 0;
  if (!isFiltered) {
    call.noted.plan = "RECORD_COUNT";
    return known ? view.tally(known).documents : 0;
  }
  const plan = known && planFor(known, query);
  if (!known || !plan || !isCovered(plan, query.filter)) return undefined;
  call.noted.plan = `COUNT_SCAN ${plan.index.name}`;
  return plan.ranges.reduce((sum, range) => sum + view.countEntries(known, plan.index, range), 0);
}

/** A sort right before a limit needs to keep only that many documents. */
function runTopSort(stages: readonly Stage[], input: Stream<Doc>): Stream<Doc> {
  let stream = input;
  for (let at = 0; at < stages.length; at += 1) {
    const stage = stages[at] as Stage;
    const next = stages[at + 1];
    if (stage.name === "$sort" && next?.name === "$limit") {
      stream = sortDocuments(stream, parseSort(stage.spec as Doc), wholeNumber(next.spec));
      stream = next.run(stream);
      at += 1;
    } else stream = runPipeline([stage], stream);
  }
  return stream;
}
