import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { pdfText } from "../documents/testing/pdf-text.ts";
import { grantRunJob } from "../grants/grant-jobs.ts";
import { POLICY } from "../grants/testing/grant-desk.ts";
import { runNextJob } from "../jobs/run-job.ts";
import { refundJob } from "../refunds/refund-job.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, sampleItem, type TestRoom, type TestSite } from "../testing/test-site.ts";

let api: TestApi;
let site: TestSite;
let manager: string;
let chief: string;
let keys = 0;

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 4 });
});
beforeEach(async () => {
  manager = await api.tokenFor("property-manager", { siteIds: [site.siteId] });
  chief = await api.tokenFor("campus-admin", { siteIds: [site.siteId] });
});
afterAll(() => api.stop());

const roomAt = (index: number) => site.rooms[index] as TestRoom;

async function post<Body = { id: string }>(path: string, body?: object, token = manager): Promise<Body> {
  keys += 1;
  const answer = await api.call<Body>("POST", path, { token, body, idempotencyKey: `batch-reports-${keys}` });
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer.body;
}
const sell = (index: number, amountMinor: number) =>
  post("/purchases", { householdId: roomAt(index).householdId, amountMinor, method: "card" });
const read = (index: number, energyWh: number, agoMs = 0) =>
  site.uplink([sampleItem(roomAt(index).circuitId, new Date(api.clock.now().getTime() - agoMs), energyWh)]);

async function file(path: string): Promise<{ status: number; text: string; bytes: Buffer }> {
  const headers = { authorization: `Bearer ${manager}` };
  const response = await fetch(`${api.origin}/api/v1${path}`, { headers });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, bytes, text: response.ok ? pdfText(bytes).join("\n") : bytes.toString() };
}

describe("a refund", () => {
  it("has a statement per household and a summary, numbered once it is over", async () => {
    await sell(0, 5000);
    await sell(1, 700);
    await read(0, 100, 3_600_000);
    await read(0, 1100);
    const householdIds = [roomAt(0).householdId, roomAt(1).householdId];
    const { id } = await post("/refunds", { householdIds, reason: "Graduated" });
    const statement = `/refunds/${id}/statement.pdf?householdId=${householdIds[0]}`;
    expect((await file(statement)).status).toBeGreaterThanOrEqual(400);
    expect((await file(`/refunds/${id}/summary.pdf`)).text).toContain("Preliminary");

    await post(`/refunds/${id}/approve`, undefined, chief);
    await runNextJob(api.deps, [refundJob]);
    api.clock.advance(10_000);
    await read(0, 1100);
    await read(1, 40);
    await runNextJob(api.deps, [refundJob]);

    // 1000 Wh at 0.5483 are 54.83 minor units; what is left is rounded down.
    const settled = await file(statement);
    expect(settled.text).toContain("RS-000001");
    expect(settled.text).toMatch(/To be paid out\n49\.45 CNY/);
    expect(settled.text).toMatch(/Left on the account\n0\.00/);
    expect(settled.text).toContain("Graduated");
    expect((await file(statement)).bytes.equals(settled.bytes)).toBe(true);

    const summary = await file(`/refunds/${id}/summary.pdf?language=zh`);
    expect(summary.text).toContain("RB-000001");
    expect(summary.text).toContain("56.45 CNY");
    expect(summary.text).toContain("Household 102");
    expect((await file(`/refunds/${id}/statement.pdf`)).status).toBe(404);
  });
});

describe("a grant run", () => {
  it("has a list of who got it and who did not, and another number when it comes to something else", async () => {
    await site.add("/residents", { householdId: roomAt(2).householdId, name: "Wang Fang" });
    const policy = await post(
      "/grant-policies",
      {
        ...POLICY,
        siteId: site.siteId,
        name: "Free basic electricity",
        audience: { kind: "households", householdIds: [roomAt(2).householdId, roomAt(3).householdId] },
        gift: { kind: "energy", wh: 8000, per: "resident" },
      },
      chief,
    );
    const month = "2040-03";
    await post("/grant-runs", { policyId: policy.id, month }, chief);
    const path = `/grant-runs/${policy.id}.${month}/report.pdf`;
    await runNextJob(api.deps, [grantRunJob]);

    const first = await file(path);
    expect(first.text).toContain("GR-000001");
    expect(first.text).toContain("8.000 kWh per resident");
    expect(first.text).toMatch(/Left out[\s\S]*Household 104\nNo residents/);
    expect((await file(path)).bytes.equals(first.bytes)).toBe(true);

    await site.add("/residents", { householdId: roomAt(3).householdId, name: "Li Na" });
    await post("/grant-runs", { policyId: policy.id, month }, chief);
    await runNextJob(api.deps, [grantRunJob]);
    const second = await file(path);
    expect(second.text).toContain("GR-000002");
    expect(second.text).toContain("16.000 kWh");
  });
});
