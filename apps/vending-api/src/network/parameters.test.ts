import type { DownlinkMessage, ParameterRow } from "@hallmeter/meter-model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, type TestRoom, type TestSite } from "../testing/test-site.ts";

let api: TestApi;
let site: TestSite;
let room: TestRoom;
let maintenance: string;
let keys = 0;

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 2 });
  room = site.rooms[0] as TestRoom;
  maintenance = await api.tokenFor("maintenance", { siteIds: [site.siteId] });
});
afterAll(() => api.stop());

const desire = (parameters: Record<string, number>) =>
  api.call("PATCH", `/circuits/${room.circuitId}`, { token: maintenance, body: { parameters } });
const shown = async () =>
  (await api.call("GET", `/circuits/${room.circuitId}/parameters`, { token: maintenance })).body;
const report = (rows: ParameterRow[], at = api.clock.now()) =>
  site.uplink([{ type: "parameters", report: { circuitId: room.circuitId, at: at.toISOString(), rows } }]);
const command = (body: object, token = maintenance, idempotencyKey = `parameters-${++keys}`) =>
  api.call<{ commandId: string; code?: string }>("POST", `/circuits/${room.circuitId}/commands`, {
    token,
    body,
    idempotencyKey,
  });
const same = (name: string, value: number): ParameterRow => ({
  name,
  desired: value,
  actual: value,
  state: "same",
});

describe("a circuit's parameters", () => {
  it("are desired before the meter has said anything", async () => {
    await desire({ "loadControl.allowedTrips": 3, "loadControl.switch": 1 });
    expect(await shown()).toEqual({
      circuitId: room.circuitId,
      desired: { "loadControl.allowedTrips": 3, "loadControl.switch": 1 },
      actual: {},
      differences: [
        { name: "loadControl.allowedTrips", desired: 3, actual: null, state: "not-read" },
        { name: "loadControl.switch", desired: 1, actual: null, state: "not-read" },
      ],
      readAt: null,
    });
  });

  it("are shown beside what the meter says, with what came of repairing each", async () => {
    await report([
      same("loadControl.allowedTrips", 3),
      {
        name: "loadControl.switch",
        desired: 1,
        actual: 0,
        state: "differs",
        outcome: "refused",
        code: "value-refused",
      },
    ]);
    expect(await shown()).toMatchObject({
      actual: { "loadControl.allowedTrips": 3, "loadControl.switch": 0 },
      differences: [
        {
          name: "loadControl.switch",
          desired: 1,
          actual: 0,
          state: "differs",
          outcome: "refused",
          code: "value-refused",
        },
      ],
      readAt: api.clock.now().toISOString(),
    });
  });

  it("differ at once when another value is desired, whatever came of the last one", async () => {
    await desire({ "loadControl.allowedTrips": 5, "loadControl.switch": 0 });
    expect(await shown()).toMatchObject({
      differences: [{ name: "loadControl.allowedTrips", desired: 5, actual: 3, state: "differs" }],
    });
  });

  it("are not set back by an older report, nor taken from another gateway's circuit", async () => {
    const before = await shown();
    await report([same("loadControl.allowedTrips", 5)], new Date(api.clock.now().getTime() - 60_000));
    expect(await shown()).toEqual(before);
    const other = await addTestSite(api, { rooms: 1 });
    const reply = await other.uplink([
      {
        type: "parameters",
        report: { circuitId: room.circuitId, at: api.clock.now().toISOString(), rows: [] },
      },
    ]);
    expect(reply.rejected).toMatchObject([{ code: "unknown-circuit" }]);
    expect(
      (await api.call("GET", `/circuits/${room.circuitId}/parameters`, { token: other.manager })).status,
    ).toBe(404);
  });
});

describe("commands for parameters", () => {
  it("go to the gateway with who and why, once per key, from maintenance and administrators only", async () => {
    const repair = { action: "repair-parameters", reason: "Somebody used the keys" };
    const first = await command(repair, maintenance, "repair-once");
    expect(first.status).toBe(202);
    expect((await command(repair, maintenance, "repair-once")).body).toEqual(first.body);
    const { body } = await api.call<DownlinkMessage[]>("GET", "/gateway/messages?after=0", {
      token: site.gatewayToken,
    });
    const sent = body.filter(
      (message) => message.type === "command" && message.command.id === first.body.commandId,
    );
    expect(sent).toMatchObject([{ command: { ...repair, by: { role: "maintenance" } } }]);
    expect((await command(repair, site.manager)).status).toBe(403);
    expect((await command({ action: "compare-parameters" }, site.administrator)).status).toBe(202);
  });

  it("to repair need a reason", async () => {
    expect(await command({ action: "repair-parameters" })).toMatchObject({
      status: 400,
      body: { code: "invalid-body" },
    });
  });
});
