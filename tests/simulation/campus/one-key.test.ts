import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestApi, type TestApi } from "../../../apps/vending-api/src/testing/start-test-api.ts";
import { addTestSite, type TestSite } from "../../../apps/vending-api/src/testing/test-site.ts";

let api: TestApi;
let site: TestSite;
let keys = 0;

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 2 });
});
afterAll(() => api.stop());

/** Thirty times at the same moment; every answer's status and id. */
async function thirtyTimes(path: string, body: object | undefined, token: string): Promise<Set<string>> {
  keys += 1;
  const ask = { token, idempotencyKey: `one-key-for-all-${keys}`, ...(body === undefined ? {} : { body }) };
  const answers = await Promise.all(
    Array.from({ length: 30 }, () => api.call<{ id: string }>("POST", path, ask)),
  );
  return new Set(answers.map(({ status, body: { id } }) => `${status} ${id}`));
}
const only = (answers: Set<string>) => {
  expect(answers.size).toBe(1);
  return [...answers][0]?.split(" ") ?? [];
};

it("a grant run asked for thirty times at once under one key is one job", async () => {
  const policyId = (
    await site.add<{ id: string }>("/grant-policies", {
      siteId: site.siteId,
      name: "Each room",
      audience: { kind: "everyone" },
      gift: { kind: "energy", wh: 5000, per: "household" },
      dayOfMonth: 1,
      excludedMonths: [],
      carry: { kind: "none" },
      expiry: { kind: "never" },
      validFrom: "2040-01-01",
      validUntil: null,
    })
  ).id;
  const [status] = only(await thirtyTimes("/grant-runs", { policyId, month: "2040-03" }, site.administrator));
  expect(status).toBe("202");
  expect(await api.connection.collection("jobs").countDocuments({ siteId: site.siteId })).toBe(1);
});

it("a refund proposed and approved thirty times at once under one key each is one refund and one job", async () => {
  const householdIds = site.rooms.map(({ householdId }) => householdId);
  const body = { householdIds, reason: "end of term" };
  const [proposed, id] = only(await thirtyTimes("/refunds", body, site.manager));
  expect(proposed).toBe("201");
  expect(await api.connection.collection("refunds").countDocuments({ siteId: site.siteId })).toBe(1);
  const before = await api.connection.collection("jobs").countDocuments({ siteId: site.siteId });
  const [approved] = only(await thirtyTimes(`/refunds/${id}/approve`, undefined, site.administrator));
  expect(approved).toBe("202");
  expect(await api.connection.collection("jobs").countDocuments({ siteId: site.siteId })).toBe(before + 1);
});
