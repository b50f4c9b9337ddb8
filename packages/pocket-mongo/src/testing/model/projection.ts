import { isModelDocument, type ModelDocument, type ModelValue } from "./value.ts";

/** Paths to keep (1) or to leave out (0), never both but for `_id`. */
export type ModelProjection = Readonly<Record<string, 0 | 1>>;

export function projected(document: ModelDocument, projection: ModelProjection): ModelDocument {
  const { _id = 1, ...fields } = projection;
  const paths = Object.keys(fields).map((path) => path.split("."));
  if (paths.length === 0) return without(document, _id === 0 ? [["_id"]] : []);
  if (Object.values(fields)[0] === 0) return without(document, _id === 0 ? [["_id"], ...paths] : paths);
  return only(document, _id === 0 ? paths : [["_id"], ...paths]);
}

type Paths = readonly (readonly string[])[];

/** The paths that go on below `name`, and whether one ends there. */
function below(paths: Paths, name: string): { rest: Paths; ends: boolean } {
  const rest = paths.filter((path) => path[0] === name).map((path) => path.slice(1));
  return { rest, ends: rest.some((path) => path.length === 0) };
}

function only(document: ModelDocument, paths: Paths): ModelDocument {
  const kept: ModelDocument = {};
  for (const [name, value] of Object.entries(document)) {
    const { rest, ends } = below(paths, name);
    const next = ends ? value : rest.length > 0 ? onlyIn(value, rest) : undefined;
    if (next !== undefined) kept[name] = next;
  }
  return kept;
}

/** Where a path goes on, a value that is neither document nor array is left out. */
function onlyIn(value: ModelValue, paths: Paths): ModelValue | undefined {
  if (isModelDocument(value)) return only(value, paths);
  if (!Array.isArray(value)) return undefined;
  return value.map((one) => onlyIn(one, paths)).filter((one) => one !== undefined);
}

function without(document: ModelDocument, paths: Paths): ModelDocument {
  const kept: ModelDocument = {};
  for (const [name, value] of Object.entries(document)) {
    const { rest, ends } = below(paths, name);
    if (!ends) kept[name] = rest.length > 0 ? withoutIn(value, rest) : value;
  }
  return kept;
}

function withoutIn(value: ModelValue, paths: Paths): ModelValue {
  if (isModelDocument(value)) return without(value, paths);
  return Array.isArray(value) ? value.map((one) => withoutIn(one, paths)) : value;
}
