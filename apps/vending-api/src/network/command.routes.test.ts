import type { CommandResult, DownlinkMessage } from "@hallmeter/meter-model";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, type TestRoom, type TestSite } from "../testing/test-site.ts";
import { commandModel } from "./command.model.ts";
import { expireCommands, handOverForgotten } from "./commands.ts";
import { gatewayMessageModel } from "./gateway-message.model.ts";

let api: TestApi;
let site: TestSite;
let other: TestSite;
let room: TestRoom;
let maintenance: string;
let keyCount = 0;
const newKey = () => {
  keyCount += 1;
  return `command-key-${keyCount}`;
};

beforeAll(async () => {
  api = await startTestApi();
  other = await addTestSite(api, { rooms: 1 });
  site = await addTestSite(api, { rooms: 2 });
  room = site.rooms[0] as TestRoom;
});
beforeEach(async () => {
  maintenance = await api.tokenFor("maintenance", { siteIds: [site.siteId] });
});
afterAll(() => api.stop());

const command = (body: object, { token = maintenance, key = newKey(), circuitId = room.circuitId } = {}) =>
  api.call<{ commandId: string }>("POST", `/circuits/${circuitId}/commands`, {
    token,
    body,
    idempotencyKey: key,
  });
const stateOf = async (id: string) =>
  (await api.call<{ state: string; code?: string }>("GET", `/commands/${id}`, { token: maintenance })).body;
const result = (commandId: string, state: CommandResult["state"], change: Partial<CommandResult> = {}) =>
  site.uplink([
    { type: "command-result", result: { commandId, state, at: api.clock.now().toISOString(), ...change } },
  ]);
const commandMessages = async () => {
  const { body } = await api.call<DownlinkMessage[]>("GET", "/gateway/messages?after=0", {
    token: site.gatewayToken,
  });
  return body.flatMap((message) => (message.type === "command" ? [message.command] : []));
};

describe("a command", () => {
  it("reaches the gateway with who, why and until when, once per key", async () => {
    const key = newKey();
    const body = { action: "open", reason: "Cable is damaged" };
    const answers = await Promise.all(Array.from({ length: 10 }, () => command(body, { key })));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([202]));
    const ids = new Set(answers.map((answer) => answer.body.commandId));
    expect(ids.size).toBe(1);
    const [id] = [...ids];
    const sent = (await commandMessages()).filter((message) => message.id === id);
    expect(sent[0]).toMatchObject({
      circuitId: room.circuitId,
      action: "open",
      reason: "Cable is damaged",
      by: { name: "Test maintenance", role: "maintenance" },
      expiresAt: new Date(api.clock.now().getTime() + 600_000).toISOString(),
    });
    expect(await command({ ...body, reason: "Another" }, { key })).toMatchObject({
      status: 422,
      body: { code: "idempotency-key-reused" },
    });
  });

  it.each([
    { said: ["sent", "confirmed"], ends: "confirmed" },
    { said: ["confirmed", "sent"], ends: "confirmed" },
    { said: ["unknown", "failed"], ends: "failed" },
    { said: ["failed", "confirmed"], ends: "failed" },
    { said: ["expired", "sent"], ends: "expired" },
  ] as const)("told $said is $ends", async ({ said, ends }) => {
    const { commandId } = (await command({ action: "read" })).body;
    for (const state of said)
      await result(commandId, state, state === "failed" ? { code: "relay-fault" } : {});
    expect(await stateOf(commandId)).toMatchObject({ state: ends });
  });

  it("of another gateway is not this one's to settle", async () => {
    const { commandId } = (await command({ action: "read" })).body;
    const foreign = await other.uplink([
      {
        type: "command-result",
        result: { commandId, state: "confirmed", at: api.clock.now().toISOString() },
      },
    ]);
    expect(foreign.rejected).toEqual([{ index: 0, code: "unknown-command", detail: commandId }]);
    const path = `/gateway/commands/${commandId}/result`;
    const body = { commandId, state: "confirmed", at: api.clock.now().toISOString() };
    expect((await api.call("POST", path, { token: other.gatewayToken, body })).status).toBe(404);
    expect((await api.call("POST", path, { token: site.gatewayToken, body })).status).toBe(204);
    expect(await stateOf(commandId)).toMatchObject({ state: "confirmed" });
  });

  it("that nobody answers ends as expired, or unknown once it was sent; late news from the gateway count", async () => {
    const queued = (await command({ action: "close" })).body.commandId;
    const sent = (await command({ action: "close" })).body.commandId;
    await result(sent, "sent");
    api.clock.advance(120_000 + 16_000);
    maintenance = await api.tokenFor("maintenance", { siteIds: [site.siteId] });
    await expireCommands(api.deps, api.clock.now());
    expect(await stateOf(queued)).toMatchObject({ state: "expired", code: "no-answer-from-gateway" });
    expect(await stateOf(sent)).toMatchObject({ state: "unknown" });
    await result(queued, "confirmed");
    expect(await stateOf(queued)).toMatchObject({ state: "confirmed" });
    expect(await stateOf(queued)).not.toHaveProperty("code");
  });

  it("that was stored but not handed over, is handed over later", async () => {
    const { commandId } = (await command({ action: "read" })).body;
    await commandModel(api.connection).updateOne({ _id: commandId }, { $set: { handedOver: false } });
    await gatewayMessageModel(api.connection).deleteOne({ "message.command.id": commandId });
    expect((await commandMessages()).map(({ id }) => id)).not.toContain(commandId);
    api.clock.advance(6000);
    await handOverForgotten(api.deps, api.clock.now());
    expect((await commandMessages()).map(({ id }) => id)).toContain(commandId);
  });

  it("keep-power changes the circuit's configuration", async () => {
    const manager = await api.tokenFor("property-manager", { siteIds: [site.siteId] });
    expect((await command({ action: "keep-power", reason: "Ventilator" }, { token: manager })).status).toBe(
      202,
    );
    const circuit = await api.call("GET", `/circuits/${room.circuitId}`, { token: manager });
    expect(circuit.body).toMatchObject({ keepPower: true });
  });
});

describe("who may command what", () => {
  const roles = [
    "administrator",
    "property-manager",
    "campus-admin",
    "maintenance",
    "integrator",
    "resident",
  ] as const;
  it.each([
    { action: "open", allowed: ["administrator", "property-manager", "campus-admin", "maintenance"] },
    { action: "lockout", allowed: ["administrator", "maintenance"] },
    { action: "keep-power", allowed: ["administrator", "property-manager", "campus-admin"] },
    {
      action: "read",
      allowed: ["administrator", "property-manager", "campus-admin", "maintenance", "integrator"],
    },
  ])("$action", async ({ action, allowed }) => {
    const reach = { siteIds: [site.siteId], householdId: room.householdId };
    const answers = await Promise.all(
      roles.map(async (role) => {
        const token = await api.tokenFor(role, reach);
        return { role, status: (await command({ action, reason: "test" }, { token })).status };
      }),
    );
    expect(answers.filter(({ status }) => status === 202).map(({ role }) => role)).toEqual(allowed);
    expect(new Set(answers.filter(({ status }) => status !== 202).map(({ status }) => status))).toEqual(
      new Set([403]),
    );
  });

  it("a resident releases the own reminder, an overload where the rule allows it, and nothing else", async () => {
    const token = await api.tokenFor("resident", { siteIds: [site.siteId], householdId: room.householdId });
    const release = (hold: string, circuitId = room.circuitId) =>
      command({ action: "release", hold }, { token, circuitId }).then((answer) => answer.status);
    expect(await release("reminder")).toBe(202);
    expect(await release("overload")).toBe(403);
    expect(await release("lockout")).toBe(403);
    expect(await release("reminder", site.rooms[1]?.circuitId)).toBe(404);
    const overload = {
      maxPowerW: 3000,
      delayS: 10,
      recloseAfterS: 180,
      reclosesPerWindow: 3,
      windowS: 3600,
      residentMayRelease: true,
    };
    const administrator = await api.tokenFor("administrator", { siteIds: [site.siteId] });
    const body = { rules: { overload } };
    expect(
      (await api.call("PATCH", `/circuits/${room.circuitId}`, { token: administrator, body })).status,
    ).toBe(200);
    expect(await release("overload")).toBe(202);
  });

  it("a circuit of another site does not exist", async () => {
    const { circuitId } = other.rooms[0] as TestRoom;
    expect(await command({ action: "read" }, { circuitId })).toMatchObject({ status: 404 });
    for (const view of ["live", "why", "profile", "quarters"])
      expect((await api.call("GET", `/circuits/${circuitId}/${view}`, { token: maintenance })).status).toBe(
        404,
      );
  });
});

describe("bad commands", () => {
  it.each([
    { why: "an unknown action", body: { action: "explode" }, code: "invalid-body" },
    { why: "opening without a reason", body: { action: "open" }, code: "invalid-body" },
    { why: "closing after an hour", body: { action: "close", expiresInS: 3600 }, code: "invalid-body" },
    { why: "closing after five minutes", body: { action: "close", expiresInS: 300 }, code: "invalid-body" },
    { why: "a hold to open", body: { action: "open", reason: "x", hold: "credit" }, code: "invalid-body" },
    { why: "broken JSON", body: "{", code: "bad-json" },
  ])("$why", async ({ body, code }) => {
    const answer = await api.call("POST", `/circuits/${room.circuitId}/commands`, {
      token: maintenance,
      body,
      idempotencyKey: newKey(),
    });
    expect(answer).toMatchObject({ status: 400, body: { code } });
  });

  it("need a key, and a commissioned circuit", async () => {
    const path = `/circuits/${room.circuitId}/commands`;
    const keyless = await api.call("POST", path, { token: maintenance, body: { action: "read" } });
    expect(keyless).toMatchObject({ status: 400, body: { code: "idempotency-key-missing" } });
    const patch = { token: maintenance, body: { commissionedAt: null } };
    expect((await api.call("PATCH", `/circuits/${room.circuitId}`, patch)).status).toBe(200);
    expect(await command({ action: "open", reason: "test" })).toMatchObject({
      status: 409,
      body: { code: "circuit-not-commissioned" },
    });
    expect(await command({ action: "read" })).toMatchObject({ status: 202 });
  });
});
