import type { Doc, Value } from "../bson/value.ts";
import type { Scope, Variable } from "../expression/scope.ts";
import { pause, type Stream, type Turn } from "../plan/stream.ts";

/** What the stages of one command share. */
export type PipelineContext = {
  readonly now: Date;
  readonly variables: Variable | undefined;
  readonly database: string;
  readonly turn: Turn;
  /** Reads another collection of the same database, with a filter the planner may use. */
  readonly read: (collection: string, filter: Doc) => Stream<Doc>;
  /** How deep this pipeline stands inside others, and in which stage. */
  readonly depth: number;
  readonly within?: keyof typeof noWriteCodes;
};

/** Codes for a stage that writes inside the pipeline of another one (document_source_lookup.cpp and its like). */
export const noWriteCodes = { $lookup: 51047, $facet: 40600, $unionWith: 31441 } as const;

/** A compiled stage. `name` and `spec` stay visible, so that the planner can take over the first ones. */
export type Stage = {
  readonly name: string;
  readonly spec: Value;
  run(input: Stream<Doc>): Stream<Doc>;
};

/** Compiles a stage. `at` is its place, for the few that must stand first. */
export type StageMaker = (
  spec: Value,
  context: PipelineContext,
  at: number,
) => (input: Stream<Doc>) => Stream<Doc>;

export function variableNames(context: PipelineContext): ReadonlySet<string> {
  const names = new Set<string>();
  for (let one = context.variables; one !== undefined; one = one.outer) names.add(one.name);
  return names;
}

export function scopeOf(context: PipelineContext, root: Doc): Scope {
  return { root, now: context.now, variables: context.variables };
}

/** A stage that makes one document of each, or none of it. */
export function* mapped(input: Stream<Doc>, change: (document: Doc) => Doc | undefined): Stream<Doc> {
  for (const one of input) {
    if (one === pause) {
      yield pause;
      continue;
    }
    const made = change(one);
    if (made !== undefined) yield made;
  }
}

/** About what a value takes in memory, in bytes. */
export function sizeOf(value: Value): number {
  if (typeof value === "string") return 16 + value.length;
  if (value instanceof Map) {
    let size = 64;
    for (const [key, one] of value) size += 32 + key.length + sizeOf(one);
    return size;
  }
  if (Array.isArray(value)) return value.reduce<number>((size, one) => size + sizeOf(one), 32);
  return 24;
}
