/** One thing that changed; `from` or `to` undefined where it was not there. */
export interface Difference {
  /** Names from the outside in: `rules.overload.powerLimitW`. */
  path: string;
  from: unknown;
  to: unknown;
}

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isEmpty = (value: unknown): boolean => value === undefined || value === null;

function isSame(a: unknown, b: unknown): boolean {
  if (isEmpty(a) && isEmpty(b)) return true;
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** Members in one order: the store need not keep the one they came in. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

/** What a change did, field by field; lists count as one value. Nothing stands for a field that stayed. */
export function differencesOf(before: Fields | null, after: Fields | null, prefix = ""): Difference[] {
  const [was, is] = [before ?? {}, after ?? {}];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return names.flatMap((name): Difference[] => {
    const [from, to] = [was[name], is[name]];
    if (isSame(from, to)) return [];
    const path = prefix + name;
    const goesDeeper = (isFields(from) || isEmpty(from)) && (isFields(to) || isEmpty(to));
    return goesDeeper
      ? differencesOf(isFields(from) ? from : null, isFields(to) ? to : null, `${path}.`)
      : [{ path, from, to }];
  });
}

const OPAQUE = /(^|\.)(id|[a-zA-Z]+Ids?|hash|revision|occupies|words|[a-z]+Nano)$/;

/** Without ids, search words and fractions of a cent, which tell a person nothing; all of them where nothing else changed. */
export function readable(differences: readonly Difference[]): readonly Difference[] {
  const told = differences.filter(({ path }) => !OPAQUE.test(path));
  return told.length > 0 ? told : differences;
}

/** How a value of the field at the end of a path is shown. */
export type ValueKind = "nothing" | "yes-no" | "money" | "energy" | "instant" | "list" | "text";

/** A till's money stands under the way of paying: `counted.cash`. */
const OF_TILL = /(^|\.)(expected|counted|difference|totals)\.[a-z-]+$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z$/;

/** By the unit that stands last in the name, as everywhere in the API. */
export function valueKind(path: string, value: unknown): ValueKind {
  if (isEmpty(value)) return "nothing";
  if (typeof value === "boolean") return "yes-no";
  if (Number.isInteger(value) && (/Minor$/.test(path) || OF_TILL.test(path))) return "money";
  if (Number.isInteger(value) && /(Wh|\.wh)$/.test(path)) return "energy";
  if (Array.isArray(value) && value.some(isFields)) return "list";
  return typeof value === "string" && INSTANT.test(value) ? "instant" : "text";
}

/** Anything else, as short as it can be told: one text, or one for each of a list. */
export function wordsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value) && value.every((item) => !isFields(item))) return value.map(String);
  return [JSON.stringify(value)];
}

export const plainText = (value: unknown): string => wordsOf(value).join(", ");
