import { localDay, localDayBounds } from "@hallmeter/meter-model";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { verifyLedger } from "../ledger/verify-ledger.ts";
import { verifyAccruals } from "../rating/verify-accruals.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, sampleItem, type TestRoom, type TestSite } from "../testing/test-site.ts";

const MINUTE = 60_000;
/** The test site's. */
const ZONE = "Asia/Shanghai";
let api: TestApi;
let site: TestSite;
let room: TestRoom;
let keys = 0;

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 10 });
});
beforeEach(() => {
  const next = site.rooms.pop();
  if (!next) throw new Error("every test takes a room: add one");
  room = next;
});
afterAll(() => api.stop());

interface Row {
  id: string;
  wh: number;
  state: string;
  reason: string;
}
/** Tokens are short; the tests' time is not. */
const manager = () => api.tokenFor("property-manager", { siteIds: [site.siteId] });
const read = async (minutes: number, energyWh: number, change = {}) => {
  api.clock.advance(minutes * MINUTE);
  await site.uplink([sampleItem(room.circuitId, api.clock.now(), energyWh, change)]);
};
const list = async (filter: object = {}) => {
  const query = encodeURIComponent(JSON.stringify({ circuitId: room.circuitId, ...filter }));
  const answer = await api.call<Row[]>("GET", `/intervals?filter=${query}`, { token: await manager() });
  expect(answer.status).toBe(200);
  return answer.body;
};
const decide = async (
  what: "release" | "reject",
  ids: string[],
  options: { token?: string; key?: string } = {},
) => {
  keys += 1;
  const key = options.key ?? `interval-key-${keys}`;
  return api.call<{ done: Row[]; failed: { id: string; code: string }[] }>("POST", `/intervals/${what}`, {
    token: options.token ?? (await manager()),
    idempotencyKey: key,
    body: { ids, reason: "Looked at the meter" },
  });
};
const live = async () => {
  const path = `/households/${room.householdId}/balance`;
  return (await api.call<{ liveMinor: number }>("GET", path, { token: await manager() })).body.liveMinor;
};
const standing = async (about: object = { circuitId: room.circuitId }) => {
  const filter = encodeURIComponent(JSON.stringify({ siteId: site.siteId, state: "raised", ...about }));
  const answer = await api.call<{ kind: string }[]>("GET", `/alarms?filter=${filter}`, {
    token: await manager(),
  });
  return answer.body.map(({ kind }) => kind);
};
/** 1 kWh charged, 2 kWh counted while the relay was open. */
const useWhileOpen = async () => {
  await read(0, 10_000);
  await read(10, 11_000);
  await read(1, 11_000, { relay: "open" });
  await read(20, 12_000, { relay: "open" });
  await read(20, 13_000, { relay: "open" });
};
const everythingAddsUp = async () => {
  expect((await verifyLedger(api.connection)).findings).toEqual([]);
  expect((await verifyAccruals(api.connection)).findings).toEqual([]);
};

describe("use that was held back", () => {
  it("is listed, costs nothing and asks for a person", async () => {
    await useWhileOpen();
    expect(await list()).toMatchObject([{ reason: "use-while-open", wh: 2000, state: "held" }]);
    expect(await list({ state: "released" })).toEqual([]);
    expect(await live()).toBe(-55);
    expect(await standing()).toEqual(["use-held"]);
    await everythingAddsUp();
  });

  it("adds up where a midnight left one day of it without any energy", async () => {
    const { startMs } = localDayBounds(localDay(api.clock.now().getTime() + 86_400_000, ZONE), ZONE);
    await read(0, 10_000);
    await read((startMs - api.clock.now().getTime()) / MINUTE - 1, 10_000);
    await read(60, 10_010, { flags: ["clock-unsure"] });
    const held = await list();
    expect(held.map(({ wh }) => wh).sort((a, b) => a - b)).toEqual([0, 10]);
    const ids = held.map(({ id }) => id);
    expect((await decide("release", ids)).body.done.map(({ state }) => state)).toEqual([
      "released",
      "released",
    ]);
    await everythingAddsUp();
  });

  it("is charged once when it is released, however often and by however many that is asked", async () => {
    await useWhileOpen();
    const [held] = await list();
    const id = held?.id ?? "";
    const answers = await Promise.all([...Array(10).keys()].map(() => decide("release", [id])));
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(body).toMatchObject({ done: [{ id, state: "released", wh: 2000 }], failed: [] });
    }
    // 3 kWh at 0.5483.
    expect(await live()).toBe(-165);
    expect(await standing()).toEqual([]);
    const ledger = await api.call<{ kind: string }[]>("GET", `/households/${room.householdId}/ledger`, {
      token: await manager(),
    });
    expect(ledger.body.filter(({ kind }) => kind === "usage")).toHaveLength(1);
    expect((await decide("reject", [id])).body.failed).toEqual([{ id, code: "wrong-state" }]);
    const audit = await api.call<object[]>("GET", "/audit", { token: await api.tokenFor("administrator") });
    expect(audit.body).toContainEqual(
      expect.objectContaining({ action: "intervals.release", reason: "Looked at the meter" }),
    );
    await everythingAddsUp();
  });

  it("is never charged when it is rejected, and metering goes on", async () => {
    await useWhileOpen();
    const [held] = await list();
    expect((await decide("reject", [held?.id ?? ""])).body.done).toMatchObject([{ state: "rejected" }]);
    await read(10, 14_000);
    expect(await live()).toBe(-110);
    expect(await list()).toMatchObject([{ state: "rejected", wh: 2000 }]);
    await everythingAddsUp();
  });

  it("goes on as another stretch behind one that was decided", async () => {
    await useWhileOpen();
    const [held] = await list();
    await decide("release", [held?.id ?? ""]);
    await read(10, 13_500, { relay: "open" });
    expect(await list({ state: "held" })).toMatchObject([{ wh: 500 }]);
    await everythingAddsUp();
  });

  it("is released after its day was posted, at the prices of its time", async () => {
    await useWhileOpen();
    await read(24 * 60, 13_000, { relay: "open" });
    const [held] = await list();
    expect((await decide("release", [held?.id ?? ""])).body.done).toMatchObject([{ state: "released" }]);
    expect(await live()).toBe(-165);
    await everythingAddsUp();
  });

  it("does not exist for another site, and is not decided by residents or technicians", async () => {
    await useWhileOpen();
    const [held] = await list();
    const id = held?.id ?? "";
    const stranger = await addTestSite(api, { rooms: 0 });
    expect(
      (
        await decide("release", [id], {
          token: await api.tokenFor("property-manager", { siteIds: [stranger.siteId] }),
        })
      ).body.failed,
    ).toEqual([{ id, code: "not-found" }]);
    const technician = await api.tokenFor("maintenance", { siteIds: [site.siteId] });
    expect((await decide("release", [id], { token: technician })).status).toBe(403);
    expect(await api.call("GET", "/intervals/nonsense", { token: await manager() })).toMatchObject({
      status: 404,
    });
    expect(await live()).toBe(-55);
  });
});

describe("a gateway's clock", () => {
  let sequence = 1000;
  const send = (offS: number, energyWh: number) => {
    const at = api.clock.now();
    sequence += 1;
    return api.call("POST", "/gateway/batches", {
      token: site.gatewayToken,
      headers: { date: new Date(at.getTime() + offS * 1000).toUTCString() },
      body: {
        sequence,
        sentAt: at.toISOString(),
        items: [sampleItem(room.circuitId, at, energyWh)],
      },
    });
  };

  it.each([
    { offS: 5, alarms: [], held: [] },
    { offS: 30, alarms: ["clock-off"], held: [] },
    { offS: -90, alarms: ["clock-off"], held: [{ reason: "clock-wrong", wh: 500 }] },
  ])("$offS s off", async ({ offS, alarms, held }) => {
    expect((await send(0, 1000)).status).toBe(200);
    api.clock.advance(10 * MINUTE);
    await send(offS, 1500);
    expect(await standing({ kind: "clock-off" })).toEqual(alarms);
    expect(await list()).toMatchObject(held);
    api.clock.advance(10 * MINUTE);
    await send(0, 1500);
    expect(await standing({ kind: "clock-off" })).toEqual([]);
  });
});
