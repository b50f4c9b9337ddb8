import { EventEmitter, once } from "node:events";
import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { download, downloadOf, eventStreamOf, stream } from "./answer.ts";
import { route } from "./route.ts";
import { type ServedRoutes, serveRoutes } from "./testing/serve-routes.ts";

const CHUNK = "x".repeat(65_536);
let chunksMade = 0;

async function* endlessChunks(breaksAt: number): AsyncGenerator<string> {
  try {
    for (chunksMade = 0; ; chunksMade += 1) {
      if (chunksMade === breaksAt) throw new Error("the store went away");
      yield CHUNK;
    }
  } finally {
    downloads.emit("closed");
  }
}
const downloads = new EventEmitter();

const streams = new EventEmitter();

const routes = [
  route({
    method: "get",
    path: "/long.csv",
    tag: "t",
    summary: "s",
    access: "public",
    query: z.strictObject({ breaksAt: z.coerce.number().default(Number.POSITIVE_INFINITY) }),
    answers: { 200: downloadOf("text/csv; charset=utf-8") },
    handle: async ({ query }) =>
      download("text/csv; charset=utf-8", "long.csv", endlessChunks(query.breaksAt)),
  }),
  route({
    method: "get",
    path: "/events",
    tag: "t",
    summary: "s",
    access: "public",
    answers: { 200: eventStreamOf("") },
    handle: async () =>
      stream((sink) => {
        sink.send({ id: "7", event: "change", data: { text: "two\nlines" } });
        return () => streams.emit("closed");
      }),
  }),
];

let served: ServedRoutes;

beforeAll(async () => {
  served = await serveRoutes(routes);
});
afterAll(() => served.close());

describe("downloads", () => {
  it("are written as fast as they are taken, and end when the client leaves", async () => {
    const response = await served.call("GET", "/long.csv");
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(response.headers.get("content-disposition")).toBe("attachment; filename=long.csv");
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let taken = 0;
    while (taken < 100 * CHUNK.length) taken += (await reader.read()).value?.length ?? 0;
    const closed = once(downloads, "closed");
    await reader.cancel();
    await closed;
    // What lies between is in the buffers of two sockets: a few megabytes at the most.
    expect(chunksMade * CHUNK.length - taken).toBeLessThan(20_000_000);
  });

  it("that break off are no whole answer to the client", async () => {
    served.logged.length = 0;
    const response = await served.call("GET", "/long.csv?breaksAt=3");
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
    expect(served.logged).toEqual([
      expect.objectContaining({ err: expect.objectContaining({ message: "the store went away" }) }),
    ]);
  });
});

describe("event streams", () => {
  /** Reads until the text so far contains `end`. */
  async function readUntil(reader: ReadableStreamDefaultReader<Uint8Array>, end: string): Promise<string> {
    const decoder = new TextDecoder();
    let text = "";
    while (!text.includes(end)) {
      const { value, done } = await reader.read();
      if (done) return text;
      text += decoder.decode(value, { stream: true });
    }
    return text;
  }
  const open = async () => {
    const response = await served.call("GET", "/events");
    expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
    return (response.body as ReadableStream<Uint8Array>).getReader();
  };

  it("send events with id and one line of JSON, then a heartbeat", async () => {
    const reader = await open();
    expect(await readUntil(reader, "lines")).toContain(
      'id: 7\nevent: change\ndata: {"text":"two\\nlines"}\n\n',
    );
    served.clock.advance(15_000);
    expect(await readUntil(reader, ":\n\n")).toBe(":\n\n");
    const closed = once(streams, "closed");
    await reader.cancel();
    await closed;
  });

  it("tell the feature once that the client left", async () => {
    let times = 0;
    streams.on("closed", () => {
      times += 1;
    });
    const client = httpRequest(`${served.origin}/events`).end();
    const [response] = await once(client, "response");
    await once(response, "data");
    const closed = once(streams, "closed");
    client.destroy();
    await closed;
    served.clock.advance(15_000);
    expect(times).toBe(1);
  });

  it("end when the server stops", async () => {
    const reader = await open();
    served.stopping.abort();
    await readUntil(reader, "never");
    expect((await reader.read()).done).toBe(true);
  });
});
