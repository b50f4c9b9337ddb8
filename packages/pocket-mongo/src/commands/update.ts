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
import { change, parseUpdate, type Selection, select, upsert, withConstants } from "./modify.ts";
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
    for (const [index, one] of given.entries()) {
      try {
        const statement = parseStatement(call, asDoc(one));
        const outcome = await call.store.write((view) => runStatement(call, view, collection, statement));
        matched += outcome.matched;
        modified += outcome.modified;
        if (outcome.upserted !== undefined) {
          matched += 1;
          upserted.push(doc({ index, _id: outcome.upserted }));
        }
      } catch (error) {
        if (endsCommand(error) || !(error instanceof PocketMongoError)) throw error;
        errors.push(writeError(index, error));
        if (ordered) break;
      }
    }
    const reply = doc({ n: number(matched), nModified: number(modified), ok: 1 });
    if (upserted.length > 0) reply.set("upserted", upserted);
    if (errors.length > 0) reply.set("writeErrors", errors);
    return reply;
  },
};

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

function runStatement(call: Call, view: WriteView, name: string, statement: Statement): Outcome {
  const { selection, multi } = statement;
  const collection = view.catalog.get(call.database, name);
  const most = multi ? Number.POSITIVE_INFINITY : 1;
  const targets = collection ? select(view, collection, selection, most) : [];
  if (targets.length === 0 && statement.upsert) {
    const made = upsert(call, view, name, statement.update, selection.filter);
    return { matched: 0, modified: 0, upserted: made.get("_id") as Value };
  }
  let modified = 0;
  for (const target of targets) {
    // The catalog entry may change with each document, when one brings the first array into an index.
    const current = view.catalog.get(call.database, name);
    if (current === undefined) break;
    if (change(view, current, target, statement.update, selection.filter, call.now).modified) modified += 1;
  }
  return { matched: targets.length, modified, upserted: undefined };
}
