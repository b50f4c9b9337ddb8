import { escapeRegex } from "../http/list-query.ts";

/**
 * What a name can be found by: the whole and each of its words, lower case. Stored beside the name in a list field, whose index
 * then serves "begins with" for every word.
 */
export function searchWords(name: string): string[] {
  const whole = name.trim().toLowerCase();
  return [...new Set([whole, ...whole.split(/[\s/_.-]+/)])].filter((word) => word !== "");
}

/** Condition on such a list field: some word begins with what was typed. */
export function wordBeginsWith(typed: string): { $regex: string } {
  return { $regex: `^${escapeRegex(typed.trim().toLowerCase())}` };
}
