import { gunzipSync } from "node:zlib";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { circuitConfig, GatewayRig, siteConfig } from "../testing/gateway-rig.ts";
import { RelayTests } from "./api/relay-tests.ts";
import { ScanRuns } from "./api/scan-runs.ts";
import { BusFrames } from "./frames/bus-frames.ts";
import { hashPassword } from "./login/password-hash.ts";
import { startWebServer, type WebServer } from "./web-server.ts";

const PASSWORD = "a technician's password";
const METER_PASSWORD = "739185";
/** It takes a tenth of a second, on purpose. */
const PASSWORD_HASH = await hashPassword(PASSWORD);
let rig: GatewayRig;
let pages: WebServer;
let origin: string;

beforeEach(async () => {
  const access = { level: 2, password: METER_PASSWORD, operator: "00000001" };
  rig = new GatewayRig(siteConfig([circuitConfig(1, { access }), circuitConfig(2, { keepPower: true })]));
  await rig.start();
  await rig.pass(700);
  const { control, store, uplink, clock } = rig;
  const newId = () => `t-${Math.random()}`;
  pages = await startWebServer({
    ...{ control, store, uplink, clock, frames: new BusFrames(), log: undefined },
    ...{ scans: new ScanRuns([], clock), relayTests: new RelayTests({ control, store, clock, newId }) },
    ...{ port: 0, host: "127.0.0.1", password: "the server's own token", pageDir: undefined },
    login: { name: "technician", passwordHash: PASSWORD_HASH },
    settings: { server: { url: "http://127.0.0.1:1", token: "the server's own token" } },
    startedAt: new Date(clock.nowMs()).toISOString(),
    logger: pino({ enabled: false }),
  });
  origin = `http://127.0.0.1:${pages.port}`;
});
afterEach(async () => {
  await pages.close();
  await rig.close();
});

function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  return fetch(`${origin}/api${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

async function signIn(): Promise<{ cookie: string }> {
  const response = await post("/sign-in", { login: "technician", password: PASSWORD });
  const set = response.headers.get("set-cookie") ?? "";
  expect(set).toMatch(/; HttpOnly; SameSite=Strict$/);
  return { cookie: set.split(";")[0] ?? "" };
}

describe("the technician's login", () => {
  it("lets nobody in without it, and says so in one shape", async () => {
    for (const path of ["/overview", "/events", "/circuits/c1", "/buses/b1/frames", "/diagnostics"]) {
      const response = await fetch(`${origin}/api${path}`, {
        headers: { cookie: "hallmeter-gateway=guess" },
      });
      expect([path, response.status]).toEqual([path, 401]);
      expect(await response.json()).toMatchObject({ code: "unauthenticated" });
    }
    expect((await post("/circuits/c1/relay-test", { confirm: "101" })).status).toBe(401);
  });

  it("ends with the session", async () => {
    const { cookie } = await signIn();
    expect((await fetch(`${origin}/api/overview`, { headers: { cookie } })).status).toBe(200);
    await post("/sign-out", {}, { cookie });
    expect((await fetch(`${origin}/api/overview`, { headers: { cookie } })).status).toBe(401);
  });

  it("refuses the sixth try within five minutes, even with the right password", async () => {
    for (let n = 0; n < 5; n++)
      expect((await post("/sign-in", { login: "technician", password: "no" })).status).toBe(401);
    const sixth = await post("/sign-in", { login: "technician", password: PASSWORD });
    expect(sixth.status).toBe(429);
    expect(Number(sixth.headers.get("retry-after"))).toBeGreaterThan(200);
  });

  it("takes nothing from another site, and nothing that is no JSON", async () => {
    const { cookie } = await signIn();
    expect((await post("/sign-out", {}, { cookie, origin: "http://elsewhere.example" })).status).toBe(403);
    expect((await post("/sign-out", {}, { cookie, "content-type": "text/plain" })).status).toBe(415);
    expect((await post("/sign-out", {}, { cookie, origin })).status).toBe(204);
  });

  it("has nothing framed, sniffed or loaded from elsewhere", async () => {
    const { headers } = await fetch(`${origin}/healthz`);
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });
});

describe("a relay test", () => {
  const test = (path: string, confirm: string, cookie: string) =>
    post(`/circuits/${path}/relay-test`, { confirm }, { cookie });
  const circuit = async (id: string, cookie: string) =>
    (await (await fetch(`${origin}/api/circuits/${id}`, { headers: { cookie } })).json()) as Record<
      string,
      unknown
    >;

  it("opens the relay and closes it again, journalled under the technician's name", async () => {
    const { cookie } = await signIn();
    expect((await test("c1", "wrong", cookie)).status).toBe(400);
    expect((await test("c1", "101", cookie)).status).toBe(202);
    await rig.pass(5);
    expect(rig.unit(1).relay).toBe("open");
    expect(await circuit("c1", cookie)).toMatchObject({
      relay: "open",
      relayTest: { state: "open", by: "technician" },
    });
    expect((await test("c1", "101", cookie)).status).toBe(409);
    await rig.pass(30);
    expect(rig.unit(1).relay).toBe("closed");
    expect(await circuit("c1", cookie)).toMatchObject({
      relay: "closed",
      holds: [],
      relayTest: { state: "passed", steps: [{ relay: "open" }, { relay: "closed" }] },
    });
    const events = await fetch(`${origin}/api/events?circuitId=c1`, { headers: { cookie } });
    for (const action of ["open", "release"])
      expect(await events.clone().json()).toContainEqual(
        expect.objectContaining({
          what: "command confirmed",
          details: { action, by: "technician", reason: "relay test" },
        }),
      );
  });

  it("is refused where power must stay, and touches nothing", async () => {
    const { cookie } = await signIn();
    const refused = await test("c2", "102", cookie);
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ code: "keep-power" });
    await rig.pass(20);
    expect(rig.writes).toEqual([]);
  });

  it("says that a stuck relay failed, and takes its hold away", async () => {
    const { cookie } = await signIn();
    rig.unit(1).isStuck = true;
    await test("c1", "101", cookie);
    await rig.pass(120);
    expect(await circuit("c1", cookie)).toMatchObject({ holds: [], relayTest: { state: "failed" } });
  });
});

describe("a circuit's meter", () => {
  it("is shown with its serial number and how its clock goes", async () => {
    const { cookie } = await signIn();
    const [, other] = rig.control.circuits;
    const identity = { serial: "202600000001", commissionedAt: null, change: null };
    const clock = { comparedAtMs: Date.UTC(2026, 0, 2), offsetMs: -4200, steppedAtMs: null };
    rig.store.defer([other?.meter.note({ identity, clock })].flatMap((change) => change ?? []));
    const answer = await fetch(`${origin}/api/circuits/c2`, { headers: { cookie } });
    expect(await answer.json()).toMatchObject({
      meter: {
        serial: "202600000001",
        standing: "proved",
        clock: { offsetMs: -4200, comparedAt: "2026-01-02T00:00:00.000Z", correctedAt: null },
      },
    });
  });
});

describe("the diagnostic bundle", () => {
  it("holds everything but what opens something", async () => {
    const { cookie } = await signIn();
    const response = await fetch(`${origin}/api/diagnostics`, { headers: { cookie } });
    expect(response.headers.get("content-disposition")).toMatch(/\.json\.gz"$/);
    const text = gunzipSync(Buffer.from(await response.arrayBuffer())).toString("utf8");
    expect(JSON.parse(text)).toMatchObject({
      configuration: { circuits: [{ id: "c1" }, { id: "c2" }] },
      events: expect.any(Array),
    });
    for (const secret of [METER_PASSWORD, "the server's own token"]) expect(text).not.toContain(secret);
  });
});
