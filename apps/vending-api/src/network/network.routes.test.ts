import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { alarmModel } from "../alarms/alarm.model.ts";
import { balanceModel } from "../ledger/balance.model.ts";
import { accrualModel } from "../rating/accrual.model.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, sampleItem, type TestRoom, type TestSite } from "../testing/test-site.ts";
import { gatewayMessageModel } from "./gateway-message.model.ts";
import { catchUp, sweepDays } from "./network-jobs.ts";
import { watchGateways } from "./watch-gateways.ts";

let api: TestApi;
let site: TestSite;
let other: TestSite;
let administrator: string;

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 2 });
  other = await addTestSite(api, { rooms: 1 });
});
beforeEach(async () => {
  administrator = await api.tokenFor("administrator", { siteIds: [site.siteId] });
});
afterAll(() => api.stop());

const post = (path: string, body: object, token = administrator) =>
  api.call<{ id: string }>("POST", path, { token, body });
const patch = (path: string, body: object, token = administrator) => api.call("PATCH", path, { token, body });

describe("circuits", () => {
  const circuit = (change: object = {}) => ({
    meterId: site.meterId,
    variant: "single-phase",
    unitAddress: 30,
    name: "New",
    ...change,
  });
  it.each([
    {
      why: "an address that is taken",
      body: () => circuit({ unitAddress: 13 }),
      status: 409,
      code: "address-taken",
    },
    {
      why: "three-phase over a single-phase neighbour",
      body: () => circuit({ variant: "three-phase", unitAddress: 12 }),
      status: 409,
      code: "address-taken",
    },
    {
      why: "three-phase beyond the last address",
      body: () => circuit({ variant: "three-phase", unitAddress: 246 }),
      status: 422,
      code: "address-invalid",
    },
    {
      why: "address 0, the broadcast",
      body: () => circuit({ unitAddress: 0 }),
      status: 400,
      code: "invalid-body",
    },
    {
      why: "an unknown variant",
      body: () => circuit({ variant: "two-phase" }),
      status: 422,
      code: "reference-unknown",
    },
    {
      why: "a meter of another site",
      body: () => circuit({ meterId: other.meterId }),
      status: 422,
      code: "reference-unknown",
    },
    {
      why: "a household of another site",
      body: () => circuit({ householdId: other.rooms[0]?.householdId }),
      status: 422,
      code: "reference-unknown",
    },
  ])("refuse $why", async ({ body, status, code }) => {
    expect(await post("/circuits", body())).toMatchObject({ status, body: { code } });
  });

  it("are wired by maintenance, named and ruled by staff", async () => {
    const manager = await api.tokenFor("property-manager", { siteIds: [site.siteId] });
    const path = `/circuits/${site.rooms[0]?.circuitId}`;
    expect((await patch(path, { name: "Sockets" }, manager)).status).toBe(200);
    expect(await patch(path, { ctRatio: 2 }, manager)).toMatchObject({ status: 403 });
    expect(await post("/circuits", circuit(), manager)).toMatchObject({ status: 403 });
    const reader = await api.tokenFor("integrator", { siteIds: [site.siteId] });
    expect((await patch(path, { name: "x" }, reader)).status).toBe(403);
  });

  it("show only those of the caller's sites", async () => {
    const { body } = await api.call<{ siteId: string }[]>("GET", "/circuits", { token: administrator });
    expect(new Set(body.map((row) => row.siteId))).toEqual(new Set([site.siteId]));
    for (const path of [
      `/buses/${other.busId}`,
      `/meters/${other.meterId}`,
      `/gateways/${other.gatewayId}`,
      `/tariffs/${other.tariffId}`,
      `/board?siteId=${other.siteId}`,
    ])
      expect((await api.call("GET", path, { token: administrator })).status).toBe(404);
  });

  it("without a household are metered and charged to nobody, and from a move on to the new household", async () => {
    const { id } = (await post("/circuits", circuit({ unitAddress: 40 }))).body;
    const householdId = site.rooms[1]?.householdId ?? "";
    const balance = async () =>
      (
        await api.call<{ liveMinor: number }>("GET", `/households/${householdId}/balance`, {
          token: administrator,
        })
      ).body.liveMinor;
    await site.uplink([sampleItem(id, api.clock.now(), 0)]);
    api.clock.advance(600_000);
    await site.uplink([sampleItem(id, api.clock.now(), 1000)]);
    expect((await patch(`/circuits/${id}`, { householdId })).status).toBe(200);
    expect(await balance()).toBe(0);
    api.clock.advance(600_000);
    administrator = await api.tokenFor("administrator", { siteIds: [site.siteId] });
    await site.uplink([sampleItem(id, api.clock.now(), 1500)]);
    expect(await balance()).toBe(-28);
    const parts = await accrualModel(api.connection).find({ circuitId: id }).sort({ part: 1 }).lean();
    expect(parts.map((part) => [part.householdId, part.fromWh, part.lastWh, part.state])).toEqual([
      [null, 0, 1000, "done"],
      [householdId, 1000, 1500, "open"],
    ]);
  });

  it("that were metered keep their history", async () => {
    const { circuitId } = site.rooms[0] as TestRoom;
    await site.uplink([sampleItem(circuitId, api.clock.now(), 10)]);
    const answer = await api.call("DELETE", `/circuits/${circuitId}`, { token: administrator });
    expect(answer).toMatchObject({ status: 409, body: { code: "still-in-use" } });
  });
});

describe("jobs", () => {
  it("raise an alarm when a gateway falls silent, once, and clear it when it is back", async () => {
    const standing = () =>
      alarmModel(api.connection).find({ siteId: site.siteId, kind: "gateway-offline" }).lean();
    await site.uplink([]);
    await watchGateways(api.deps, api.clock.now());
    expect(await standing()).toEqual([]);
    api.clock.advance(61_000);
    await watchGateways(api.deps, api.clock.now());
    api.clock.advance(5000);
    await watchGateways(api.deps, api.clock.now());
    expect(await standing()).toMatchObject([{ state: "raised", count: 1 }]);
    await site.uplink([]);
    api.clock.advance(1000);
    await watchGateways(api.deps, api.clock.now());
    expect(await standing()).toMatchObject([{ state: "cleared" }]);
  });

  it("close days of circuits that fell silent, and forget old messages but the newest", async () => {
    const fresh = await addTestSite(api, { rooms: 1 });
    const { circuitId, householdId } = fresh.rooms[0] as TestRoom;
    await fresh.uplink([sampleItem(circuitId, api.clock.now(), 0)]);
    api.clock.advance(600_000);
    await fresh.uplink([sampleItem(circuitId, api.clock.now(), 2000)]);
    // Midnight in Shanghai is eight hours away; a silent day is closed six hours later.
    api.clock.advance(14 * 3_600_000);
    const eightDaysAgo = new Date(api.clock.now().getTime() - 8 * 86_400_000);
    await gatewayMessageModel(api.connection).updateMany(
      { gatewayId: fresh.gatewayId },
      { $set: { at: eightDaysAgo } },
    );
    await sweepDays(api.deps);
    const token = await api.tokenFor("administrator");
    const ledger = await api.call("GET", `/households/${householdId}/ledger`, { token });
    expect(ledger.body).toMatchObject([{ kind: "usage", amountMinor: -109 }]);
    const left = await gatewayMessageModel(api.connection).find({ gatewayId: fresh.gatewayId }).lean();
    expect(left.length).toBe(1);

    // A gateway that slept for so long is told everything behind what is left.
    const { body } = await api.call<{ type: string; sequence: number }[]>(
      "GET",
      "/gateway/messages?after=1",
      {
        token: fresh.gatewayToken,
      },
    );
    expect(
      body
        .slice(-2)
        .map((message) => message.type)
        .sort(),
    ).toEqual(["config", "credit"]);
  });

  it("heal what a crash left: balances, and news for gateways", async () => {
    const fresh = await addTestSite(api, { rooms: 1 });
    const { householdId } = fresh.rooms[0] as TestRoom;
    const body = { householdId, amountMinor: 500, method: "cash" };
    const answer = await api.call("POST", "/purchases", {
      token: fresh.manager,
      body,
      idempotencyKey: "heal-key-1",
    });
    expect(answer.status).toBe(201);
    await balanceModel(api.connection).deleteMany({});
    await gatewayMessageModel(api.connection).deleteMany({ gatewayId: fresh.gatewayId });
    await catchUp(api.deps);
    expect(await balanceModel(api.connection).findById(`household:${householdId}`).lean()).toMatchObject({
      seq: 1,
    });
    const messages = await gatewayMessageModel(api.connection).find({ gatewayId: fresh.gatewayId }).lean();
    expect(messages.map(({ message }) => message.type).sort()).toEqual(["config", "credit"]);
  });
});
