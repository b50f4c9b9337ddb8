import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import ModbusRTU from "modbus-serial";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startSimulatedSite } from "./simulated-site.ts";
import type { SiteFileInput } from "./site-file.ts";

const LINE = { baud: 9600, parity: "none", stopBits: 1 } as const;
const run = promisify(execFile);
const isInstalled = (program: string) => !spawnSync(program, ["-h"]).error;

function siteWith(listen: SiteFileInput["buses"][number]["listen"]): SiteFileInput {
  return {
    buses: [
      {
        id: "bus-1",
        line: LINE,
        listen,
        turnaroundMs: 5,
        cabinets: [
          {
            firstUnitId: 1,
            threePhaseCount: 4,
            singlePhaseCount: 24,
            circuits: [{ unitId: 13, initialEnergyWh: 1_234_560, appliances: [{ kind: "heater" }] }],
          },
        ],
      },
    ],
    control: { port: 0 },
  };
}

let folder: string;
const closers: (() => Promise<unknown>)[] = [];
async function start(...args: Parameters<typeof startSimulatedSite>) {
  const site = await startSimulatedSite(...args);
  closers.push(() => site.close());
  return site;
}
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "simulator-"));
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await rm(folder, { recursive: true });
});

async function masterAt(port: number | undefined): Promise<ModbusRTU> {
  const master = new ModbusRTU();
  await master.connectTelnet("127.0.0.1", { port: port ?? 0 });
  master.setTimeout(1000);
  // Its callback never comes when the other side has closed first.
  closers.push(async () => master.close(() => {}));
  return master;
}

describe("over TCP", () => {
  it("an independent master reads, opens and closes a circuit; replies never come early", async () => {
    const site = await start(siteWith({ tcp: { port: 0 } }));
    const master = await masterAt(site.reaches[0]?.tcpPort);
    master.setID(13);
    const startedMs = performance.now();
    const { data } = await master.readHoldingRegisters(0x0300, 18);
    const tookMs = performance.now() - startedMs;
    // (13 + 2n) characters of 10 bits, and the turnaround.
    expect(tookMs).toBeGreaterThan((13 + 36) * (10_000 / 9600) + 5);
    expect(data[2]).toBeGreaterThan(1400);
    expect((data[6] ?? 0) * 65_536 + (data[7] ?? 0)).toBe(123_456);

    await master.writeRegisters(0x0801, [0x8000]);
    expect(site.circuit("bus-1", 13)).toMatchObject({ relay: "open", activePowerW: 0 });
    expect((await master.readHoldingRegisters(0x0302, 1)).data).toEqual([0]);
    await master.writeRegister(0x0801, 0x0001);
    expect(site.circuit("bus-1", 13).relay).toBe("closed");
    await expect(master.readHoldingRegisters(0x2000, 1)).rejects.toMatchObject({ modbusCode: 2 });
  });

  it("outlives a client that resets its connection", async () => {
    const site = await start(siteWith({ tcp: { port: 0 } }));
    const port = site.reaches[0]?.tcpPort ?? 0;
    const rude = connect(port, "127.0.0.1");
    await new Promise((resolve) => rude.once("connect", resolve));
    rude.resetAndDestroy();
    const master = await masterAt(port);
    master.setID(13);
    expect((await master.readHoldingRegisters(0x0900, 1)).data).toEqual([1]);
  });

  it("refuses a port that is taken", async () => {
    const first = await start(siteWith({ tcp: { port: 0 } }));
    const port = first.reaches[0]?.tcpPort ?? 0;
    await expect(start(siteWith({ tcp: { port } }))).rejects.toMatchObject({ code: "port-unavailable" });
  });
});

describe("over a pseudo-terminal", () => {
  it.skipIf(!isInstalled("mbpoll"))("mbpoll reads and writes by the published link", async () => {
    const link = join(folder, "bus");
    const site = await start(siteWith({ pty: { link } }));
    const line = ["-m", "rtu", "-b", "9600", "-P", "none", "-0", "-1", "-a", "13"];
    const read = await run("mbpoll", [...line, "-r", "768", "-c", "8", link]);
    expect(read.stdout).toMatch(/\[774\]:\s+1\n\[775\]:\s+57920/);
    await run("mbpoll", [...line, "-r", "2049", link, "32768"]);
    expect(site.circuit("bus-1", 13)).toMatchObject({ relay: "open", commanded: "open" });
    const mirrored = await run("mbpoll", [...line, "-t", "3", "-r", "2049", link]);
    expect(mirrored.stdout).toMatch(/\[2049\]:\s+32768/);
  });

  it("replaces a link of an earlier run, and nothing else", async () => {
    const link = join(folder, "bus");
    await symlink("/dev/null", link);
    const site = await start(siteWith({ pty: { link } }));
    expect(site.reaches).toEqual([{ busId: "bus-1", ptyPath: link }]);
    const file = join(folder, "precious");
    await writeFile(file, "kept");
    await expect(start(siteWith({ pty: { link: file } }))).rejects.toMatchObject({ code: "pty-unavailable" });
    expect(await readFile(file, "utf8")).toBe("kept");
  });
});

describe("the state file", () => {
  it("carries registers, relays and credit over a restart", async () => {
    const stateFile = join(folder, "state", "meters.json");
    const before = await startSimulatedSite(siteWith({ tcp: { port: 0 } }), { stateFile });
    const master = await masterAt(before.reaches[0]?.tcpPort);
    master.setID(13);
    await master.writeRegisters(0x050d, [0, 5000, 1]);
    await master.writeRegisters(0x0801, [0x8000]);
    const truth = before.circuit("bus-1", 13);
    expect(truth).toMatchObject({ remainingMinor: 5000, purchaseCount: 1 });
    await before.close();
    const after = await start(siteWith({}), { stateFile });
    expect(after.circuit("bus-1", 13)).toEqual(truth);
  });

  it("is refused when it is broken, rather than start meters at zero", async () => {
    const stateFile = join(folder, "meters.json");
    await writeFile(stateFile, '{"version":1,"circuits":');
    await expect(start(siteWith({}), { stateFile })).rejects.toMatchObject({ code: "state-file-invalid" });
  });
});

describe("the control port", () => {
  it("shows the truth, plugs in and out, sets faults and takes them back", async () => {
    const site = await start(siteWith({}));
    const call = async (method: string, path: string, body?: unknown) => {
      const response = await fetch(`http://127.0.0.1:${site.controlPort}${path}`, {
        method,
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = await response.text();
      return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
    };
    expect((await call("GET", "/circuits")).body).toHaveLength(28);
    const plugged = await call("POST", "/circuits/bus-1/14/appliances", { kind: "kettle" });
    expect(plugged).toMatchObject({ status: 201, body: { id: expect.any(String) } });
    expect((await call("GET", "/circuits/bus-1/14")).body).toMatchObject({
      relay: "closed",
      appliances: [{ id: plugged.body.id, kind: "kettle" }],
    });
    expect(await call("DELETE", `/circuits/bus-1/14/appliances/${plugged.body.id}`)).toEqual({ status: 204 });
    expect(site.circuit("bus-1", 14).appliances).toEqual([]);

    const fault = await call("POST", "/faults", { kind: "stuck-relay", busId: "bus-1", unitId: 13 });
    expect(site.circuit("bus-1", 13).isRelayStuck).toBe(true);
    expect((await call("GET", "/faults")).body).toMatchObject([{ id: fault.body.id, state: "in-force" }]);
    expect((await call("DELETE", `/faults/${fault.body.id}`)).status).toBe(204);
    expect(site.circuit("bus-1", 13).isRelayStuck).toBe(false);

    expect(await call("GET", "/circuits/bus-1/99")).toMatchObject({
      status: 404,
      body: { code: "circuit-unknown" },
    });
    expect(await call("POST", "/faults", { kind: "gremlins" })).toMatchObject({ status: 400 });
    expect((await call("GET", "/nothing")).status).toBe(404);
  });
});
