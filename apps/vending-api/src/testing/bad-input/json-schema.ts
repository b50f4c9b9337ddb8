import { z } from "zod";

/** What the cases need of a JSON Schema as zod writes it. */
export interface JsonSchema {
  type?: string;
  const?: unknown;
  enum?: readonly unknown[];
  default?: unknown;
  example?: unknown;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  properties?: Readonly<Record<string, JsonSchema>>;
  required?: readonly string[];
  items?: JsonSchema;
  anyOf?: readonly JsonSchema[];
  oneOf?: readonly JsonSchema[];
  allOf?: readonly JsonSchema[];
  $ref?: string;
  $defs?: Readonly<Record<string, JsonSchema>>;
}

/** What a client may send for this schema, references resolved one step at a time by `resolve`. */
export function jsonSchemaOf(schema: z.ZodType): {
  root: JsonSchema;
  resolve: (part: JsonSchema) => JsonSchema;
} {
  const root = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const resolve = (part: JsonSchema): JsonSchema => {
    const name = part.$ref?.split("/").at(-1);
    if (name !== undefined) return resolve(root.$defs?.[name] ?? {});
    const variant = (part.anyOf ?? part.oneOf)?.find((one) => one.type !== "null");
    if (variant) return resolve(variant);
    if (part.allOf) return Object.assign({}, ...part.allOf.map(resolve));
    return part;
  };
  return { root: resolve(root), resolve };
}

const EXAMPLES_BY_FORMAT: Readonly<Record<string, string>> = {
  "date-time": "2040-03-03T00:00:00.000Z",
  date: "2040-03-03",
};

/** A value that suits the schema; fields of the names in `known` get the value there. */
export function exampleOf(schema: z.ZodType, known: Readonly<Record<string, unknown>>): unknown {
  const { root, resolve } = jsonSchemaOf(schema);
  const example = (part: JsonSchema): unknown => {
    const { type, const: constant, enum: values, default: given, example: written, ...rest } = resolve(part);
    const stated = [constant, part.default, given, written, values?.[0]].find((value) => value !== undefined);
    if (stated !== undefined) return stated;
    switch (type) {
      case "object":
        return Object.fromEntries(
          Object.entries(rest.properties ?? {})
            .filter(([name]) => rest.required?.includes(name))
            .map(([name, field]) => [name, known[name] ?? example(field)]),
        );
      case "array":
        return Array.from({ length: rest.minItems ?? 0 }, () => example(rest.items ?? {}));
      case "integer":
      case "number":
        return rest.minimum ?? (rest.exclusiveMinimum === undefined ? 1 : rest.exclusiveMinimum + 1);
      case "boolean":
        return false;
      case "string":
        return EXAMPLES_BY_FORMAT[rest.format ?? ""] ?? "example".padEnd(rest.minLength ?? 0, "x");
      default:
        return null;
    }
  };
  return example(root);
}
