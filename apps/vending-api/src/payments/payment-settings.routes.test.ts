import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuditEntry, auditModel } from "../audit/audit.model.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, type TestSite } from "../testing/test-site.ts";
import { paymentSettingsModel } from "./payment-settings.model.ts";

let api: TestApi;
let site: TestSite;
let resident: string;

const SETTINGS = {
  provider: "sandbox",
  minMinor: 1000,
  maxMinor: 20_000,
  suggestedMinor: [10_000, 2000, 5000],
  reason: "Opening",
};
const put = (body: object, token = site.administrator) =>
  api.call<Record<string, unknown>>("PUT", `/sites/${site.siteId}/payment-settings`, { token, body });

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 1 });
  const [room] = site.rooms;
  const home = room === undefined ? {} : { householdId: room.householdId };
  resident = await api.tokenFor("resident", { siteIds: [site.siteId], ...home });
  await put(SETTINGS);
});
afterAll(() => api.stop());

describe("the settings of a site's payments", () => {
  it("keep secrets sealed, show none, and go into the audit without them", async () => {
    const secrets = { apiKey: "sk_test_topsecret", webhookSecrets: ["whsec_topsecret1", "whsec_topsecret2"] };
    const body = { ...SETTINGS, provider: "stripe", ...secrets, reason: "Contract signed" };
    const set = await put(body);
    expect(set).toMatchObject({ status: 200, body: { hasApiKey: true, webhookSecretCount: 2 } });
    expect(set.body.webhookUrl).toBe(`${api.origin}/api/v1/payment-webhooks/${site.siteId}/stripe`);
    const audit = await auditModel(api.connection)
      .find({ action: "payment-settings.update" })
      .lean<AuditEntry[]>();
    const stored = await paymentSettingsModel(api.connection).findById(site.siteId).lean();
    for (const text of [set.body, audit, stored].map((value) => JSON.stringify(value)))
      expect(text).not.toMatch(/topsecret/);
    // Left out, they stay; and what is in use changes without them.
    expect((await put(SETTINGS)).body).toMatchObject({ provider: "sandbox", hasApiKey: true });
  });

  it("refuse what makes no sense", async () => {
    const bad = [
      { ...SETTINGS, provider: "paypal" },
      { ...SETTINGS, minMinor: 0 },
      { ...SETTINGS, minMinor: 30_000 },
      { ...SETTINGS, suggestedMinor: [1] },
      { ...SETTINGS, reason: "" },
      { ...SETTINGS, apiKey: "with space inside" },
      { ...SETTINGS, webhookSecrets: [] },
      { ...SETTINGS, siteId: "another" },
    ];
    for (const body of bad) expect((await put(body)).body.code, JSON.stringify(body)).toBe("invalid-body");
    expect((await put(SETTINGS, site.manager)).status).toBe(403);
    const chief = await api.tokenFor("administrator");
    const kuwait = await api.call<{ id: string }>("POST", "/sites", {
      token: chief,
      body: { name: "Kuwait", timeZone: "Asia/Kuwait", currency: "KWD" },
    });
    const answer = await api.call("PUT", `/sites/${kuwait.body.id}/payment-settings`, {
      token: chief,
      body: { ...SETTINGS, provider: "stripe", apiKey: "sk_test_1234", webhookSecrets: ["whsec_1234"] },
    });
    expect(answer.body).toMatchObject({ code: "invalid-body", errors: [{ path: "provider" }] });
  });

  it("without a provider leave residents without payments", async () => {
    await put({ ...SETTINGS, provider: null });
    const body = { amountMinor: 5000 };
    const answer = await api.call("POST", "/me/top-ups", { token: resident, body, idempotencyKey: "none" });
    expect(answer.body.code).toBe("payments-unavailable");
    expect((await api.call("GET", "/me/top-up-options", { token: resident })).body.code).toBe(
      "payments-unavailable",
    );
    await put(SETTINGS);
  });
});
