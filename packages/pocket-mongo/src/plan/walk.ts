import type { Collection, Index } from "../store/catalog.ts";
import type { Record, View } from "../store/view.ts";
import type { Plan } from "./plan.ts";

/**
 * Reads the documents of a plan in pieces. Between two pieces it holds no snapshot, only its place: it goes on after the
 * last key, in whatever the store then holds. A document is given once, however many of its keys are met.
 */
export class Walk {
  /** Index keys and documents looked at, for explain and the log. */
  keysExamined = 0;
  docsExamined = 0;
  readonly plan: Plan;
  private after: number | undefined;
  private range = 0;
  private afterKey: Buffer | undefined;
  private readonly seen: Set<number> | undefined;
  private readonly branches: readonly Walk[];
  private branch = 0;

  constructor(plan: Plan) {
    this.plan = plan;
    this.branches = plan.kind === "union" ? plan.of.map((one) => new Walk(one)) : [];
    this.seen =
      plan.kind === "union" || (plan.kind === "index" && plan.index.multikey) ? new Set() : undefined;
  }

  /** Goes on reading. Stop asking whenever you like and call again, also with a later view. */
  *read(view: View, collection: Collection): Generator<Record, void, undefined> {
    switch (this.plan.kind) {
      case "nothing":
        return;
      case "scan":
        for (const found of view.records(collection, this.plan.reverse, this.after)) {
          this.after = found.record;
          this.docsExamined += 1;
          yield found;
        }
        return;
      case "index":
        if (this.plan.key !== undefined)
          yield* this.readKey(view, collection, this.plan.index, this.plan.key);
        else yield* this.readIndex(view, collection, this.plan);
        return;
      case "union":
        yield* this.readUnion(view, collection);
        return;
    }
  }

  private *readKey(view: View, collection: Collection, index: Index, key: Buffer): Generator<Record> {
    if (this.range > 0) return;
    this.range = 1;
    const record = view.lookUp(collection, index, key);
    if (record === undefined) return;
    this.keysExamined += 1;
    const bytes = view.record(collection, record);
    if (bytes === undefined) return;
    this.docsExamined += 1;
    yield { record, bytes };
  }

  private *readIndex(view: View, collection: Collection, plan: Plan & { kind: "index" }): Generator<Record> {
    for (; this.range < plan.ranges.length; this.range += 1) {
      const range = plan.ranges[this.range];
      if (range === undefined) return;
      for (const entry of view.entries(collection, plan.index, range, plan.reverse, this.afterKey)) {
        this.afterKey = entry.key;
        this.keysExamined += 1;
        if (this.seen?.has(entry.record)) continue;
        this.seen?.add(entry.record);
        const bytes = view.record(collection, entry.record);
        if (bytes === undefined) continue;
        this.docsExamined += 1;
        yield { record: entry.record, bytes };
      }
      this.afterKey = undefined;
    }
  }

  private *readUnion(view: View, collection: Collection): Generator<Record> {
    for (; this.branch < this.branches.length; this.branch += 1) {
      const walk = this.branches[this.branch] as Walk;
      const [keys, docs] = [walk.keysExamined, walk.docsExamined];
      for (const found of walk.read(view, collection)) {
        if (this.seen?.has(found.record)) continue;
        this.seen?.add(found.record);
        yield found;
      }
      this.keysExamined += walk.keysExamined - keys;
      this.docsExamined += walk.docsExamined - docs;
    }
  }
}
