import { randomBytes } from "node:crypto";
import { addUser, connect, EVERY_SITE, ensureIndexes, verifyLedger } from "@hallmeter/vending-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiClient, signIn } from "../../scripts/start/api-client.ts";
import { type ApiProcess, startApiProcess } from "../support/api-process.ts";
import { eventually } from "../support/eventually.ts";
import { seededRandom } from "../support/random.ts";
import { startTestDatabase, type TestDatabase } from "../support/test-database.ts";

const HOUSEHOLDS = 300;
const GIFT_MINOR = 1500;
const MONTH = new Date().toISOString().slice(0, 7);
const PASSWORD = "a long sentence that nobody guesses";
const jwtSecret = randomBytes(32).toString("hex");
const { random, seed } = seededRandom();

interface Job {
  id: string;
  state: string;
  total: number | null;
  done: number;
  failed: number;
}
interface Grant {
  householdId: string;
  amount: number;
  takenBack: number;
}

let database: TestDatabase;
let connection: Awaited<ReturnType<typeof connect>>;
const processes: ApiProcess[] = [];

beforeAll(async () => {
  database = await startTestDatabase();
  connection = await connect(database.uri);
  await ensureIndexes(connection);
});
afterAll(async () => {
  await Promise.all(processes.map((process) => process.kill()));
  await connection.close();
  await database.stop();
});

async function startProcess(): Promise<ApiProcess> {
  const process = await startApiProcess(database.uri, jwtSecret);
  processes.push(process);
  return process;
}

/** As an import leaves them: each in a room of its own. */
async function moveIn(siteId: string, tag: string): Promise<void> {
  const rows = Array.from({ length: HOUSEHOLDS }, (_, index) => ({
    _id: `household-${index}`,
    siteId,
    unitId: `unit-${index}`,
    occupies: `unit-${index}`,
    name: `Room ${index}`,
    words: [],
    status: "open",
    tags: [tag],
    tariffId: null,
    cutMinor: 0,
    releaseMinor: 0,
    openedAt: new Date(0),
    closedAt: null,
  }));
  await connection.collection<(typeof rows)[number]>("households").insertMany(rows);
}

const jobs = () => connection.collection<{ _id: string; done: number }>("jobs");

/** Kills the only process in the middle of a job, and lets the time pass in which a dead process keeps it. */
async function killWithin(victim: ApiProcess, jobId: string): Promise<void> {
  const killAfter = Math.floor(HOUSEHOLDS * (0.05 + random() * 0.5));
  await eventually(`${killAfter} households to be done`, 30_000, async () => {
    const job = await jobs().findOne({ _id: jobId });
    return job !== null && job.done >= killAfter;
  });
  await victim.kill();
  const left = await jobs().findOneAndUpdate({ _id: jobId }, { $set: { "lease.until": new Date() } });
  expect(left, "it was killed within the job").toMatchObject({ state: "running" });
}

const finished = (api: ApiClient, jobId: string) =>
  eventually("the job to be done", 60_000, async () => {
    const job = await api.get<Job>(`/jobs/${jobId}`);
    return job.state === "running" || job.state === "queued" ? undefined : job;
  });

async function grantsOf(api: ApiClient, runId: string): Promise<Grant[]> {
  return api.get<Grant[]>(`/grant-runs/${runId}/grants?range=[0,999]`);
}

test(`kill -9 in the middle of a grant run over ${HOUSEHOLDS} households and of its reversal: each exactly once`, async () => {
  process.stdout.write(`kill-grant-run seed ${seed}\n`);
  const user = { login: "campus", name: "Campus", password: PASSWORD, siteIds: [EVERY_SITE] };
  await addUser(connection, { ...user, roles: ["administrator"] }, new Date());
  const first = await startProcess();
  const desk = await signIn(first.origin, user.login, PASSWORD);
  const site = { name: "Campus", timeZone: "UTC", currency: "CNY" };
  const { id: siteId } = await desk.post<{ id: string }>("/sites", site);
  await moveIn(siteId, "hostel");
  const { id: policyId } = await desk.post<{ id: string }>("/grant-policies", {
    siteId,
    name: "Free power",
    audience: { kind: "tags", tags: ["hostel"] },
    gift: { kind: "money", amountMinor: GIFT_MINOR, per: "household" },
    dayOfMonth: 1,
    excludedMonths: [],
    carry: { kind: "unlimited" },
    expiry: { kind: "never" },
    validFrom: "2020-01-01",
    isAutomatic: false,
  });
  const runId = `${policyId}.${MONTH}`;

  const run = await desk.post<Job>("/grant-runs", { policyId, month: MONTH }, "grant-run");
  const [second] = await Promise.all([startProcess(), killWithin(first, run.id)]);
  const heir = await signIn(second.origin, user.login, PASSWORD);
  expect(await finished(heir, run.id)).toMatchObject({ state: "done", done: HOUSEHOLDS, failed: 0 });
  const grants = await grantsOf(heir, runId);
  expect(new Set(grants.map(({ householdId }) => householdId)).size).toBe(HOUSEHOLDS);
  expect(grants).toHaveLength(HOUSEHOLDS);
  expect(new Set(grants.map(({ amount }) => amount))).toEqual(new Set([GIFT_MINOR]));

  const back = await heir.post<Job>(`/grant-runs/${runId}/reverse`, { reason: "wrong month" }, "reversal");
  const [third] = await Promise.all([startProcess(), killWithin(second, back.id)]);
  const last = await signIn(third.origin, user.login, PASSWORD);
  expect(await finished(last, back.id)).toMatchObject({ state: "done", done: HOUSEHOLDS, failed: 0 });
  expect(new Set((await grantsOf(last, runId)).map(({ takenBack }) => takenBack))).toEqual(
    new Set([GIFT_MINOR]),
  );

  const report = await verifyLedger(connection);
  expect(report).toMatchObject({ findings: [], entries: 2 * HOUSEHOLDS });
  const balances = await connection
    .collection<{ balance: Record<string, number> }>("balances")
    .find()
    .toArray();
  expect(balances.map(({ balance }) => balance.CNY)).toEqual(Array(HOUSEHOLDS).fill(0));
});
