/** Deeper than any body of ours: what nests further only wants to exhaust a stack. */
const MOST_NESTED = 64;

/** Whether lists and objects stand in each other more than 64 deep. Takes no stack of its own. */
export function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MOST_NESTED) return true;
    level = level.flatMap((one) => (isContainer(one) ? Object.values(one) : []));
  }
  return false;
}

/**
 * Dotted paths of texts, names of fields included, that hold NUL or half a surrogate pair. The store keeps another character in
 * the half's place, so what was hashed would not be what is read back; and it refuses NUL in patterns.
 */
export function brokenTextPaths(value: unknown, at: readonly string[] = []): string[] {
  if (typeof value === "string") return isBroken(value) ? [at.join(".")] : [];
  if (!isContainer(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const path = [...at, name];
    return isBroken(name) ? [path.join(".")] : brokenTextPaths(member, path);
  });
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

// With the flag `u`, a pair is one character and only halves are of the category Cs.
const HALF_PAIR = /\p{Cs}/u;

function isBroken(text: string): boolean {
  return text.includes("\0") || HALF_PAIR.test(text);
}
