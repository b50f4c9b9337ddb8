import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../../apps/vending-api/src/db/model.ts";
import { runNextJob } from "../../apps/vending-api/src/jobs/run-job.ts";
import {
  balancedPostings,
  householdAccount,
  type LedgerEntry,
} from "../../apps/vending-api/src/ledger/entry.ts";
import { journalModel } from "../../apps/vending-api/src/ledger/journal.model.ts";
import { ledgerOf } from "../../apps/vending-api/src/ledger/ledger.ts";
import { verifyLedger } from "../../apps/vending-api/src/ledger/verify-ledger.ts";
import { type Circuit, circuitModel } from "../../apps/vending-api/src/network/circuit.model.ts";
import { meteringContexts } from "../../apps/vending-api/src/network/metering-contexts.ts";
import { type Household, householdModel } from "../../apps/vending-api/src/places/household.model.ts";
import { chargeSamples } from "../../apps/vending-api/src/rating/charge-samples.ts";
import { refundJob } from "../../apps/vending-api/src/refunds/refund-job.ts";
import { withdrawalModel } from "../../apps/vending-api/src/refunds/withdrawal.model.ts";
import { startTestApi, type TestApi } from "../../apps/vending-api/src/testing/start-test-api.ts";
import { addTestSite, sampleItem, type TestSite } from "../../apps/vending-api/src/testing/test-site.ts";
import { eventually } from "../support/eventually.ts";
import { seededRandom } from "../support/random.ts";

/** `HALLMETER_TEST_CLASS=1000` for a long one. */
const HOUSEHOLDS = Number(process.env.HALLMETER_TEST_CLASS ?? 120);
/** Seconds on an idle machine; a busy one needs several times as long. */
const LIMIT_MS = 240_000;
const WORKER = join(import.meta.dirname, "..", "support", "refund-worker.ts");
/** The flat tariff of the test site, and CNY. */
const NANO_PER_WH = 548_300;
const NANO_PER_MINOR = 10_000_000;

interface Leaver {
  householdId: string;
  boughtMinor: number;
  usedWh: number;
}

let api: TestApi;
let site: TestSite;
const children: ChildProcess[] = [];

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 1 });
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await api.stop();
});

/** As many households as a class has, each with a circuit like the site's first. */
async function addClass(): Promise<Leaver[]> {
  const { connection } = api;
  const [room] = site.rooms;
  const household = await householdModel(connection).findById(room?.householdId).lean<Household | null>();
  const circuit = await circuitModel(connection).findById(room?.circuitId).lean<Circuit | null>();
  if (!household || !circuit) throw new Error("the test site has no room");
  const leavers = Array.from({ length: HOUSEHOLDS }, (_, index): Leaver => {
    return { householdId: newId(), boughtMinor: 900 + index, usedWh: 50 + 7 * index };
  });
  await householdModel(connection).insertMany(
    leavers.map(({ householdId: _id }) => ({
      ...household,
      _id,
      unitId: `unit-${_id}`,
      occupies: `unit-${_id}`,
    })),
  );
  await circuitModel(connection).insertMany(
    leavers.map(({ householdId }, index) => ({
      ...circuit,
      _id: newId(),
      householdId,
      name: `Leaver ${index}`,
      loop: index + 2,
    })),
  );
  await ledgerOf(connection).postMany(
    leavers.map(({ householdId, boughtMinor: amount }) => ({
      siteId: site.siteId,
      householdId,
      refSpace: "request" as const,
      ref: `bought-${householdId}`,
      requestHash: householdId,
      decide: () => ({
        accept: {
          kind: "purchase" as const,
          at: api.clock.now(),
          by: { id: "desk", name: "Desk" },
          note: "",
          postings: balancedPostings(
            "purchase",
            { siteId: site.siteId, householdId, commodity: "CNY", amount },
            "cash",
          ),
          details: { method: "cash" },
        },
      }),
    })),
  );
  return leavers;
}

/** Every meter of the class is read now. */
async function readMeters(leavers: readonly Leaver[], registerOf: (leaver: Leaver) => number): Promise<void> {
  const registers = new Map(leavers.map((leaver) => [leaver.householdId, registerOf(leaver)]));
  const circuits = await circuitModel(api.connection)
    .find({ householdId: { $in: [...registers.keys()] } })
    .lean<Circuit[]>();
  const contexts = await meteringContexts(api.deps, circuits);
  const now = api.clock.now();
  const work = contexts.map((context) => {
    const item = sampleItem(context.circuitId, now, registers.get(context.household?.id ?? "") ?? 0);
    if (item.type !== "sample") throw new Error("a sample is a sample");
    return { context, samples: [item.sample] };
  });
  await chargeSamples(api.connection, work, now);
}

/** Works until nothing is left, or until it is killed. */
function startWorker(): ChildProcess {
  const args = ["--import", "tsx", WORKER, mongoUri(), api.clock.now().toISOString()];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "inherit", "inherit"],
  });
  children.push(child);
  return child;
}

function mongoUri(): string {
  const { hosts, dbName } = api.connection.getClient().options;
  return `mongodb://${hosts.join(",")}/${dbName}`;
}

const countDone = () => withdrawalModel(api.connection).countDocuments({ phase: "done" });

test(
  `kill -9 in the middle of a refund of ${HOUSEHOLDS} households: each is paid and closed exactly once`,
  async () => {
    const { random, seed } = seededRandom();
    process.stdout.write(`class-refund seed ${seed}\n`);
    const leavers = await addClass();
    api.clock.advance(-3_600_000);
    await readMeters(leavers, () => 0);
    api.clock.advance(3_600_000);
    await readMeters(leavers, ({ usedWh }) => usedWh - 10);

    const post = async <Body>(path: string, token: string, body?: object): Promise<Body> => {
      const answer = await api.call<Body>("POST", path, { token, body, idempotencyKey: newId() });
      expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
      return answer.body;
    };
    const householdIds = leavers.map(({ householdId }) => householdId);
    const proposal = { householdIds, reason: "Class of 2040" };
    const refund = await post<{ id: string }>("/refunds", site.manager, proposal);
    const job = await post<{ id: string }>(`/refunds/${refund.id}/approve`, site.administrator);
    await runNextJob(api.deps, [refundJob]);
    api.clock.advance(15_000);
    await readMeters(leavers, ({ usedWh }) => usedWh);

    for (const share of [0.3, 0.7]) {
      const killAt = Math.floor(HOUSEHOLDS * (share - 0.2 + 0.3 * random()));
      const worker = startWorker();
      await eventually(
        `${killAt} households to be done`,
        LIMIT_MS / 3,
        async () => (await countDone()) >= killAt,
      );
      const gone = once(worker, "exit");
      worker.kill("SIGKILL");
      expect(await gone).toEqual([null, "SIGKILL"]);
      expect(await countDone()).toBeLessThan(HOUSEHOLDS);
      // The dead one's lease runs out, however long it lived.
      api.clock.advance(240_000);
    }
    const [code] = await once(startWorker(), "exit");
    expect(code).toBe(0);

    const token = await api.tokenFor("administrator", { siteIds: [site.siteId] });
    const ended = await api.call("GET", `/jobs/${job.id}`, { token });
    expect(ended.body).toMatchObject({ state: "done", done: HOUSEHOLDS, failed: 0 });
    const entries = await journalModel(api.connection)
      .find({ siteId: site.siteId, account: { $in: householdIds.map(householdAccount) } })
      .sort({ account: 1, seq: 1 })
      .lean<LedgerEntry[]>();
    for (const { householdId, boughtMinor, usedWh } of leavers) {
      const usedNano = usedWh * NANO_PER_WH;
      const usedMinor = Math.floor(usedNano / NANO_PER_MINOR);
      const roundedMinor = usedNano % NANO_PER_MINOR === 0 ? 0 : 1;
      const own = entries.filter((entry) => entry.householdId === householdId);
      expect(own.map(({ kind, postings }) => [kind, postings[0]?.amount])).toEqual([
        ["purchase", boughtMinor],
        ["usage", -usedMinor],
        ["refund", -(boughtMinor - usedMinor - roundedMinor)],
        ["closing", roundedMinor === 0 ? 0 : -roundedMinor],
      ]);
    }
    expect(
      await householdModel(api.connection).countDocuments({ _id: { $in: householdIds }, status: "open" }),
    ).toBe(0);
    expect(await circuitModel(api.connection).countDocuments({ householdId: { $in: householdIds } })).toBe(0);
    expect(await verifyLedger(api.connection)).toMatchObject({ findings: [] });
  },
  LIMIT_MS,
);
