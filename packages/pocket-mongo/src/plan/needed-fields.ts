import type { Match } from "../match/parse.ts";
import type { Sort } from "./sort.ts";

/** The top-level fields a filter and a sort look at, with those of `more`; undefined where any field may be looked at. */
export function neededFields(match: Match, sort: Sort, more: Iterable<string>): Set<string> | undefined {
  const needed = new Set(more);
  if (!collect(match, needed)) return undefined;
  for (const { path } of sort) needed.add(path[0]?.name ?? "");
  return needed;
}

/** Adds the fields of a filter; false when it can't be told which they are. */
function collect(match: Match, into: Set<string>): boolean {
  switch (match.kind) {
    case "and":
    case "or":
    case "nor":
      return match.of.every((part) => collect(part, into));
    case "field":
    case "elemMatch": {
      const [first] = match.path;
      if (first === undefined) return false;
      into.add(first.name);
      return true;
    }
    case "constant":
      return true;
    case "expr":
      return false;
  }
}
