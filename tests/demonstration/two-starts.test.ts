/** As a newcomer meets it: `hallmeter start`, Ctrl-C, and `hallmeter start` again. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HALLMETER } from "../support/command-line.ts";
import { circuitOf, readLogins, signInAs, withoutOwnSettings } from "../support/demonstration.ts";

/** First start, when the console is built: 60 s. */
const FIRST_READY_LIMIT_MS = 60_000;
const READY_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 5000;

let dataFolder: string;
let running: ChildProcess | undefined;
beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), "hallmeter-two-starts-"));
});
afterAll(async () => {
  running?.kill("SIGKILL");
  await rm(dataFolder, { recursive: true, force: true });
});

async function start(limitMs: number): Promise<{ origin: string; output: string }> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [HALLMETER, "start"], {
    env: { ...withoutOwnSettings(process.env), HALLMETER_DATA: dataFolder, HALLMETER_PORT: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running = child;
  const output = await new Promise<string>((resolve, reject) => {
    let text = "";
    const hear = (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes("Ctrl-C stops everything")) resolve(text);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", (code) => reject(new Error(`ended with ${code}: ${text}`)));
  });
  expect(performance.now() - startedAt).toBeLessThan(limitMs);
  return { origin: /console\s+(http:\S+)\//.exec(output)?.[1] ?? "", output };
}

async function pressCtrlC(): Promise<void> {
  const startedAt = performance.now();
  const ended = new Promise((resolve) => running?.once("exit", resolve));
  running?.kill("SIGINT");
  expect(await ended).toBe(0);
  expect(performance.now() - startedAt).toBeLessThan(STOP_LIMIT_MS);
}

/** Every process whose environment names our data directory. */
function processesOfOurs(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").includes(`HALLMETER_DATA=${dataFolder}`);
      } catch {
        return false;
      }
    });
}

test.skipIf(process.platform !== "linux")(
  "a second start finds everything; Ctrl-C leaves no process behind",
  async () => {
    const first = await start(FIRST_READY_LIMIT_MS);
    const logins = readLogins(dataFolder);
    const roles = ["administrator", "property-manager", "campus-admin", "maintenance", "integrator"];
    for (const role of roles) expect(logins.filter((login) => login.role === role)).toHaveLength(1);
    const rooms = ["101", "102", "103", "104", "105", "106", "107"];
    expect(logins.filter(({ role }) => role === "resident").map(({ room }) => room)).toEqual(rooms);
    for (const { login, password } of logins)
      expect(first.output).toContain(`${login.padEnd(18)} ${password}`);

    const manager = await signInAs(first.origin, logins, "property-manager");
    const { householdId } = await circuitOf(manager, "201");
    const key = randomUUID();
    await manager.post("/purchases", { householdId, amountMinor: 1234, method: "card" }, key);
    expect(processesOfOurs().length).toBeGreaterThanOrEqual(5);
    await pressCtrlC();
    expect(processesOfOurs()).toEqual([]);

    const second = await start(READY_LIMIT_MS);
    expect(readLogins(dataFolder)).toEqual(logins);
    const again = await signInAs(second.origin, logins, "property-manager");
    const ledger = await again.get<{ ref: string; amountMinor: number }[]>(
      `/households/${householdId}/ledger`,
    );
    expect(ledger.filter(({ ref }) => ref === key)).toMatchObject([{ amountMinor: 1234 }]);
    await pressCtrlC();
    expect(processesOfOurs()).toEqual([]);
  },
);
