import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeSchema } from "@hallmeter/meter-model";
import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { VirtualClock } from "./clock.ts";
import type { GatewayFile } from "./config-file.ts";
import { type RunningGateway, startGateway } from "./main.ts";
import { UNKNOWN_LINE_BAUD } from "./pipe/tcp-client.ts";
import { GatewayStore } from "./store/gateway-store.ts";
import { openLmdbTables } from "./store/lmdb-tables.ts";
import { circuitConfig, siteConfig } from "./testing/gateway-rig.ts";
import { parseRequest, readReply } from "./testing/slave-frames.ts";

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

async function start(dataDir: string, more: Partial<GatewayFile> = {}): Promise<RunningGateway> {
  // Nothing listens there: the server is away.
  const server = { url: "http://127.0.0.1:10", token: TOKEN };
  const gateway = await startGateway({ server, dataDir, web: { port: 0 }, ...more }, { log });
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

  it("reads the circuits of a unit that dials in", async () => {
    const dataDir = newDirectory();
    const store = new GatewayStore({ tables: openLmdbTables(dataDir), clock: new VirtualClock(), log });
    const config = siteConfig([circuitConfig(1)]);
    const pipe = pipeSchema.parse({ kind: "dial-in", registration: "DTU-7", heartbeat: "ping" });
    for (const bus of config.buses) {
      bus.pipe = pipe;
      // The test's unit answers sooner than any line of 9600 baud could.
      bus.line = { ...bus.line, baud: UNKNOWN_LINE_BAUD };
    }
    await store.saveConfig({ config, etag: '"1"' });
    await store.close();

    const dialIn = { port: 0, host: "127.0.0.1", registrationEnd: { terminator: "\r\n" } };
    const gateway = await start(dataDir, { dialIn });
    const unit = connect(gateway.dialInPort ?? 0, "127.0.0.1");
    unit.on("error", () => {});
    unit.write("DTU-7\r\nping");
    const asked = new Promise<Uint8Array>((resolve) => {
      unit.on("data", (request) => {
        const { unitId, count } = parseRequest(request);
        unit.write(readReply(unitId, Array<number>(count).fill(0)));
        resolve(request);
      });
    });
    expect(parseRequest(await asked)).toMatchObject({ unitId: 1, functionCode: 3 });
    await expect
      .poll(() => statusOf(gateway))
      .toMatchObject({ circuits: [{ circuitId: "c1", presence: "online" }] });
    unit.destroy();
  });

  it("does not start when its port for units is taken", async () => {
    const first = await start(newDirectory(), { dialIn: { port: 0, host: "127.0.0.1" } });
    const dataDir = newDirectory();
    const dialIn = { port: first.dialInPort ?? 0, host: "127.0.0.1" };
    await expect(start(dataDir, { dialIn })).rejects.toMatchObject({ code: "dial-in-port" });
    // What it had opened is closed again.
    await start(dataDir);
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
