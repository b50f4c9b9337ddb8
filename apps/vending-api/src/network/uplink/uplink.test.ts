import {
  type CreditPosition,
  type DownlinkMessage,
  type GatewayConfig,
  type Hold,
  tariffAt,
  type UplinkItem,
} from "@hallmeter/meter-model";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { verifyLedger } from "../../ledger/verify-ledger.ts";
import { verifyAccruals } from "../../rating/verify-accruals.ts";
import { startTestApi, type TestApi } from "../../testing/start-test-api.ts";
import { addTestSite, sampleItem, type TestRoom, type TestSite } from "../../testing/test-site.ts";

const MINUTE = 60_000;

let api: TestApi;
let site: TestSite;
let room: TestRoom;
let other: TestSite;
let keyCount = 0;

beforeAll(async () => {
  api = await startTestApi();
  other = await addTestSite(api, { rooms: 1 });
});
beforeEach(async () => {
  site = await addTestSite(api, { rooms: 2 });
  room = site.rooms[0] as TestRoom;
});
afterAll(() => api.stop());

const later = (ms: number) => new Date(api.clock.now().getTime() + ms);
const get = async <Body>(path: string, token = site.administrator) => {
  const answer = await api.call<Body>("GET", path, { token });
  expect(answer.status).toBe(200);
  return answer.body;
};
const buy = async (householdId: string, amountMinor: number) => {
  keyCount += 1;
  const body = { householdId, amountMinor, method: "cash" };
  const idempotencyKey = `uplink-test-${keyCount}`;
  const answer = await api.call("POST", "/purchases", { token: site.manager, body, idempotencyKey });
  expect(answer.status).toBe(201);
};
const messagesAfter = (sequence: number) =>
  get<DownlinkMessage[]>(`/gateway/messages?after=${sequence}`, site.gatewayToken);
const credit = () =>
  get<{ positions: CreditPosition[]; sequence: number }>("/gateway/credit", site.gatewayToken);

describe("samples", () => {
  it("are charged once, shown as live, and kept as intervals", async () => {
    const { circuitId, householdId } = room;
    await buy(householdId, 1000);
    const items = [
      sampleItem(circuitId, api.clock.now(), 10_000),
      sampleItem(circuitId, later(5 * MINUTE), 10_500),
      sampleItem(circuitId, later(10 * MINUTE), 11_000),
    ];
    api.clock.advance(10 * MINUTE);
    const [first, second, third] = items as [UplinkItem, UplinkItem, UplinkItem];
    await site.uplink([second, first]);
    await site.uplink([first, third, second, third]);
    await site.uplink([third]);

    // 1 kWh at 0.5483: 0.54 whole, the rest carried; the balance rounds down.
    expect(await get(`/households/${householdId}/balance`)).toMatchObject({
      ledgerMinor: 1000,
      accruedMinor: 55,
      liveMinor: 945,
      estimated: false,
    });
    expect(await get(`/circuits/${circuitId}/live`)).toMatchObject({ energyWh: 11_000, activePowerW: 400 });
    const span = `from=${later(-60 * MINUTE).toISOString()}&to=${later(60 * MINUTE).toISOString()}`;
    const { intervals } = await get<{ intervals: { at: string; wh: number | null; flag: string }[] }>(
      `/circuits/${circuitId}/profile?${span}`,
    );
    expect(intervals.reduce((sum, { wh }) => sum + (wh ?? 0), 0)).toBe(1000);
    expect(await get(`/circuits/${circuitId}/quarters?${span}`)).toEqual({
      circuitId,
      from: intervals[0]?.at,
      intervalMinutes: 15,
      wh: intervals.map(({ wh }) => wh),
      flags: intervals.map(({ flag }) => flag[0]).join(""),
    });
  });

  it("dated ahead by a wrong clock hide nothing that is measured after them", async () => {
    const { circuitId } = room;
    const shown = () => get<{ activePowerW: number }>(`/circuits/${circuitId}/live`);
    await site.uplink([sampleItem(circuitId, later(60 * MINUTE), 10_000, { activePowerW: 1 })]);
    await site.uplink([sampleItem(circuitId, api.clock.now(), 10_000, { activePowerW: 2 })]);
    expect(await shown()).toMatchObject({ activePowerW: 2 });
    await site.uplink([sampleItem(circuitId, later(-MINUTE), 10_000, { activePowerW: 3 })]);
    expect(await shown()).toMatchObject({ activePowerW: 2 });
  });

  it("of a sequence taken before are answered as before and change nothing", async () => {
    const unknown = sampleItem("no-such-circuit", api.clock.now(), 5);
    const known = sampleItem(room.circuitId, api.clock.now(), 10_000);
    const reply = await site.uplink([unknown, known], 7);
    expect(reply).toEqual({
      acceptedSequence: 7,
      rejected: [{ index: 0, code: "unknown-circuit", detail: "no-such-circuit" }],
    });
    const other = sampleItem(room.circuitId, later(1000), 10_001);
    expect(await site.uplink([other], 7)).toEqual(reply);
    expect(await site.uplink([other], 3)).toEqual({ acceptedSequence: 7, rejected: [] });
    expect(await get(`/circuits/${room.circuitId}/live`)).toMatchObject({ energyWh: 10_000 });
    expect(await get("/gateway/batches/last", site.gatewayToken)).toEqual({ acceptedSequence: 7 });
  });

  it("of another gateway's circuit are refused by name", async () => {
    const foreign = (other.rooms[0] as TestRoom).circuitId;
    const { rejected } = await site.uplink([sampleItem(foreign, api.clock.now(), 5)]);
    expect(rejected).toEqual([{ index: 0, code: "unknown-circuit", detail: foreign }]);
  });

  it("across midnight post one usage entry per circuit and day, and a new credit position", async () => {
    const { circuitId, householdId } = room;
    await buy(householdId, 1000);
    const { sequence } = await credit();
    const start = api.clock.now();
    await site.uplink([sampleItem(circuitId, start, 0)]);
    api.clock.advance(24 * 3_600_000);
    await site.uplink([sampleItem(circuitId, api.clock.now(), 10_000)]);
    const rows = await ledgerRows(householdId);
    expect(rows).toMatchObject([{ kind: "usage", details: { circuitId, fromWh: 0 } }, { kind: "purchase" }]);
    const fresh = await messagesAfter(sequence);
    const [message] = fresh
      .filter((row) => row.type === "credit" && row.position.householdId === householdId)
      .slice(-1);
    expect(message).toMatchObject({
      position: { registers: [{ circuitId, energyWh: 10_000 }], cutMicro: 0, releaseMicro: 1_000_000 },
    });
    expect((await verifyLedger(api.connection)).findings).toEqual([]);
    expect((await verifyAccruals(api.connection)).findings).toEqual([]);
  });

  it("of a register that went back raise an alarm and cost nothing, until it is plausible again", async () => {
    const { circuitId, householdId } = room;
    await site.uplink([sampleItem(circuitId, api.clock.now(), 10_000)]);
    api.clock.advance(MINUTE);
    await site.uplink([sampleItem(circuitId, api.clock.now(), 200)]);
    const standing = () =>
      get<{ kind: string; state: string }[]>(
        `/alarms?filter=${encodeURIComponent(JSON.stringify({ siteId: site.siteId, state: "raised" }))}`,
      );
    expect(await standing()).toMatchObject([
      { kind: "register-suspect", params: { reason: "register-smaller" } },
    ]);
    expect(await get(`/households/${householdId}/balance`)).toMatchObject({ liveMinor: 0 });
    api.clock.advance(MINUTE);
    await site.uplink([sampleItem(circuitId, api.clock.now(), 10_050)]);
    expect(await standing()).toEqual([]);
    expect(await get(`/households/${householdId}/balance`)).toMatchObject({ liveMinor: -3 });
  });
});

describe("a meter that was replaced", () => {
  it("goes on from its new register once maintenance says so, and charges the gap to nobody", async () => {
    const { circuitId, householdId } = room;
    const maintenance = await api.tokenFor("maintenance", { siteIds: [site.siteId] });
    const rebase = () =>
      api.call("POST", `/circuits/${circuitId}/register/rebase`, {
        token: maintenance,
        body: { reason: "Replaced" },
      });
    const readAfter = async (minutes: number, energyWh: number) => {
      api.clock.advance(minutes * MINUTE);
      await site.uplink([sampleItem(circuitId, api.clock.now(), energyWh)]);
    };
    await readAfter(0, 50_000);
    await readAfter(1, 50_100);
    expect(await rebase()).toMatchObject({ status: 409, body: { code: "wrong-state" } });
    await readAfter(1, 0);
    await readAfter(1, 40);
    expect((await rebase()).status).toBe(204);
    await readAfter(1, 100);
    // 100 Wh before and 100 Wh after.
    const { body } = await api.call("GET", `/households/${householdId}/balance`, { token: maintenance });
    expect(body).toMatchObject({ liveMinor: -11 });
    const { positions } = await credit();
    const position = positions.find((row) => row.householdId === householdId);
    expect(position?.registers).toMatchObject([{ circuitId, energyWh: 100 }]);
    expect((await verifyAccruals(api.connection)).findings).toEqual([]);
  });
});

async function ledgerRows(householdId: string): Promise<object[]> {
  return get<object[]>(`/households/${householdId}/ledger`, await api.tokenFor("administrator"));
}

describe("credit", () => {
  it("positions say the live balance at the registers charged", async () => {
    await buy(room.householdId, 1000);
    await site.uplink([sampleItem(room.circuitId, api.clock.now(), 10_000)]);
    api.clock.advance(MINUTE);
    await site.uplink([sampleItem(room.circuitId, api.clock.now(), 10_100)]);
    const { positions } = await credit();
    // 10.00 − 0.1 kWh × 0.5483.
    expect(positions.find((position) => position.householdId === room.householdId)).toMatchObject({
      balanceMicro: 10_000_000 - 54_830,
      registers: [{ circuitId: room.circuitId, energyWh: 10_100, at: api.clock.now().toISOString() }],
    });
  });

  it("news follow a purchase at once, with a larger revision", async () => {
    const { positions, sequence } = await credit();
    const before = positions.find((position) => position.householdId === room.householdId);
    await buy(room.householdId, 2500);
    const [message] = await messagesAfter(sequence);
    if (message?.type !== "credit") throw new Error("the news is a credit message");
    expect(message.position).toMatchObject({ householdId: room.householdId, balanceMicro: 25_000_000 });
    expect(message.position.revision).toBeGreaterThan(before?.revision ?? 0);
    expect(message.sequence).toBe(sequence + 1);
  });

  it("news follow changed limits and changed prices", async () => {
    const { sequence } = await credit();
    const patch = { token: site.administrator, body: { cutMinor: -500, releaseMinor: 0 } };
    expect((await api.call("PATCH", `/households/${room.householdId}`, patch)).status).toBe(200);
    const [limits] = await messagesAfter(sequence);
    expect(limits).toMatchObject({ position: { cutMicro: -5_000_000, releaseMicro: 0 } });
    const rates = [{ id: "flat", name: "Flat", priceMicroPerKWh: 600_000 }];
    // A version begins behind the one before it.
    api.clock.advance(1000);
    const tariff = { schemeVersion: 1, rates, periods: [{ from: "00:00", to: "24:00", rateId: "flat" }] };
    const answer = await api.call("PATCH", `/tariffs/${site.tariffId}`, {
      token: site.administrator,
      body: { tariff },
    });
    expect(answer.status).toBe(200);
    const prices = await messagesAfter(limits?.sequence ?? 0);
    expect(prices).toHaveLength(2);
    const [news] = prices;
    if (news?.type !== "credit") throw new Error("the news is a credit message");
    // Registers may stand where the old prices held, so those come along.
    expect(tariffAt(news.position, api.clock.now().getTime())).toMatchObject({ rates });
  });

  it("is answered with where to listen on, no waiting command left behind", async () => {
    const token = await api.tokenFor("maintenance", { siteIds: [site.siteId] });
    const idempotencyKey = "uplink-test-waiting-command";
    const body = { action: "lockout", reason: "Tagged before the gateway was first heard" };
    const path = `/circuits/${room.circuitId}/commands`;
    expect((await api.call("POST", path, { token, body, idempotencyKey })).status).toBe(202);
    await buy(room.householdId, 700);

    const waiting = (await messagesAfter((await credit()).sequence)).find(({ type }) => type === "command");
    expect(waiting).toMatchObject({ command: { action: "lockout", circuitId: room.circuitId } });
    const { command } = waiting as Extract<DownlinkMessage, { type: "command" }>;
    await site.uplink([
      {
        type: "command-result",
        result: { commandId: command.id, state: "sent", at: api.clock.now().toISOString() },
      },
    ]);
    expect(await messagesAfter((await credit()).sequence)).toEqual([]);
  });
});

describe("configuration", () => {
  it("comes with a revision that grows only when the content changes", async () => {
    const fetchConfig = async (etag?: string) => {
      const headers: Record<string, string> = etag === undefined ? {} : { "if-none-match": etag };
      return api.call<GatewayConfig>("GET", "/gateway/config", { token: site.gatewayToken, headers });
    };
    const first = await fetchConfig();
    expect(first.body).toMatchObject({ siteId: site.siteId, currency: "CNY", currencyDigits: 2 });
    expect(first.body.circuits.map((circuit) => circuit.unitId)).toEqual([13, 14]);
    const etag = first.headers.get("etag") ?? "";
    expect(etag).toBe(`"${first.body.revision}"`);
    expect((await fetchConfig(etag)).status).toBe(304);

    const { sequence } = await credit();
    const change = { token: site.administrator, body: { rules: { overload: overloadRule } } };
    expect((await api.call("PATCH", `/circuits/${room.circuitId}`, change)).status).toBe(200);
    const second = await fetchConfig(etag);
    expect(second).toMatchObject({ status: 200, body: { revision: first.body.revision + 1 } });
    expect(second.body.circuits[0]?.rules.overload).toEqual(overloadRule);
    expect((await messagesAfter(sequence))[0]).toMatchObject({
      type: "config",
      revision: first.body.revision + 1,
    });
  });
});

const overloadRule = {
  maxPowerW: 3000,
  delayS: 10,
  recloseAfterS: 180,
  reclosesPerWindow: 3,
  windowS: 3600,
  residentMayRelease: true,
};

const creditHold = (): Hold => ({
  kind: "credit",
  reason: "balance-used-up",
  params: { balanceMinor: -3, currency: "CNY", currencyDigits: 2 },
  origin: { type: "rule", id: "credit", name: "Credit" },
  since: api.clock.now().toISOString(),
});
const stateItem = (revision: number, holds: Hold[], at: Date = api.clock.now()): UplinkItem => ({
  type: "circuit-state",
  circuitId: room.circuitId,
  at: at.toISOString(),
  revision,
  relay: holds.length > 0 ? "open" : "closed",
  intended: holds.length > 0 ? "open" : "closed",
  presence: "online",
  keepPower: false,
  holds,
});

describe("circuit states", () => {
  it("are mirrored, explained, and older ones ignored", async () => {
    await site.uplink([stateItem(5, [creditHold()])]);
    await site.uplink([stateItem(4, [], later(-1000))]);
    const why = await get<{ holds: object[] }>(`/circuits/${room.circuitId}/why`);
    expect(why).toMatchObject({
      relay: "open",
      intended: "open",
      presence: "online",
      holds: [{ kind: "credit", rank: 6, reasonCode: "balance-used-up", suspended: false, locked: false }],
    });
    expect(JSON.stringify(why.holds)).toContain("balance");
    await site.uplink([stateItem(6, [], later(1000))]);
    expect(await get(`/circuits/${room.circuitId}/why`)).toMatchObject({ relay: "closed", holds: [] });
    expect(await get(`/circuits/${room.circuitId}`)).toMatchObject({ relay: "closed", presence: "online" });
  });

  it("come back to a gateway that lost its store, which then counts from the start again", async () => {
    await site.uplink([stateItem(50, [creditHold()])]);
    const config = await get<GatewayConfig>("/gateway/config", site.gatewayToken);
    expect(config.circuits.find((circuit) => circuit.id === room.circuitId)?.lastKnownHolds).toEqual([
      creditHold(),
    ]);
    await site.uplink([stateItem(1, [], later(5000))]);
    expect(await get(`/circuits/${room.circuitId}/why`)).toMatchObject({ holds: [] });
  });

  it("show on the board with balance and alarms", async () => {
    await buy(room.householdId, 1234);
    const at = api.clock.now().toISOString();
    await site.uplink([
      stateItem(1, [creditHold()]),
      sampleItem(room.circuitId, at, 10_000),
      {
        type: "alarm",
        key: `overload:${room.circuitId}`,
        at,
        kind: "overload",
        state: "raised",
        severity: "medium",
        subject: { circuitId: room.circuitId },
        params: { powerW: 3400 },
      },
    ]);
    const { tiles } = await get<{ tiles: { unitName: string }[] }>(`/board?siteId=${site.siteId}`);
    expect(tiles).toHaveLength(2);
    expect(tiles.find((tile) => tile.unitName === "101")).toMatchObject({
      householdId: room.householdId,
      balanceMinor: 1234,
      relay: "open",
      intended: "open",
      presence: "online",
      holds: ["credit"],
      activePowerW: 400,
      alarms: 1,
      circuitIds: [room.circuitId],
    });
    expect(tiles.find((tile) => tile.unitName === "102")).toMatchObject({
      relay: "unknown",
      activePowerW: null,
      alarms: 0,
    });
  });
});
