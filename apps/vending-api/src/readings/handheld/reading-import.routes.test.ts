import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyLedger } from "../../ledger/verify-ledger.ts";
import { verifyAccruals } from "../../rating/verify-accruals.ts";
import { startTestApi, type TestApi } from "../../testing/start-test-api.ts";
import { addTestSite, sampleItem, type TestRoom, type TestSite } from "../../testing/test-site.ts";

const MINUTE = 60_000;
let api: TestApi;
let site: TestSite;
let rooms: TestRoom[];
let startMs: number;

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 3 });
  rooms = site.rooms;
  startMs = api.clock.now().getTime();
  await api.call("PATCH", `/meters/${site.meterId}`, { token: site.administrator, body: { serial: "A-1" } });
  const [first, second] = rooms as [TestRoom, TestRoom];
  api.clock.advance(60 * MINUTE);
  await site.uplink([
    sampleItem(first.circuitId, at(0), 10_000),
    sampleItem(first.circuitId, at(10), 10_500),
    sampleItem(second.circuitId, at(0), 20_000),
  ]);
});
afterAll(() => api.stop());

const at = (minutes: number) => new Date(startMs + minutes * MINUTE).toISOString();
const manager = () => api.tokenFor("property-manager", { siteIds: [site.siteId] });
interface Import {
  id: string;
  state: string;
  counts: Record<string, number>;
  lines: { line: number; outcome: string; field: string | null; usedWh: number | null }[];
}
const row = (minutes: number, kwh: number | string, circuit: string, serial = "A-1") =>
  `${serial},${at(minutes)},${kwh},Li Na,${circuit}`;
const preview = async (key: string, rows: string[], token?: string) =>
  api.call<Import>("POST", "/reading-imports", {
    token: token ?? (await manager()),
    idempotencyKey: key,
    body: {
      siteId: site.siteId,
      format: "csv",
      content: ["serial,time,register_kwh,operator,circuit", ...rows].join("\n"),
    },
  });
const apply = async (id: string, key: string, lines?: number[]) =>
  api.call<Import>("POST", `/reading-imports/${id}/apply`, {
    token: await manager(),
    idempotencyKey: key,
    body: lines === undefined ? {} : { lines },
  });
const live = async (room: TestRoom | undefined) => {
  const path = `/households/${room?.householdId}/balance`;
  return (await api.call<{ liveMinor: number }>("GET", path, { token: await manager() })).body.liveMinor;
};
const everythingAddsUp = async () => {
  expect((await verifyLedger(api.connection)).findings).toEqual([]);
  expect((await verifyAccruals(api.connection)).findings).toEqual([]);
};

describe("handheld readings", () => {
  it("are shown with what each would do, and change nothing before they are applied", async () => {
    const rows = [
      row(30, "11.000", "Circuit 101"),
      row(30, "11.000", "Circuit 101"),
      row(5, "10.25", "Circuit 101"),
      row(5, "10.9", "Circuit 101"),
      row(40, "9.000", "Circuit 101"),
      row(30, "20.4", "Circuit 102"),
      row(30, "900", "Circuit 103"),
      row(30, "1", "Circuit 101", "Z-9"),
      row(30, "1", "Circuit 999"),
      row(30, "1", ""),
      row(30, "x", "Circuit 101"),
    ];
    const { status, body } = await preview("first-list", rows);
    expect(status).toBe(201);
    expect(body.lines.map(({ line, outcome, usedWh }) => [line, outcome, usedWh])).toEqual([
      [2, "ready", 500],
      [3, "duplicate", null],
      [4, "duplicate", null],
      [5, "conflict", null],
      [6, "conflict", null],
      [7, "ready", 400],
      [8, "ready", 0],
      [9, "unknown-meter", null],
      [10, "bad", null],
      [11, "bad", null],
      [12, "bad", null],
    ]);
    expect(body.lines.slice(-3).map(({ field }) => field)).toEqual(["circuit", "circuit", "register_kwh"]);
    expect(body).toMatchObject({
      state: "previewed",
      counts: { ready: 3, duplicate: 2, conflict: 2, bad: 3 },
    });
    expect(await live(rooms[0])).toBe(-28);
    expect(await live(rooms[1])).toBe(0);

    // Picked lines only, and once.
    const answers = await Promise.all([apply(body.id, "apply-1", [2]), apply(body.id, "apply-2", [2])]);
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, body: { state: "applied" } });
    expect(answers[0].body.counts).toMatchObject({ applied: 1, ready: 2 });
    expect(await live(rooms[0])).toBe(-55);
    expect(await live(rooms[1])).toBe(0);
    expect((await apply(body.id, "apply-3")).body.counts).toMatchObject({ applied: 1 });
    expect(await live(rooms[1])).toBe(0);
    await everythingAddsUp();
  });

  it("that the meter itself has told meanwhile are left out when they are applied", async () => {
    const { body } = await preview("second-list", [
      row(50, "20.600", "Circuit 102"),
      row(50, "900.1", "Circuit 103"),
    ]);
    expect(body.counts).toMatchObject({ ready: 2 });
    await site.uplink([sampleItem(rooms[1]?.circuitId ?? "", at(55), 20_400)]);
    const applied = await apply(body.id, "apply-4");
    expect(applied.body.lines.map(({ outcome }) => outcome)).toEqual(["conflict", "applied"]);
    expect(await live(rooms[1])).toBe(-22);
    await everythingAddsUp();
  });

  it("of one key are one list; another body under it, another site and a resident are refused", async () => {
    const token = await manager();
    const rows = [row(58, "11.6", "Circuit 101")];
    const first = await preview("third-list", rows, token);
    expect((await preview("third-list", rows, token)).body.id).toBe(first.body.id);
    expect(await preview("third-list", [row(58, "11.7", "Circuit 101")], token)).toMatchObject({
      status: 422,
    });
    const stranger = await api.tokenFor("property-manager", { siteIds: ["elsewhere"] });
    expect(await preview("fourth-list", rows, stranger)).toMatchObject({
      status: 422,
      body: { code: "reference-unknown" },
    });
    expect(await api.call("GET", `/reading-imports/${first.body.id}`, { token: stranger })).toMatchObject({
      status: 404,
    });
    const resident = await api.tokenFor("resident", { siteIds: [site.siteId] });
    expect(await preview("fifth-list", rows, resident)).toMatchObject({ status: 403 });
  });
});
