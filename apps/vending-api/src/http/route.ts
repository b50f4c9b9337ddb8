import type { Logger } from "pino";
import { z } from "zod";
import type { ErrorCode } from "../errors.ts";
import type { Access, Caller, GatewayCaller, PersonCaller } from "./access.ts";
import type { Answer, AnswerFor, AnswerTable } from "./answer.ts";
import { parseInput } from "./parse-input.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";

type ParamNames<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamNames<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

/** `:id` and the like are opaque strings; every one in the path is checked without being declared. */
export type PathParams<Path extends string> = { [Name in ParamNames<Path>]: string };

type CallerOf<A extends Access> = A extends "public" | "stream-ticket"
  ? undefined
  : A extends "gateway"
    ? GatewayCaller
    : PersonCaller;
type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** What is known about a request whatever its route. */
export interface RequestContext {
  readonly id: string;
  readonly now: Date;
  readonly log: Logger;
  readonly remoteAddress: string;
  /** Came over TLS, by this server or a proxy in front of it. */
  readonly secure: boolean;
  readonly cookies: Readonly<Record<string, string>>;
  header(name: string): string | undefined;
  /** The body of a route that `takesBytes`; empty for the others. */
  readonly bytes: Buffer;
}

export interface RouteRequest<Params, Query, Body, Who, Key> extends RequestContext {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly caller: Who;
  readonly idempotencyKey: Key;
  /** SHA-256 of method, path, caller and canonical body: two requests with the same one ask for the same thing. */
  readonly requestHash: string;
}

export interface RouteDefinition<
  Path extends string,
  A extends Access,
  Key extends "required" | undefined,
  Query extends z.ZodType | undefined,
  Body extends z.ZodType | undefined,
  Answers extends AnswerTable,
> {
  method: Method;
  /** Below /api/v1, express style: `/circuits/:id/live`. */
  path: Path;
  tag: string;
  summary: string;
  description?: string;
  access: A;
  idempotencyKey?: Key;
  query?: Query;
  body?: Body;
  /** Takes the body as it came in, whatever its type, as `bytes`: a signature is over bytes. Instead of `body`. */
  takesBytes?: true;
  /** Default 100 kB, plenty for a form; the gateway's batches need more. */
  bodyLimitBytes?: number;
  /** A mistake in this field of the body answers this code instead of `invalid-body`. */
  fieldProblems?: Readonly<Record<string, ErrorCode>>;
  answers: Answers;
  /** Problems of this route's own, beyond those that follow from its shape. For the documentation. */
  problems?: readonly ErrorCode[];
  handle(
    request: RouteRequest<
      PathParams<Path>,
      Parsed<Query>,
      Parsed<Body>,
      CallerOf<A>,
      Key extends "required" ? string : undefined
    >,
  ): Promise<AnswerFor<Answers>>;
}

/** A request as it came in; the route checks and types it. */
export interface RawRequest extends RequestContext {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly caller: Caller | undefined;
  readonly idempotencyKey: string | undefined;
  readonly requestHash: string;
}

/** A row of the route table: what the router, the access test and the OpenAPI document walk. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly access: Access;
  readonly idempotencyKey?: "required";
  readonly params: z.ZodObject;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly takesBytes?: true;
  readonly bodyLimitBytes: number;
  readonly answers: AnswerTable;
  readonly problems: readonly ErrorCode[];
  /** Checks path, query and body once, then handles. Rejects with ApiError. */
  run(request: RawRequest): Promise<Answer>;
}

const DEFAULT_BODY_LIMIT_BYTES = 100_000;
const pathIdSchema = z.string().min(1).max(64);
const noQuery = z.strictObject({});

function paramsSchema(path: string): z.ZodObject {
  const names = [...path.matchAll(/:([A-Za-z]+)/g)].map((match) => match[1] as string);
  return z.strictObject(Object.fromEntries(names.map((name) => [name, pathIdSchema])));
}

export function route<
  Path extends string,
  A extends Access,
  Answers extends AnswerTable,
  Key extends "required" | undefined = undefined,
  Query extends z.ZodType | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(definition: RouteDefinition<Path, A, Key, Query, Body, Answers>): Route {
  const { handle, fieldProblems = {}, ...table } = definition;
  const params = paramsSchema(definition.path);
  return {
    ...table,
    params,
    bodyLimitBytes: definition.bodyLimitBytes ?? DEFAULT_BODY_LIMIT_BYTES,
    problems: [...(definition.problems ?? []), ...Object.values(fieldProblems)],
    async run(raw) {
      const checked = {
        ...raw,
        params: parseInput(params, raw.params, { code: "invalid-path" }),
        query: parseInput(definition.query ?? noQuery, raw.query, { code: "invalid-query" }),
        body:
          definition.body && parseInput(definition.body, raw.body, { code: "invalid-body", fieldProblems }),
      };
      // The router let the request through under `access` and `idempotencyKey` of this very row, so caller and key have the
      // types that the row promises; the schemas above make the rest true.
      return handle(checked as unknown as Parameters<typeof handle>[0]) as Promise<Answer>;
    },
  };
}
