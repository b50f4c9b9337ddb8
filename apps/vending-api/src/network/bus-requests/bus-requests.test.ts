import type {
  BusReport,
  BusRequest,
  BusStatistics,
  DownlinkMessage,
  RelayTestProgress,
  ScanProgress,
  TracedFrame,
} from "@hallmeter/meter-model";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestApi, type TestApi } from "../../testing/start-test-api.ts";
import { addTestSite, type TestSite } from "../../testing/test-site.ts";

let api: TestApi;
let site: TestSite;
let other: TestSite;
let circuitId: string;
let keys = 0;

beforeAll(async () => {
  api = await startTestApi();
  other = await addTestSite(api, { rooms: 1 });
});
beforeEach(async () => {
  site = await addTestSite(api, { rooms: 1 });
  circuitId = site.rooms[0]?.circuitId ?? "";
});
afterAll(() => api.stop());

const post = <Body>(path: string, body?: object, token = site.administrator) =>
  api.call<Body>("POST", path, { token, ...(body && { body }) });
const get = async <Body>(path: string, token = site.administrator) =>
  (await api.call<Body>("GET", path, { token })).body;
const requests = async (token = site.gatewayToken): Promise<BusRequest[]> =>
  (await get<DownlinkMessage[]>("/gateway/messages?after=0", token)).flatMap((message) =>
    message.type === "bus-request" ? [message.request] : [],
  );
const report = async (content: object, token = site.gatewayToken): Promise<number> => {
  const body = { busId: site.busId, at: api.clock.now().toISOString(), ...content } as BusReport;
  return (await post("/gateway/bus-reports", body, token)).status;
};
const testRelay = (idempotencyKey = `relay-test-${++keys}`) =>
  api.call<{ test: { state: string } }>("POST", `/circuits/${circuitId}/relay-test`, {
    ...{ token: site.administrator, idempotencyKey, body: { reason: "Commissioning" } },
  });

const RUNNING: ScanProgress = {
  ...{ state: "running", asked: 3, total: 10, detail: null },
  found: [
    { unitId: 3, state: "answered", fits: [{ profile: "acrel-adf400l", variant: "single-phase" }] },
    { unitId: 5, state: "unclear", fits: [] },
  ],
};

describe("a scan", () => {
  const scan = () =>
    get<{ scan: (ScanProgress & { toldAt: string | null }) | null }>(`/buses/${site.busId}/scan`);

  it("is handed to the gateway of the bus, and shows what that tells until it ends", async () => {
    expect((await scan()).scan).toBeNull();
    const asked = await post(`/buses/${site.busId}/scan`, { from: 1, to: 10 });
    expect(asked).toMatchObject({ status: 202, body: { scan: { state: "asked", found: [], toldAt: null } } });
    const [request] = await requests();
    expect(request).toMatchObject({ kind: "scan", busId: site.busId, range: { from: 1, to: 10 } });
    const requestId = request?.id;
    expect(await report({ kind: "scan", requestId, scan: RUNNING })).toBe(204);
    expect((await scan()).scan).toMatchObject({ ...RUNNING, range: { from: 1, to: 10 } });
    await report({ kind: "scan", requestId, scan: { ...RUNNING, state: "done", asked: 10 } });
    // An earlier report that comes late does not open it again, and another scan's says nothing here.
    await report({ kind: "scan", requestId, scan: RUNNING });
    await report({ kind: "scan", requestId: "another", scan: { ...RUNNING, found: [] } });
    expect((await scan()).scan).toMatchObject({ state: "done", asked: 10, found: RUNNING.found });
  });

  it("is one at a time, and can be stopped", async () => {
    await post(`/buses/${site.busId}/scan`, { from: 1, to: 10 });
    expect(await post(`/buses/${site.busId}/scan`, { from: 1, to: 10 })).toMatchObject({
      status: 409,
      body: { code: "wrong-state" },
    });
    expect((await post(`/buses/${site.busId}/scan/stop`)).status).toBe(202);
    expect((await requests()).map(({ kind }) => kind)).toEqual(["scan", "stop-scan"]);
  });

  it("of a gateway that is not there, or falls silent, is lost; and another may begin", async () => {
    await post(`/buses/${site.busId}/scan`, { from: 1, to: 10 });
    api.clock.advance(31_000);
    expect((await scan()).scan).toMatchObject({ state: "lost" });
    expect((await post(`/buses/${site.busId}/scan`, { from: 1, to: 10 })).status).toBe(202);
    const requestId = (await requests()).at(-1)?.id;
    await report({ kind: "scan", requestId, scan: RUNNING });
    api.clock.advance(19_000);
    expect((await scan()).scan).toMatchObject({ state: "running" });
    api.clock.advance(2000);
    expect((await scan()).scan).toMatchObject({ state: "lost", found: RUNNING.found });
  });

  it.each([
    { why: "backwards", body: { from: 9, to: 3 } },
    { why: "from the broadcast address", body: { from: 0, to: 3 } },
    { why: "beyond the last address", body: { from: 1, to: 248 } },
  ])("$why is refused", async ({ body }) => {
    expect(await post(`/buses/${site.busId}/scan`, body)).toMatchObject({
      status: 400,
      body: { code: "invalid-body" },
    });
  });

  it("is for maintenance, on buses that are its own", async () => {
    const desk = await api.tokenFor("property-manager", { siteIds: [site.siteId] });
    expect((await post(`/buses/${site.busId}/scan`, { from: 1, to: 2 }, desk)).status).toBe(403);
    const elsewhere = await api.tokenFor("maintenance", { siteIds: [other.siteId] });
    expect((await post(`/buses/${site.busId}/scan`, { from: 1, to: 2 }, elsewhere)).status).toBe(404);
  });
});

describe("a bus that is watched", () => {
  const STATISTICS: BusStatistics = {
    ...{ state: "up", plannedMilli: 420, usedMilli: 400, ratePerSecondMilli: 8000, foreignBytes: 0 },
    lanes: { poll: { waiting: 1, plannedMilli: 420, done: 90, failed: 2, latenessMs: 12 } },
    units: [
      {
        ...{ unitId: 13, presence: "online", turnaroundMs: 21.5, allowanceMs: 80, replies: 90 },
        ...{ timeouts: 2, crcErrors: 1, protocolErrors: 0, exceptions: 0, lastReplyAt: null },
      },
    ],
  };
  const frame = (number: number): TracedFrame => ({
    ...{ number, at: api.clock.now().toISOString(), direction: "sent", unitId: "13" },
    ...{ text: "read holding registers 0x0300 × 2", values: [], hex: "0d03" },
  });
  const frames = async () =>
    (await get<{ frames: TracedFrame[] }>(`/buses/${site.busId}/frames`)).frames.map(({ number }) => number);

  it("asks its gateway, and shows the figures it told last", async () => {
    const path = `/buses/${site.busId}/statistics`;
    expect(await get(path)).toEqual({ busId: site.busId, at: null, statistics: null });
    expect((await post(`/buses/${site.busId}/watch`, { withFrames: true })).body).toMatchObject({ forS: 30 });
    expect(await requests()).toMatchObject([{ kind: "watch", withFrames: true, forS: 30 }]);
    expect(await report({ kind: "statistics", statistics: STATISTICS })).toBe(204);
    expect(await get(path)).toMatchObject({ at: api.clock.now().toISOString(), statistics: STATISTICS });
  });

  it("keeps the newest frames, each once, and begins anew with a gateway that was restarted", async () => {
    await report({ kind: "frames", frames: [frame(1), frame(2)] });
    await report({ kind: "frames", frames: [frame(2), frame(3)] });
    expect(await frames()).toEqual([1, 2, 3]);
    await report({ kind: "frames", frames: Array.from({ length: 400 }, (_, n) => frame(n + 4)) });
    expect(await frames()).toEqual(Array.from({ length: 300 }, (_, n) => n + 104));
    await report({ kind: "frames", frames: [frame(1), frame(2)] });
    expect(await frames()).toEqual([1, 2]);
  });

  it("is told of by its own gateway only", async () => {
    expect(await report({ kind: "statistics", statistics: STATISTICS }, other.gatewayToken)).toBe(404);
  });
});

describe("a relay test", () => {
  const OPEN: RelayTestProgress = {
    ...{ state: "open", detail: null },
    steps: [{ at: "2040-03-02T08:00:00.000Z", relay: "open", activePowerW: 0 }],
  };
  const test = () =>
    get<{ test: (RelayTestProgress & { by: { name: string } }) | null }>(`/circuits/${circuitId}/relay-test`);

  it("is run once under its key, in the name of who asked, and told to its end", async () => {
    expect((await test()).test).toBeNull();
    expect((await testRelay("the-key")).body).toMatchObject({ test: { state: "asked" } });
    expect((await testRelay("the-key")).status).toBe(202);
    const asked = await requests();
    expect(asked).toMatchObject([{ kind: "test-relay", circuitId, by: { name: "Test administrator" } }]);
    const requestId = asked[0]?.id;
    await report({ kind: "relay-test", requestId, test: OPEN });
    expect((await test()).test).toMatchObject({ ...OPEN, reason: "Commissioning" });
    await report({ kind: "relay-test", requestId, test: { ...OPEN, state: "passed" } });
    await report({ kind: "relay-test", requestId, test: OPEN });
    expect((await test()).test).toMatchObject({ state: "passed" });
    const [entry] = await get<{ action: string }[]>(
      `/audit?filter=${JSON.stringify({ siteId: site.siteId })}`,
    );
    expect(entry).toMatchObject({ action: "circuits.test-relay", reason: "Commissioning" });
  });

  it("is one at a time", async () => {
    await testRelay();
    expect(await testRelay()).toMatchObject({ status: 409, body: { code: "wrong-state" } });
    api.clock.advance(31_000);
    expect((await test()).test).toMatchObject({ state: "lost" });
    expect((await testRelay()).status).toBe(202);
  });
});
