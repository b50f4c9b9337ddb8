import { defaultOverloadRule, defaultReminderRule } from "@hallmeter/meter-model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApi, type TestApi } from "../../testing/start-test-api.ts";
import { addTestSite, type TestSite } from "../../testing/test-site.ts";
import { circuitModel } from "../circuit.model.ts";

let api: TestApi;
let site: TestSite;
let other: TestSite;
let token: string;
let keys = 0;

interface Preview {
  fingerprint: string;
  circuits: { circuitId: string; before: object; after: object; changed: string[]; notes: string[] }[];
}
interface Outcome {
  id: string;
  done: string[];
  failed: { id: string; code: string }[];
}

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 3 });
  other = await addTestSite(api, { rooms: 1 });
  token = await api.tokenFor("property-manager", { siteIds: [site.siteId] });
});
afterAll(() => api.stop());

const overload = { ...defaultOverloadRule, maxPowerW: 2200 };
const rulesOf = async (circuitId: string) =>
  (await circuitModel(api.connection).findById(circuitId).lean())?.rules;
function newKey(): string {
  keys += 1;
  return `key-${keys}`;
}
const preview = (body: object, as = token) =>
  api.call<Preview & { code?: string }>("POST", "/rule-changes/preview", {
    token: as,
    body: { siteId: site.siteId, ...body },
  });
function change(body: object, idempotencyKey = newKey()) {
  return api.call<Outcome & { code?: string }>("POST", "/rule-changes", {
    token,
    idempotencyKey,
    body: { siteId: site.siteId, reason: "New wiring rules", ...body },
  });
}
function undo(id: string, idempotencyKey = newKey()) {
  return api.call<Outcome & { code?: string }>("POST", `/rule-changes/${id}/undo`, {
    token,
    idempotencyKey,
    body: { reason: "Too strict" },
  });
}

describe("rules of many circuits", () => {
  it("are previewed, changed as previewed, and given back", async () => {
    const ids = site.rooms.map(({ circuitId }) => circuitId);
    const before = await Promise.all(ids.map(rulesOf));
    const shown = await preview({ changes: { overload, reminder: null } });
    expect(shown.status).toBe(200);
    expect(shown.body.circuits.map(({ circuitId }) => circuitId).sort()).toEqual([...ids].sort());
    expect(await Promise.all(ids.map(rulesOf))).toEqual(before);

    const body = { changes: { overload, reminder: null }, fingerprint: shown.body.fingerprint };
    const done = await change(body, "same");
    expect(done).toMatchObject({ status: 201, body: { failed: [] } });
    expect(done.body.done.sort()).toEqual([...ids].sort());
    for (const id of ids) expect(await rulesOf(id)).toMatchObject({ overload: { maxPowerW: 2200 } });
    expect((await change(body, "same")).body).toMatchObject({ id: done.body.id, failed: [] });
    expect(await change({ ...body, reason: "Another" }, "same")).toMatchObject({
      status: 422,
      body: { code: "idempotency-key-reused" },
    });

    const back = await undo(done.body.id);
    expect(back).toMatchObject({ status: 201, body: { failed: [] } });
    expect(await Promise.all(ids.map(rulesOf))).toEqual(before);
    expect(await undo(done.body.id)).toMatchObject({ status: 409, body: { code: "wrong-state" } });
    const log = await api.call<{ id: string; undoOf?: string; undoneBy?: string }[]>("GET", "/rule-changes", {
      token,
    });
    expect(log.body).toMatchObject([
      { id: back.body.id, undoOf: done.body.id },
      { id: done.body.id, undoneBy: back.body.id, rules: ["overload", "reminder"], circuits: 3 },
    ]);
  });

  it("are not changed when a circuit is no longer as it was shown", async () => {
    const [first] = site.rooms;
    const changes = { overload: { ...overload, maxPowerW: 1500 } };
    const { body } = await preview({ changes });
    const path = `/circuits/${first?.circuitId}`;
    expect((await api.call("PATCH", path, { token, body: { rules: { overload } } })).status).toBe(200);
    expect(await change({ changes, fingerprint: body.fingerprint })).toMatchObject({
      status: 409,
      body: { code: "conflict" },
    });
  });

  it("stay where somebody changed them since, when a change is taken back", async () => {
    const [first, second] = site.rooms;
    const circuitIds = [first?.circuitId ?? "", second?.circuitId ?? ""];
    const changes = { reminder: { ...defaultReminderRule, level1Minor: 1234 } };
    const { body } = await preview({ circuitIds, changes });
    const done = await change({ circuitIds, changes, fingerprint: body.fingerprint });
    const own = { reminder: defaultReminderRule };
    await api.call("PATCH", `/circuits/${first?.circuitId}`, { token, body: { rules: own } });
    expect(await undo(done.body.id)).toMatchObject({
      status: 201,
      body: { done: [second?.circuitId], failed: [{ id: first?.circuitId, code: "conflict" }] },
    });
    expect(await rulesOf(first?.circuitId ?? "")).toEqual(own);
  });

  it("come with what one should know of a circuit", async () => {
    const [first, , third] = site.rooms;
    const circuits = circuitModel(api.connection);
    await circuits.updateOne({ _id: first?.circuitId }, { $set: { feederId: third?.circuitId } });
    await circuits.updateOne({ _id: third?.circuitId }, { $set: { keepPower: true, commissionedAt: null } });
    const limit = { ...overload, maxCurrentCa: 20_000 };
    const { body } = await preview({ circuitIds: [third?.circuitId], changes: { overload: limit } });
    expect(body.circuits[0]).toMatchObject({
      changed: ["overload"],
      notes: ["feeds-others", "not-commissioned", "keeps-power", "above-switch-rating"],
    });
  });

  it("are those of one's own sites, and named", async () => {
    const changes = { overload };
    expect((await preview({ siteId: other.siteId, changes })).status).toBe(404);
    const foreign = await preview({ circuitIds: [other.rooms[0]?.circuitId], changes });
    expect(foreign).toMatchObject({ status: 422, body: { code: "reference-unknown" } });
    expect((await preview({ changes: {} })).status).toBe(400);
    const integrator = await api.tokenFor("integrator", { siteIds: [site.siteId] });
    expect((await preview({ changes }, integrator)).status).toBe(403);
  });
});

it("are told in sets of those that are alike", async () => {
  await circuitModel(api.connection).updateMany({ siteId: site.siteId }, { $set: { rules: {} } });
  const [first] = site.rooms;
  // The order of fields makes no other rule.
  const { maxPowerW, ...rest } = overload;
  await circuitModel(api.connection).updateOne({ _id: first?.circuitId }, { $set: { rules: { overload } } });
  await circuitModel(api.connection).updateOne(
    { _id: site.rooms[1]?.circuitId },
    { $set: { rules: { overload: { ...rest, maxPowerW } } } },
  );
  const { body } = await api.call<{ sets: { rules: object; circuitIds: string[] }[] }>(
    "GET",
    `/rule-sets?siteId=${site.siteId}`,
    { token },
  );
  expect(body.sets.map(({ rules, circuitIds }) => [rules, circuitIds.length])).toEqual([
    [{ overload }, 2],
    [{}, 1],
  ]);
});

it("are kept as templates, one of a name", async () => {
  const body = { siteId: site.siteId, name: "Dormitory", rules: { overload } };
  const template = await api.call<{ id: string }>("POST", "/policies", { token, body });
  expect(template).toMatchObject({ status: 201, body: { name: "Dormitory", rules: { overload } } });
  expect(await api.call("POST", "/policies", { token, body })).toMatchObject({ status: 409 });
  expect((await api.call("DELETE", `/policies/${template.body.id}`, { token })).status).toBe(204);
});
