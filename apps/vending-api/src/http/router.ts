import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import express, { type Request, type RequestHandler, type Response, type Router } from "express";
import { z } from "zod";
import type { Deps } from "../deps.ts";
import { ApiError, isApiError } from "../errors.ts";
import type { Caller, PersonCaller } from "./access.ts";
import { type Answer, type DownloadAnswer, isSchema } from "./answer.ts";
import { type Authenticators, admit } from "./authentication.ts";
import { serveEventStream } from "./event-stream.ts";
import { readIdempotencyKey } from "./idempotency-key.ts";
import { isTooDeep } from "./input-shape.ts";
import { requestHashOf } from "./request-hash.ts";
import type { RequestContext, Route } from "./route.ts";

export interface RouterDeps extends Pick<Deps, "clock" | "stopping"> {
  authenticators: Authenticators;
  /** Told before a person's request changes anything; what it returns is called once its audit stands or it was refused. */
  beginChange(request: ChangeRequest): Promise<() => Promise<void>>;
}

export interface ChangeRequest {
  id: string;
  now: Date;
  caller: PersonCaller;
  method: string;
  path: string;
}

/** Serves the route table. Each row refuses strangers before it reads a body. */
export function apiRouter(routes: readonly Route[], deps: RouterDeps): Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  const methods = new Map<string, string[]>();
  for (const row of routes) {
    router[row.method](
      row.path,
      async (request, response, next) => {
        response.locals.routePath = row.path;
        response.locals.caller = await admit(row.access, request, deps.authenticators);
        next();
      },
      ...bodyReaders(row),
      (request, response) => serve(row, request, response, deps),
    );
    methods.set(row.path, [...(methods.get(row.path) ?? []), row.method.toUpperCase()]);
  }
  for (const [path, allowed] of methods) {
    router.all(path, (_request, response) => {
      response.set("Allow", allowed.join(", "));
      throw new ApiError("method-not-allowed");
    });
  }
  return router;
}

function bodyReaders({ body, takesBytes, bodyLimitBytes: limit }: Route): RequestHandler[] {
  if (takesBytes) return [express.raw({ limit, type: () => true, inflate: false })];
  return body ? [refuseOtherMedia, express.json({ limit, strict: true }), refuseDeepBody] : [];
}

/** Before anything walks it. */
function refuseDeepBody(request: Request, _response: Response, next: () => void): void {
  if (isTooDeep(request.body)) throw new ApiError("bad-json", "The body nests too deep");
  next();
}

function refuseOtherMedia(request: Request, _response: Response, next: () => void): void {
  const hasBody =
    request.headers["transfer-encoding"] !== undefined || Number(request.get("content-length") ?? 0) > 0;
  if (hasBody && !request.is("application/json")) throw new ApiError("unsupported-media-type");
  next();
}

async function serve(row: Route, request: Request, response: Response, deps: RouterDeps): Promise<void> {
  const { caller } = response.locals;
  const context = contextOf(request, response, deps);
  const endChange = await announceChange(row, request, caller, context, deps);
  const answer = await row
    .run({
      ...context,
      params: request.params,
      query: request.query,
      body: request.body,
      caller,
      idempotencyKey: row.idempotencyKey && readIdempotencyKey(request.get("idempotency-key")),
      requestHash: requestHashOf({
        method: request.method,
        path: request.path,
        callerId: caller?.id ?? "",
        body: row.takesBytes ? undefined : request.body,
      }),
    })
    .catch(async (error: unknown) => {
      // A no changed nothing. What failed in any other way may have changed something before it did.
      if (isApiError(error) && error.failureClass === "permanent") await endChange();
      throw error;
    });
  await endChange();
  send(row, answer, request, response, deps);
}

const nothingToEnd = async (): Promise<void> => {};

/** What bears a key is a document with its author and reason already; the rest is only known by its audit. */
async function announceChange(
  row: Route,
  { method, path }: Request,
  caller: Caller | undefined,
  { id, now }: RequestContext,
  deps: RouterDeps,
): Promise<() => Promise<void>> {
  if (row.method === "get" || row.idempotencyKey === "required" || caller?.kind !== "person")
    return nothingToEnd;
  return deps.beginChange({ id, now, caller, method, path });
}

function contextOf(request: Request, response: Response, { clock }: RouterDeps): RequestContext {
  return {
    id: response.locals.requestId,
    log: response.locals.log,
    now: clock.now(),
    remoteAddress: request.ip ?? "unknown",
    secure: request.secure,
    cookies: request.cookies,
    header: (name) => request.get(name),
    bytes: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
  };
}

function send(row: Route, answer: Answer, request: Request, response: Response, deps: RouterDeps): void {
  for (const { name, value, options } of answer.cookies ?? []) response.cookie(name, value, options);
  // Answers are about people and money: no cache keeps them unless the route says otherwise.
  response.set({ "Cache-Control": "no-store", ...answer.headers });
  switch (answer.kind) {
    case "json":
      response.status(answer.status).json(outgoing(row, answer.status, answer.body));
      return;
    case "page": {
      const rows = outgoing(row, 200, answer.body) as unknown[];
      response
        .set("Content-Range", contentRange(request.path, answer.from, rows.length, answer.total))
        .json(rows);
      return;
    }
    case "empty":
      response.status(answer.status).end();
      return;
    case "binary":
      response.type(answer.contentType);
      if (answer.fileName) response.attachment(answer.fileName).type(answer.contentType);
      response.send(Buffer.from(answer.bytes.buffer, answer.bytes.byteOffset, answer.bytes.byteLength));
      return;
    case "download":
      response.type(answer.contentType).attachment(answer.fileName).type(answer.contentType);
      sendChunks(answer, response, deps);
      return;
    case "stream":
      response.locals.streaming = true;
      serveEventStream(answer, response, deps);
  }
}

/** The client went away, or this server stops. */
const LEFT = ["ERR_STREAM_PREMATURE_CLOSE", "ABORT_ERR"];

/** A failure on the way cuts the connection, so that nobody takes a part for the whole. */
function sendChunks({ chunks }: DownloadAnswer, response: Response, { stopping }: RouterDeps): void {
  pipeline(Readable.from(chunks), response, { signal: stopping }).catch((error: unknown) => {
    const wasLeft = error instanceof Error && "code" in error && LEFT.includes(String(error.code));
    response.locals.log[wasLeft ? "debug" : "error"]({ err: error }, "download cut off");
    response.destroy();
  });
}

/** Only what the contract names leaves the house; a body that breaks it is our mistake and is logged as one. */
function outgoing(row: Route, status: Answer["status"], body: unknown): unknown {
  const shape = row.answers[status];
  if (shape === undefined) throw new TypeError(`${row.method} ${row.path} declares no answer ${status}`);
  if (isSchema(shape)) return shape.parse(body);
  if (shape.shape === "page") return z.array(shape.row).parse(body);
  throw new TypeError(`${row.method} ${row.path} declares ${shape.shape} for ${status}`);
}

/** `households 0-24/319`, as ra-data-simple-rest reads it; RFC 9110, 14.4 has the star for a range without rows. */
function contentRange(path: string, from: number, rows: number, total: number): string {
  const unit = path.split("/").findLast((part) => part !== "") ?? "items";
  return rows === 0 ? `${unit} */${total}` : `${unit} ${from}-${from + rows - 1}/${total}`;
}
