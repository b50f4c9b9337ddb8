import { keyText } from "../bson/key.ts";
import { type Doc, doc, RawDocument } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { compile, compileCondition } from "../expression/compile.ts";
import type { Scope, Variable } from "../expression/scope.ts";
import { everything, type Match, parseFilter } from "../match/parse.ts";
import { neededFields } from "../plan/needed-fields.ts";
import { choosePlan, indexesUsed, type Plan } from "../plan/plan.ts";
import { parseSort, type Sort } from "../plan/sort.ts";
import { type Found, found, pause, type Source, type Stream, sorted, window } from "../plan/stream.ts";
import { Walk } from "../plan/walk.ts";
import { type Projection, parseFindProjection } from "../project/projection.ts";
import type { Collection } from "../store/catalog.ts";
import { collectionName, flag, hintOf, optionalCount, optionalDoc, refuseCollation } from "./arguments.ts";
import type { Call, Command } from "./command.ts";

/** A read, parsed: everything but the documents. */
export type Query = {
  readonly collection: string;
  readonly filter: Match;
  readonly sort: Sort;
  readonly skip: number;
  readonly limit: number;
  readonly hint: string | Doc | undefined;
  readonly projection: Projection | undefined;
  readonly variables: Variable | undefined;
};

/** `let` of a command: constants for its expressions. */
export function letVariables(call: Call): Variable | undefined {
  let made: Variable | undefined;
  const scope: Scope = { root: new Map(), now: call.now, variables: undefined };
  for (const [name, expression] of optionalDoc(call, "let") ?? []) {
    made = { name, value: compile(expression)(scope), outer: made };
  }
  return made;
}

export function namesOf(variables: Variable | undefined): ReadonlySet<string> {
  const names = new Set<string>();
  for (let one = variables; one !== undefined; one = one.outer) names.add(one.name);
  return names;
}

export function filterOf(call: Call, filter: Doc | undefined, variables: Variable | undefined): Match {
  return filter === undefined ? everything : parseFilter(filter, compileCondition(call.now, variables));
}

export function planFor(collection: Collection, query: Pick<Query, "filter" | "sort" | "hint">): Plan {
  return choosePlan(collection, query.filter, query.sort, query.hint);
}

export function sourceOf(call: Call, collection: string): Source {
  return { store: call.store, database: call.database, collection, turn: call.turn };
}

/**
 * The matching documents in order, before projection. With `looksAt`, the caller uses only those top-level fields of them,
 * and the others need not be decoded.
 */
export function run(call: Call, query: Query, walk?: Walk, looksAt?: Iterable<string>): Stream<Found> {
  const collection = call.store.view().catalog.get(call.database, query.collection);
  if (collection === undefined) return nothing();
  const plan = planFor(collection, query);
  call.noted.plan = describe(plan);
  const wanted = looksAt && neededFields(query.filter, plan.sorted ? [] : query.sort, looksAt);
  const source = sourceOf(call, query.collection);
  const input = found(source, plan, query.filter, walk ?? new Walk(plan), wanted);
  const most = query.limit > 0 ? query.skip + query.limit : undefined;
  const ordered = plan.sorted ? input : sorted(input, query.sort, most, (item) => item.bytes.length * 2);
  return query.skip === 0 && query.limit === 0 ? ordered : window(ordered, query.skip, query.limit);
}

function* nothing(): Stream<never> {}

export function describe(plan: Plan): string {
  if (plan.kind === "scan") return "COLLSCAN";
  return plan.kind === "nothing" ? "EOF" : `IXSCAN ${indexesUsed(plan).join(" ")}`;
}

/** Documents ready to be sent: as they lie in the store where nothing is projected. */
export function* projected(call: Call, query: Query, input: Stream<Found>): Stream<Doc | RawDocument> {
  const { projection, variables } = query;
  for (const one of input) {
    if (one === pause) yield pause;
    else if (projection === undefined) yield new RawDocument(one.bytes);
    else yield projection(one.document, { root: one.document, now: call.now, variables });
  }
}

export function parseFind(call: Call): Query {
  refuseCollation(call);
  for (const name of ["min", "max"]) {
    if (optionalDoc(call, name)?.size) {
      throw new PocketMongoError("NotImplemented", `find with '${name}' is not supported by this server`);
    }
  }
  for (const name of ["returnKey", "showRecordId", "tailable", "awaitData", "oplogReplay"]) {
    if (flag(call, name, false)) {
      throw new PocketMongoError("NotImplemented", `find with '${name}' is not supported by this server`);
    }
  }
  const variables = letVariables(call);
  const filter = filterOf(call, optionalDoc(call, "filter"), variables);
  const projection = optionalDoc(call, "projection");
  const sort = optionalDoc(call, "sort");
  const natural = sort?.get("$natural");
  const limit = optionalCount(call, "limit") ?? 0;
  return {
    collection: collectionName(call),
    filter,
    sort: sort === undefined || natural !== undefined ? [] : parseSort(sort),
    skip: optionalCount(call, "skip") ?? 0,
    limit,
    hint: natural === undefined ? hintOf(call) : doc({ $natural: natural }),
    projection:
      projection === undefined || projection.size === 0
        ? undefined
        : parseFindProjection(projection, filter, namesOf(variables)),
    variables,
  };
}

export function sessionOf(call: Call): string | undefined {
  const lsid = call.body.get("lsid");
  return lsid instanceof Map ? keyText(lsid.get("id") ?? null) : undefined;
}

export const find: Command = {
  arguments: [
    "filter",
    "sort",
    "projection",
    "hint",
    "skip",
    "limit",
    "batchSize",
    "singleBatch",
    "max",
    "min",
    "returnKey",
    "showRecordId",
    "tailable",
    "oplogReplay",
    "noCursorTimeout",
    "awaitData",
    "allowPartialResults",
    "collation",
    "allowDiskUse",
    "let",
  ],
  run: (call) => {
    const query = parseFind(call);
    const batchSize = optionalCount(call, "batchSize");
    return call.cursors.first(
      `${call.database}.${query.collection}`,
      projected(call, query, run(call, query, undefined, query.projection ? undefined : [])),
      call.turn,
      {
        batchSize,
        single: flag(call, "singleBatch", false),
        deadlineMs: call.deadlineMs,
        session: sessionOf(call),
        keepsForever: flag(call, "noCursorTimeout", false),
      },
    );
  },
};
