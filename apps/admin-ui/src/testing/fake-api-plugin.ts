import type { IncomingMessage, ServerResponse } from "node:http";
import type { Connect, Plugin } from "vite";
import { createFakeApi, type FakeApi } from "./fake-api.ts";

const DEFAULT_ROOMS = 56;
/** How often the imagined meters tell of themselves. */
const READING_MS = 5000;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function stream(api: FakeApi, response: ServerResponse): void {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  response.write("id: 0\nevent: ready\ndata: {}\n\n");
  let id = 0;
  const send = (change: object) => {
    id += 1;
    response.write(`id: ${id}\nevent: change\ndata: ${JSON.stringify(change)}\n\n`);
  };
  const stop = api.subscribe(send);
  const readings = setInterval(() => send({ resource: "board", id: "s1" }), READING_MS);
  response.on("close", () => {
    stop();
    clearInterval(readings);
  });
}

async function pass(api: FakeApi, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = `http://localhost${incoming.url}`;
  if (incoming.url?.startsWith("/api/v1/stream?")) {
    stream(api, response);
    return;
  }
  const { method = "GET" } = incoming;
  const body = await bodyOf(incoming);
  const headers = Object.entries(incoming.headers).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as [string, string]] : [],
  );
  const answer = await api.handle(
    new Request(url, { method, headers, ...(body.length > 0 && { body: new Uint8Array(body) }) }),
  );
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(Buffer.from(await answer.arrayBuffer()));
}

/** Serves the imagined site under /api and the resident's page at /my, in development and preview servers only. */
export function fakeApiPlugin(): Plugin {
  const use = (middlewares: Connect.Server) => {
    const api = createFakeApi({ rooms: Number(process.env.HALLMETER_FAKE_ROOMS ?? DEFAULT_ROOMS) });
    middlewares.use((request, response, next) => {
      if (request.url === "/my" || request.url?.startsWith("/my?")) request.url = "/my.html";
      if (!request.url?.startsWith("/api/")) return next();
      pass(api, request, response).catch(next);
    });
  };
  return {
    name: "hallmeter-fake-api",
    configureServer: ({ middlewares }) => use(middlewares),
    configurePreviewServer: ({ middlewares }) => use(middlewares),
  };
}
