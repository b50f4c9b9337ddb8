import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, type TestSite } from "../testing/test-site.ts";

interface KeyRow {
  id: string;
  name: string;
  prefix: string;
  state: string;
  key?: string;
  lastUsedAt: string | null;
}

let api: TestApi;
let site: TestSite;
let administrator: string;
beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 1 });
  administrator = await api.tokenFor("administrator", { siteIds: [site.siteId] });
});
afterAll(() => api.stop());

async function newKey(fields: object = {}): Promise<KeyRow & { key: string }> {
  const body = { siteId: site.siteId, name: "Billing", ...fields };
  const answer = await api.call<KeyRow & { key: string }>("POST", "/api-keys", {
    token: administrator,
    body,
  });
  expect(answer.status).toBe(201);
  return answer.body;
}
const rowOf = async (id: string): Promise<KeyRow | undefined> => {
  const { body } = await api.call<KeyRow[]>("GET", "/api-keys?range=[0,99]", { token: administrator });
  return body.find((row) => row.id === id);
};
const householdsWith = async (key: string) => (await api.call("GET", "/households", { token: key })).status;

describe("an API key", () => {
  it("lets a program in as an integrator of its site, and is shown once", async () => {
    const { key, ...row } = await newKey();
    expect(key).toMatch(/^hmk_[\w-]{43}$/);
    expect(row).toMatchObject({ state: "active", lastUsedAt: null, prefix: key.slice(0, 12) });
    const { status, body } = await api.call<{ id: string }[]>("GET", "/households", { token: key });
    expect(status).toBe(200);
    expect(body.map(({ id }) => id)).toEqual(site.rooms.map(({ householdId }) => householdId));
    expect(JSON.stringify(await rowOf(row.id))).not.toContain(key);
    expect(await rowOf(row.id)).toMatchObject({ lastUsedAt: api.clock.now().toISOString() });
  });

  it("opens neither the administration nor another site", async () => {
    const other = await addTestSite(api, { rooms: 1 });
    const { key } = await newKey();
    expect((await api.call("GET", "/users", { token: key })).status).toBe(403);
    expect((await api.call("GET", `/sites/${other.siteId}`, { token: key })).status).toBe(404);
    expect((await api.call("GET", `/sites/${site.siteId}`, { token: key })).status).toBe(200);
    const elsewhere = { siteId: other.siteId, name: "x" };
    const answer = await api.call("POST", "/api-keys", { token: administrator, body: elsewhere });
    expect(answer.status).toBe(404);
  });

  it("opens nothing once it is revoked, nor after its end", async () => {
    const revoked = await newKey();
    expect(await householdsWith(revoked.key)).toBe(200);
    for (const _ of [1, 2])
      expect((await api.call("DELETE", `/api-keys/${revoked.id}`, { token: administrator })).status).toBe(
        204,
      );
    expect(await householdsWith(revoked.key)).toBe(401);
    expect(await rowOf(revoked.id)).toMatchObject({ state: "revoked" });

    const expiresAt = new Date(api.clock.now().getTime() + 60_000).toISOString();
    const short = await newKey({ expiresAt });
    expect(await householdsWith(short.key)).toBe(200);
    await api.clock.advance(60_000);
    expect(await householdsWith(short.key)).toBe(401);
    expect(await rowOf(short.id)).toMatchObject({ state: "expired" });
  });

  it("is refused when it would end before it begins", async () => {
    const expiresAt = new Date(api.clock.now().getTime() - 1).toISOString();
    const body = { siteId: site.siteId, name: "Late", expiresAt };
    expect(await api.call("POST", "/api-keys", { token: administrator, body })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "expiresAt" }] },
    });
  });

  it.each(["hmk_", "hmk_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "hmk_.*"])(
    "is not guessed: %s",
    async (key) => expect(await householdsWith(key)).toBe(401),
  );

  it("leaves who made and who revoked it, and never itself", async () => {
    const { id, key } = await newKey({ name: "Traced" });
    await api.call("DELETE", `/api-keys/${id}`, { token: administrator });
    const filter = encodeURIComponent(JSON.stringify({ resource: "api-keys", resourceId: id }));
    const { body } = await api.call<{ action: string }[]>(
      "GET",
      `/audit?filter=${filter}&sort=["at","ASC"]`,
      {
        token: administrator,
      },
    );
    expect(body.map(({ action }) => action)).toEqual(["api-keys.create", "api-keys.revoke"]);
    expect(JSON.stringify(body)).not.toContain(key);
  });
});
