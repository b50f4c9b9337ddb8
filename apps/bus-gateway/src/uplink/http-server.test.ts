import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type Server as NodeServer,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { DownlinkMessage } from "@hallmeter/meter-model";
import { afterEach, describe, expect, it } from "vitest";
import { siteConfig } from "../testing/gateway-rig.ts";
import { httpServer } from "./http-server.ts";

const servers: NodeServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
});

const TOKEN = "gateway-token-0123456789";
const NOW_MS = Date.parse("2025-03-01T12:00:00Z");
const problem = (code: string) => JSON.stringify({ type: "about:blank", title: code, status: 400, code });

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const unreadable: string[] = [];
  const url = `http://127.0.0.1:${port}`;
  return {
    client: httpServer({
      url,
      token: TOKEN,
      nowMs: () => NOW_MS,
      onUnreadable: (detail) => unreadable.push(detail),
    }),
    unreadable,
  };
}

describe("the API over HTTP", () => {
  it("shows its token and names the configuration at hand", async () => {
    const seen: (string | undefined)[] = [];
    const { client } = await serve((request, response) => {
      seen.push(request.url, request.headers.authorization, request.headers["if-none-match"]);
      if (request.headers["if-none-match"] === '"7"') response.writeHead(304).end();
      else response.writeHead(200, { etag: '"7"' }).end(JSON.stringify(siteConfig([], { revision: 7 })));
    });
    expect(await client.config(null)).toMatchObject({ etag: '"7"', config: { revision: 7 } });
    expect(await client.config('"7"')).toBe("unchanged");
    expect(seen.slice(0, 3)).toEqual(["/api/v1/gateway/config", `Bearer ${TOKEN}`, undefined]);
  });

  it("tells its time with a batch, so that the server can compare clocks", async () => {
    const seen: (string | undefined)[] = [];
    const { client } = await serve((request, response) => {
      seen.push(request.headers.date);
      response.writeHead(200).end(JSON.stringify({ acceptedSequence: 1, rejected: [] }));
    });
    await client.sendBatch("{}");
    expect(seen).toEqual(["Sat, 01 Mar 2025 12:00:00 GMT"]);
  });

  it.each([
    { status: 401, body: problem("unauthenticated"), code: "server-denied", failureClass: "permanent" },
    { status: 403, body: problem("forbidden"), code: "server-denied", failureClass: "permanent" },
    { status: 400, body: problem("invalid-body"), code: "server-refused", failureClass: "permanent" },
    { status: 400, body: "<html>proxy</html>", code: "server-answer-invalid", failureClass: "transient" },
    { status: 404, body: problem("not-found"), code: "server-answer-invalid", failureClass: "transient" },
    { status: 429, body: "", code: "server-busy", failureClass: "transient" },
    { status: 503, body: problem("store-unavailable"), code: "server-busy", failureClass: "transient" },
    { status: 200, body: "no json", code: "server-answer-invalid", failureClass: "transient" },
    {
      status: 200,
      body: '{"acceptedSequence":"many"}',
      code: "server-answer-invalid",
      failureClass: "transient",
    },
  ])("takes $status $body as $code", async ({ status, body, code, failureClass }) => {
    const { client } = await serve((_request, response) => response.writeHead(status).end(body));
    await expect(client.sendBatch("{}")).rejects.toMatchObject({ code, failureClass });
  });

  it("says why nobody answers", async () => {
    const { client } = await serve(() => {});
    const [server] = servers.splice(0);
    server?.close();
    await expect(client.lastSequence()).rejects.toMatchObject({
      code: "server-unreachable",
      message: expect.stringMatching(/ECONNREFUSED/),
    });
  });

  it("reads a stream in pieces, with comments, and passes by what it does not know", async () => {
    const config = (sequence: number) => JSON.stringify({ type: "config", sequence, revision: sequence });
    const { client, unreadable } = await serve((request, response) => {
      expect(request.headers["last-event-id"]).toBe("4");
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(":\n\nid: 5\nda");
      response.write(`ta: ${config(5)}\n\n`);
      response.write('id: 6\ndata: {"type":"from the future","sequence":6}\n\n');
      response.end(`id: 7\ndata: ${config(7)}\n\n`);
    });
    const messages: DownlinkMessage[] = [];
    let heard = 0;
    const events = {
      message: (message: DownlinkMessage) => messages.push(message),
      alive: () => (heard += 1),
    };
    await client.stream(4, events, new AbortController().signal);
    expect(messages.map(({ sequence }) => sequence)).toEqual([5, 7]);
    expect(unreadable).toHaveLength(1);
    expect(heard).toBeGreaterThan(1);
  });

  it("rejects a stream that breaks off, and one that is given up", async () => {
    const { client } = await serve((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write(":\n\n");
      setImmediate(() => response.destroy());
    });
    const events = { message: () => {}, alive: () => {} };
    await expect(client.stream(0, events, new AbortController().signal)).rejects.toMatchObject({
      code: "server-unreachable",
    });
    await expect(client.stream(0, events, AbortSignal.abort())).rejects.toMatchObject({
      code: "server-unreachable",
    });
  });
});
