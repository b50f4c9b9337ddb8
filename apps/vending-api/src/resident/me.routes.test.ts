import { type DownlinkMessage, type Hold, localDay } from "@hallmeter/meter-model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, sampleItem, type TestRoom, type TestSite } from "../testing/test-site.ts";

let api: TestApi;
let site: TestSite;
let room: TestRoom;
let resident: string;
let stranger: string;

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 2 });
  room = site.rooms[0] as TestRoom;
  const body = { householdId: room.householdId, amountMinor: 2000, method: "cash" };
  await api.call("POST", "/purchases", { token: site.manager, body, idempotencyKey: "me-test-key-1" });
  await site.uplink([sampleItem(room.circuitId, api.clock.now(), 0)]);
  api.clock.advance(24 * 3_600_000);
  await site.uplink([sampleItem(room.circuitId, api.clock.now(), 4800)]);
  resident = await api.tokenFor("resident", { siteIds: [site.siteId], householdId: room.householdId });
  stranger = await api.tokenFor("resident", { siteIds: [site.siteId] });
});
afterAll(() => api.stop());

const get = <Body = unknown>(path: string, token = resident) => api.call<Body>("GET", path, { token });

const dayBefore = (days: number) => localDay(api.clock.now().getTime() - days * 86_400_000, "Asia/Shanghai");

describe("a resident", () => {
  it("sees who, where and which circuits", async () => {
    expect(await get("/me")).toMatchObject({
      status: 200,
      body: {
        user: { roles: ["resident"] },
        household: { id: room.householdId, status: "open" },
        unit: { name: "101" },
        site: { id: site.siteId, currency: "CNY" },
        residents: [],
        rooms: [{ unitName: "101", until: null }],
        circuits: [{ id: room.circuitId, name: "Circuit 101" }],
      },
    });
  });

  it("sees balance and days left at the pace of the last day", async () => {
    // 4.8 kWh × 0.5483 = 2.63184 of 20.00 in 24 hours: 6.6 days.
    expect(await get("/me/balance")).toMatchObject({ body: { liveMinor: 1736, daysLeft: 6 } });
    expect((await get("/me/balance")).body).toEqual(
      (await get(`/households/${room.householdId}/balance`)).body,
    );
  });

  it("sees use by day and by the quarter of an hour, which agree with the register", async () => {
    const { body } = await get<{
      today: { wh: number; intervals: { wh: number | null }[] };
      days: { day: string; wh: number; costMinor: number }[];
    }>("/me/use?days=7");
    // 08:00 UTC is 16:00 in Shanghai: 8 hours before midnight, 16 after it.
    expect(body.days).toEqual([
      { day: dayBefore(1), wh: 1600, costMinor: 87 },
      { day: dayBefore(0), wh: 3200, costMinor: 175 },
    ]);
    expect(body.today.wh).toBe(3200);
    // 64 that are over, and the one that is running.
    expect(body.today.intervals).toHaveLength(65);
    expect(body.today.intervals.reduce((sum, { wh }) => sum + (wh ?? 0), 0)).toBe(3200);
  });

  it("sees why the power is off, and acknowledges the reminder once per key", async () => {
    const at = api.clock.now().toISOString();
    const hold: Hold = {
      kind: "reminder",
      reason: "balance-low",
      params: { balanceMinor: 400, currency: "CNY", currencyDigits: 2 },
      origin: { type: "rule", id: "reminder", name: "Reminder" },
      since: at,
    };
    await site.uplink([
      {
        type: "circuit-state",
        circuitId: room.circuitId,
        at,
        revision: 1,
        relay: "open",
        intended: "open",
        presence: "online",
        keepPower: false,
        holds: [hold],
      },
    ]);
    const why = await get<{ circuits: { holds: { releasedBy: string }[] }[] }>("/me/why");
    expect(why.body.circuits).toMatchObject([
      { circuitId: room.circuitId, holds: [{ kind: "reminder", releasers: ["resident", "staff"] }] },
    ]);
    expect(why.body.circuits[0]?.holds[0]?.releasedBy).toBeTruthy();

    const acknowledge = () =>
      api.call<{ commandIds: string[] }>("POST", "/me/reminders/acknowledge", {
        token: resident,
        idempotencyKey: "acknowledge-1",
      });
    const [first, second] = [await acknowledge(), await acknowledge()];
    expect(first).toMatchObject({ status: 202, body: { commandIds: [expect.any(String)] } });
    expect(second.body).toEqual(first.body);
    const { body: messages } = await api.call<DownlinkMessage[]>("GET", "/gateway/messages?after=0", {
      token: site.gatewayToken,
    });
    const commands = messages.flatMap((message) => (message.type === "command" ? [message.command] : []));
    expect(commands).toMatchObject([{ action: "release", hold: "reminder", by: { role: "resident" } }]);
  });

  it("sees the own purchases", async () => {
    expect((await get("/me/purchases")).body).toMatchObject([
      { householdId: room.householdId, amountMinor: 2000 },
    ]);
  });

  it("sees nothing of others", async () => {
    const neighbour = site.rooms[1] as TestRoom;
    for (const path of [
      `/households/${neighbour.householdId}/balance`,
      `/households/${neighbour.householdId}/ledger`,
      `/circuits/${neighbour.circuitId}/live`,
      `/circuits/${neighbour.circuitId}/why`,
      `/circuits/${neighbour.circuitId}/profile`,
    ])
      expect((await get(path)).status).toBe(404);
    for (const path of [
      "/purchases",
      "/circuits",
      "/commands",
      `/board?siteId=${site.siteId}`,
      "/households",
    ])
      expect((await get(path)).status).toBe(403);
  });

  it("without a household has none of it", async () => {
    expect(await get("/me", stranger)).toMatchObject({
      status: 200,
      body: { household: null, circuits: [] },
    });
    for (const path of ["/me/balance", "/me/use", "/me/why", "/me/purchases"])
      expect((await get(path, stranger)).status).toBe(404);
  });
});
