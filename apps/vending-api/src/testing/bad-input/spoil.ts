import type { z } from "zod";
import { type JsonSchema, jsonSchemaOf } from "./json-schema.ts";

export interface Spoiled {
  what: string;
  /** The body as sent: some of it is no value of JavaScript. */
  text: string;
}

/** Stands for a literal that JSON.stringify cannot write. */
interface Literal {
  literal: string;
}
const literal = (text: string): Literal => ({ literal: text });
const isLiteral = (value: unknown): value is Literal =>
  typeof value === "object" && value !== null && "literal" in value;

const OPERATOR = { $gt: "" };
/** No text has them: a store keeps others in their place, and what was hashed is not what is read back. */
const BROKEN_TEXTS = ["a\u0000b", "a\ud800b"];
const DEEP = `{"deep":${"[".repeat(20_000)}${"]".repeat(20_000)}}`;

/** Values that the schema of one field refuses, or that no text may hold. */
function badValues({
  type,
  enum: values,
  format,
  minLength,
  maxLength,
  maxItems,
  minimum,
}: JsonSchema): unknown[] {
  if (values) return [OPERATOR, "no such value", "__proto__", 7, null, [values[0]]];
  switch (type) {
    case "string":
      return [
        OPERATOR,
        12_345,
        ["text"],
        ...BROKEN_TEXTS,
        "x".repeat((maxLength ?? 20_000) + 1),
        ...(minLength === undefined ? [] : [""]),
        ...(format === "date-time" || format === "date"
          ? ["yesterday", "2026-02-30T00:00:00Z", "+275760-09-13T00:00:00.001Z", "2026-01-01T24:61:00Z"]
          : []),
      ];
    case "integer":
    case "number":
      return [
        OPERATOR,
        "50",
        literal("1e309"),
        literal("9007199254740993"),
        literal("-1e21"),
        0.5,
        true,
        null,
        ...(minimum === undefined ? [-1] : [minimum - 1]),
      ];
    case "boolean":
      return ["true", 1, OPERATOR, null];
    case "array":
      return [
        "text",
        { length: 1 },
        [null],
        [OPERATOR],
        Array.from({ length: (maxItems ?? 5000) + 1 }, () => "x"),
      ];
    case "object":
      return ["text", 7, [], { __proto__x: 1 }];
    default:
      return [];
  }
}

/** Bodies made bad in one place each. Every one is refused by the schema, or holds what no body may hold. */
export function spoiledBodies(schema: z.ZodType, example: unknown): Spoiled[] {
  const { root } = jsonSchemaOf(schema);
  const spoiled: Spoiled[] = [
    { what: "JSON cut short", text: '{"a":' },
    { what: "no JSON", text: "a=1&b=2" },
    { what: "a string", text: '"text"' },
    { what: "null", text: "null" },
    { what: "NaN", text: '{"a":NaN}' },
    { what: "very deep lists", text: `${"[".repeat(40_000)}${"]".repeat(40_000)}` },
    { what: "a very deep field", text: DEEP },
  ];
  if (!isObject(example)) return spoiled;
  const members = JSON.stringify(example).slice(1, -1);
  const withMember = (member: string) => `{${members === "" ? "" : `${members},`}${member}}`;
  // A gateway may be newer than the server: what it says beyond our schema is left unread.
  if (schema.safeParse({ ...example, surprise: 1 }).success)
    return [...spoiled, ...spoiledFields(schema, example)];
  spoiled.push(
    { what: "a field too many", text: withMember('"surprise":1') },
    { what: "__proto__", text: withMember('"__proto__":{"roles":["administrator"]}') },
    { what: "constructor", text: withMember('"constructor":{"prototype":{"roles":[]}}') },
    { what: "$where", text: withMember('"$where":"while(true);"') },
    { what: "a list of it", text: `[${JSON.stringify(example)}]` },
  );
  for (const name of root.required ?? []) {
    const { [name]: _, ...rest } = example;
    spoiled.push({ what: `${name} missing`, text: JSON.stringify(rest) });
  }
  return [...spoiled, ...spoiledFields(schema, example)];
}

function spoiledFields(schema: z.ZodType, example: unknown): Spoiled[] {
  const { root, resolve } = jsonSchemaOf(schema);
  const spoiled: Spoiled[] = [];
  for (const [path, part] of fieldsOf(root, resolve, [])) {
    for (const value of badValues(part)) {
      const body = withValue(example, path, value);
      if (body === undefined) continue;
      const text = written(body);
      const isBroken = typeof value === "string" && BROKEN_TEXTS.includes(value);
      if (!isBroken && schema.safeParse(JSON.parse(text)).success) continue;
      spoiled.push({ what: `${path.join(".")} = ${brief(value)}`, text });
    }
  }
  return spoiled;
}

const MOST_NESTED = 3;

function* fieldsOf(
  schema: JsonSchema,
  resolve: (part: JsonSchema) => JsonSchema,
  at: readonly string[],
): Generator<[readonly string[], JsonSchema]> {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const part = resolve(field);
    const path = [...at, name];
    yield [path, part];
    if (path.length < MOST_NESTED) yield* fieldsOf(part, resolve, path);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Undefined where the example has nothing above the field. */
function withValue(example: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  if (!isObject(example)) return undefined;
  const inner = withValue(example[name], rest, value);
  return inner === undefined ? undefined : { ...example, [name]: inner };
}

function written(body: unknown): string {
  const literals: string[] = [];
  const text = JSON.stringify(body, (_name, value: unknown) => {
    if (!isLiteral(value)) return value;
    literals.push(value.literal);
    return `@literal ${literals.length - 1}@`;
  });
  return text.replace(/"@literal (\d+)@"/g, (_match, index: string) => literals[Number(index)] ?? "null");
}

function brief(value: unknown): string {
  return isLiteral(value) ? value.literal : JSON.stringify(value).slice(0, 40);
}
