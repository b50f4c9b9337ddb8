import type { DownlinkMessage } from "@hallmeter/meter-model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApi, type TestApi } from "../../testing/start-test-api.ts";
import { addTestSite, type TestRoom, type TestSite } from "../../testing/test-site.ts";

let api: TestApi;
let site: TestSite;
let room: TestRoom;

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 1 });
  room = site.rooms[0] as TestRoom;
});
afterAll(() => api.stop());

const buy = async (householdId: string, amountMinor: number) => {
  const body = { householdId, amountMinor, method: "cash" };
  const idempotencyKey = `stream-test-${amountMinor}`;
  const answer = await api.call("POST", "/purchases", { token: site.manager, body, idempotencyKey });
  expect(answer.status).toBe(201);
};
const credit = async () =>
  (await api.call<{ sequence: number }>("GET", "/gateway/credit", { token: site.gatewayToken })).body;

describe("the message stream", () => {
  it("sends what comes and resumes after Last-Event-ID", async () => {
    await buy(room.householdId, 100);
    const { sequence } = await credit();
    const stream = await openStream(sequence);
    await buy(room.householdId, 200);
    expect(await stream.next()).toMatchObject({
      id: String(sequence + 1),
      data: { position: { balanceMicro: 3_000_000 } },
    });
    stream.close();
    await buy(room.householdId, 300);
    const resumed = await openStream(sequence + 1);
    expect(await resumed.next()).toMatchObject({
      id: String(sequence + 2),
      data: { position: { balanceMicro: 6_000_000 } },
    });
    resumed.close();
  });

  async function openStream(lastEventId: number) {
    const abort = new AbortController();
    const response = await fetch(`${api.origin}/api/v1/gateway/stream`, {
      headers: { authorization: `Bearer ${site.gatewayToken}`, "last-event-id": String(lastEventId) },
      signal: abort.signal,
    });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let text = "";
    return {
      close: () => abort.abort(),
      async next(): Promise<{ id: string; data: DownlinkMessage }> {
        for (;;) {
          const match = /id: (\d+)\n(?:event: \w+\n)?data: (.*)\n\n/.exec(text);
          if (match) {
            text = text.slice(match.index + match[0].length);
            return { id: match[1] as string, data: JSON.parse(match[2] as string) as DownlinkMessage };
          }
          const { value, done } = await reader.read();
          if (done) throw new Error("the stream ended");
          text += Buffer.from(value).toString();
        }
      },
    };
  }
});

describe("access", () => {
  it.each(["/gateway/config", "/gateway/credit", "/gateway/messages", "/gateway/batches/last"])(
    "%s is for gateways alone",
    async (path) => {
      expect(await api.call("GET", path, { token: site.administrator })).toMatchObject({ status: 403 });
      expect(await api.call("GET", path)).toMatchObject({ status: 401 });
      expect(await api.call("GET", path, { token: "hmg_wrong" })).toMatchObject({ status: 401 });
    },
  );

  it("a gateway reads nothing that is for people", async () => {
    const answer = await api.call("GET", `/households/${room.householdId}/balance`, {
      token: site.gatewayToken,
    });
    expect(answer.status).toBe(403);
  });

  it("a replaced token ends at once", async () => {
    const answer = await api.call<{ token: string }>("POST", `/gateways/${site.gatewayId}/token`, {
      token: site.administrator,
    });
    expect(answer.status).toBe(201);
    expect((await api.call("GET", "/gateway/config", { token: site.gatewayToken })).status).toBe(401);
    expect((await api.call("GET", "/gateway/config", { token: answer.body.token })).status).toBe(200);
  });
});
