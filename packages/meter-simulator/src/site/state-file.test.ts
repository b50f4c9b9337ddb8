import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import ModbusRTU from "modbus-serial";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createVirtualClock } from "../clock/virtual-clock.ts";
import { startSimulatedSite } from "./simulated-site.ts";
import type { SiteFileInput } from "./site-file.ts";
import { readStateFile, type SiteState, StateJournal, writeStateFile } from "./state-file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "simulator-state-"));
});
afterEach(() => rm(folder, { recursive: true }));

const SITE: SiteFileInput = {
  buses: [
    {
      id: "bus",
      line: { baud: 115_200, parity: "none", stopBits: 1 },
      listen: { tcp: { port: 0 } },
      turnaroundMs: 5,
      cabinets: [{ firstUnitId: 1, threePhaseCount: 0, singlePhaseCount: 2 }],
      meters: [
        { profile: "dlt645-prepaid", unitId: "100000000001", credit: "money", initialCreditMinor: 700 },
      ],
    },
  ],
};

describe("a killed simulator", () => {
  it("has lost no purchase and no switching that it acknowledged", async () => {
    const stateFile = join(folder, "meters.json");
    const program = `
      const { startSimulatedSite } = await import(${JSON.stringify(resolve(import.meta.dirname, "../index.ts"))});
      const site = await startSimulatedSite(${JSON.stringify(SITE)}, { stateFile: ${JSON.stringify(stateFile)} });
      process.send(site.reaches[0].tcpPort);`;
    const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const [port] = (await once(child, "message")) as [number];
    const master = new ModbusRTU();
    await master.connectTelnet("127.0.0.1", { port });
    master.setTimeout(2000);
    master.setID(2);
    for (let count = 1; count <= 5; count++) await master.writeRegisters(0x050d, [0, 1000, count]);
    await master.writeRegisters(0x0801, [0x8000]);
    child.kill("SIGKILL");
    await once(child, "exit");
    master.close(() => {});
    const after = await startSimulatedSite(SITE, { stateFile });
    expect(after.circuit("bus", 2)).toMatchObject({
      remainingMinor: 5000,
      purchaseCount: 5,
      relay: "open",
      commanded: "open",
      switchings: 1,
    });
    await after.close();
    // What was saved whole and in order needs no journal any more.
    expect(await readFile(`${stateFile}.journal`, "utf8")).toBe("");
  });
});

describe("the state file and its journal", () => {
  const state: SiteState = { version: 1, sequence: 4, elapsedMs: 1000, circuits: {}, cabinets: {} };
  const cabinets = (clockErrorMs: number) => ({ "bus/1": { clockErrorMs, written: [] } });

  it("takes up newer changes in their order, and passes over older ones and a line cut short", async () => {
    const path = join(folder, "meters.json");
    await writeStateFile(path, state);
    const journal = new StateJournal(path);
    for (const sequence of [4, 5, 6])
      journal.append({ sequence, elapsedMs: 1000 * sequence, circuits: {}, cabinets: cabinets(sequence) });
    journal.close();
    await appendFile(`${path}.journal`, '{"sequence":7,"elapsedMs":70');
    expect(await readStateFile(path)).toEqual({
      ...state,
      sequence: 6,
      elapsedMs: 6000,
      cabinets: cabinets(6),
    });
  });

  it("is read when the crash came before the first whole state", async () => {
    const path = join(folder, "meters.json");
    const journal = new StateJournal(path);
    journal.append({ sequence: 1, elapsedMs: 5, circuits: {}, cabinets: cabinets(1) });
    journal.close();
    expect(await readStateFile(path)).toMatchObject({ sequence: 1, cabinets: cabinets(1) });
    expect(await readStateFile(join(folder, "none.json"))).toBeUndefined();
  });

  it("is refused when a whole line of it is broken", async () => {
    const path = join(folder, "meters.json");
    await writeFile(`${path}.journal`, "nonsense\n");
    await expect(readStateFile(path)).rejects.toMatchObject({ code: "state-file-invalid" });
  });

  it("lets timetables go on where they were, or begin anew", async () => {
    const stateFile = join(folder, "meters.json");
    const life = async (timetables: "resume" | "restart", waitMs: number) => {
      const clock = createVirtualClock(Date.UTC(2026, 10, 21));
      const site = await startSimulatedSite(
        {
          timetables,
          buses: [
            {
              id: "bus",
              line: { baud: 9600, parity: "none", stopBits: 1 },
              meters: [
                {
                  profile: "eastron-sdm120",
                  unitId: 1,
                  appliances: [{ kind: "kettle", afterS: 100, forS: 100 }],
                },
              ],
            },
          ],
        },
        { clock, stateFile },
      );
      clock.advance(waitMs);
      const { activePowerW, energyMilliWh } = site.circuit("bus", 1);
      await site.close();
      return { isOn: activePowerW > 0, energyMilliWh };
    };
    expect(await life("resume", 150_000)).toMatchObject({ isOn: true });
    expect(await life("resume", 10_000)).toMatchObject({ isOn: true });
    const after = await life("resume", 100_000);
    expect(after.isOn).toBe(false);
    expect(await life("resume", 1_000_000)).toEqual(after);
    expect(await life("restart", 150_000)).toMatchObject({ isOn: true });
  });
});
