import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditModel } from "../audit/audit.model.ts";
import { networkNames } from "../links.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, type TestRoom, type TestSite } from "../testing/test-site.ts";
import type { PersonRole } from "../users/user.model.ts";
import { notificationSteps } from "./notification-jobs.ts";
import type { Outgoing } from "./outgoing.ts";
import { webhookModel } from "./webhook.model.ts";
import { openSecrets } from "./webhook-secrets.ts";

let api: TestApi;
let site: TestSite;
let other: TestSite;
let tokens: Record<PersonRole, string>;
let integrator: string;

const room = () => site.rooms[0] as TestRoom;

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 1 });
  other = await addTestSite(api, { rooms: 1 });
  const roles = ["administrator", "property-manager", "campus-admin", "maintenance", "integrator"] as const;
  const own = { siteIds: [site.siteId] };
  const signedIn = await Promise.all(
    roles.map(async (role) => [role, await api.tokenFor(role, own)] as const),
  );
  const resident = await api.tokenFor("resident", { ...own, householdId: room().householdId });
  tokens = { ...(Object.fromEntries(signedIn) as Record<PersonRole, string>), resident };
  integrator = tokens.integrator;
  await work().find();
});
afterAll(() => api.stop());

function work(outgoing: Partial<Outgoing> = {}) {
  return notificationSteps(api.deps, networkNames(api.deps), {
    sendMail: null,
    reachesPrivate: true,
    ...outgoing,
  });
}
const call = <Body>(method: string, path: string, token: string, body?: object) =>
  api.call<Body>(method, path, { token, ...(body === undefined ? {} : { body }) });
const addWebhook = (change: object = {}, token = integrator) =>
  call<{ id: string; secret: string; code: string }>("POST", "/webhooks", token, {
    siteId: site.siteId,
    name: `Hook ${Math.random()}`,
    url: "https://example.org/hook",
    ...change,
  });

const takesBody = (method: string, path: string) => method === "PATCH" || path.endsWith("/secret");

describe("who may", () => {
  it.each([
    ["/notifications", ["administrator", "property-manager", "campus-admin", "maintenance"]],
    ["/webhooks", ["administrator", "integrator"]],
    [
      "/me/notifications",
      ["administrator", "property-manager", "campus-admin", "maintenance", "integrator", "resident"],
    ],
  ])("read %s", async (path, allowed) => {
    const statuses = await Promise.all(
      Object.entries(tokens).map(
        async ([role, token]) => [role, (await call("GET", path, token)).status] as const,
      ),
    );
    expect(statuses.filter(([, status]) => status === 200).map(([role]) => role)).toEqual(allowed);
    expect(statuses.filter(([, status]) => status !== 200 && status !== 403)).toEqual([]);
  });

  it("sees nothing of another site", async () => {
    const { body: hook } = await addWebhook();
    const stranger = other.administrator;
    for (const [method, path] of [
      ["GET", `/webhooks/${hook.id}`],
      ["PATCH", `/webhooks/${hook.id}`],
      ["DELETE", `/webhooks/${hook.id}`],
      ["POST", `/webhooks/${hook.id}/test`],
      ["POST", `/webhooks/${hook.id}/secret`],
      ["GET", `/webhooks/${hook.id}/deliveries`],
    ] as const)
      expect((await call(method, path, stranger, takesBody(method, path) ? {} : undefined)).status).toBe(404);
    expect((await call<object[]>("GET", "/webhooks", stranger)).body).toEqual([]);
    expect((await addWebhook({ siteId: other.siteId })).status).toBe(404);
  });
});

describe("a webhook", () => {
  it("shows its secret once, and keeps it sealed", async () => {
    const { status, body } = await addWebhook({ name: "Once" });
    expect(status).toBe(201);
    expect(body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const shown = await call("GET", `/webhooks/${body.id}`, integrator);
    expect(JSON.stringify(shown.body)).not.toContain("whsec_");
    const stored = JSON.stringify(await webhookModel(api.connection).findById(body.id).lean());
    expect(stored).not.toContain(body.secret.slice(6));
    const audited = JSON.stringify(await auditModel(api.connection).find({ resourceId: body.id }).lean());
    expect(audited).toContain("webhooks.create");
    expect(audited).not.toContain("whsec_");
  });

  it("signs with its old secret beside the new one for as long as was said, or not at all", async () => {
    const { body: hook } = await addWebhook({ name: "Rotated" });
    const rotate = (overlapHours: number) =>
      call<{ secret: string; formerSecretUntil: string | null }>(
        "POST",
        `/webhooks/${hook.id}/secret`,
        integrator,
        {
          overlapHours,
        },
      );
    const signers = async () => {
      const webhook = await webhookModel(api.connection).findById(hook.id).lean();
      return webhook && openSecrets(api.deps.secrets.sealingSecret, webhook, api.clock.now());
    };
    const { status, body } = await rotate(24);
    expect(status).toBe(201);
    const until = new Date(api.clock.now().getTime() + 24 * 3_600_000).toISOString();
    expect(body.formerSecretUntil).toBe(until);
    expect(await signers()).toEqual([body.secret, hook.secret]);
    // The answer was lost: what the program still has goes on to be signed with.
    const again = await rotate(24);
    expect(await signers()).toEqual([again.body.secret, body.secret, hook.secret]);
    const shown = JSON.stringify((await call("GET", `/webhooks/${hook.id}`, integrator)).body);
    expect(shown).toContain(until);
    expect(shown).not.toContain("whsec_");
    const stolen = await rotate(0);
    expect(stolen.body.formerSecretUntil).toBeNull();
    expect(await signers()).toEqual([stolen.body.secret]);
    expect((await rotate(-1)).status).toBe(400);
    expect((await rotate(169)).status).toBe(400);
  });

  it.each([
    [{ url: "ftp://example.org" }, "invalid-body"],
    [{ url: "not an address" }, "invalid-body"],
    [{ kinds: ["rain"] }, "invalid-body"],
    [{ name: "Once" }, "name-taken"],
  ])("with %j is refused", async (change, code) => {
    expect((await addWebhook(change)).body).toMatchObject({ code });
  });

  it("is tried, logged, delivered again under the same id, and ends with 410", async () => {
    const heard: string[] = [];
    let status = 500;
    const server = createServer((request, response) => {
      heard.push(String(request.headers["webhook-id"]));
      response.writeHead(status).end("as told");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { body: hook } = await addWebhook({ url, isEnabled: false });
    const test = await call<{ notificationId: string }>("POST", `/webhooks/${hook.id}/test`, integrator);
    expect(test.status).toBe(202);
    await work().send();
    const log = () =>
      call<{ id: string; state: string; log: object[] }[]>(
        "GET",
        `/webhooks/${hook.id}/deliveries`,
        integrator,
      );
    expect((await log()).body).toMatchObject([
      { kind: "test", state: "pending", problem: "refused", log: [{ detail: "500 as told" }] },
    ]);
    const redeliver = () =>
      call("POST", `/webhooks/${hook.id}/deliveries/${test.body.notificationId}/redeliver`, integrator);
    expect((await redeliver()).body).toMatchObject({ code: "wrong-state" });
    status = 204;
    api.clock.advance(60_000);
    await work().send();
    expect((await log()).body).toMatchObject([{ state: "sent", attempts: 2 }]);
    expect((await redeliver()).status).toBe(202);
    await call("PATCH", `/webhooks/${hook.id}`, integrator, { isEnabled: true });
    status = 410;
    await work().send();
    expect((await log()).body).toMatchObject([{ state: "failed", problem: "endpoint-gone" }]);
    expect((await call("GET", `/webhooks/${hook.id}`, integrator)).body).toMatchObject({ isEnabled: false });
    expect(new Set(heard)).toEqual(new Set([test.body.notificationId]));
    expect(heard).toHaveLength(3);
    server.close();
  });

  it("inside the network fails at once, and says why", async () => {
    const { body: hook } = await addWebhook({ url: "http://169.254.169.254/latest/meta-data" });
    await call("POST", `/webhooks/${hook.id}/test`, integrator);
    await work({ reachesPrivate: false }).send();
    const { body } = await call("GET", `/webhooks/${hook.id}/deliveries`, integrator);
    expect(body).toMatchObject([{ state: "failed", problem: "address-refused" }]);
  });
});

describe("a resident", () => {
  const buy = async (key: string) => {
    const sale = await api.call("POST", "/purchases", {
      token: site.manager,
      body: { householdId: room().householdId, amountMinor: 100, method: "cash" },
      idempotencyKey: key,
    });
    expect(sale).toMatchObject({ status: 201 });
  };
  const unread = async (token = tokens.resident) =>
    (await call<{ id: string }[]>("GET", '/me/notifications?filter={"unread":true}', token)).body;

  it("reads messages and marks them, one or all, and nobody else's", async () => {
    for (const key of ["read-purchase-1", "read-purchase-2", "read-purchase-3"]) await buy(key);
    await work().find();
    const messages = await unread();
    expect(messages).toHaveLength(3);
    const [first] = messages;
    const mark = (token: string, body: object) => call("POST", "/me/notifications/read", token, body);
    expect((await mark(tokens.maintenance, { ids: [first?.id] })).body).toEqual({ read: 0 });
    expect((await mark(tokens.resident, { ids: [first?.id] })).body).toEqual({ read: 1 });
    expect((await mark(tokens.resident, {})).body).toEqual({ read: 2 });
    expect((await mark(tokens.resident, {})).body).toEqual({ read: 0 });
    expect(await unread()).toEqual([]);
    const log = '/notifications?filter={"channel":"inbox"}';
    expect((await call<object[]>("GET", log, tokens.maintenance)).body).toHaveLength(3);
    expect((await call<object[]>("GET", "/notifications", other.administrator)).body).toEqual([]);
  });

  it("chooses channels, kinds, quiet hours and language", async () => {
    const path = "/me/notification-settings";
    expect((await call("GET", path, tokens.resident)).body).toMatchObject({
      email: null,
      channels: ["inbox", "email"],
      quietHours: { from: "22:00", to: "07:00" },
      locale: "en",
    });
    const wish = {
      email: "li@example.edu",
      channels: ["email"],
      kinds: ["balance-cut", "power-off"],
      quietHours: { from: "23:30", to: "06:15" },
      locale: "zh",
    };
    expect(await call("PATCH", path, tokens.resident, wish)).toMatchObject({ status: 200, body: wish });
    expect((await call("PATCH", path, tokens.resident, { quietHours: null })).body).toMatchObject({
      ...wish,
      quietHours: null,
    });
    for (const bad of [
      { email: "nobody" },
      { channels: ["pigeon"] },
      { quietHours: { from: "24:00", to: "07:00" } },
      { quietHours: { from: "07:00", to: "07:00" } },
      { kinds: ["rain"] },
    ])
      expect((await call("PATCH", path, tokens.resident, bad)).body).toMatchObject({ code: "invalid-body" });
  });
});
