import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { addUser, connect, EVERY_SITE, ensureIndexes } from "@hallmeter/vending-api";
import type { Connection } from "mongoose";
import { processorMsOf } from "../../../packages/pocket-mongo/src/testing/server-process.ts";
import { type ApiClient, signIn } from "../../start/api-client.ts";

const HALLMETER = fileURLToPath(new URL("../../hallmeter.mjs", import.meta.url));
const HOUSEHOLDS = 200;
const WARM_UP_S = 3;
const ADMINISTRATOR = { login: "bench", password: "Kilowatt-passphrase-2040" };

/**
 * Purchases come when they come, whether or not the one before was answered. Times as the desk sees them; and what they cost
 * the processor, which on a shared machine says more. `storeProcessorMs` is undefined for a server of somebody else's.
 */
export async function measurePurchases(
  uri: string,
  { seconds, perSecond }: { seconds: number; perSecond: number },
  storeProcessorMs: () => number | undefined,
): Promise<string> {
  const connection = await connect(uri);
  await ensureIndexes(connection);
  const user = {
    name: "Bench",
    roles: ["administrator" as const],
    siteIds: [EVERY_SITE],
    locale: "en" as const,
  };
  await addUser(connection, { ...user, ...ADMINISTRATOR, householdId: null }, new Date());
  const env = {
    ...process.env,
    MONGODB_URI: uri,
    HALLMETER_JWT_SECRET: "a secret for a bench that is long enough",
    LOG_LEVEL: "warn",
  };
  // Without the console: what is measured does not wait for its build.
  const noPages = mkdtempSync(join(tmpdir(), "ledger-bench-pages-"));
  const api = spawn(process.execPath, [HALLMETER, "api", "--port", "0", "--console", noPages], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const client = await signIn(
      `http://127.0.0.1:${await portOf(api.stdout)}`,
      ADMINISTRATOR.login,
      ADMINISTRATOR.password,
    );
    const householdIds = await addHouseholds(client);
    await sell(client, householdIds, WARM_UP_S * perSecond, perSecond);
    const cost = async () => ({
      api: processorMsOf(api),
      store: storeProcessorMs(),
      ...(await storeCounts(connection)),
    });
    const before = await cost();
    const timesMs = (await sell(client, householdIds, seconds * perSecond, perSecond)).sort((a, b) => a - b);
    const at = (share: number) => `${(timesMs[Math.ceil(timesMs.length * share) - 1] ?? 0).toFixed(1)} ms`;
    const after = await cost();
    const each = (of: keyof typeof after) =>
      (((after[of] ?? Number.NaN) - (before[of] ?? Number.NaN)) / timesMs.length).toFixed(1);
    return `${timesMs.length} purchases over HTTP at ${perSecond}/s: median ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, longest ${at(1)}; per purchase: processor of the API ${each("api")} ms, of the store ${each("store")} ms; ${each("commands")} commands, ${each("commits")} commits of ${each("commitMs")} ms in all`;
  } finally {
    await connection.close();
    api.kill("SIGTERM");
    await once(api, "exit");
    rmSync(noPages, { recursive: true });
  }
}

/** What the store has done for everybody; only the embedded one counts its commits. */
async function storeCounts(
  connection: Connection,
): Promise<Record<"commands" | "commits" | "commitMs", number>> {
  const status = await connection.db?.admin().serverStatus();
  const { commits, commitMillis } = status?.metrics ?? {};
  return {
    commands: Number(status?.network.numRequests),
    commits: Number(commits),
    commitMs: Number(commitMillis),
  };
}

async function portOf(output: NodeJS.ReadableStream): Promise<number> {
  for await (const line of createInterface({ input: output })) {
    const said = /"port":(\d+)/.exec(line);
    if (said) return Number(said[1]);
  }
  throw new Error("the API ended before it listened");
}

async function addHouseholds(client: ApiClient): Promise<string[]> {
  type Row = { id: string };
  const site = await client.post<Row>("/sites", {
    name: "Bench",
    timeZone: "Asia/Shanghai",
    currency: "CNY",
  });
  const siteId = site.id;
  const building = await client.post<Row>("/buildings", { siteId, name: "Hall 1", floors: 6 });
  const tariff = await client.post<Row>("/tariffs", {
    siteId,
    name: "Standard",
    tariff: {
      schemeVersion: 1,
      rates: [{ id: "flat", name: "Flat", priceMicroPerKWh: 548_300 }],
      periods: [{ from: "00:00", to: "24:00", rateId: "flat" }],
    },
  });
  const ids: string[] = [];
  for (let i = 0; i < HOUSEHOLDS; i += 1) {
    const unit = await client.post<Row>("/units", { buildingId: building.id, name: String(i), floor: 1 });
    const terms = { tariffId: tariff.id, cutMinor: 0, releaseMinor: 100 };
    ids.push(
      (await client.post<Row>("/households", { unitId: unit.id, name: `Household ${i}`, ...terms })).id,
    );
  }
  return ids;
}

/** Milliseconds of each, from the moment it was due: a server that falls behind cannot hide it. */
async function sell(
  client: ApiClient,
  householdIds: readonly string[],
  count: number,
  perSecond: number,
): Promise<number[]> {
  const startMs = performance.now();
  const sales: Promise<number>[] = [];
  for (let i = 0; i < count; i += 1) {
    const dueMs = startMs + (i * 1000) / perSecond;
    const earlyMs = dueMs - performance.now();
    if (earlyMs > 0) await sleep(earlyMs);
    const householdId = householdIds[i % householdIds.length];
    const sale = client.post("/purchases", { householdId, amountMinor: 5000, method: "card" });
    sales.push(sale.then(() => performance.now() - dueMs));
  }
  return Promise.all(sales);
}
