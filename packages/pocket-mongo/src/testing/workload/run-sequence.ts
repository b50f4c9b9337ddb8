import type { Db, Document } from "mongodb";
import { canonical } from "../model/value.ts";
import { Random } from "../random.ts";
import { Difference, Pair } from "./pair.ts";
import { expectIndexesEqualDocuments, reads } from "./reads.ts";
import { type Action, writes } from "./writes.ts";

const mixture: readonly (readonly [number, Action])[] = [...writes, ...reads];
const weights = mixture.reduce((sum, [weight]) => sum + weight, 0);
/** Whole collections are compared after this many operations, and at the end. */
const compareEvery = 1;

function choose(random: Random): Action {
  let left = random.fraction() * weights;
  for (const [weight, action] of mixture) {
    left -= weight;
    if (left < 0) return action;
  }
  throw new Error("the weights do not add up");
}

/** Tells every operator in what an operation was made of. */
function tellOperators(what: unknown, ran: (operator: string) => void): void {
  if (typeof what !== "object" || what === null) return;
  for (const [name, value] of Object.entries(what)) {
    if (name.startsWith("$")) ran(name);
    tellOperators(value, ran);
  }
}

/**
 * Runs `length` random operations on a new collection and on its model. Throws Difference with the seed and the
 * operations that led to it.
 */
export async function runSequence(
  database: Db,
  seed: number,
  length: number,
  ran: (operator: string) => void = () => undefined,
): Promise<void> {
  const random = new Random(seed);
  const pair = new Pair(database.collection(`sequence_${seed}`));
  const notes: Document[] = [];
  try {
    for (let step = 1; step <= length; step += 1) {
      await choose(random)(random, pair, (what) => {
        notes.push(what);
        tellOperators(what, ran);
      });
      if (step % compareEvery === 0) await pair.expectSame();
    }
    await pair.expectSame();
    await expectIndexesEqualDocuments(pair);
  } catch (error) {
    const last = notes.slice(-3).map((one) => `  ${canonical(one)}`);
    const indexes = canonical(pair.model.indexes);
    const message = error instanceof Error ? error.message : String(error);
    throw new Difference(
      `seed ${seed}, operation ${notes.length}: ${message}\nindexes ${indexes}\nlast\n${last.join("\n")}`,
      {
        cause: error,
      },
    );
  } finally {
    await pair.server.drop();
  }
}
