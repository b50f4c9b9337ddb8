import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { startOwnTestDatabase, startTestDatabase } from "../../../tests/support/test-database.ts";
import { connect } from "./db/connection.ts";
import { EVERY_SITE } from "./http/access.ts";
import { startApi } from "./main.ts";
import { addUser } from "./users/add-user.ts";

const settings = {
  port: 0,
  jwtSecret: "a secret for tests that is long enough",
  logLevel: "silent",
} as const;
const PASSWORD = "correct horse battery";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

describe("startApi", () => {
  it("serves, and closes within three seconds though a page still listens", async () => {
    const database = await startTestDatabase();
    const connection = await connect(database.uri);
    const login = { login: "chief", password: PASSWORD };
    await addUser(
      connection,
      { ...login, name: "Chief", roles: ["administrator"], siteIds: [EVERY_SITE] },
      new Date(),
    );
    await connection.close();

    const api = await startApi({ ...settings, mongoUri: database.uri });
    const base = `http://127.0.0.1:${api.port}/api/v1`;
    const post = async (path: string, body: object, token = "") => {
      const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
      const response = await fetch(base + path, { method: "POST", headers, body: JSON.stringify(body) });
      return (await response.json()) as Record<string, string>;
    };
    const { accessToken } = await post("/auth/login", login);
    const { ticket } = await post("/stream-tickets", {}, accessToken);
    const stream = await fetch(`${base}/stream?ticket=${ticket}`);
    const reader = (stream.body as ReadableStream<Uint8Array>)
      .pipeThrough(new TextDecoderStream())
      .getReader();
    let heard = "";
    while (!heard.includes("event: ready")) heard += (await reader.read()).value;

    const startedMs = performance.now();
    await api.close();
    expect(performance.now() - startedMs).toBeLessThan(3000);
    // The stream ended in order, and nobody listens any more.
    expect((await reader.read()).done).toBe(true);
    await expect(fetch(`${base}/sites`)).rejects.toThrow("fetch failed");
    await api.close();
    await database.stop();
  });

  it("says that the store is gone, each time it is asked", async () => {
    const database = await startOwnTestDatabase();
    const api = await startApi({ ...settings, mongoUri: database.uri });
    await database.stop();
    const ready = await fetch(`http://127.0.0.1:${api.port}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ code: "store-unavailable" });
    expect((await fetch(`http://127.0.0.1:${api.port}/healthz`)).status).toBe(200);
    const login = await fetch(`http://127.0.0.1:${api.port}/api/v1/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ login: "chief", password: PASSWORD }),
    });
    expect(await login.json()).toMatchObject({ status: 503, code: "store-unavailable" });
    expect(login.headers.get("retry-after")).toBe("1");
    await api.close();
  });

  it("does not start without a store", async () => {
    const mongoUri = `mongodb://127.0.0.1:${await freePort()}/hallmeter`;
    await expect(startApi({ ...settings, mongoUri })).rejects.toMatchObject({ code: "store-unavailable" });
  });

  it("does not start on a port that is taken", async () => {
    const database = await startTestDatabase();
    const other = createServer().listen(0);
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    await expect(startApi({ ...settings, port, mongoUri: database.uri })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
    other.close();
    await database.stop();
  });
});
