import type { Path } from "../bson/path.ts";
import type { Doc, Value } from "../bson/value.ts";

type Change = (elements: readonly Value[]) => Value[];

/**
 * Changes the first array on the path of a projected document, wherever the path ends. Objects on the way are copied: they may
 * belong to the original.
 */
export function replaceFirstArray(document: Doc, path: Path, change: Change): void {
  let holder = document;
  for (const { name } of path) {
    const below = holder.get(name);
    if (Array.isArray(below)) {
      holder.set(name, change(below));
      return;
    }
    if (!(below instanceof Map)) return;
    const copy = new Map(below);
    holder.set(name, copy);
    holder = copy;
  }
}

/** Changes the array at the end of the path, in each element of the arrays on the way. */
export function replaceEachArray(document: Doc, path: Path, change: Change): void {
  const [part, ...rest] = path;
  if (part === undefined) return;
  const below = document.get(part.name);
  if (below === undefined) return;
  if (rest.length > 0) document.set(part.name, changedBelow(below, rest, change));
  else if (Array.isArray(below)) document.set(part.name, change(below));
}

function changedBelow(value: Value, path: Path, change: Change): Value {
  if (Array.isArray(value)) return value.map((one) => changedBelow(one, path, change));
  if (!(value instanceof Map)) return value;
  const copy = new Map(value);
  replaceEachArray(copy, path, change);
  return copy;
}

export function sliced(elements: readonly Value[], first: number, second?: number): Value[] {
  if (second === undefined) return first < 0 ? elements.slice(first) : elements.slice(0, first);
  const begin = first < 0 ? Math.max(0, elements.length + first) : first;
  return elements.slice(begin, begin + second);
}
