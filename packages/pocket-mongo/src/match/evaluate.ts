import { type Path, type PathPart, visitPath } from "../bson/path.ts";
import type { Doc, Value } from "../bson/value.ts";
import type { Match } from "./parse.ts";
import type { Test } from "./tests.ts";

/** Whether the document answers the filter. */
export function matches(match: Match, root: Doc): boolean {
  return holds(match, root);
}

function holds(match: Match, root: Value): boolean {
  switch (match.kind) {
    case "and":
      for (const part of match.of) if (!holds(part, root)) return false;
      return true;
    case "or":
      return match.of.some((part) => holds(part, root));
    case "nor":
      return !match.of.some((part) => holds(part, root));
    case "field":
      if (match.path.length === 0) return match.test.holds(root);
      return root instanceof Map && visitPath(root, match.path, match.test.expandsArrays, match.test.holds);
    case "elemMatch":
      if (match.path.length === 0) return elementThatMatches(match.of, match.ofObjects, root) !== undefined;
      return (
        root instanceof Map &&
        visitPath(
          root,
          match.path,
          false,
          (value) => elementThatMatches(match.of, match.ofObjects, value) !== undefined,
        )
      );
    case "expr":
      return root instanceof Map && match.holds(root);
    case "constant":
      return match.holds;
  }
}

/** Position of the first element of an array that answers the filter of a `$elemMatch`. */
export function elementThatMatches(
  match: Match,
  ofObjects: boolean,
  value: Value | undefined,
): number | undefined {
  if (!Array.isArray(value)) return undefined;
  const position = value.findIndex((element) => {
    if (!ofObjects) return holds(match, element);
    // An array counts as an object whose fields are its positions.
    if (Array.isArray(element)) return holds(match, new Map(element.map((one, i) => [String(i), one])));
    return element instanceof Map && holds(match, element);
  });
  return position < 0 ? undefined : position;
}

/**
 * Which element of an array made the document match: what `$` in an update or a projection stands for. As in MongoDB
 * the outermost array counts, and of several conditions the last.
 */
export function matchedPosition(match: Match, root: Doc): number | undefined {
  switch (match.kind) {
    case "and": {
      let found: number | undefined;
      for (const part of match.of) found = matchedPosition(part, root) ?? found;
      return found;
    }
    case "or": {
      const part = match.of.find((one) => holds(one, root));
      return part && matchedPosition(part, root);
    }
    case "field":
      return positionOfField(root, match.path, match.test);
    case "elemMatch":
      return positionOfElement(match, root);
    default:
      return undefined;
  }
}

type ArrayOnPath = { elements: readonly Value[]; rest: Path; before: Path };

function firstArray(root: Doc, path: Path): ArrayOnPath | undefined {
  let value: Value | undefined = root;
  for (let at = 0; at <= path.length; at += 1) {
    if (Array.isArray(value)) return { elements: value, rest: path.slice(at), before: path.slice(0, at) };
    if (!(value instanceof Map) || at === path.length) return undefined;
    value = value.get((path[at] as PathPart).name);
  }
  return undefined;
}

/** Asks the path again with the array cut down to one element, so that it says which element it is. */
function positionWhere(array: ArrayOnPath, asks: (only: Doc, path: Path) => boolean): number | undefined {
  const part = array.rest[0];
  if (part?.position !== undefined && array.elements[part.position] !== undefined) {
    const only: Doc = new Map([["array", array.elements[part.position] as Value]]);
    if (asks(only, [{ name: "array", position: undefined }, ...array.rest.slice(1)])) return part.position;
  }
  const path: Path = [{ name: "array", position: undefined }, ...array.rest];
  const position = array.elements.findIndex((element) => asks(new Map([["array", [element]]]), path));
  return position < 0 ? undefined : position;
}

function positionOfField(root: Doc, path: Path, test: Test): number | undefined {
  const array = firstArray(root, path);
  if (!array || (array.rest.length === 0 && !test.expandsArrays)) return undefined;
  if (array.rest.length === 0) {
    const position = array.elements.findIndex((element) => test.holds(element));
    return position < 0 ? undefined : position;
  }
  return positionWhere(array, (only, rest) => visitPath(only, rest, test.expandsArrays, test.holds));
}

function positionOfElement(match: Match & { kind: "elemMatch" }, root: Doc): number | undefined {
  const array = firstArray(root, match.path);
  if (!array) return undefined;
  if (array.rest.length === 0)
    return elementThatMatches(match.of, match.ofObjects, array.elements as Value[]);
  return positionWhere(array, (only, rest) =>
    visitPath(
      only,
      rest,
      false,
      (value) => elementThatMatches(match.of, match.ofObjects, value) !== undefined,
    ),
  );
}
