import { type Doc, doc, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { parseSort } from "../plan/sort.ts";
import { type Projection, parseFindProjection } from "../project/projection.ts";
import type { Collection } from "../store/catalog.ts";
import type { WriteView } from "../store/write-view.ts";
import type { Update } from "../update/update.ts";
import {
  checkedDatabase,
  collectionName,
  flag,
  hintOf,
  optionalArray,
  optionalDoc,
  refuseCollation,
} from "./arguments.ts";
import type { Call, Command } from "./command.ts";
import { filterOf, letVariables, namesOf } from "./find.ts";
import { change, parseUpdate, type Selection, type Target, upsert, withOne } from "./modify.ts";

type Wanted = {
  collection: string;
  selection: Selection;
  update: Update | undefined;
  upsert: boolean;
  returnsNew: boolean;
  projection: Projection | undefined;
};

export const findAndModify: Command = {
  arguments: [
    "query",
    "sort",
    "remove",
    "update",
    "new",
    "fields",
    "upsert",
    "bypassDocumentValidation",
    "collation",
    "arrayFilters",
    "hint",
    "let",
  ],
  run: (call) => {
    checkedDatabase(call.database);
    const wanted = parse(call);
    return withOne(call, wanted.collection, wanted.selection, (view, collection, target) =>
      act(call, view, wanted, collection, target),
    );
  },
};

function parse(call: Call): Wanted {
  refuseCollation(call);
  const variables = letVariables(call);
  const remove = flag(call, "remove", false);
  const given = call.body.get("update");
  const returnsNew = flag(call, "new", false);
  const upserts = flag(call, "upsert", false);
  if (remove && given !== undefined)
    throw new PocketMongoError("FailedToParse", "Cannot specify both an update and remove=true");
  if (!remove && given === undefined)
    throw new PocketMongoError("FailedToParse", "Either an update or remove=true must be specified");
  if (remove && upserts)
    throw new PocketMongoError("FailedToParse", "Cannot specify both upsert=true and remove=true");
  if (remove && returnsNew) {
    throw new PocketMongoError(
      "FailedToParse",
      "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document",
    );
  }
  const filter = filterOf(call, optionalDoc(call, "query"), variables);
  const sort = optionalDoc(call, "sort");
  const fields = optionalDoc(call, "fields");
  return {
    collection: collectionName(call),
    selection: { filter, sort: sort ? parseSort(sort) : [], hint: hintOf(call) },
    update: remove ? undefined : parseUpdate(call, given, optionalArray(call, "arrayFilters"), variables),
    upsert: upserts,
    returnsNew,
    projection:
      fields && fields.size > 0 ? parseFindProjection(fields, filter, namesOf(variables)) : undefined,
  };
}

function act(
  call: Call,
  view: WriteView,
  wanted: Wanted,
  collection: Collection | undefined,
  target: Target | undefined,
): Doc {
  const show = (document: Doc | undefined): Value => {
    if (document === undefined) return null;
    if (wanted.projection === undefined) return document;
    return wanted.projection(document, { root: document, now: call.now, variables: undefined });
  };
  if (wanted.update === undefined) {
    if (collection && target) view.remove(collection, target.record, target.document, target.bytes);
    return doc({ lastErrorObject: doc({ n: target ? 1 : 0 }), value: show(target?.document), ok: 1 });
  }
  if (collection && target) {
    // Projections with `$` look for the element in the document as it was found.
    const before = wanted.returnsNew ? undefined : show(target.document);
    const { after } = change(view, collection, target, wanted.update, wanted.selection.filter, call.now);
    return doc({
      lastErrorObject: doc({ n: 1, updatedExisting: true }),
      value: before ?? show(after),
      ok: 1,
    });
  }
  if (!wanted.upsert) {
    return doc({ lastErrorObject: doc({ n: 0, updatedExisting: false }), value: null, ok: 1 });
  }
  const made = upsert(call, view, wanted.collection, wanted.update, wanted.selection.filter);
  return doc({
    lastErrorObject: doc({ n: 1, updatedExisting: false, upserted: made.get("_id") }),
    value: wanted.returnsNew ? show(made) : null,
    ok: 1,
  });
}
