import { EventEmitter, once } from "node:events";
import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import cookieParser from "cookie-parser";
import express from "express";
import mongoose from "mongoose";
import { pino } from "pino";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { ApiError } from "../errors.ts";
import { manualClock } from "../testing/manual-clock.ts";
import type { PersonCaller } from "./access.ts";
import {
  binary,
  binaryOf,
  created,
  download,
  downloadOf,
  emptyOf,
  eventStreamOf,
  noContent,
  ok,
  page,
  pageOf,
  stream,
} from "./answer.ts";
import { answerProblem } from "./answer-problem.ts";
import { observeRequests } from "./observe-requests.ts";
import { route } from "./route.ts";
import { apiRouter } from "./router.ts";

const person = (role: "administrator" | "resident"): PersonCaller => ({
  kind: "person",
  id: role,
  login: role,
  name: role,
  roles: [role],
  siteIds: ["s1"],
});
const seen = z.object({ id: z.string() });

const CHUNK = "x".repeat(65_536);
let chunksMade = 0;

async function* endlessChunks(breaksAt: number): AsyncGenerator<string> {
  try {
    for (chunksMade = 0; ; chunksMade += 1) {
      if (chunksMade === breaksAt) throw new Error("the store went away");
      yield CHUNK;
    }
  } finally {
    downloads.emit("closed");
  }
}
const downloads = new EventEmitter();

const routes = [
  route({
    method: "get",
    path: "/things/:id",
    tag: "t",
    summary: "s",
    access: { roles: ["administrator"] },
    answers: { 200: z.object({ id: z.string(), callerId: z.string() }) },
    handle: async ({ params, caller }) => ok({ id: params.id, callerId: caller.id, secret: "never leaves" }),
  }),
  route({
    method: "post",
    path: "/things",
    tag: "t",
    summary: "s",
    access: { roles: ["administrator"] },
    idempotencyKey: "required",
    body: z.strictObject({ amountMinor: z.int() }),
    bodyLimitBytes: 200,
    fieldProblems: { amountMinor: "amount-invalid" },
    answers: { 201: z.object({ key: z.string(), hash: z.string(), amountMinor: z.int() }) },
    handle: async ({ idempotencyKey, requestHash, body }) =>
      created({ key: idempotencyKey, hash: requestHash, amountMinor: body.amountMinor }),
  }),
  route({
    method: "get",
    path: "/things",
    tag: "t",
    summary: "s",
    access: "signed-in",
    answers: { 200: pageOf(seen) },
    handle: async () => page([{ id: "a" }, { id: "b" }], { from: 5, total: 9 }),
  }),
  route({
    method: "get",
    path: "/nothing",
    tag: "t",
    summary: "s",
    access: "signed-in",
    answers: { 200: pageOf(seen) },
    handle: async () => page([], { from: 90, total: 9 }),
  }),
  route({
    method: "delete",
    path: "/things/:id",
    tag: "t",
    summary: "s",
    access: "gateway",
    answers: { 204: emptyOf("gone") },
    handle: async () => noContent(),
  }),
  route({
    method: "get",
    path: "/paper",
    tag: "t",
    summary: "s",
    access: "public",
    answers: { 200: binaryOf("application/pdf") },
    handle: async () => binary("application/pdf", new Uint8Array([1, 2, 3]), "receipt.pdf"),
  }),
  route({
    method: "get",
    path: "/long.csv",
    tag: "t",
    summary: "s",
    access: "public",
    query: z.strictObject({ breaksAt: z.coerce.number().default(Number.POSITIVE_INFINITY) }),
    answers: { 200: downloadOf("text/csv; charset=utf-8") },
    handle: async ({ query }) =>
      download("text/csv; charset=utf-8", "long.csv", endlessChunks(query.breaksAt)),
  }),
  route({
    method: "get",
    path: "/wrong-answer",
    tag: "t",
    summary: "s",
    access: "public",
    answers: { 200: z.object({ count: z.int() }) },
    handle: async () => ok({ count: 0.5 }),
  }),
  route({
    method: "get",
    path: "/outage",
    tag: "t",
    summary: "s",
    access: "public",
    answers: { 204: emptyOf("") },
    handle: async () => {
      throw new mongoose.mongo.MongoNetworkError("connection 3 to 127.0.0.1:27017 closed");
    },
  }),
  route({
    method: "get",
    path: "/bug",
    tag: "t",
    summary: "s",
    access: "public",
    answers: { 204: emptyOf("") },
    handle: async () => {
      throw new TypeError("x is not a function");
    },
  }),
  route({
    method: "get",
    path: "/later",
    tag: "t",
    summary: "s",
    access: "public",
    answers: { 204: emptyOf("") },
    problems: ["too-many-attempts"],
    handle: async () => {
      throw new ApiError("too-many-attempts", undefined, { retryAfterS: 30 });
    },
  }),
  route({
    method: "get",
    path: "/events",
    tag: "t",
    summary: "s",
    access: "public",
    answers: { 200: eventStreamOf("") },
    handle: async () =>
      stream((sink) => {
        sink.send({ id: "7", event: "change", data: { text: "two\nlines" } });
        return () => streams.emit("closed");
      }),
  }),
];

const streams = new EventEmitter();
const logged: { code?: string; err?: { message: string } }[] = [];
const clock = manualClock();
const stopping = new AbortController();
let server: Server;
let origin: string;

beforeAll(async () => {
  const log = pino({ level: "error" }, { write: (line: string) => logged.push(JSON.parse(line)) });
  const app = express();
  app.use(observeRequests(log, new Registry()), cookieParser());
  app.use(
    apiRouter(routes, {
      beginChange: async () => async () => {},
      clock,
      stopping: stopping.signal,
      authenticators: {
        person: async (token) =>
          token === "admin" || token === "tenant"
            ? person(token === "admin" ? "administrator" : "resident")
            : undefined,
        gateway: async (token) =>
          token === "hmg_good"
            ? { kind: "gateway", id: "g1", name: "g", roles: ["gateway"], siteIds: ["s1"] }
            : undefined,
      },
    }),
  );
  app.use(answerProblem);
  server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const key = "one-intention";
function call(
  method: string,
  path: string,
  options: { token?: string; body?: string; headers?: Record<string, string> } = {},
) {
  const { token, body, headers } = options;
  return fetch(`${origin}${path}`, {
    method,
    headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers },
    ...(body === undefined ? {} : { body }),
  });
}
const json = { "content-type": "application/json", "idempotency-key": key };

describe("apiRouter", () => {
  it.each([
    ["no token", "GET", "/things/1", {}, 401, "unauthenticated"],
    ["an unknown token", "GET", "/things/1", { token: "forged" }, 401, "unauthenticated"],
    [
      "another scheme",
      "GET",
      "/things/1",
      { headers: { authorization: "Basic YTpi" } },
      401,
      "unauthenticated",
    ],
    ["a wrong role", "GET", "/things/1", { token: "tenant" }, 403, "forbidden"],
    ["a gateway among persons", "GET", "/things", { token: "hmg_good" }, 403, "forbidden"],
    ["a person at the gateway's", "DELETE", "/things/1", { token: "admin" }, 403, "forbidden"],
    ["an unknown gateway", "DELETE", "/things/1", { token: "hmg_bad" }, 401, "unauthenticated"],
    ["an id that is too long", "GET", `/things/${"x".repeat(65)}`, { token: "admin" }, 400, "invalid-path"],
    ["a broken escape", "GET", "/things/%E0%A4%A", { token: "admin" }, 400, "invalid-path"],
    ["a query where none is", "GET", "/things?limit=3", { token: "admin" }, 400, "invalid-query"],
    ["another method", "PUT", "/things/1", { token: "admin" }, 405, "method-not-allowed"],
    [
      "no idempotency key",
      "POST",
      "/things",
      { token: "admin", body: '{"amountMinor":1}', headers: { "content-type": "application/json" } },
      400,
      "idempotency-key-missing",
    ],
    [
      "an idempotency key of two words",
      "POST",
      "/things",
      { token: "admin", body: '{"amountMinor":1}', headers: { ...json, "idempotency-key": "two words" } },
      400,
      "idempotency-key-invalid",
    ],
    [
      "broken JSON",
      "POST",
      "/things",
      { token: "admin", body: '{"amountMinor":', headers: json },
      400,
      "bad-json",
    ],
    [
      "JSON that is no object",
      "POST",
      "/things",
      { token: "admin", body: '"50"', headers: json },
      400,
      "bad-json",
    ],
    ["no body", "POST", "/things", { token: "admin", headers: json }, 400, "amount-invalid"],
    [
      "another media type",
      "POST",
      "/things",
      {
        token: "admin",
        body: "amountMinor=1",
        headers: { ...json, "content-type": "application/x-www-form-urlencoded" },
      },
      415,
      "unsupported-media-type",
    ],
    [
      "a huge body",
      "POST",
      "/things",
      { token: "admin", body: JSON.stringify({ amountMinor: 1, note: "x".repeat(300) }), headers: json },
      413,
      "payload-too-large",
    ],
    [
      "an unknown field",
      "POST",
      "/things",
      { token: "admin", body: '{"amountMinor":1,"x":2}', headers: json },
      400,
      "invalid-body",
    ],
    [
      "a bad field with a code of its own",
      "POST",
      "/things",
      { token: "admin", body: '{"amountMinor":-0.5}', headers: json },
      400,
      "amount-invalid",
    ],
    ["the store gone", "GET", "/outage", {}, 503, "store-unavailable"],
    ["a bug", "GET", "/bug", {}, 500, "internal"],
    ["an answer that breaks the contract", "GET", "/wrong-answer", {}, 500, "internal"],
  ] as const)("answers %s with a problem", async (_what, method, path, options, status, code) => {
    const response = await call(method, path, options);
    expect(response.headers.get("content-type")).toMatch(/^application\/problem\+json/);
    expect(await response.json()).toMatchObject({
      status,
      code,
      requestId: response.headers.get("x-request-id"),
    });
    expect(response.status).toBe(status);
  });

  it("refuses a stranger before reading the body", async () => {
    const response = await call("POST", "/things", { body: "{".repeat(1000), headers: json });
    expect(response.status).toBe(401);
  });

  it("logs the cause of what is our own mistake, and says nothing of it outside", async () => {
    logged.length = 0;
    const body = await (await call("GET", "/bug")).text();
    expect(logged).toEqual([
      expect.objectContaining({
        code: "internal",
        err: expect.objectContaining({ message: "x is not a function" }),
      }),
    ]);
    expect(body).not.toContain("not a function");
  });

  it("names the methods that an address has", async () => {
    expect((await call("PUT", "/things/1")).headers.get("allow")).toBe("GET, DELETE");
  });

  it("says when to try again", async () => {
    expect((await call("GET", "/later")).headers.get("retry-after")).toBe("30");
  });

  it("lets only what the contract names leave", async () => {
    const response = await call("GET", "/things/1", { token: "admin" });
    expect(await response.json()).toEqual({ id: "1", callerId: "administrator" });
    expect(response.headers.get("cache-control")).toBe("no-store");
  });

  it("hands the handler its key and a hash that only the meaning of the request decides", async () => {
    const send = async (body: string) => {
      const response = await call("POST", "/things", { token: "admin", body, headers: json });
      return (await response.json()) as { key: string; hash: string; amountMinor: number };
    };
    const first = await send('{"amountMinor":1}');
    expect(first).toMatchObject({ key, amountMinor: 1 });
    expect(await send('{ "amountMinor": 1 }')).toEqual(first);
    expect(await send('{"amountMinor":2}')).not.toMatchObject({ hash: first.hash });
  });

  it.each([
    ["/things", "things 5-6/9"],
    ["/nothing", "nothing */9"],
  ])("tells where the rows of %s stand", async (path, range) => {
    expect((await call("GET", path, { token: "tenant" })).headers.get("content-range")).toBe(range);
  });

  it("answers documents with their name", async () => {
    const response = await call("GET", "/paper");
    expect(response.headers.get("content-type")).toBe("application/pdf");
    expect(response.headers.get("content-disposition")).toBe("attachment; filename=receipt.pdf");
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]));
  });
});

describe("downloads", () => {
  it("are written as fast as they are taken, and end when the client leaves", async () => {
    const response = await call("GET", "/long.csv");
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(response.headers.get("content-disposition")).toBe("attachment; filename=long.csv");
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let taken = 0;
    while (taken < 100 * CHUNK.length) taken += (await reader.read()).value?.length ?? 0;
    const closed = once(downloads, "closed");
    await reader.cancel();
    await closed;
    // What lies between is in the buffers of two sockets: a few megabytes at the most.
    expect(chunksMade * CHUNK.length - taken).toBeLessThan(20_000_000);
  });

  it("that break off are no whole answer to the client", async () => {
    logged.length = 0;
    const response = await call("GET", "/long.csv?breaksAt=3");
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
    expect(logged).toEqual([
      expect.objectContaining({ err: expect.objectContaining({ message: "the store went away" }) }),
    ]);
  });
});

describe("event streams", () => {
  /** Reads until the text so far contains `end`. */
  async function readUntil(reader: ReadableStreamDefaultReader<Uint8Array>, end: string): Promise<string> {
    const decoder = new TextDecoder();
    let text = "";
    while (!text.includes(end)) {
      const { value, done } = await reader.read();
      if (done) return text;
      text += decoder.decode(value, { stream: true });
    }
    return text;
  }
  const open = async () => {
    const response = await call("GET", "/events");
    expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
    return (response.body as ReadableStream<Uint8Array>).getReader();
  };

  it("send events with id and one line of JSON, then a heartbeat", async () => {
    const reader = await open();
    expect(await readUntil(reader, "lines")).toContain(
      'id: 7\nevent: change\ndata: {"text":"two\\nlines"}\n\n',
    );
    clock.advance(15_000);
    expect(await readUntil(reader, ":\n\n")).toBe(":\n\n");
    const closed = once(streams, "closed");
    await reader.cancel();
    await closed;
  });

  it("tell the feature once that the client left", async () => {
    let times = 0;
    streams.on("closed", () => {
      times += 1;
    });
    const client = httpRequest(`${origin}/events`).end();
    const [response] = await once(client, "response");
    await once(response, "data");
    const closed = once(streams, "closed");
    client.destroy();
    await closed;
    clock.advance(15_000);
    expect(times).toBe(1);
  });

  it("end when the server stops", async () => {
    const reader = await open();
    stopping.abort();
    await readUntil(reader, "never");
    expect((await reader.read()).done).toBe(true);
  });
});
