/**
 * How fast samples become charged intervals, and how fast a long load profile is read, from the embedded store.
 *
 *   npx tsx scripts/bench/intervals.ts [--circuits 10000] [--per-batch 96] [--days 900]
 *
 * ingest: 96 quarters of a day of every circuit, judged, charged and kept as profile and accrual, then read back and compared.
 * Beside it the limit: `insertMany` of the documents that are in the store afterwards, and nothing else.
 * read: one packed profile of 900 days, as intervals and as days of the site. Beside it the limit: the same documents, found.
 */
import { strict as assert } from "node:assert";
import { flatScheme, type Sample } from "@hallmeter/meter-model";
import { Command } from "commander";
import { type Connection, mongo } from "mongoose";
import { connect } from "../../apps/vending-api/src/db/connection.ts";
import { ensureAllIndexes } from "../../apps/vending-api/src/models.ts";
import { accrualModel } from "../../apps/vending-api/src/rating/accrual.model.ts";
import { chargeSamples } from "../../apps/vending-api/src/rating/charge-samples.ts";
import { loadProfileModel, packDaysBefore } from "../../apps/vending-api/src/rating/load-profile.model.ts";
import type { MeteringContext } from "../../apps/vending-api/src/rating/metering-context.ts";
import { DAY_MS, INTERVAL_MS, INTERVALS_PER_DAY } from "../../apps/vending-api/src/rating/profile-marks.ts";
import { readIntervals } from "../../apps/vending-api/src/rating/read-intervals.ts";
import { sumIntervals } from "../../apps/vending-api/src/rating/sum-intervals.ts";
import { startTestDatabase } from "../../tests/support/test-database.ts";

const options = new Command("intervals")
  .option("--circuits <count>", "circuits of the site", "10000")
  .option(
    "--per-batch <count>",
    "quarters that one batch brings of a circuit; a gateway that was cut off brings many",
    "96",
  )
  .option("--days <count>", "days of the profile that is read", "900")
  .parse()
  .opts<{ circuits: string; perBatch: string; days: string }>();

const ZONE = "Asia/Shanghai";
const START_MS = Date.parse("2025-02-28T16:00:00Z");
/** As many as a batch of a gateway may have. */
const SAMPLES_AT_ONCE = 1000;
const GATEWAYS = 8;
const READS = 21;
/** The circuit with the long profile. */
const LONG = "long";

const contextOf = (circuitId: string): MeteringContext => ({
  circuitId,
  siteId: "bench",
  timeZone: ZONE,
  calendar: { timeZone: ZONE, restWeekdays: [6, 7], holidays: [], namedDays: {} },
  household: {
    id: `household-${circuitId}`,
    tariffId: "flat",
    tariffVersions: [{ number: 1, effectiveFrom: new Date(0), tariff: flatScheme(548_300) }],
  },
  currency: "CNY",
  nanoPerMinor: 10_000_000,
  ratingW: 13_800,
  registerStepWh: 10,
  energyModulusWh: 42_949_672_960,
});

/** 20 to 290 Wh a quarter, repeatable. */
const readingWh = (circuit: number, quarter: number) =>
  1_000_000 + circuit * 1000 + quarter * 150 + ((quarter * 7919 + circuit * 104_729) % 13) * 10;

function sampleAt(circuitId: string, circuit: number, quarter: number): Sample {
  return {
    circuitId,
    at: new Date(START_MS + quarter * INTERVAL_MS).toISOString(),
    energyWh: readingWh(circuit, quarter),
    activePowerW: 600,
    reactivePowerVar: 40,
    voltageDv: 2301,
    currentCa: 261,
    powerFactorMilli: 998,
    frequencyCHz: 5000,
    relay: "closed",
    flags: [],
  };
}

const out = (line: string) => process.stdout.write(`${line}\n`);
const seconds = (fromMs: number) => (performance.now() - fromMs) / 1000;

async function ingest(connection: Connection, circuits: number, perBatch: number): Promise<void> {
  const ids = Array.from({ length: circuits }, (_, circuit) => `c${circuit}`);
  const contexts = ids.map(contextOf);
  const perTurn = Math.max(1, Math.floor(SAMPLES_AT_ONCE / perBatch));
  const charge = async (fromQuarter: number, toQuarter: number, first: number) => {
    const work = contexts.slice(first, first + perTurn).map((context, index) => ({
      context,
      samples: Array.from({ length: toQuarter - fromQuarter }, (_, offset) =>
        sampleAt(context.circuitId, first + index, fromQuarter + offset),
      ),
    }));
    const now = new Date(START_MS + toQuarter * INTERVAL_MS);
    await chargeSamples(connection, work, now);
  };
  // The first sample of a circuit only says where its register stands.
  await atOnce(circuits, perTurn, (first) => charge(0, 1, first));
  const startedAt = performance.now();
  // The last quarter ends with the day, so that it closes and posts; that one comes with the next day.
  for (let quarter = 1; quarter < INTERVALS_PER_DAY; quarter += perBatch)
    await atOnce(circuits, perTurn, (first) =>
      charge(quarter, Math.min(quarter + perBatch, INTERVALS_PER_DAY), first),
    );
  const tookS = seconds(startedAt);
  const samples = circuits * (INTERVALS_PER_DAY - 1);
  out(
    `${samples} samples of ${circuits} circuits, ${perBatch} a batch, ${GATEWAYS} gateways: ${tookS.toFixed(1)} s, ${Math.round(samples / tookS)} a second`,
  );

  const checked = [0, Math.floor(circuits / 2), circuits - 1];
  for (const circuit of checked) {
    const intervals = await readIntervals(connection, `c${circuit}`, {
      fromMs: START_MS,
      toMs: START_MS + (INTERVALS_PER_DAY - 1) * INTERVAL_MS,
    });
    for (const [quarter, interval] of intervals.entries())
      assert.equal(interval.wh, readingWh(circuit, quarter + 1) - readingWh(circuit, quarter));
  }
  await limitOfIngest(connection);
}

/** As many gateways as send at a time. */
async function atOnce(
  circuits: number,
  perTurn: number,
  work: (first: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const gateway = async () => {
    while (next < circuits) {
      const first = next;
      next += perTurn;
      await work(first);
    }
  };
  await Promise.all(Array.from({ length: GATEWAYS }, gateway));
}

/** The same documents, once, without judging, rating or looking for what was there. */
async function limitOfIngest(connection: Connection): Promise<void> {
  const kept: object[] = [
    ...(await loadProfileModel(connection)
      .find({ circuitId: { $ne: LONG } })
      .lean()),
    ...(await accrualModel(connection).find().lean()),
  ];
  const documents = kept.map((row, index) => ({ ...row, _id: `plain-${index}` }));
  const plain = connection.collection<{ _id: string }>("plain");
  const startedAt = performance.now();
  for (let first = 0; first < documents.length; first += SAMPLES_AT_ONCE)
    await plain.insertMany(documents.slice(first, first + SAMPLES_AT_ONCE));
  out(
    `limit: insertMany of the ${documents.length} documents that this left: ${seconds(startedAt).toFixed(1)} s`,
  );
  await plain.drop();
}

async function read(connection: Connection, days: number): Promise<void> {
  const circuitId = LONG;
  const model = loadProfileModel(connection);
  const firstDay = START_MS - (START_MS % DAY_MS);
  const rows = Array.from({ length: days }, (_, day) => {
    const utc = new Date(firstDay + day * DAY_MS).toISOString().slice(0, 10);
    return {
      _id: `${circuitId}:${utc}`,
      siteId: "bench",
      circuitId,
      day: utc,
      writes: 1,
      readings: Array.from({ length: INTERVALS_PER_DAY }, (_, slot) =>
        readingWh(1, day * INTERVALS_PER_DAY + slot),
      ),
      flags: new Array<number>(INTERVALS_PER_DAY).fill(0),
    };
  });
  const bytes = async () =>
    (await model.find({ circuitId }).lean()).reduce(
      (sum, row) => sum + mongo.BSON.calculateObjectSize(row),
      0,
    );
  await model.insertMany(rows);
  const openBytes = await bytes();
  await packDaysBefore(connection, "9999-12-31");
  out(
    `${days} days: ${(openBytes / 1e6).toFixed(2)} MB as arrays, ${((await bytes()) / 1e6).toFixed(2)} MB packed`,
  );

  const span = { fromMs: firstDay, toMs: firstDay + days * DAY_MS };
  const intervals = await readIntervals(connection, circuitId, span);
  assert.equal(intervals.length, days * INTERVALS_PER_DAY);
  assert.equal(
    intervals.reduce((sum, { wh }) => sum + (wh ?? 0), 0),
    readingWh(1, days * INTERVALS_PER_DAY - 1) - readingWh(1, 0),
  );
  out(
    `read as ${intervals.length} intervals: ${await median(() => readIntervals(connection, circuitId, span))}`,
  );
  out(
    `read as days of the site: ${await median(async () =>
      sumIntervals(await readIntervals(connection, circuitId, span), "day", ZONE),
    )}`,
  );
  out(`limit: the documents alone: ${await median(() => model.find({ circuitId }).lean())}`);
}

async function median(work: () => Promise<unknown>): Promise<string> {
  const tookMs: number[] = [];
  for (let turn = 0; turn < READS; turn += 1) {
    const startedAt = performance.now();
    await work();
    tookMs.push(performance.now() - startedAt);
  }
  tookMs.sort((a, b) => a - b);
  const at = (share: number) => (tookMs[Math.floor((READS - 1) * share)] ?? 0).toFixed(0);
  return `median ${at(0.5)} ms, slowest ${at(1)} ms of ${READS}`;
}

const database = await startTestDatabase();
const connection = await connect(database.uri);
try {
  await ensureAllIndexes(connection);
  out("## read\n");
  await read(connection, Number(options.days));
  out("\n## ingest\n");
  await ingest(connection, Number(options.circuits), Number(options.perBatch));
} finally {
  await connection.close();
  await database.stop();
}
