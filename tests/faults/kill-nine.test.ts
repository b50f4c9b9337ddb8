import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectBooksToAgree } from "../support/books.ts";
import { hallmeter } from "../support/command-line.ts";
import { startTestDemonstration, type TestDemonstration } from "../support/demonstration.ts";
import { eventually } from "../support/eventually.ts";
import { seededRandom } from "../support/random.ts";

/** Each victim three times; `HALLMETER_TEST_KILLS=20` and more for the long one. */
const ROUNDS = Number(process.env.HALLMETER_TEST_KILLS ?? 9);
const PURCHASES_PER_ROUND = 200;
/** A restart and two hundred durable sales take 5 s, on a busy machine several times that. */
const LIMIT_MS = 60_000 + ROUNDS * 24_000;
const VICTIMS = ["api", "store", "gateway"] as const;

let site: TestDemonstration;
beforeAll(async () => {
  site = await startTestDemonstration();
});
afterAll(async () => {
  await site?.close();
  await site?.remove();
});

interface Sale {
  key: string;
  householdId: string;
  amountMinor: number;
  purchaseId?: string;
}

interface Household {
  id: string;
  status: string;
}

/** A till that never gives up: the same key until there is a definite answer. */
async function sell(sale: Sale, token: () => Promise<string>): Promise<void> {
  await eventually(`an answer to ${sale.key}`, 90_000, async () => {
    const response = await fetch(`${site.origin}/api/v1/purchases`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${await token()}`,
        "content-type": "application/json",
        "idempotency-key": sale.key,
      },
      body: JSON.stringify({ householdId: sale.householdId, amountMinor: sale.amountMinor, method: "cash" }),
    });
    if (response.status >= 500 || response.status === 409 || response.status === 401) return false;
    const body = (await response.json()) as { id: string };
    expect(response.status, JSON.stringify(body)).toBe(201);
    sale.purchaseId = body.id;
    return true;
  });
}

async function manager(): Promise<string> {
  const { login, password } = site.logins.find(({ role }) => role === "property-manager") ?? {};
  const response = await fetch(`${site.origin}/api/v1/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ login, password }),
  });
  return ((await response.json()) as { accessToken: string }).accessToken;
}

async function ledgerOf(householdId: string) {
  const api = await site.as("property-manager");
  return api.get<{ kind: string; ref: string; amountMinor: number }[]>(
    `/households/${householdId}/ledger?range=[0,999]&filter=${encodeURIComponent('{"kind":"purchase"}')}`,
  );
}

test(
  `kill -9 of API, store and gateway, ${ROUNDS} times under ${PURCHASES_PER_ROUND} purchases: none lost, none doubled`,
  async () => {
    const { random, seed } = seededRandom();
    process.stdout.write(`kill-nine seed ${seed}\n`);
    const api = await site.as("property-manager");
    const households = (await api.get<Household[]>("/households?range=[0,99]")).filter(
      ({ status }) => status === "open",
    );
    const before = new Map<string, Awaited<ReturnType<typeof ledgerOf>>>();
    for (const { id } of households) before.set(id, await ledgerOf(id));
    const accessToken = await manager();
    const sales: Sale[] = [];

    for (let round = 0; round < ROUNDS; round += 1) {
      const victim = VICTIMS[round % VICTIMS.length] ?? "api";
      const batch = Array.from({ length: PURCHASES_PER_ROUND }, (): Sale => {
        const household = households[Math.floor(random() * households.length)];
        return {
          key: randomUUID(),
          householdId: household?.id ?? "",
          amountMinor: 1 + Math.floor(random() * 5000),
        };
      });
      sales.push(...batch);
      const selling = batch.map((sale) => sell(sale, async () => accessToken));
      const killAfter = Math.floor(random() * PURCHASES_PER_ROUND * 0.6);
      await Promise.all(selling.slice(0, killAfter).slice(0, 1 + Math.floor(random() * 20)));
      const pid = site.parts[victim].pid();
      if (pid !== undefined) process.kill(pid, "SIGKILL");
      await Promise.all(selling);
      await eventually(`${victim} to be back`, 30_000, async () => site.parts[victim].pid() !== pid);
    }

    for (const { id } of households) {
      const entries = await ledgerOf(id);
      const expected = sales.filter(({ householdId }) => householdId === id);
      const bought = new Map(entries.map((entry) => [entry.ref, entry.amountMinor]));
      for (const sale of expected)
        expect(bought.get(sale.key), `purchase ${sale.key}`).toBe(sale.amountMinor);
      expect(new Set(entries.map(({ ref }) => ref)).size).toBe(entries.length);
      const others = entries.filter(({ ref }) => !expected.some(({ key }) => key === ref));
      expect(others).toEqual(before.get(id));
    }

    const { stdout } = await hallmeter(["verify-ledger", "--json"], { env: { MONGODB_URI: site.mongoUri } });
    expect(JSON.parse(stdout)).toMatchObject({ findings: [] });
    await expectBooksToAgree(site, api);
  },
  LIMIT_MS,
);
