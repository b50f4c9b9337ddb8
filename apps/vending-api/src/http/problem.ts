import mongoose from "mongoose";
import { z } from "zod";
import { ApiError, ERROR_CODE_NAMES, ERROR_CODES, type ErrorCode, type FieldError } from "../errors.ts";

export const PROBLEM_CONTENT_TYPE = "application/problem+json";

/** RFC 9457, with a stable `code` and the mistakes by field. */
export const problemSchema = z
  .object({
    type: z.string().meta({ description: "Names the code as a URI reference." }),
    title: z.string(),
    status: z.int(),
    code: z.enum(ERROR_CODE_NAMES),
    detail: z.string(),
    requestId: z.string().meta({ description: "Stands in the server's log; say it when you ask for help." }),
    errors: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof problemSchema>;

export function problemOf(error: ApiError, requestId: string): Problem {
  return {
    type: `/api/docs/problems#${error.code}`,
    title: ERROR_CODES[error.code].title,
    status: error.status,
    code: error.code,
    detail: error.message,
    requestId,
    ...(error.errors.length > 0 ? { errors: [...error.errors] satisfies FieldError[] } : {}),
  };
}

const { mongo } = mongoose;
const OUTAGES = [
  mongo.MongoNetworkError,
  mongo.MongoServerSelectionError,
  mongo.MongoNotConnectedError,
  mongo.MongoTopologyClosedError,
  mongo.MongoServerClosedError,
  mongoose.Error.MongooseServerSelectionError,
] as const;

/** The store did not answer: nothing is known about a write under way, so repeat it with the same idempotency key. */
export function isStoreOutage(error: unknown): boolean {
  return OUTAGES.some((outage) => error instanceof outage);
}

/** body-parser says what was wrong in `type`, a closed list in its README ("Errors"). */
const BODY_PARSER_PROBLEMS: Readonly<Record<string, ErrorCode>> = {
  "entity.parse.failed": "bad-json",
  "entity.too.large": "payload-too-large",
  "encoding.unsupported": "unsupported-media-type",
  "charset.unsupported": "unsupported-media-type",
  "request.size.invalid": "bad-json",
  "request.aborted": "bad-json",
};

/** Turns whatever was thrown into one of our problems; what nobody foresaw is `internal`, with its cause kept for the log. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (isStoreOutage(error))
    return new ApiError("store-unavailable", undefined, { cause: error, retryAfterS: 1 });
  if (error instanceof URIError) return new ApiError("invalid-path", undefined, { cause: error });
  const bodyProblem = bodyParserProblem(error);
  if (bodyProblem) return new ApiError(bodyProblem, undefined, { cause: error });
  return new ApiError("internal", undefined, { cause: error });
}

/** What zlib says of bytes that are no gzip, or end too early ("Return codes" of zlib.h). */
const BROKEN_PACKING = ["Z_DATA_ERROR", "Z_BUF_ERROR"];

function bodyParserProblem(error: unknown): ErrorCode | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("type" in error && typeof error.type === "string") return BODY_PARSER_PROBLEMS[error.type];
  const isPacking = "code" in error && typeof error.code === "string" && BROKEN_PACKING.includes(error.code);
  return isPacking ? "bad-json" : undefined;
}
