import type { z } from "zod";
import { ApiError, type ErrorCode, type FieldError } from "../errors.ts";
import { brokenTextPaths } from "./input-shape.ts";

export interface ParseInputOptions {
  code: ErrorCode;
  /** Dotted path of a field → the code that a mistake there deserves. */
  fieldProblems?: Readonly<Record<string, ErrorCode>>;
}

const MAX_ERRORS = 50;

/** Checks what came in from outside. Throws ApiError with one entry per mistake. */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  { code, fieldProblems = {} }: ParseInputOptions,
): z.output<Schema> {
  const broken = brokenTextPaths(input).map(
    (path): FieldError => ({ path, code: "malformed", message: "Has characters that no text has" }),
  );
  const result = schema.safeParse(input);
  if (result.success && broken.length === 0) return result.data;
  const issues = result.error?.issues ?? [];
  const errors = [...broken, ...issues.flatMap((issue) => fieldErrors(issue, input))].slice(0, MAX_ERRORS);
  const promoted = errors
    .filter(({ path }) => Object.hasOwn(fieldProblems, path))
    .map(({ path }) => fieldProblems[path])[0];
  const first = errors[0];
  const where = first?.path ? `${first.path}: ` : "";
  throw new ApiError(promoted ?? code, first && `${where}${first.message}`, { errors });
}

function fieldErrors(issue: z.core.$ZodIssue, input: unknown): FieldError[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...path, key].join("."),
      code: "unknown-field",
      message: "There is no such field",
    }));
  }
  if (issue.code === "invalid_type" && valueAt(input, issue.path) === undefined) {
    return [{ path: path.join("."), code: "required", message: "Is missing" }];
  }
  return [{ path: path.join("."), code: FIELD_CODES[issue.code], message: issue.message }];
}

const FIELD_CODES = {
  invalid_type: "wrong-type",
  too_big: "too-large",
  too_small: "too-small",
  invalid_format: "malformed",
  not_multiple_of: "not-a-multiple",
  invalid_union: "matches-no-variant",
  invalid_key: "malformed",
  invalid_element: "malformed",
  invalid_value: "not-allowed",
  custom: "refused",
} as const satisfies Record<Exclude<z.core.$ZodIssue["code"], "unrecognized_keys">, string>;

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  );
}
