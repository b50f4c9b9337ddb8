import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../db/model.ts";
import { busModel } from "../network/bus.model.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { clearAlarm, endDueShelves, type RaisedAlarm, raiseAlarm } from "./alarms.ts";
import { recordEvent } from "./events.ts";

interface AlarmRow {
  id: string;
  state: string;
  count: number;
  severity: string;
  raisedAt: string;
  lastRaisedAt: string;
  clearedAt?: string;
  acknowledgedBy?: string;
  comment?: string;
  shelvedUntil?: string;
  subjectName: string;
  params: object;
}
interface BulkResult {
  done: string[];
  failed: { id: string; code: string }[];
}

const at = (second: number) => new Date(Date.UTC(2040, 2, 2, 7, 0, second));

let api: TestApi;
let maintenance: string;
beforeAll(async () => {
  api = await startTestApi();
  maintenance = await api.tokenFor("maintenance");
});
afterAll(() => api.stop());

/** An alarm of a site of its own, so that tests see only theirs. */
function alarm(fields: Partial<RaisedAlarm> = {}): RaisedAlarm {
  return {
    siteId: newId(),
    key: "unit-offline:c1",
    kind: "unit-offline",
    severity: "medium",
    at: at(0),
    subject: { circuitId: "c1" },
    params: { misses: 3 },
    ...fields,
  };
}
async function list(siteId: string, filter: object = {}, query = ""): Promise<AlarmRow[]> {
  const text = encodeURIComponent(JSON.stringify({ siteId, ...filter }));
  const answer = await api.call<AlarmRow[]>("GET", `/alarms?filter=${text}${query}`, { token: maintenance });
  expect(answer.status).toBe(200);
  return answer.body;
}
async function raised(fields: Partial<RaisedAlarm> = {}): Promise<{ news: RaisedAlarm; id: string }> {
  const news = alarm(fields);
  await raiseAlarm(api.deps, news);
  const [row] = await list(news.siteId, { state: ["raised", "acknowledged", "shelved"] });
  return { news, id: row?.id as string };
}
const act = (what: string, body: object, token = maintenance) =>
  api.call<BulkResult>("POST", `/alarms/${what}`, { token, body });

describe("raising and clearing", () => {
  it("keeps one alarm for a condition that stands, counting its raisings", async () => {
    const { news } = await raised();
    await raiseAlarm(api.deps, { ...news, at: at(10), severity: "high", params: { misses: 9 } });
    expect(await list(news.siteId)).toEqual([
      expect.objectContaining({
        state: "raised",
        count: 2,
        severity: "high",
        params: { misses: 9 },
        raisedAt: at(0).toISOString(),
        lastRaisedAt: at(10).toISOString(),
      }),
    ]);
  });

  it("opens a new one when the condition comes back", async () => {
    const { news } = await raised();
    await clearAlarm(api.deps, { ...news, at: at(20) });
    await raiseAlarm(api.deps, { ...news, at: at(30) });
    const rows = await list(news.siteId, {}, '&sort=["raisedAt","ASC"]');
    expect(rows.map(({ state, count }) => ({ state, count }))).toEqual([
      { state: "cleared", count: 1 },
      { state: "raised", count: 1 },
    ]);
    expect(rows[0]?.clearedAt).toBe(at(20).toISOString());
  });

  it("changes nothing when told again, in whole or in part", async () => {
    const { news } = await raised();
    const tell = async () => {
      await raiseAlarm(api.deps, news);
      await raiseAlarm(api.deps, { ...news, at: at(5) });
      await clearAlarm(api.deps, { ...news, at: at(20) });
      await raiseAlarm(api.deps, { ...news, at: at(30) });
    };
    await tell();
    const once = await list(news.siteId);
    await tell();
    expect(await list(news.siteId)).toEqual(once);
    expect(once).toHaveLength(2);
  });

  it("does not open again when the raising is told once more after the clearing", async () => {
    const { news } = await raised();
    await clearAlarm(api.deps, { ...news, at: at(20) });
    for (const second of [0, 10, 20]) await raiseAlarm(api.deps, { ...news, at: at(second) });
    expect(await list(news.siteId)).toMatchObject([{ state: "cleared", count: 1 }]);
  });

  it("ignores a clearing that is older than the last raising", async () => {
    const { news } = await raised({ at: at(30) });
    await clearAlarm(api.deps, { ...news, at: at(20) });
    expect(await list(news.siteId)).toMatchObject([{ state: "raised" }]);
  });

  it("ignores a clearing of what never stood", async () => {
    const news = alarm();
    await clearAlarm(api.deps, news);
    expect(await list(news.siteId)).toEqual([]);
  });

  it("opens one alarm when many processes raise it at once", async () => {
    const news = alarm();
    await Promise.all(
      Array.from({ length: 12 }, (_, second) => raiseAlarm(api.deps, { ...news, at: at(second) })),
    );
    const rows = await list(news.siteId);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.lastRaisedAt).toBe(at(11).toISOString());
  });

  it("keeps sites apart though their keys are equal", async () => {
    const one = await raised();
    const other = await raised();
    await clearAlarm(api.deps, { ...one.news, at: at(9) });
    expect(await list(other.news.siteId)).toMatchObject([{ state: "raised" }]);
  });
});

describe("lists", () => {
  it("order by how urgent, not by the alphabet", async () => {
    const { news } = await raised({ severity: "low" });
    for (const severity of ["critical", "info", "high", "medium"] as const) {
      await raiseAlarm(api.deps, { ...news, key: severity, severity });
    }
    const rows = await list(news.siteId, {}, '&sort=["severity","DESC"]');
    expect(rows.map(({ severity }) => severity)).toEqual(["critical", "high", "medium", "low", "info"]);
  });

  it("filter by state, severity, kind and subject", async () => {
    const { news, id } = await raised();
    await raiseAlarm(api.deps, {
      ...news,
      key: "bus",
      kind: "bus-down",
      severity: "critical",
      subject: { busId: "b1" },
    });
    for (const filter of [
      { kind: "unit-offline" },
      { severity: ["medium"] },
      { circuitId: "c1" },
      { q: "offline" },
      { id: [id] },
    ]) {
      expect(
        (await list(news.siteId, filter)).map((row) => row.id),
        JSON.stringify(filter),
      ).toEqual([id]);
    }
    expect(await list(news.siteId, { state: "cleared" })).toEqual([]);
  });

  it("find a bus and a meter by a part of their name", async () => {
    const { news } = await raised();
    const { connection } = api.deps;
    const common = { siteId: news.siteId, createdAt: new Date(0) };
    await busModel(connection).collection.insertMany([
      { ...common, _id: `${news.siteId}-east` as never, name: "East wing" },
      { ...common, _id: `${news.siteId}-west` as never, name: "West wing" },
    ]);
    for (const side of ["east", "west"])
      await raiseAlarm(api.deps, {
        ...news,
        key: side,
        kind: "bus-down",
        subject: { busId: `${news.siteId}-${side}` },
      });
    expect(await list(news.siteId, { q: "wing" })).toHaveLength(2);
    expect(await list(news.siteId, { q: "EAST" })).toMatchObject([{ subjectName: "East wing" }]);
    expect(await list(news.siteId, { q: "ea.t" })).toEqual([]);
  });

  it("name the subject, or its id when it is gone", async () => {
    const { news } = await raised();
    expect(await list(news.siteId)).toMatchObject([{ subjectName: "c1" }]);
  });

  it("show a caller nothing of other sites", async () => {
    const { news, id } = await raised();
    const token = await api.tokenFor("maintenance", { siteIds: ["elsewhere"] });
    expect((await api.call("GET", `/alarms/${id}`, { token })).status).toBe(404);
    expect((await api.call<AlarmRow[]>("GET", "/alarms", { token })).body).toEqual([]);
    const answer = await act("acknowledge", { ids: [id] }, token);
    expect(answer.body).toEqual({ done: [], failed: [{ id, code: "not-found" }] });
    expect(await list(news.siteId)).toMatchObject([{ state: "raised" }]);
  });
});

describe("bulk actions", () => {
  it("do what can be done over mixed states and say why not for the rest", async () => {
    const fresh = await raised();
    const known = await raised();
    await act("acknowledge", { ids: [known.id] });
    const gone = await raised();
    await clearAlarm(api.deps, { ...gone.news, at: at(9) });
    const answer = await act("acknowledge", {
      ids: [fresh.id, known.id, gone.id, "none", fresh.id],
      comment: "on my way",
    });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        done: [fresh.id, known.id],
        failed: [
          { id: gone.id, code: "wrong-state" },
          { id: "none", code: "not-found" },
        ],
      },
    });
    expect(await list(fresh.news.siteId)).toMatchObject([
      { state: "acknowledged", acknowledgedBy: "Test maintenance", comment: "on my way" },
    ]);
  });

  it("shelve until a time, after which the alarm stands as before", async () => {
    const { news, id } = await raised();
    await act("acknowledge", { ids: [id] });
    const until = new Date(api.clock.now().getTime() + 3_600_000);
    await act("shelve", { ids: [id], reason: "works until noon", until: until.toISOString() });
    expect(await list(news.siteId)).toMatchObject([{ state: "shelved", shelvedUntil: until.toISOString() }]);
    await endDueShelves(api.deps, new Date(until.getTime() - 1));
    expect(await list(news.siteId)).toMatchObject([{ state: "shelved" }]);
    await endDueShelves(api.deps, until);
    const [row] = await list(news.siteId);
    expect(row).toMatchObject({ state: "acknowledged" });
    expect(row).not.toHaveProperty("shelvedUntil");
  });

  it("take an alarm off the shelf, and clear one that lies there", async () => {
    const { news, id } = await raised();
    const until = new Date(api.clock.now().getTime() + 60_000).toISOString();
    await act("shelve", { ids: [id], reason: "works", until });
    expect((await act("unshelve", { ids: [id] })).body.done).toEqual([id]);
    expect(await list(news.siteId)).toMatchObject([{ state: "raised" }]);
    await act("shelve", { ids: [id], reason: "works", until });
    await clearAlarm(api.deps, { ...news, at: at(9) });
    expect(await list(news.siteId)).toMatchObject([{ state: "cleared" }]);
  });

  it.each([
    ["acknowledge", { ids: [] }],
    ["acknowledge", { ids: ["a"], comment: "" }],
    ["acknowledge", {}],
    ["shelve", { ids: ["a"], until: "2040-03-02T09:00:00Z" }],
    ["shelve", { ids: ["a"], reason: "r", until: "tomorrow" }],
    ["shelve", { ids: ["a"], reason: "r", until: "2040-03-02T07:59:59Z" }],
    ["shelve", { ids: ["a"], reason: "r", until: "2041-01-01T00:00:00Z" }],
    ["unshelve", { ids: "a" }],
  ])("refuse %s %o", async (what, body) => {
    expect(await act(what, body)).toMatchObject({ status: 400, body: { code: "invalid-body" } });
  });
});

describe("events", () => {
  it("are kept once and found by what they are about", async () => {
    const siteId = newId();
    const subject = { circuitId: newId(), householdId: newId() };
    const event = { id: newId(), siteId, at: at(1), kind: "relay-opened", subject, params: { by: "credit" } };
    await recordEvent(api.deps, event);
    await recordEvent(api.deps, event);
    await recordEvent(api.deps, {
      ...event,
      id: newId(),
      at: at(2),
      kind: "relay-closed",
      subject: { busId: "b1" },
    });
    const find = async (filter: object) => {
      const text = encodeURIComponent(JSON.stringify({ siteId, ...filter }));
      const { body } = await api.call<{ kind: string }[]>("GET", `/events?filter=${text}`, {
        token: maintenance,
      });
      return body.map(({ kind }) => kind);
    };
    expect(await find({})).toEqual(["relay-closed", "relay-opened"]);
    expect(await find({ circuitId: subject.circuitId })).toEqual(["relay-opened"]);
    expect(await find({ householdId: subject.householdId })).toEqual(["relay-opened"]);
    expect(await find({ from: at(2).toISOString() })).toEqual(["relay-closed"]);
    expect(await find({ to: at(2).toISOString() })).toEqual(["relay-opened"]);
  });
});
