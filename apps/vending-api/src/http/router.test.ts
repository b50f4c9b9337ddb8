import mongoose from "mongoose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { ApiError } from "../errors.ts";
import { binary, binaryOf, created, emptyOf, noContent, ok, page, pageOf } from "./answer.ts";
import { route } from "./route.ts";
import { type ServedRoutes, serveRoutes } from "./testing/serve-routes.ts";

const seen = z.object({ id: z.string() });

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
];

const key = "one-intention";
let served: ServedRoutes;

beforeAll(async () => {
  served = await serveRoutes(routes);
});
afterAll(() => served.close());

const call: ServedRoutes["call"] = (...asked) => served.call(...asked);
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
    served.logged.length = 0;
    const body = await (await call("GET", "/bug")).text();
    expect(served.logged).toEqual([
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
