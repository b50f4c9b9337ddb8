import type { DownlinkMessage, GatewayConfig } from "@hallmeter/meter-model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, type TestSite } from "../testing/test-site.ts";

const HOUR_MS = 3_600_000;

let api: TestApi;
let site: TestSite;
let other: TestSite;
let maintenance: string;
let keyCount = 0;

beforeAll(async () => {
  api = await startTestApi();
  other = await addTestSite(api, { rooms: 1 });
  site = await addTestSite(api, { rooms: 3 });
  maintenance = await api.tokenFor("maintenance", { siteIds: [site.siteId] });
});
afterAll(() => api.stop());

const inMs = (ms: number) => new Date(api.clock.now().getTime() + ms).toISOString();
const post = <Row>(path: string, body: object, token = maintenance, idempotencyKey?: string) => {
  keyCount += 1;
  return api.call<Row>("POST", path, { token, body, idempotencyKey: idempotencyKey ?? `shed-${keyCount}` });
};
const configOf = async (): Promise<GatewayConfig> =>
  (await api.call<GatewayConfig>("GET", "/gateway/config", { token: site.gatewayToken })).body;
const messages = async (): Promise<DownlinkMessage[]> =>
  (await api.call<DownlinkMessage[]>("GET", "/gateway/messages?after=0", { token: site.gatewayToken })).body;

interface Campaign {
  id: string;
  circuitIds: string[];
  endsAt: string;
}

describe("a campaign", () => {
  it("reaches the gateway with its circuits, and leaves it when it is ended", async () => {
    const [room] = site.rooms;
    const body = { siteId: site.siteId, name: "Peak", endsAt: inMs(HOUR_MS), circuitIds: [room?.circuitId] };
    const { status, body: campaign } = await post<Campaign>("/campaigns", body);
    expect(status).toBe(201);
    expect((await configOf()).campaigns).toMatchObject([{ id: campaign.id, circuitIds: [room?.circuitId] }]);
    expect((await messages()).at(-1)?.type).toBe("config");
    const ended = await post<Campaign>(`/campaigns/${campaign.id}/end`, {});
    expect(ended.status).toBe(200);
    expect((await configOf()).campaigns).toEqual([]);
  });

  it("means a building's households, or the whole site", async () => {
    const inBuilding = await post<Campaign>("/campaigns", {
      siteId: site.siteId,
      name: "Building",
      endsAt: inMs(HOUR_MS),
      buildingId: site.buildingId,
    });
    const everywhere = await post<Campaign>("/campaigns", {
      siteId: site.siteId,
      name: "Site",
      endsAt: inMs(HOUR_MS),
    });
    const all = site.rooms.map(({ circuitId }) => circuitId).sort();
    expect([...inBuilding.body.circuitIds].sort()).toEqual(all);
    expect([...everywhere.body.circuitIds].sort()).toEqual(all);
  });

  it("is one campaign under one key, and another request under it is refused", async () => {
    const body = { siteId: site.siteId, name: "Once", endsAt: inMs(HOUR_MS) };
    const first = await post<Campaign>("/campaigns", body, maintenance, "shed-once");
    const again = await post<Campaign>("/campaigns", body, maintenance, "shed-once");
    expect(again.body.id).toBe(first.body.id);
    const changed = await post("/campaigns", { ...body, name: "Twice" }, maintenance, "shed-once");
    expect(changed).toMatchObject({ status: 422, body: { code: "idempotency-key-reused" } });
  });

  it.each([
    { why: "ends in the past", change: () => ({ endsAt: inMs(-1000) }), status: 400 },
    { why: "lasts longer than a day", change: () => ({ endsAt: inMs(25 * HOUR_MS) }), status: 400 },
    {
      why: "names another site's circuit",
      change: () => ({ circuitIds: [other.rooms[0]?.circuitId] }),
      status: 422,
    },
    { why: "is for another site", change: () => ({ siteId: other.siteId }), status: 404 },
  ])("is refused when it $why", async ({ change, status }) => {
    const body = { siteId: site.siteId, name: "Peak", endsAt: inMs(HOUR_MS), ...change() };
    expect((await post("/campaigns", body)).status).toBe(status);
  });

  it("is not for everybody", async () => {
    const manager = await api.tokenFor("property-manager", { siteIds: [site.siteId] });
    const body = { siteId: site.siteId, name: "Peak", endsAt: inMs(HOUR_MS) };
    expect((await post("/campaigns", body, manager)).status).toBe(403);
  });
});

describe("a paused bulk of cuts", () => {
  it("is answered by a person with a reason, which the gateway and the audit log get", async () => {
    const body = { decision: "go-on", reason: "The tariff is right" };
    const { status } = await post(`/gateways/${site.gatewayId}/bulk-answers`, body, site.administrator);
    expect(status).toBe(202);
    const told = (await messages()).filter((message) => message.type === "bulk-answer");
    expect(told).toMatchObject([{ answer: { ...body, by: { role: "administrator" } } }]);
    const audit = await api.call<{ action: string; reason: string }[]>("GET", "/audit", {
      token: site.administrator,
    });
    expect(audit.body).toContainEqual(
      expect.objectContaining({ action: "gateways.bulk-go-on", reason: "The tariff is right" }),
    );
  });

  it("is not answered without a reason, nor by maintenance", async () => {
    const path = `/gateways/${site.gatewayId}/bulk-answers`;
    expect((await post(path, { decision: "go-on", reason: "" }, site.administrator)).status).toBe(400);
    expect((await post(path, { decision: "go-on", reason: "ok" })).status).toBe(403);
  });
});

describe("a site's safety policy", () => {
  const nights = [{ from: "22:00", to: "24:00" }];
  const safety = { protectedTimes: { workday: nights, "rest-day": nights, holiday: nights } };

  it("is changed with a reason and goes to the gateways", async () => {
    const path = `/sites/${site.siteId}`;
    const without = await api.call("PATCH", path, { token: site.administrator, body: { safety } });
    expect(without.status).toBe(400);
    const body = { safety, reason: "Nobody sits in the dark" };
    expect((await api.call("PATCH", path, { token: site.administrator, body })).status).toBe(200);
    expect((await configOf()).safety).toMatchObject({
      ...safety,
      bulkCutMinimum: 20,
      isWeatherProtected: false,
    });
  });
});
