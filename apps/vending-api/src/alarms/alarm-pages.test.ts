import { SEVERITIES } from "@hallmeter/meter-model";
import type { QueryFilter } from "mongoose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../db/model.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { type Alarm, type AlarmState, alarmModel, OPEN_BY_SEVERITY, OPEN_STATES } from "./alarm.model.ts";
import { UNSHELVED } from "./alarms.ts";

/** Enough that sorting in memory would show; HALLMETER_TEST_ALARMS=100000 for the size of a bad night. */
const ALARMS = Number(process.env.HALLMETER_TEST_ALARMS ?? 2000);
const PER_INSERT = 5000;
const PER_PAGE = 25;
const STATES = ["raised", "raised", "acknowledged", "cleared"] as const;

const OPEN_HERE = { siteId: "s1", state: { $in: [...OPEN_STATES] } };

let api: TestApi;
let token: string;

const alarmAt = (index: number): Alarm => {
  const severityRank = index % SEVERITIES.length;
  const at = new Date(Date.UTC(2040, 0, 1) + index * 1000);
  const state = STATES[index % STATES.length] ?? "raised";
  return {
    _id: newId(),
    siteId: "s1",
    key: `unit-offline:c${index}`,
    standingKey: `unit-offline:c${index}`,
    kind: "unit-offline",
    severity: SEVERITIES[severityRank] ?? "info",
    severityRank,
    state,
    raisedAt: at,
    lastRaisedAt: at,
    count: 1,
    clearedAt: state === "cleared" ? at : null,
    acknowledgedBy: state === "acknowledged" ? "Wu Gang" : null,
    acknowledgedAt: state === "acknowledged" ? at : null,
    comment: null,
    ...UNSHELVED,
    subject: { circuitId: `c${index}` },
    params: { misses: 3 },
    evidence: null,
  };
};

beforeAll(async () => {
  api = await startTestApi();
  token = await api.tokenFor("maintenance");
  for (let first = 0; first < ALARMS; first += PER_INSERT)
    await alarmModel(api.connection).insertMany(
      Array.from({ length: Math.min(PER_INSERT, ALARMS - first) }, (_, index) => alarmAt(first + index)),
      { lean: true },
    );
}, 300_000);
afterAll(() => api.stop());

async function page(sort: [string, "ASC" | "DESC"], states: readonly string[], from = 0) {
  const query = new URLSearchParams({
    sort: JSON.stringify(sort),
    range: JSON.stringify([from, from + PER_PAGE - 1]),
    filter: JSON.stringify({ siteId: "s1", ...(states.length > 0 && { state: states }) }),
  });
  const begun = performance.now();
  const { headers, body } = await api.call<{ severity: (typeof SEVERITIES)[number]; raisedAt: string }[]>(
    "GET",
    `/alarms?${query}`,
    { token },
  );
  const tookMs = Math.round(performance.now() - begun);
  if (process.env.HALLMETER_TEST_ALARMS)
    process.stdout.write(`${sort} ${states} from ${from}: ${tookMs} ms\n`);
  return { total: Number(headers.get("content-range")?.split("/")[1]), rows: body };
}

/** Of every state, newest first. */
async function times(from: number, to: number): Promise<string[]> {
  const query = `sort=["raisedAt","DESC"]&range=[${from},${to}]&filter={"siteId":"s1"}`;
  const { body } = await api.call<{ raisedAt: string }[]>("GET", `/alarms?${query}`, { token });
  return body.map(({ raisedAt }) => raisedAt);
}

describe("pages of many alarms", () => {
  it("show the most urgent open ones first, then the newest, and count the rest", async () => {
    const { total, rows } = await page(["severity", "DESC"], OPEN_STATES);
    expect(total).toBe(ALARMS - ALARMS / STATES.length);
    expect(rows).toHaveLength(PER_PAGE);
    expect(new Set(rows.map(({ severity }) => severity))).toEqual(new Set(["critical"]));
    const times = rows.map(({ raisedAt }) => raisedAt);
    expect(times).toEqual([...times].sort().reverse());
  });

  it("go on where the one before ended", async () => {
    const ranks = [];
    for (let from = 0; from < 10 * PER_PAGE; from += PER_PAGE)
      ranks.push(
        ...(await page(["severity", "ASC"], OPEN_STATES, from)).rows.map(({ raisedAt }) => raisedAt),
      );
    expect(new Set(ranks).size).toBe(10 * PER_PAGE);
  });

  it("are the same from whichever end they are read, up to the last and beyond", async () => {
    const all: string[] = [];
    for (let from = 0; from < 2000; from += 100) all.push(...(await times(from, from + 99)));
    expect(all).toEqual([...all].sort().reverse());
    expect(new Set(all).size).toBe(Math.min(ALARMS, 2000));
    expect(await times(ALARMS - 30, ALARMS + 30)).toHaveLength(30);
    expect(await times(ALARMS, ALARMS + 24)).toEqual([]);
  });

  it.each<[string, readonly AlarmState[], string, string | undefined]>([
    ["open, by urgency", OPEN_STATES, "severityRank", OPEN_BY_SEVERITY],
    ["new, by urgency", ["raised"], "severityRank", undefined],
    ["cleared, by time", ["cleared"], "raisedAt", undefined],
    ["all, by time", [], "raisedAt", undefined],
  ])("are read from an index, no more than is shown: %s", async (_name, states, field, hint) => {
    const state = states.length > 0 ? { state: { $in: [...states] } } : {};
    const found = alarmModel(api.connection)
      .find({ $and: [{}, { siteId: "s1", ...state }] })
      .sort({ [field]: -1, _id: -1 })
      .limit(PER_PAGE);
    if (hint !== undefined) found.hint(hint);
    const { executionStats } = (await found.explain("executionStats")) as never as {
      executionStats: { totalDocsExamined: number };
    };
    expect(executionStats.totalDocsExamined).toBeLessThanOrEqual(2 * PER_PAGE);
    expect((await page([field === "severityRank" ? "severity" : field, "DESC"], states)).rows).toHaveLength(
      PER_PAGE,
    );
  });

  it.each<[string, QueryFilter<Alarm>]>([
    ["of one circuit", { siteId: "s1", "subject.circuitId": "c7" }],
    ["of one kind, open", { ...OPEN_HERE, kind: "bus-down" }],
    [
      "of a search",
      {
        $or: [
          { $and: [OPEN_HERE, { "subject.circuitId": { $in: ["c7", "c8"] } }] },
          { $and: [OPEN_HERE, { kind: { $in: ["bus-down"] } }] },
        ],
      },
    ],
  ])("read what they show and no other: %s", async (_name, condition) => {
    const found = alarmModel(api.connection).find(condition).sort({ raisedAt: -1, _id: -1 });
    const matching = await alarmModel(api.connection).countDocuments(condition);
    const { executionStats } = (await found.explain("executionStats")) as never as {
      executionStats: { totalDocsExamined: number };
    };
    expect(executionStats.totalDocsExamined).toBe(matching);
  });
});
