import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { circuitConfig, creditPosition, GatewayRig, siteConfig } from "../testing/gateway-rig.ts";
import { RelayTests } from "./api/relay-tests.ts";
import { ScanRuns } from "./api/scan-runs.ts";
import { BusFrames } from "./frames/bus-frames.ts";
import { startWebServer, type WebServer } from "./web-server.ts";

const PASSWORD = "a technician's password";
let rig: GatewayRig | undefined;
let pages: WebServer | undefined;
afterEach(async () => {
  await pages?.close();
  await rig?.close();
});

async function start(): Promise<string> {
  rig = new GatewayRig(siteConfig([circuitConfig(1)]));
  rig.server.positions = [creditPosition(1, -1)];
  await rig.start();
  await rig.pass(30);
  const { control, store, uplink, clock } = rig;
  const startedAt = new Date(rig.clock.nowMs()).toISOString();
  pages = await startWebServer({
    ...{ control, store, uplink, clock, startedAt, frames: new BusFrames(), log: undefined },
    ...{
      scans: new ScanRuns([], clock),
      relayTests: new RelayTests({ control, store, clock, newId: () => "" }),
    },
    ...{ port: 0, host: "127.0.0.1", password: PASSWORD, login: undefined, pageDir: undefined },
    ...{ settings: {}, logger: pino({ enabled: false }) },
  });
  return `http://127.0.0.1:${pages.port}`;
}

describe("the gateway's own pages", () => {
  it("tell everybody that the gateway lives, and nothing else", async () => {
    const origin = await start();
    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
    for (const authorization of ["", "Bearer wrong", "Basic Ojo6", "Digest x"]) {
      const refused = await fetch(`${origin}/status`, { headers: { authorization } });
      expect(refused.status).toBe(401);
      expect(await refused.json()).toMatchObject({ code: "unauthenticated" });
    }
  });

  it("give a program the bus' budget as metrics", async () => {
    const origin = await start();
    expect((await fetch(`${origin}/metrics`)).status).toBe(401);
    const response = await fetch(`${origin}/metrics`, { headers: { authorization: `Bearer ${PASSWORD}` } });
    const text = await response.text();
    expect(text).toContain('hallmeter_gateway_bus_up{bus="bus"} 1');
    expect(text).toMatch(/hallmeter_gateway_bus_share\{bus="bus",of="planned"\} 0\.\d+/);
    expect(text).toContain('hallmeter_gateway_bus_lane_waiting{bus="bus",lane="trip"} 0');
    expect(text).toContain("hallmeter_gateway_server_reached 1");
  });

  it("have no page where the file names no login", async () => {
    const origin = await start();
    for (const path of ["/", "/api/session", "/api/overview"])
      expect((await fetch(origin + path)).status).toBe(404);
  });

  it.each([
    ["a bearer token", `Bearer ${PASSWORD}`],
    ["basic authentication", `Basic ${Buffer.from(`anyone:${PASSWORD}`).toString("base64")}`],
  ])("show buses, circuits and holds to %s", async (_name, authorization) => {
    const origin = await start();
    const response = await fetch(`${origin}/status`, { headers: { authorization } });
    expect(await response.json()).toMatchObject({
      gatewayId: "g1",
      uplink: { isOnline: true, way: "stream" },
      outbox: { acceptance: "all" },
      buses: [{ name: "bus", state: "up" }],
      circuits: [
        { circuitId: "c1", relay: "open", intended: "open", holds: [{ kind: "credit" }], waitsFor: null },
      ],
    });
  });
});
