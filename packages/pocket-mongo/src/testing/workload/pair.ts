import { type Collection, type Document, MongoServerError } from "mongodb";
import { ModelCollection } from "../model/collection.ts";
import { ModelRefusal } from "../model/refusal.ts";
import { canonical, type ModelDocument } from "../model/value.ts";

/** Server and model disagree. */
export class Difference extends Error {}

/** What one side made of an operation: its value, or the code it refused with. */
export type Ending<Value> = { readonly value: Value } | { readonly code: number };

/** One collection on the server and its model, which must stay the same. */
export class Pair {
  readonly model = new ModelCollection();
  readonly server: Collection<Document>;
  /** The same collection, whose numbers keep their BSON types. */
  readonly typed: Collection<Document>;

  constructor(server: Collection<Document>) {
    this.server = server;
    this.typed = server.db.collection(server.collectionName, { promoteValues: false });
  }

  async stored(): Promise<ModelDocument[]> {
    return (await this.typed.find({}).toArray()) as ModelDocument[];
  }

  /** The whole collection, in its natural order, with every type and the order of fields. */
  async expectSame(): Promise<void> {
    expectSameList(this.model.documents, await this.stored(), "the collection");
  }
}

export async function serverEnding<Value>(run: () => Promise<Value>): Promise<Ending<Value>> {
  try {
    return { value: await run() };
  } catch (error) {
    // Where numbers keep their types, the error's code does too.
    if (error instanceof MongoServerError) return { code: Number(error.code) };
    throw error;
  }
}

export function modelEnding<Value>(run: () => Value): Ending<Value> {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof ModelRefusal) return { code: error.code };
    throw error;
  }
}

export function expectSame(expected: unknown, actual: unknown, what: string): void {
  const [wanted, got] = [canonical({ v: expected }), canonical({ v: actual })];
  if (wanted !== got) throw new Difference(`${what}\n  model  ${wanted}\n  server ${got}`);
}

export function expectSameList(expected: readonly unknown[], actual: readonly unknown[], what: string): void {
  for (let i = 0; i < Math.max(expected.length, actual.length); i += 1)
    expectSame(
      expected[i] ?? "nothing",
      actual[i] ?? "nothing",
      `${what}, document ${i} of ${actual.length}`,
    );
}

export function expectSameSet(expected: readonly unknown[], actual: readonly unknown[], what: string): void {
  const inOrder = (all: readonly unknown[]) => all.map((one) => canonical({ v: one })).sort();
  expectSameList(inOrder(expected), inOrder(actual), what);
}
