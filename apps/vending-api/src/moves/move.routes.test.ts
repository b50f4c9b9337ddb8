import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Problem } from "../http/problem.ts";
import { runNextJob } from "../jobs/run-job.ts";
import { verifyLedger } from "../ledger/verify-ledger.ts";
import { circuitModel } from "../network/circuit.model.ts";
import { householdModel } from "../places/household.model.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, sampleItem, type TestRoom, type TestSite } from "../testing/test-site.ts";
import { type Move, moveModel } from "./move.model.ts";
import { moveJob } from "./move-job.ts";
import { runMove } from "./run-move.ts";

interface Household {
  unitId: string;
  circuitIds: string[];
  residents: { name: string }[];
  pastRooms: { unitId: string; unitName: string; circuitIds: string[] }[];
}
interface Job {
  id: string;
  state: string;
}
interface Preview {
  legs: { householdId: string; toUnitId: string; toCircuitIds: string[] }[];
  problems: { code: string }[];
}
interface EmptyRoom {
  unitId: string;
  circuitId: string;
}

let api: TestApi;
let site: TestSite;
let keys = 0;
let rooms = 0;
const nextKey = () => `move-test-${++keys}`;

/** Many rooms, made through the API. */
const SETUP_LIMIT_MS = 120_000;
beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 10 });
}, SETUP_LIMIT_MS);
beforeEach(async () => {
  site.manager = await api.tokenFor("property-manager", { siteIds: [site.siteId] });
});
afterAll(() => api.stop());

const nextRoom = () => site.rooms[rooms++] as TestRoom;
const get = async <Body>(path: string) => (await api.call<Body>("GET", path, { token: site.manager })).body;
const post = <Body = Problem>(path: string, body: unknown, key = nextKey()) =>
  api.call<Body>("POST", path, { token: site.manager, body, idempotencyKey: key });
const householdOf = ({ householdId }: TestRoom) => get<Household>(`/households/${householdId}`);
const read = (circuitId: string, energyWh: number) =>
  site.uplink([sampleItem(circuitId, api.clock.now(), energyWh)]);
const move = <Body = Job>({ householdId }: TestRoom, wish: object, key?: string) =>
  post<Body>(`/households/${householdId}/move`, { reason: "Asked for it", ...wish }, key);
const run = () => runNextJob(api.deps, [moveJob]);
const later = (ms: number) => api.clock.advance(ms);
const expectBooksToHold = async () =>
  expect(await verifyLedger(api.connection)).toMatchObject({ findings: [] });
const usageWh = async ({ householdId }: TestRoom) => {
  const rows = await get<{ details: { circuitId: string; wh: number } }[]>(
    `/households/${householdId}/ledger?filter=${encodeURIComponent('{"kind":"usage"}')}`,
  );
  return rows.map(({ details }) => [details.circuitId, details.wh]).reverse();
};

let emptyRooms = 0;
/** A room where nobody lives, with a circuit that serves nobody. */
async function emptyRoom(): Promise<EmptyRoom> {
  emptyRooms += 1;
  const unit = await site.add<{ id: string }>("/units", {
    buildingId: site.buildingId,
    name: `Empty ${emptyRooms}`,
    floor: 2,
  });
  const circuit = await site.add<{ id: string }>("/circuits", {
    meterId: site.meterId,
    variant: "single-phase",
    unitAddress: 30 + emptyRooms,
    name: `Empty circuit ${emptyRooms}`,
    commissionedAt: api.clock.now().toISOString(),
  });
  return { unitId: unit.id, circuitId: circuit.id };
}

describe("moving to an empty room", () => {
  it("shows who would go where first, and what stands in the way", async () => {
    const [room, taken] = [nextRoom(), nextRoom()];
    const { unitId, circuitId } = await emptyRoom();
    const shown = (wish: object) => move<Preview>(room, { dryRun: true, ...wish });
    expect((await shown({ unitId, circuitIds: [circuitId] })).body).toMatchObject({
      legs: [{ householdId: room.householdId, toUnitId: unitId, toCircuitIds: [circuitId] }],
      problems: [],
    });
    expect((await shown({ unitId })).body.problems).toMatchObject([{ code: "reference-unknown" }]);
    expect((await shown({ unitId: taken.unitId })).body.problems[0]).toMatchObject({ code: "unit-occupied" });
    expect((await move(room, { unitId: taken.unitId })).status).toBe(409);
    const used = await shown({ unitId, circuitIds: [taken.circuitId] });
    expect(used).toMatchObject({ status: 422, body: { code: "reference-unknown" } });
    expect(await householdOf(room)).toMatchObject({ unitId: room.unitId, circuitIds: [room.circuitId] });
  });

  it("reads both rooms, keeps account, residents and history, and leaves the old circuits to nobody", async () => {
    const room = nextRoom();
    const { householdId } = room;
    const { unitId, circuitId } = await emptyRoom();
    await site.add("/residents", { householdId, name: "Li Na" });
    await post("/purchases", { householdId, amountMinor: 5000, method: "cash" });
    await read(room.circuitId, 0);
    await read(circuitId, 700);
    const key = nextKey();
    const wish = { unitId, circuitIds: [circuitId] };
    const first = await move(room, wish, key);
    expect(first.status).toBe(202);
    expect((await move(room, wish, key)).body.id).toBe(first.body.id);
    expect((await move<Problem>(room, wish)).body.code).toBe("wrong-state");
    await run();
    later(10_000);
    await read(room.circuitId, 12);
    await read(circuitId, 705);
    await run();

    expect(await householdOf(room)).toMatchObject({
      unitId,
      circuitIds: [circuitId],
      residents: [{ name: "Li Na" }],
      pastRooms: [{ unitId: room.unitId, circuitIds: [room.circuitId] }],
    });
    expect(await get(`/units/${room.unitId}`)).toMatchObject({ householdId: null });
    later(60_000);
    await read(room.circuitId, 112);
    await read(circuitId, 735);
    const balance = await get<{ ledgerMinor: number; liveMinor: number }>(
      `/households/${householdId}/balance`,
    );
    // 12 Wh in the old room are posted; 30 Wh in the new one are open: 42 × 548,300 nano are 2.3 minor units.
    expect(balance).toMatchObject({ ledgerMinor: 5000, liveMinor: 4997 });
    expect(await usageWh(room)).toEqual([[room.circuitId, 12]]);
    await expectBooksToHold();

    const resident = await api.tokenFor("resident", { siteIds: [site.siteId], householdId });
    const me = await api.call<{ rooms: { until: string | null }[]; residents: object[] }>("GET", "/me", {
      token: resident,
    });
    expect(me.body.residents).toMatchObject([{ name: "Li Na", isYou: false }]);
    expect(me.body.rooms.map(({ until }) => until === null)).toEqual([true, false]);
  });

  it("finds the circuits of a room that somebody has left", async () => {
    const [left] = site.rooms.slice(rooms - 1) as [TestRoom];
    const newcomer = nextRoom();
    const { body } = await move<Preview>(newcomer, { unitId: left.unitId, dryRun: true });
    expect(body).toMatchObject({ legs: [{ toCircuitIds: [left.circuitId] }], problems: [] });
  });

  it("waits for a typed reading of a meter that is silent, or is called off", async () => {
    const room = nextRoom();
    const { unitId, circuitId } = await emptyRoom();
    await read(room.circuitId, 0);
    const { body } = await move(room, { unitId, circuitIds: [circuitId] });
    await run();
    later(10_000);
    await read(room.circuitId, 5);
    later(80_000);
    await run();
    expect(await get(`/jobs/${body.id}`)).toMatchObject({ state: "failed" });
    const { _id } = (await moveModel(api.connection).findOne({ jobId: body.id }).lean<Move | null>()) as Move;
    expect((await post(`/moves/${_id}/readings`, { circuitId, registerWh: 33 })).status).toBe(201);
    await run();
    expect(await get(`/moves/${_id}`)).toMatchObject({
      state: "done",
      readings: [{ state: "read" }, { state: "typed", registerWh: 33, typedBy: "Test property-manager" }],
    });
    const calledOff = nextRoom();
    const other = await emptyRoom();
    const started = await move(calledOff, { unitId: other.unitId, circuitIds: [other.circuitId] });
    const row = (await moveModel(api.connection)
      .findOne({ jobId: started.body.id })
      .lean<Move | null>()) as Move;
    expect((await post(`/moves/${row._id}/cancel`, undefined)).status).toBe(200);
    await run();
    expect(await householdOf(calledOff)).toMatchObject({ unitId: calledOff.unitId });
    await expectBooksToHold();
  });
});

describe("two households that change rooms", () => {
  it("have each other's room and circuits, and pay for their own use", async () => {
    const [a, b] = [nextRoom(), nextRoom()];
    await read(a.circuitId, 0);
    await read(b.circuitId, 0);
    await move(a, { unitId: b.unitId, swap: true });
    await run();
    later(10_000);
    await read(a.circuitId, 10);
    await read(b.circuitId, 20);
    await run();
    expect(await householdOf(a)).toMatchObject({ unitId: b.unitId, circuitIds: [b.circuitId] });
    expect(await householdOf(b)).toMatchObject({ unitId: a.unitId, circuitIds: [a.circuitId] });
    expect(await usageWh(a)).toEqual([[a.circuitId, 10]]);
    expect(await usageWh(b)).toEqual([[b.circuitId, 20]]);
    await expectBooksToHold();
  });

  it("lose nothing wherever a process dies in the middle", async () => {
    const [a, b] = [nextRoom(), nextRoom()];
    const before = { a: await householdOf(a), b: await householdOf(b) };
    await read(a.circuitId, 0);
    await read(b.circuitId, 0);
    const { body } = await move(a, { unitId: b.unitId, swap: true });
    await run();
    later(10_000);
    await read(a.circuitId, 10);
    await read(b.circuitId, 20);
    const { _id } = (await moveModel(api.connection).findOne({ jobId: body.id }).lean<Move | null>()) as Move;
    // Each process comes a few writes further than the one before, and starts where that left it.
    let deaths = 0;
    while (await dyingAfter(deaths, () => runMove(api.deps, _id, api.clock.now()))) deaths += 1;
    expect(deaths).toBeGreaterThanOrEqual(4);
    expect(await householdOf(a)).toMatchObject({ unitId: b.unitId, circuitIds: before.b.circuitIds });
    expect(await householdOf(b)).toMatchObject({ unitId: a.unitId, circuitIds: before.a.circuitIds });
    expect((await householdOf(a)).pastRooms).toHaveLength(1);
    expect(await usageWh(a)).toEqual([[a.circuitId, 10]]);
    expect(await usageWh(b)).toEqual([[b.circuitId, 20]]);
    await expectBooksToHold();
  });
});

/** True when the work was cut off behind its n-th write to households, circuits or moves. */
async function dyingAfter(writes: number, work: () => Promise<unknown>): Promise<boolean> {
  const models = [householdModel(api.connection), circuitModel(api.connection), moveModel(api.connection)];
  const operations = ["updateOne", "findOneAndUpdate", "bulkWrite"] as const;
  let left = writes;
  const restores = models.flatMap((model) =>
    operations.map((operation) => {
      const { collection } = model;
      const original = collection[operation].bind(collection) as (...args: unknown[]) => Promise<unknown>;
      const dying = async (...args: unknown[]) => {
        if (left <= 0) throw new Error("dead");
        left -= 1;
        return original(...args);
      };
      Object.assign(collection, { [operation]: dying });
      return () => Object.assign(collection, { [operation]: original });
    }),
  );
  try {
    await work();
    return false;
  } catch (error) {
    if (!(error instanceof Error) || error.message !== "dead") throw error;
    return true;
  } finally {
    for (const restore of restores) restore();
  }
}
