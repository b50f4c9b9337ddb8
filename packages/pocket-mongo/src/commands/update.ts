import { type Doc, doc, number, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { parseSort } from "../plan/sort.ts";
import type { WriteView } from "../store/write-view.ts";
import type { Update } from "../update/update.ts";
import {
  asDoc,
  checkedDatabase,
  collectionName,
  flag,
  hintOf,
  optionalArray,
  optionalDoc,
  refuseCollation,
  requiredDoc,
  statements,
} from "./arguments.ts";
import type { Call, Command } from "./command.ts";
import { filterOf, letVariables } from "./find.ts";
import { change, parseUpdate, type Selection, upsert, withConstants, withMany, withOne } from "./modify.ts";
import { endsCommand, writeError } from "./write-errors.ts";

const statementFields = new Set([
  "q",
  "u",
  "c",
  "multi",
  "upsert",
  "collation",
  "arrayFilters",
  "hint",
  "sort",
  "upsertSupplied",
  "sampleId",
]);

type Statement = { selection: Selection; update: Update; multi: boolean; upsert: boolean };
type Outcome = { matched: number; modified: number; upserted: Value | undefined };

export const update: Command = {
  arguments: ["updates", "ordered", "bypassDocumentValidation", "let"],
  run: async (call) => {
    checkedDatabase(call.database);
    const collection = collectionName(call);
    const ordered = flag(call, "ordered", true);
    const given = statements(call, "updates");
    const upserted: Doc[] = [];
    const errors: Doc[] = [];
    let matched = 0;
    let modified = 0;
    const runOne = async (one: (typeof given)[number]): Promise<Outcome> =>
      runStatement(call, collection, parseStatement(call, asDoc(one)));
    // Without an order to keep they queue for the same commit; in order each waits for the disk before the next is tried.
    const started = ordered ? undefined : given.map((one) => settled(runOne(one)));
    for (const [index, one] of given.entries()) {
      const { outcome, error } = await (started?.[index] ?? settled(runOne(one)));
      if (outcome) {
        matched += outcome.matched;
        modified += outcome.modified;
        if (outcome.upserted !== undefined) {
          matched += 1;
          upserted.push(doc({ index, _id: outcome.upserted }));
        }
        continue;
      }
      if (endsCommand(error) || !(error instanceof PocketMongoError)) throw error;
      errors.push(writeError(index, error));
      if (ordered) break;
    }
    const reply = doc({ n: number(matched), nModified: number(modified), ok: 1 });
    if (upserted.length > 0) reply.set("upserted", upserted);
    if (errors.length > 0) reply.set("writeErrors", errors);
    return reply;
  },
};

type Settled = { outcome: Outcome; error?: undefined } | { outcome?: undefined; error: unknown };

/** Never rejects: statements that run together are looked at one by one. */
function settled(running: Promise<Outcome>): Promise<Settled> {
  return running.then(
    (outcome) => ({ outcome }),
    (error: unknown) => ({ error }),
  );
}

function parseStatement(call: Call, statement: Doc): Statement {
  for (const name of statement.keys()) {
    if (!statementFields.has(name)) {
      throw new PocketMongoError(40415, `BSON field 'update.updates.${name}' is an unknown field.`);
    }
  }
  refuseCollation(call, statement);
  const variables = withConstants(call, optionalDoc(call, "c", statement), letVariables(call));
  const filter = filterOf(call, requiredDoc(call, "q", statement), variables);
  const multi = flag(call, "multi", false, statement);
  const parsed = parseUpdate(
    call,
    statement.get("u"),
    optionalArray(call, "arrayFilters", statement),
    variables,
  );
  const sort = optionalDoc(call, "sort", statement);
  if (multi && parsed.kind === "replacement") {
    throw new PocketMongoError("FailedToParse", "multi update is not supported for replacement-style update");
  }
  if (multi && sort) throw new PocketMongoError("FailedToParse", "Cannot specify sort with multi=true");
  return {
    selection: { filter, sort: sort ? parseSort(sort) : [], hint: hintOf(call, statement) },
    update: parsed,
    multi,
    upsert: flag(call, "upsert", false, statement),
  };
}

async function runStatement(call: Call, name: string, statement: Statement): Promise<Outcome> {
  const { selection, update: parsed } = statement;
  const insertInstead = (view: WriteView): Outcome => {
    if (!statement.upsert) return { matched: 0, modified: 0, upserted: undefined };
    const made = upsert(call, view, name, parsed, selection.filter);
    return { matched: 0, modified: 0, upserted: made.get("_id") as Value };
  };
  if (!statement.multi) {
    return withOne(call, name, selection, (view, collection, target) => {
      if (collection === undefined || target === undefined) return insertInstead(view);
      const { modified } = change(view, collection, target, parsed, selection.filter, call.now);
      return { matched: 1, modified: modified ? 1 : 0, upserted: undefined };
    });
  }
  let modified = 0;
  const matched = await withMany(call, name, selection, (view, collection, target) => {
    if (change(view, collection, target, parsed, selection.filter, call.now).modified) modified += 1;
  });
  if (matched > 0) return { matched, modified, upserted: undefined };
  return statement.upsert
    ? call.store.write(insertInstead, call.pace)
    : { matched, modified, upserted: undefined };
}
