import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/** What a field of this kind holds, for a person. */
const KINDS: Readonly<Record<string, string>> = {
  string: "a text in double quotes",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object in { }",
  record: "an object in { }",
  array: "a list in [ ]",
  tuple: "a list of two numbers, [numerator, denominator]",
};

/**
 * Of a field that may have several shapes, what is wrong with the one that was meant: the one that fails deepest, then with
 * the fewest mistakes.
 */
export function narrowed(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return [issue];
  const depth = (issues: readonly Issue[]) => Math.max(0, ...issues.map((each) => each.path.length));
  const unknown = (issues: readonly Issue[]) =>
    issues.reduce((sum, each) => sum + (each.code === "unrecognized_keys" ? each.keys.length : 0), 0);
  const [meant] = [...issue.errors].sort(
    (a, b) => unknown(a) - unknown(b) || depth(b) - depth(a) || a.length - b.length,
  );
  return (meant ?? []).flatMap((each) => narrowed({ ...each, path: [...issue.path, ...each.path] }));
}

function bound(issue: Extract<Issue, { code: "too_small" | "too_big" }>): string {
  const isLeast = issue.code === "too_small";
  const limit = isLeast ? issue.minimum : issue.maximum;
  switch (issue.origin) {
    case "array":
      return isLeast
        ? `needs at least ${limit} ${limit === 1 ? "entry" : "entries"}`
        : `has more than ${limit} entries`;
    case "string":
      return isLeast ? "must not be empty" : `is longer than ${limit} characters`;
    default:
      return isLeast
        ? `is too small: ${issue.inclusive === false ? `more than ${limit}` : `${limit} at least`}`
        : `is too large: ${limit} at most`;
  }
}

/** What is wrong with the field and what to do, as the end of a sentence that begins with the field's name. */
export function adviceFor(issue: Issue, isThere: boolean): string {
  switch (issue.code) {
    case "invalid_type": {
      const kind = KINDS[issue.expected] ?? issue.expected;
      return isThere ? `must be ${kind}` : `is missing: give it ${kind}`;
    }
    case "invalid_value": {
      const values = issue.values.map((value) => JSON.stringify(value)).join(", ");
      const choice = issue.values.length === 1 ? values : `one of ${values}`;
      return isThere ? `must be ${choice}` : `is missing: give it ${choice}`;
    }
    case "too_small":
    case "too_big":
      return bound(issue);
    case "unrecognized_keys":
      return "is no field of a profile here; check its spelling or remove it";
    case "invalid_format":
      return issue.format === "regex"
        ? 'may only have small letters, digits and single hyphens, such as "my-meter-2"'
        : issue.message;
    // Only the discriminator of registers: every other choice of shapes names the mistakes of the shape that was meant.
    case "invalid_union":
      return `${isThere ? "must be" : "is missing: give it"} one of "u16", "s16", "u32", "s32", "f32" (Modbus) or "bcd", "signed-bcd", "bits" (DL/T 645)`;
    default:
      return issue.message;
  }
}
