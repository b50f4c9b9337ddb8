import { type Path, parsePath, pathText, valueAt } from "../bson/path.ts";
import { type Doc, typeName, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { isNullish } from "../expression/operator.ts";
import { pause, type Stream } from "../plan/stream.ts";

type Options = { path: Path; index: string | undefined; keepEmpty: boolean };

export function unwindStage(spec: Value): (input: Stream<Doc>) => Stream<Doc> {
  const options = parse(spec);
  return (input) => unwound(input, options);
}

function parse(spec: Value): Options {
  const given = spec instanceof Map ? spec : new Map<string, Value>([["path", spec]]);
  for (const name of given.keys()) {
    if (!["path", "includeArrayIndex", "preserveNullAndEmptyArrays"].includes(name)) {
      throw new PocketMongoError(28811, `unrecognized option to $unwind stage: ${name}`);
    }
  }
  const path = given.get("path");
  if (path === undefined) throw new PocketMongoError(28812, "no path specified to $unwind stage");
  if (typeof path !== "string") {
    throw new PocketMongoError(
      28808,
      `expected a string as the path for $unwind stage, got ${typeName(path)}`,
    );
  }
  if (!path.startsWith("$"))
    throw new PocketMongoError(28818, `path option to $unwind stage should be prefixed with a '$': ${path}`);
  const index = given.get("includeArrayIndex");
  if (index !== undefined && (typeof index !== "string" || index === "")) {
    throw new PocketMongoError(
      28810,
      "expected a non-empty string for the includeArrayIndex option to $unwind stage",
    );
  }
  if (index?.startsWith("$")) {
    throw new PocketMongoError(
      28822,
      `includeArrayIndex option to $unwind stage should not be prefixed with a '$': ${index}`,
    );
  }
  const keep = given.get("preserveNullAndEmptyArrays");
  if (keep !== undefined && typeof keep !== "boolean") {
    throw new PocketMongoError(
      28809,
      "expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage",
    );
  }
  return { path: parsePath(path.slice(1)), index, keepEmpty: keep === true };
}

function* unwound(input: Stream<Doc>, { path, index, keepEmpty }: Options): Stream<Doc> {
  const text = index;
  for (const document of input) {
    if (document === pause) {
      yield pause;
      continue;
    }
    const value = valueAt(document, path);
    if (Array.isArray(value) && value.length > 0) {
      for (const [i, element] of value.entries())
        yield numbered(withValue(document, path, 0, element), text, BigInt(i));
    } else if (Array.isArray(value) || isNullish(value)) {
      if (!keepEmpty) continue;
      const made = Array.isArray(value) ? withValue(document, path, 0, undefined) : document;
      yield numbered(made, text, null);
    } else yield numbered(document, text, null);
  }
}

function numbered(document: Doc, index: string | undefined, position: bigint | null): Doc {
  return index === undefined ? document : withValue(document, parsePath(index), 0, position);
}

/** A copy of the document with another value at the path; what lies beside the path is shared. */
function withValue(document: Doc, path: Path, at: number, value: Value | undefined): Doc {
  const made: Doc = new Map(document);
  const name = path[at]?.name ?? pathText(path);
  if (at === path.length - 1) {
    if (value === undefined) made.delete(name);
    else made.set(name, value);
    return made;
  }
  const below = made.get(name);
  made.set(name, withValue(below instanceof Map ? below : new Map(), path, at + 1, value));
  return made;
}
