import type { z } from "zod";
import { ApiError } from "../errors.ts";
import { parseInput } from "../http/parse-input.ts";

/** What a signed message says. Throws `bad-json` or `invalid-body`. */
export function readMessage<Schema extends z.ZodType>(schema: Schema, bytes: Buffer): z.output<Schema> {
  return readPart(schema, parseJson(bytes.toString("utf8")));
}

export function readPart<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  return parseInput(schema, value, { code: "invalid-body" });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApiError("bad-json", undefined, { cause: error });
  }
}
