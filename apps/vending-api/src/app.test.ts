import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ERROR_CODES } from "./errors.ts";
import { featureRoutes } from "./features.ts";
import { type Access, ROLE_NAMES, type Role } from "./http/access.ts";
import { isSchema } from "./http/answer.ts";
import { type OpenApiDocument, openApiPath, problemsOf } from "./http/openapi.ts";
import type { Route } from "./http/route.ts";
import { gatewayModel } from "./network/gateway.model.ts";
import { createGatewayToken } from "./network/gateway-token.ts";
import { startTestApi, type TestApi } from "./testing/start-test-api.ts";
import type { PersonRole } from "./users/user.model.ts";

let api: TestApi;
let routes: Route[];
let consoleDir: string;

beforeAll(async () => {
  consoleDir = await mkdtemp(join(tmpdir(), "hallmeter-console-"));
  await mkdir(join(consoleDir, "assets"));
  await writeFile(join(consoleDir, "index.html"), "<title>console</title>");
  await writeFile(join(consoleDir, "my.html"), "<title>resident</title>");
  await writeFile(join(consoleDir, "assets", "index-3f2a.js"), "export {};");
  await writeFile(join(consoleDir, "manifest.webmanifest"), "{}");
  api = await startTestApi({ consoleDir });
  routes = featureRoutes(api.deps);
});
afterAll(async () => {
  await api.stop();
  await rm(consoleDir, { recursive: true });
});

describe("access", () => {
  const isOpen = (access: Access) => access === "public" || access === "stream-ticket";
  /** Every address that answers without a token. A new one has to be written down here. */
  const OPEN = [
    "POST /auth/login",
    "POST /auth/refresh",
    "POST /auth/logout",
    "GET /documents/verify/:code",
    "POST /payment-webhooks/:siteId/:provider",
    "GET /sandbox-payments/:id",
    "POST /sandbox-payments/:id/pay",
    "POST /sandbox-payments/:id/fail",
    "POST /sandbox-payments/:id/late",
    "GET /stream",
  ];

  it("is open only where the table of this test says so too", () => {
    const open = routes
      .filter((row) => isOpen(row.access))
      .map((row) => `${row.method.toUpperCase()} ${row.path}`);
    expect(open).toEqual(OPEN);
  });

  it("is refused to strangers and wrong roles, by every route of the table", async () => {
    const persons = new Map<Role, string>();
    for (const role of ROLE_NAMES.filter((name) => name !== "gateway")) {
      persons.set(role, await api.tokenFor(role as PersonRole));
    }
    const { token: gatewayToken, tokenHash } = createGatewayToken();
    await gatewayModel(api.connection).create({ siteId: "s1", name: "g", tokenHash });
    const everybody = [...persons, ["gateway", gatewayToken] as const];
    let refusals = 0;
    for (const row of routes.filter(({ access }) => !isOpen(access))) {
      const path = row.path.replace(/:[A-Za-z]+/g, "none");
      const knock = (token?: string) => api.call(row.method.toUpperCase(), path, { token });
      const where = `${row.method} ${row.path}`;
      expect(await knock(), where).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
      expect(await knock("forged"), where).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
      for (const [role, token] of everybody.filter(([name]) => !mayCall(row.access, name))) {
        expect(await knock(token), `${where} by ${role}`).toMatchObject({
          status: 403,
          body: { code: "forbidden" },
        });
        refusals += 1;
      }
    }
    // Each route refuses somebody: a gateway at the least, or every person.
    expect(refusals).toBeGreaterThanOrEqual(routes.length - OPEN.length);
  });

  function mayCall(access: Access, role: Role): boolean {
    if (typeof access === "object") return access.roles.includes(role);
    return access === "gateway" ? role === "gateway" : role !== "gateway";
  }
});

describe("the OpenAPI document", () => {
  let document: OpenApiDocument;
  beforeAll(async () => {
    document = (await api.call<OpenApiDocument>("GET", "/openapi.json")).body;
  });

  it("is 3.1 and names every route once, with a name of its own", () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        at: `${method} ${path}`,
        id: operation.operationId,
      })),
    );
    expect(operations.map(({ at }) => at).sort()).toEqual(
      routes.map((row) => `${row.method} ${openApiPath(row.path)}`).sort(),
    );
    expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
  });

  it("has every answer and every problem of every route", () => {
    for (const row of routes) {
      const responses = document.paths?.[openApiPath(row.path)]?.[row.method]?.responses ?? {};
      const problems = problemsOf(row).map((code) => String(ERROR_CODES[code].status));
      expect(Object.keys(responses).sort(), row.path).toEqual(
        [...new Set([...Object.keys(row.answers), ...problems])].sort(),
      );
      for (const [status, shape] of Object.entries(row.answers)) {
        const content = responses[status]?.content;
        if (isSchema(shape)) expect(content?.["application/json"]?.schema, row.path).toBeDefined();
      }
      for (const status of problems) {
        expect(responses[status]?.content?.["application/problem+json"]?.schema, row.path).toEqual({
          $ref: "#/components/schemas/Problem",
        });
      }
    }
  });

  it("asks for the key wherever money or a relay moves", () => {
    const header = expect.objectContaining({ in: "header", name: "Idempotency-Key", required: true });
    for (const row of routes.filter((candidate) => candidate.idempotencyKey === "required")) {
      expect(document.paths?.[openApiPath(row.path)]?.[row.method]?.parameters, row.path).toContainEqual(
        header,
      );
    }
  });

  it("refers to nothing that it does not have", () => {
    const text = JSON.stringify(document);
    const names = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1] as string);
    expect(names.length).toBeGreaterThan(0);
    expect(Object.keys(document.components?.schemas ?? {})).toEqual(
      expect.arrayContaining([...new Set(names)]),
    );
  });
});

describe("the documentation", () => {
  it("comes from this server alone and runs no script that stands in the page", async () => {
    const page = await fetch(`${api.origin}/api/docs`);
    expect(page.url).toBe(`${api.origin}/api/docs/`);
    const html = await page.text();
    expect(html).not.toMatch(/https?:\/\//);
    expect(html).not.toMatch(/<script>|<style>/);
    expect(page.headers.get("content-security-policy")).toContain("script-src 'self';");
    for (const [, source] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const asset = await fetch(new URL(source as string, page.url));
      expect(asset.status, source).toBe(200);
      await asset.arrayBuffer();
    }
  });
});

describe("the type of a problem", () => {
  it("leads to its explanation", async () => {
    const { body } = await api.call("GET", "/sites");
    const url = new URL(body.type, api.origin);
    expect(await (await fetch(url)).text()).toContain(`id="${url.hash.slice(1)}"`);
  });
});

describe("health", () => {
  it("is alive, and ready while the store answers", async () => {
    for (const path of ["/healthz", "/readyz"]) {
      const response = await fetch(api.origin + path);
      expect(response.status).toBe(200);
      expect(response.headers.get("cache-control")).toBe("no-store");
    }
  });

  it("is counted by route pattern, never by address", async () => {
    const token = await api.tokenFor("administrator");
    await api.call("GET", "/sites/some-very-special-id", { token });
    const text = await (await fetch(`${api.origin}/metrics`)).text();
    expect(text).toContain(
      'http_request_duration_seconds_count{method="GET",route="/sites/:id",status="404"} 1',
    );
    expect(text).not.toContain("some-very-special-id");
  });
});

describe("the console", () => {
  const navigate = (path: string) => fetch(api.origin + path, { headers: { accept: "text/html" } });

  it.each([
    ["/", "console"],
    ["/households/42/show", "console"],
    ["/my", "resident"],
    ["/my/receipts", "resident"],
  ])("answers %s with the %s page, asked for again each time", async (path, title) => {
    const response = await navigate(path);
    expect(await response.text()).toBe(`<title>${title}</title>`);
    expect(response.headers.get("cache-control")).toBe("no-cache");
    const etag = response.headers.get("etag") as string;
    // fetch by itself would add "no-cache", which asks for the whole answer; a browser that looks again sends this.
    const headers = { accept: "text/html", "if-none-match": etag, "cache-control": "max-age=0" };
    const again = await fetch(api.origin + path, { headers });
    expect(again.status).toBe(304);
  });

  it("keeps hashed files for a year", async () => {
    const response = await fetch(`${api.origin}/assets/index-3f2a.js`);
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(await response.text()).toBe("export {};");
  });

  it.each([
    "/assets/index-gone.js",
    "/favicon.png",
    "/api/v1/nowhere",
    "/api/nowhere",
    "/../package.json",
    "/%2e%2e/package.json",
  ])("answers %s with 404, not with a page", async (path) => {
    const response = await navigate(path);
    expect(response.headers.get("content-type")).toMatch(/problem\+json/);
    expect(response.status).toBe(404);
  });

  it("sends its pages under a policy without foreign sources", async () => {
    const { headers } = await navigate("/");
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'self'");
    // The card reader's program on the desk's own computer.
    expect(policy).toContain("connect-src 'self' http://127.0.0.1:*;");
    expect(policy.replace(" http://127.0.0.1:*", "")).not.toMatch(/https?:|unsafe-eval|script-src/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-powered-by")).toBeNull();
  });
});
