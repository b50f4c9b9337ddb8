import type { z } from "zod";
import type { Deps } from "../deps.ts";
import type { Role } from "../http/access.ts";
import type { Job } from "./job.model.ts";

export interface JobContext<Params> {
  /** `deps.stopping` aborts when this process stops: another one does the item again. */
  readonly deps: Deps;
  readonly job: { readonly id: string; readonly siteId: string; readonly by: Job["by"] };
  readonly params: Params;
}

export interface ItemContext<Params> extends JobContext<Params> {
  /** The same each time this item of this job is run: make the references of its effects from it. */
  readonly ref: string;
  readonly now: Date;
}

export interface JobDefinition<Params extends z.ZodType<object>> {
  /** Kebab-case, e.g. `grant-run`; kept in the store for ever. */
  kind: string;
  /** Who may cancel and resume it. */
  roles: readonly [Role, ...Role[]];
  params: Params;
  /**
   * No money and nothing else refers to it or its items: it is forgotten some time after its end, see job-retention.ts. Default:
   * kept for ever.
   */
  isForgotten?: boolean;
  /** Items under way at a time. Range 1–50, default 1: those that wait for meters gain from more. */
  concurrency?: number;
  /**
   * Ids of what is to be done, in order; at most 100,000. Asked until an answer could be stored, then never again, so that a
   * resumed job does what it set out to do.
   */
  items(context: JobContext<z.output<Params>>): Promise<readonly string[]>;
  /**
   * Does one item and returns what a person wants to know of it. May be run again after a crash, or beside a process that was
   * thought dead: its effects must be idempotent by `ref` or a reference of their own. A transient ApiError is tried again later;
   * any other failure is the item's result and stops nobody else.
   */
  runItem(itemId: string, context: ItemContext<z.output<Params>>): Promise<object>;
}

/** A definition with its types closed in: what the runner and the routes walk. `never` stands for any kind. */
export interface JobKind<Params = never> {
  readonly kind: string;
  readonly roles: readonly Role[];
  readonly concurrency: number;
  readonly isForgotten: boolean;
  /** Throws ZodError. */
  readonly parseParams: (params: Params) => object;
  listItems(job: Job, deps: Deps): Promise<readonly string[]>;
  runItem(job: Job, itemId: string, deps: Deps): Promise<object>;
}

export function defineJob<Params extends z.ZodType<object>>(
  definition: JobDefinition<Params>,
): JobKind<z.input<Params>> {
  const { kind, roles, params, concurrency = 1, isForgotten = false, items, runItem } = definition;
  const contextOf = ({ _id: id, siteId, by, params: stored }: Job, deps: Deps) => ({
    deps,
    job: { id, siteId, by },
    params: params.parse(stored),
  });
  return {
    kind,
    roles,
    concurrency,
    isForgotten,
    parseParams: (input) => params.parse(input),
    listItems: async (job, deps) => items(contextOf(job, deps)),
    runItem: async (job, itemId, deps) =>
      runItem(itemId, { ...contextOf(job, deps), ref: itemKey(job._id, itemId), now: deps.clock.now() }),
  };
}

export function itemKey(jobId: string, itemId: string): string {
  return `${jobId}:${itemId}`;
}
