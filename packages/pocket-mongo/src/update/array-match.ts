import type { Doc, Value } from "../bson/value.ts";
import { BSONRegExp } from "../bson/value.ts";
import { matches } from "../match/evaluate.ts";
import { isOperators, parseFilter, topLevelOperators } from "../match/parse.ts";
import { equalTest } from "../match/tests.ts";

/**
 * The elements `$pull` removes: a document of operators asks each element, a plain document filters elements that are
 * objects, anything else is compared.
 */
export function compileArrayFilter(condition: Value): (element: Value) => boolean {
  if (condition instanceof BSONRegExp || (isOperators(condition) && !asksWhole(condition))) {
    const match = parseFilter(new Map([["element", condition]]));
    // The element stands in a document of its own; an array element is then asked whole and by its parts, as MongoDB does.
    return (element) => matches(match, new Map([["element", element]]));
  }
  if (condition instanceof Map) {
    const match = parseFilter(condition);
    return (element) => element instanceof Map && matches(match, element);
  }
  const test = equalTest(condition);
  return (element) => test.holds(element);
}

/** `$or` and its like are about the fields of an element, not about its value. */
function asksWhole(condition: Doc): boolean {
  const [first] = condition.keys();
  return first !== undefined && first !== "$comment" && Object.hasOwn(topLevelOperators, first);
}
