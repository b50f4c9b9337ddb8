import { type Doc, doc, isDoc, number, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import type { Interval } from "../plan/bounds.ts";
import type { Plan } from "../plan/plan.ts";
import { parseSort } from "../plan/sort.ts";
import { pause, type Stream } from "../plan/stream.ts";
import { Walk } from "../plan/walk.ts";
import { asDoc, collectionName, flag, hintOf, optionalDoc, optionalString } from "./arguments.ts";
import type { Call, Command } from "./command.ts";
import { drain } from "./cursors.ts";
import { filterOf, parseFind, planFor, type Query, run } from "./find.ts";
import { aggregateTarget, openPipeline } from "./pipeline.ts";
import { imitatedVersion } from "./server-status.ts";

const verbosities = ["queryPlanner", "executionStats", "allPlansExecution"];

/** Says which index a command would read, and with `executionStats` how many keys and documents it looks at. */
export const explain: Command = {
  arguments: ["verbosity"],
  run: (call) => {
    const verbosity = optionalString(call, "verbosity") ?? "allPlansExecution";
    if (!verbosities.includes(verbosity)) {
      throw new PocketMongoError(
        "FailedToParse",
        "verbosity string must be one of {'queryPlanner', 'executionStats', 'allPlansExecution'}",
      );
    }
    const body = call.body.get("explain");
    if (!isDoc(body)) {
      throw new PocketMongoError(
        "TypeMismatch",
        "BSON field 'explain.explain' is the wrong type, expected type 'object'",
      );
    }
    const [name] = body.keys();
    if (name === undefined || !Object.hasOwn(explained, name)) {
      throw new PocketMongoError("CommandNotFound", `Explain failed due to unknown command: ${name}`);
    }
    return explainCommand(call, name as keyof typeof explained, body, verbosity);
  },
};

/** The plan of a command; with any verbosity but `queryPlanner` it is also run and measured. */
export async function explainCommand(
  call: Call,
  name: keyof typeof explained,
  body: Doc,
  verbosity: string,
): Promise<Doc> {
  const { query, stages, stream } = explained[name]({ ...call, name, body });
  const collection = call.store.view().catalog.get(call.database, query.collection);
  const plan: Plan = collection ? planFor(collection, query) : { kind: "nothing", sorted: true };
  const reply = doc({
    explainVersion: "1",
    queryPlanner: doc({
      namespace: `${call.database}.${query.collection}`,
      winningPlan: describePlan(plan, query, stages),
      rejectedPlans: [],
    }),
  });
  if (verbosity !== "queryPlanner") reply.set("executionStats", await measure(call, plan, stream));
  reply.set("command", body);
  reply.set(
    "serverInfo",
    doc({
      host: "127.0.0.1",
      port: call.server.port(),
      version: imitatedVersion,
      gitVersion: "pocket-mongo",
    }),
  );
  reply.set("ok", 1);
  return reply;
}

type Explained = { query: Query; stages: readonly string[]; stream: (walk: Walk) => Stream<unknown> };

function ofQuery(call: Call, query: Query): Explained {
  return { query, stages: [], stream: (walk) => run(call, query, walk) };
}

function statement(call: Call, list: string): Doc {
  const [first] = (call.body.get(list) as Value[] | undefined) ?? [];
  if (!isDoc(first)) throw new PocketMongoError("BadValue", `explain needs one statement in '${list}'`);
  return asDoc(first);
}

function plainQuery(call: Call, filter: Doc | undefined, from: Doc, limit: number): Query {
  const sort = optionalDoc(call, "sort", from);
  return {
    collection: collectionName(call),
    filter: filterOf(call, filter, undefined),
    sort: sort ? parseSort(sort) : [],
    skip: 0,
    limit,
    hint: hintOf(call, from),
    projection: undefined,
    variables: undefined,
  };
}

/** The commands that can be explained, each as the query it makes. */
const explained = {
  find: (call: Call) => ofQuery(call, parseFind(call)),
  count: (call: Call) => ofQuery(call, plainQuery(call, optionalDoc(call, "query"), call.body, 0)),
  distinct: (call: Call) => ofQuery(call, plainQuery(call, optionalDoc(call, "query"), call.body, 0)),
  findAndModify: (call: Call) => ofQuery(call, plainQuery(call, optionalDoc(call, "query"), call.body, 1)),
  update: (call: Call) => {
    const one = statement(call, "updates");
    return ofQuery(
      call,
      plainQuery(call, optionalDoc(call, "q", one), one, flag(call, "multi", false, one) ? 0 : 1),
    );
  },
  delete: (call: Call) => {
    const one = statement(call, "deletes");
    return ofQuery(call, plainQuery(call, optionalDoc(call, "q", one), one, one.get("limit") === 1 ? 1 : 0));
  },
  aggregate: (call: Call): Explained => {
    const collection = aggregateTarget(call);
    const { query, rest } = openPipeline(call, collection);
    return {
      query,
      stages: rest.map((stage) => stage.name),
      stream: (walk) => openPipeline(call, collection, walk).stream,
    };
  },
} as const satisfies Record<string, (call: Call) => Explained>;

function showIntervals(intervals: readonly Interval[]): Value[] {
  return intervals.map((one) => (one.point ? `[${one.text}, ${one.text}]` : one.text));
}

function describeAccess(plan: Plan): Doc {
  switch (plan.kind) {
    case "nothing":
      return doc({ stage: "EOF" });
    case "scan":
      return doc({ stage: "COLLSCAN", direction: plan.reverse ? "backward" : "forward" });
    case "union":
      return doc({ stage: "OR", inputStages: plan.of.map(describeAccess) });
    case "index":
      return doc({
        stage: "FETCH",
        inputStage: doc({
          stage: "IXSCAN",
          keyPattern: plan.index.spec.get("key"),
          indexName: plan.index.name,
          isMultiKey: plan.index.multikey,
          isUnique: plan.index.unique,
          isSparse: plan.index.sparse,
          isPartial: plan.index.partial !== undefined,
          direction: plan.reverse ? "backward" : "forward",
          indexBounds: new Map(
            plan.index.fields.map((field, i) => [field.name, showIntervals(plan.bounds[i] ?? [])]),
          ),
        }),
      });
  }
}

function describePlan(plan: Plan, query: Query, stages: readonly string[]): Doc {
  let made = describeAccess(plan);
  if (!plan.sorted && query.sort.length > 0) {
    const pattern = new Map<string, Value>(
      query.sort.map((field) => [field.name, field.descending ? -1 : 1]),
    );
    made = doc({ stage: "SORT", sortPattern: pattern, inputStage: made });
  }
  if (query.limit > 0) made = doc({ stage: "LIMIT", limitAmount: number(query.limit), inputStage: made });
  if (query.projection) made = doc({ stage: "PROJECTION", inputStage: made });
  for (const stage of stages) made = doc({ stage: stage.slice(1).toUpperCase(), inputStage: made });
  return made;
}

async function measure(call: Call, plan: Plan, open: (walk: Walk) => Stream<unknown>): Promise<Doc> {
  const walk = new Walk(plan);
  const began = performance.now();
  let returned = 0;
  await drain(
    (function* (): Stream<never> {
      for (const one of open(walk)) {
        if (one === pause) yield pause;
        else returned += 1;
      }
    })(),
    call.turn,
    call.deadlineMs,
  );
  return doc({
    executionSuccess: true,
    nReturned: number(returned),
    executionTimeMillis: number(Math.round(performance.now() - began)),
    totalKeysExamined: number(walk.keysExamined),
    totalDocsExamined: number(walk.docsExamined),
  });
}
