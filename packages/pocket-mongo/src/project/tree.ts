import { parsePath } from "../bson/path.ts";
import type { Doc, Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import type { Expression, Scope } from "../expression/scope.ts";

/** What a projection does at a field: keep it, leave it out, put an expression's value there, or go on below. */
export type Leaf = { kind: "include" } | { kind: "exclude" } | { kind: "compute"; expression: Expression };
export type Node = Leaf | Branch;
export type Branch = { kind: "branch"; fields: Map<string, Node> };

export type Mode = "include" | "exclude" | "add";

export function branch(): Branch {
  return { kind: "branch", fields: new Map() };
}

/** Puts a leaf at a dotted path; two paths of which one contains the other are refused, as by MongoDB. */
export function plant(root: Branch, path: string, leaf: Leaf): void {
  const parts = parsePath(path);
  if (parts.some((part) => part.name === "")) {
    throw new PocketMongoError(
      path === "" ? 40352 : 40353,
      "FieldPath field names may not be empty strings.",
    );
  }
  let at = root;
  parts.slice(0, -1).forEach((part) => {
    const next = at.fields.get(part.name) ?? branch();
    if (next.kind !== "branch") throw collision(path, part.name);
    at.fields.set(part.name, next);
    at = next;
  });
  const last = parts[parts.length - 1] as (typeof parts)[number];
  if (at.fields.has(last.name)) throw collision(path, last.name);
  at.fields.set(last.name, leaf);
}

function collision(path: string, part: string): PocketMongoError {
  return new PocketMongoError(31250, `Path collision at ${path} remaining portion ${part}`);
}

/** Applies the tree to a document. Kept fields stand in the document's order, computed ones after them in the tree's. */
export function applyTree(tree: Branch, mode: Mode, document: Doc, scope: Scope): Doc {
  const made: Doc = new Map();
  for (const [key, value] of document) {
    const node = tree.fields.get(key);
    if (node === undefined) {
      if (mode !== "include") made.set(key, value);
    } else if (node.kind === "include") made.set(key, value);
    else if (node.kind === "branch") {
      const below = applyBelow(node, mode, value, scope);
      if (below !== undefined) made.set(key, below);
    } else if (node.kind === "compute" && mode === "add") {
      const computed = node.expression(scope);
      if (computed !== undefined) made.set(key, computed);
    }
  }
  for (const [key, node] of tree.fields) {
    if (node.kind === "compute" && (mode === "include" || !document.has(key))) {
      const computed = node.expression(scope);
      if (computed !== undefined) made.set(key, computed);
    } else if (node.kind === "branch" && !made.has(key) && computes(node)) {
      made.set(key, applyTree(node, mode, new Map(), scope));
    }
  }
  return made;
}

function computes(node: Branch): boolean {
  for (const one of node.fields.values()) {
    if (one.kind === "compute" || (one.kind === "branch" && computes(one))) return true;
  }
  return false;
}

function applyBelow(node: Branch, mode: Mode, value: Value, scope: Scope): Value | undefined {
  if (value instanceof Map) return applyTree(node, mode, value, scope);
  if (Array.isArray(value)) {
    const made: Value[] = [];
    for (const element of value) {
      const below = applyBelow(node, mode, element, scope);
      if (below !== undefined) made.push(below);
    }
    return made;
  }
  // A scalar has no such field: an inclusion drops it, an exclusion keeps it, a computed field takes its place.
  if (computes(node)) return applyTree(node, mode, new Map(), scope);
  return mode === "include" ? undefined : value;
}

/** Puts a value at a dotted path of a document, as $addFields would. */
export function placeAt(path: string): (document: Doc, value: Value, scope: Scope) => Doc {
  let current: Value = null;
  const tree = branch();
  plant(tree, path, { kind: "compute", expression: () => current });
  return (document, value, scope) => {
    current = value;
    return applyTree(tree, "add", document, scope);
  };
}
