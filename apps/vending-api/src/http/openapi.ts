import { z } from "zod";
import {
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiParameters,
  type ZodOpenApiResponseObject,
} from "zod-openapi";
import { ERROR_CODES, type ErrorCode } from "../errors.ts";
import type { Access } from "./access.ts";
import { type AnswerShape, isSchema } from "./answer.ts";
import { PROBLEM_CONTENT_TYPE, problemSchema } from "./problem.ts";
import type { Route } from "./route.ts";

export type OpenApiDocument = ReturnType<typeof createDocument>;

const DESCRIPTION = `
Lists take \`?sort=["name","ASC"]&range=[0,24]&filter={…}\` and answer with \`Content-Range\`.
Money is an integer of the currency's minor unit, energy an integer of Wh, instants are RFC 3339 UTC.
Errors are \`application/problem+json\` with a stable \`code\`.
`.trim();

/** The document of the route table: what validates is what is described. */
export function openApiDocument(
  routes: readonly Route[],
  { basePath, version }: { basePath: string; version: string },
) {
  const paths: NonNullable<ZodOpenApiObject["paths"]> = {};
  for (const row of routes) {
    const path = openApiPath(row.path);
    paths[path] = { ...paths[path], [row.method]: operationOf(row) };
  }
  return createDocument({
    openapi: "3.1.0",
    info: { title: "Hallmeter", version, description: DESCRIPTION },
    servers: [{ url: basePath }],
    tags: [...new Set(routes.map((row) => row.tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: problemSchema },
      securitySchemes: {
        person: { type: "http", scheme: "bearer", bearerFormat: "JWT", description: "From POST /auth/login" },
        gateway: { type: "http", scheme: "bearer", description: "A gateway's token" },
      },
    },
  });
}

/** `/circuits/:id/live` → `/circuits/{id}/live`. */
export function openApiPath(path: string): string {
  return path.replace(/:([A-Za-z]+)/g, "{$1}");
}

/** Every problem that the shape of the row makes possible, and its own. */
export function problemsOf(row: Route): ErrorCode[] {
  const isOpen = row.access === "public" || row.access === "stream-ticket";
  const codes: ErrorCode[] = [
    ...(isOpen ? [] : (["unauthenticated"] as const)),
    ...(isOpen || row.access === "signed-in" ? [] : (["forbidden"] as const)),
    ...(row.path.includes(":") ? (["not-found"] as const) : []),
    ...(row.query ? (["invalid-query"] as const) : []),
    ...(row.body
      ? (["bad-json", "invalid-body", "unsupported-media-type", "payload-too-large"] as const)
      : []),
    ...(row.takesBytes ? (["payload-too-large"] as const) : []),
    ...(row.idempotencyKey ? IDEMPOTENCY_PROBLEMS : []),
    ...row.problems,
    "store-unavailable",
  ];
  return [...new Set(codes)];
}

const IDEMPOTENCY_PROBLEMS = [
  "idempotency-key-missing",
  "idempotency-key-invalid",
  "idempotency-key-reused",
  "still-running",
] as const satisfies ErrorCode[];

function operationOf(row: Route): ZodOpenApiOperationObject {
  return {
    operationId: operationIdOf(row),
    tags: [row.tag],
    summary: row.summary,
    ...(row.description ? { description: row.description } : {}),
    security: securityOf(row.access),
    ...(typeof row.access === "object" ? { "x-roles": [...row.access.roles] } : {}),
    requestParams: parametersOf(row),
    ...(row.body
      ? { requestBody: { required: true, content: { "application/json": { schema: row.body } } } }
      : {}),
    ...(row.takesBytes
      ? {
          requestBody: {
            required: true,
            content: { "*/*": { schema: z.string().meta({ format: "binary" }) } },
          },
        }
      : {}),
    responses: { ...answersOf(row), ...problemAnswersOf(row) },
  };
}

/** `get /circuits/:id/live` → `getCircuitsByIdLive`. */
function operationIdOf({ method, path }: Route): string {
  const words = path
    .split(/[/.-]/)
    .filter((part) => part !== "")
    .map((part) => (part.startsWith(":") ? `by-${part.slice(1)}` : part))
    .flatMap((part) => part.split("-"));
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function securityOf(access: Access): Record<string, string[]>[] {
  if (access === "public" || access === "stream-ticket") return [];
  return [access === "gateway" ? { gateway: [] } : { person: [] }];
}

function parametersOf(row: Route): ZodOpenApiParameters {
  return {
    path: row.params,
    ...(row.query ? { query: objectOf(row.query) } : {}),
    ...(row.idempotencyKey ? { header: IDEMPOTENCY_HEADER } : {}),
  };
}

const IDEMPOTENCY_HEADER = z.object({
  "Idempotency-Key": z.string().min(1).max(128).meta({
    description: "Yours, one per intention. The same key and body get the first answer again.",
    example: "3f1f6a52-7a0e-4b0c-9b52-0d2b1f0a6c11",
  }),
});

/** The object behind a query schema: list queries are an object piped into its typed form. */
function objectOf(query: z.ZodType): z.ZodObject {
  if (query instanceof z.ZodObject) return query;
  if (query instanceof z.ZodPipe && query.in instanceof z.ZodObject) return query.in;
  throw new TypeError("a query schema is an object, or an object that is transformed");
}

function answersOf(row: Route): Record<string, ZodOpenApiResponseObject> {
  return Object.fromEntries(
    Object.entries(row.answers).map(([status, shape]) => [status, answerOf(shape as AnswerShape)]),
  );
}

function answerOf(shape: AnswerShape): ZodOpenApiResponseObject {
  if (isSchema(shape)) return { description: "Done", content: { "application/json": { schema: shape } } };
  switch (shape.shape) {
    case "page":
      return {
        description: "The rows asked for",
        headers: z.object({
          "Content-Range": z
            .string()
            .meta({ description: "First and last row, and how many there are.", example: "items 0-24/319" }),
        }),
        content: { "application/json": { schema: z.array(shape.row) } },
      };
    case "event-stream":
      return { description: shape.description, content: { "text/event-stream": { schema: z.string() } } };
    case "binary":
    case "download":
      return {
        description: "The document",
        content: { [shape.contentType]: { schema: z.string().meta({ format: "binary" }) } },
      };
    case "empty":
      return { description: shape.description };
  }
}

function problemAnswersOf(row: Route): Record<string, ZodOpenApiResponseObject> {
  const codes = problemsOf(row);
  const statuses = [...new Set(codes.map((code) => ERROR_CODES[code].status))].sort();
  return Object.fromEntries(
    statuses.map((status) => {
      const named = codes.filter((code) => ERROR_CODES[code].status === status);
      const description = named.map((code) => `\`${code}\`: ${ERROR_CODES[code].title}`).join(" · ");
      return [
        String(status),
        { description, content: { [PROBLEM_CONTENT_TYPE]: { schema: problemSchema } } },
      ];
    }),
  );
}
