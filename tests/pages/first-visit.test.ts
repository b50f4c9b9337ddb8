/** What the first visit costs a slow line: the real build, as the API serves it, weighed on the wire. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningApi, readApiSettings, startApi } from "../../apps/vending-api/src/main.ts";
import { signIn } from "../../scripts/start/api-client.ts";
import { buildConsole } from "../../scripts/start/build-pages.ts";
import { addFirstAdministrator } from "../../scripts/start/first-administrator.ts";
import { findChromium, launchChromium, signedInContext } from "../support/chromium.ts";
import { type Download, download, firstVisit } from "../support/first-visit.ts";
import { startTestDatabase, type TestDatabase } from "../support/test-database.ts";

/** Compressed, in kB of 1000 bytes. */
const BUDGETS_KB = { console: 420, resident: 180, chart: 250 } as const;
const ADMINISTRATOR = { login: "admin", password: "a password that is long enough" };

let database: TestDatabase;
let api: RunningApi;
let origin: string;
let consoleDir: string;

beforeAll(async () => {
  consoleDir = await buildConsole(() => {});
  database = await startTestDatabase();
  const settings = readApiSettings({
    MONGODB_URI: database.uri,
    HALLMETER_PORT: "0",
    HALLMETER_JWT_SECRET: "a secret for tests that is long enough",
    LOG_LEVEL: "error",
  });
  api = await startApi({ ...settings, consoleDir });
  origin = `http://127.0.0.1:${api.port}`;
  await addFirstAdministrator(database.uri, ADMINISTRATOR, new Date());
});
afterAll(async () => {
  await api?.close();
  await database?.stop();
});

function say(what: string, bytes: number, budgetKb: number): void {
  process.stdout.write(`${what}: ${(bytes / 1000).toFixed(1)} kB of ${budgetKb}\n`);
}
const wireBytes = (files: readonly Download[]) => files.reduce((sum, file) => sum + file.wireBytes, 0);

describe("the files that a page names", () => {
  it.each([
    ["console", "/"],
    ["resident", "/my"],
  ] as const)("of the %s are within its budget", async (name, path) => {
    const files = await firstVisit(origin, path);
    expect(files.filter(({ status }) => status !== 200)).toEqual([]);
    say(`${name}, what its page names`, wireBytes(files), BUDGETS_KB[name]);
    expect(files.length).toBeGreaterThan(5);
    expect(wireBytes(files)).toBeLessThan(BUDGETS_KB[name] * 1000);
  });

  it("leave the library of charts to whoever opens a chart", async () => {
    const names = (await readdir(join(consoleDir, "assets"))).filter((name) => /^chart.*\.js$/.test(name));
    const charts = await Promise.all(names.map((name) => download(origin, `/assets/${name}`)));
    say("library of charts", wireBytes(charts), BUDGETS_KB.chart);
    expect(wireBytes(charts)).toBeGreaterThan(50_000);
    expect(wireBytes(charts)).toBeLessThan(BUDGETS_KB.chart * 1000);
    const first = [...(await firstVisit(origin, "/")), ...(await firstVisit(origin, "/my"))];
    expect(first.filter(({ path }) => names.some((name) => path.endsWith(name)))).toEqual([]);
  });

  it("travel compressed, and those with a hash in their name never twice", async () => {
    const files = [...(await firstVisit(origin, "/")), ...(await firstVisit(origin, "/my"))];
    const assets = files.filter(({ path }) => path.startsWith("/assets/"));
    const texts = assets.filter(({ path, bytes }) => /\.(js|css)$/.test(path) && bytes > 1024);
    expect(texts.length).toBeGreaterThan(10);
    for (const { path, headers, wireBytes: wire, bytes } of texts) {
      expect(headers, path).toMatchObject({
        "content-encoding": "br",
        vary: expect.stringContaining("Accept-Encoding"),
      });
      expect(wire, path).toBeLessThan(bytes * 0.75);
    }
    for (const { path, headers } of assets)
      expect(headers["cache-control"], path).toBe("public, max-age=31536000, immutable");
  });

  it("are asked for again where the name stays, and not sent twice", async () => {
    for (const path of ["/", "/my"]) {
      const { headers } = await download(origin, path);
      expect(headers["cache-control"]).toBe("no-cache");
      const again = await download(origin, path, { "if-none-match": String(headers.etag) });
      expect(again).toMatchObject({ status: 304, wireBytes: 0 });
    }
  });

  it("reach a browser that knows gzip alone", async () => {
    const script = (await firstVisit(origin, "/my")).find(({ path }) => /my-.+\.js$/.test(path));
    const packed = await download(origin, script?.path ?? "", { "accept-encoding": "gzip" });
    expect(packed.headers["content-encoding"]).toBe("gzip");
    expect(packed.text).toBe((await download(origin, script?.path ?? "")).text);
  });
});

const executablePath = findChromium();

describe.skipIf(executablePath === undefined)("a first visit in a real browser", () => {
  let browser: Browser;
  let visitors: Awaited<ReturnType<typeof addVisitors>>;

  beforeAll(async () => {
    browser = await launchChromium(executablePath ?? "");
    visitors = await addVisitors();
  });
  afterAll(() => browser?.close());

  /** Everything that came over the wire until the page shows its first heading, answers of the API apart. */
  async function weigh(page: Page, path: string): Promise<Map<string, number>> {
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    const pathOf = new Map<string, string>();
    const bytesOf = new Map<string, number>();
    session.on("Network.requestWillBeSent", ({ requestId, request }) => {
      pathOf.set(requestId, new URL(request.url).pathname);
    });
    session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      const from = pathOf.get(requestId) ?? "";
      if (!from.startsWith("/api/")) bytesOf.set(from, (bytesOf.get(from) ?? 0) + encodedDataLength);
    });
    await page.goto(path);
    await page.locator("h1", { hasText: /\S/ }).first().waitFor({ state: "attached" });
    // What the room fetches behind its heading.
    await page.waitForLoadState("load");
    return bytesOf;
  }

  interface Visitor {
    login: string;
    password: string;
  }

  /** A site with one household, its manager and its resident. */
  async function addVisitors(): Promise<Record<"manager" | "resident", Visitor>> {
    const client = await signIn(origin, ADMINISTRATOR.login, ADMINISTRATOR.password);
    const add = async (path: string, body: object) => (await client.post<{ id: string }>(path, body)).id;
    const siteId = await add("/sites", { name: "Campus", timeZone: "Asia/Shanghai", currency: "CNY" });
    const buildingId = await add("/buildings", { siteId, name: "Hall", floors: 1 });
    const unitId = await add("/units", { buildingId, name: "101", floor: 1 });
    const householdId = await add("/households", { unitId, name: "Li Wei" });
    const { password } = ADMINISTRATOR;
    const user = { password, siteIds: [siteId], name: "Li Wei" };
    await add("/users", { ...user, login: "manager", roles: ["property-manager"] });
    await add("/users", { ...user, login: "resident", roles: ["resident"], householdId });
    return { manager: { login: "manager", password }, resident: { login: "resident", password } };
  }

  async function visit(visitor: Visitor, path: string, locale: string): Promise<number> {
    const context = await signedInContext(browser, visitor, { baseURL: origin, locale });
    const files = await weigh(await context.newPage(), path);
    await context.close();
    return [...files.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  it.each(["en-GB", "zh-CN"])(
    "is within its budget, language and first room included: %s",
    async (locale) => {
      const consoleBytes = await visit(visitors.manager, "/", locale);
      say(`console, first visit, ${locale}`, consoleBytes, BUDGETS_KB.console);
      const residentBytes = await visit(visitors.resident, "/my", locale);
      say(`resident, first visit, ${locale}`, residentBytes, BUDGETS_KB.resident);
      expect(consoleBytes).toBeGreaterThan(100_000);
      expect(consoleBytes).toBeLessThan(BUDGETS_KB.console * 1000);
      expect(residentBytes).toBeGreaterThan(50_000);
      expect(residentBytes).toBeLessThan(BUDGETS_KB.resident * 1000);
    },
  );
});
