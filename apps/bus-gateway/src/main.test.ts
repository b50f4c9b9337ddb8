import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { VirtualClock } from "./clock.ts";
import { type RunningGateway, startGateway } from "./main.ts";
import { GatewayStore } from "./store/gateway-store.ts";
import { openLmdbTables } from "./store/lmdb-tables.ts";
import { circuitConfig, siteConfig } from "./testing/gateway-rig.ts";

const log = pino({ enabled: false });
const TOKEN = "gateway-token-0123456789";
const gateways: RunningGateway[] = [];
const directories: string[] = [];
afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.close();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "hallmeter-gateway-"));
  directories.push(directory);
  return directory;
}

async function start(dataDir: string): Promise<RunningGateway> {
  // Nothing listens there: the server is away.
  const server = { url: "http://127.0.0.1:10", token: TOKEN };
  const gateway = await startGateway({ server, dataDir, web: { port: 0 } }, { log });
  gateways.push(gateway);
  return gateway;
}

async function statusOf(gateway: RunningGateway): Promise<unknown> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  return (await fetch(`http://127.0.0.1:${gateway.webPort}/status`, { headers })).json();
}

describe("a gateway", () => {
  it("starts without its server, from the configuration it kept, and closes within 3 s", async () => {
    const dataDir = newDirectory();
    const store = new GatewayStore({ tables: openLmdbTables(dataDir), clock: new VirtualClock(), log });
    const config = siteConfig([circuitConfig(1)]);
    for (const bus of config.buses) bus.pipe = { kind: "rtu-tcp", host: "127.0.0.1", port: 10 };
    await store.saveConfig({ config, etag: '"1"' });
    await store.close();

    const gateway = await start(dataDir);
    expect(await statusOf(gateway)).toMatchObject({
      gatewayId: "g1",
      uplink: { isOnline: false },
      circuits: [{ circuitId: "c1", presence: "offline" }],
    });
    const startedAt = performance.now();
    await gateway.close();
    gateways.pop();
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });

  it("does not share its store, and gives it back when it ends", async () => {
    const dataDir = newDirectory();
    const first = await start(dataDir);
    await expect(start(dataDir)).rejects.toMatchObject({ code: "store-locked" });
    await first.close();
    gateways.pop();
    expect(await statusOf(await start(dataDir))).toMatchObject({ gatewayId: null, circuits: [] });
  });

  it("refuses settings that cannot be", async () => {
    const file = { server: { url: "power.example", token: TOKEN }, dataDir: newDirectory() };
    await expect(startGateway(file, { log })).rejects.toMatchObject({ code: "config-file-invalid" });
  });
});
