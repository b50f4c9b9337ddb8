import { type Doc, doc, number } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import {
  asDoc,
  collectionName,
  flag,
  hintOf,
  optionalWhole,
  refuseCollation,
  requiredDoc,
  statements,
} from "./arguments.ts";
import type { Call, Command } from "./command.ts";
import { filterOf, letVariables } from "./find.ts";
import { type Selection, withMany, withOne } from "./modify.ts";
import { endsCommand, writeError } from "./write-errors.ts";

const statementFields = new Set(["q", "limit", "collation", "hint", "sampleId"]);

export const deleteCommand: Command = {
  arguments: ["deletes", "ordered", "let"],
  run: async (call) => {
    const collection = collectionName(call);
    const ordered = flag(call, "ordered", true);
    const errors: Doc[] = [];
    let removed = 0;
    for (const [index, one] of statements(call, "deletes").entries()) {
      try {
        const { selection, most } = parseStatement(call, asDoc(one));
        removed += await (most === 1 ? removeOne : removeMany)(call, collection, selection);
      } catch (error) {
        if (endsCommand(error) || !(error instanceof PocketMongoError)) throw error;
        errors.push(writeError(index, error));
        if (ordered) break;
      }
    }
    const reply = doc({ n: number(removed), ok: 1 });
    if (errors.length > 0) reply.set("writeErrors", errors);
    return reply;
  },
};

function removeOne(call: Call, name: string, selection: Selection): Promise<number> {
  return withOne(call, name, selection, (view, collection, target) => {
    if (collection === undefined || target === undefined) return 0;
    view.remove(collection, target.record, target.document, target.bytes);
    return 1;
  });
}

function removeMany(call: Call, name: string, selection: Selection): Promise<number> {
  return withMany(call, name, selection, (view, collection, target) => {
    view.remove(collection, target.record, target.document, target.bytes);
  });
}

function parseStatement(call: Call, statement: Doc): { selection: Selection; most: number } {
  for (const name of statement.keys()) {
    if (!statementFields.has(name)) {
      throw new PocketMongoError(40415, `BSON field 'delete.deletes.${name}' is an unknown field.`);
    }
  }
  refuseCollation(call, statement);
  const limit = optionalWhole(call, "limit", statement);
  if (limit === undefined)
    throw new PocketMongoError(40414, "BSON field 'delete.deletes.limit' is missing but a required field");
  if (limit !== 0 && limit !== 1) {
    throw new PocketMongoError(
      "FailedToParse",
      `The limit field in delete objects must be 0 or 1. Got ${limit}`,
    );
  }
  return {
    selection: {
      filter: filterOf(call, requiredDoc(call, "q", statement), letVariables(call)),
      sort: [],
      hint: hintOf(call, statement),
    },
    most: limit === 1 ? 1 : Number.POSITIVE_INFINITY,
  };
}
