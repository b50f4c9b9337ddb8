/**
 * A gateway without its server for a month: what its outbox takes on the disk, and how it catches up.
 *
 *   npx tsx scripts/bench/gateway-offline.ts [--circuits 250] [--days 30] [--poll-s 5]
 *
 * The real store on a real disk and the real sender, on virtual time. The server checks that every circuit comes in order and
 * without a missing quarter of an hour.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import pino from "pino";
import { VirtualClock } from "../../apps/bus-gateway/src/clock.ts";
import { GatewayError } from "../../apps/bus-gateway/src/errors.ts";
import { THINNED_INTERVAL_MS } from "../../apps/bus-gateway/src/store/acceptance.ts";
import { GatewayStore } from "../../apps/bus-gateway/src/store/gateway-store.ts";
import { openLmdbTables } from "../../apps/bus-gateway/src/store/lmdb-tables.ts";
import { sampleAt } from "../../apps/bus-gateway/src/testing/samples.ts";
import { BatchSender } from "../../apps/bus-gateway/src/uplink/batch-sender.ts";
import { type UplinkBatch, uplinkBatchSchema } from "../../packages/meter-model/src/contract/uplink.ts";

const options = new Command("gateway-offline")
  .option("--circuits <count>", "circuits of the gateway", "250")
  .option("--days <count>", "days without the server", "30")
  .option("--poll-s <seconds>", "how often a circuit is read", "5")
  .parse()
  .opts<{ circuits: string; days: string; pollS: string }>();

const circuitIds = Array.from({ length: Number(options.circuits) }, (_, i) => `circuit-${i + 1}`);
const days = Number(options.days);
const pollMs = Number(options.pollS) * 1000;
/** Polls in between make no difference once only the first of each quarter is kept. */
const SPARSE_POLL_MS = 60_000;
const DETAILED_MS = 2 * 3_600_000;
const DAY_MS = 86_400_000;

/** Takes every batch and sees what came; the schemas are the contract's own. */
class CountingServer {
  isAway = true;
  taken = 0;
  batches = 0;
  outOfOrder = 0;
  gaps = 0;
  acceptedSequence = 0;
  readonly #lastMs = new Map<string, number>();

  async lastSequence(): Promise<number> {
    if (this.isAway) throw new GatewayError("server-unreachable");
    return this.acceptedSequence;
  }

  async sendBatch(body: string): Promise<{ acceptedSequence: number; rejected: never[] }> {
    if (this.isAway) throw new GatewayError("server-unreachable");
    const batch: UplinkBatch = uplinkBatchSchema.parse(JSON.parse(body));
    this.acceptedSequence = batch.sequence;
    this.batches += 1;
    for (const item of batch.items) {
      if (item.type !== "sample") continue;
      const atMs = Date.parse(item.sample.at);
      const lastMs = this.#lastMs.get(item.sample.circuitId);
      if (lastMs !== undefined && atMs <= lastMs) this.outOfOrder += 1;
      if (lastMs !== undefined && atMs - lastMs > THINNED_INTERVAL_MS + pollMs) this.gaps += 1;
      this.#lastMs.set(item.sample.circuitId, atMs);
      this.taken += 1;
    }
    return { acceptedSequence: batch.sequence, rejected: [] };
  }
}

const folder = mkdtempSync(join(tmpdir(), "hallmeter-offline-"));
const print = (line: string) => process.stdout.write(`${line}\n`);
const clock = new VirtualClock();
const log = pino({ level: "silent" });
const store = new GatewayStore({ tables: openLmdbTables(folder), clock, log });
const server = new CountingServer();
const sender = new BatchSender({
  server,
  store,
  clock,
  log,
  random: Math.random,
  onBack: () => {},
});
sender.start();

function poll(): void {
  const atMs = clock.nowMs();
  const energyWh = Math.floor(clock.monotonicMs() / 36_000);
  store.defer(
    store.sending(
      circuitIds.map((circuitId) => ({
        type: "sample" as const,
        sample: sampleAt(atMs, { circuitId, energyWh }),
      })),
    ),
  );
}

/** The disk works in real time: virtual time waits until the sender has nothing left to do now. */
async function settled(): Promise<void> {
  for (let batches = -1; batches !== server.batches; ) {
    batches = server.batches;
    await store.idle();
    await new Promise(setImmediate);
    await store.idle();
  }
}

try {
  for (let passedMs = 0; passedMs < days * DAY_MS; ) {
    const stepMs = passedMs < DETAILED_MS ? pollMs : SPARSE_POLL_MS;
    poll();
    await clock.advance(stepMs);
    passedMs += stepMs;
  }
  await store.idle();
  const { count, bytes } = store.outbox.size();
  const mebibytes = (value: number) => `${(value / 1024 / 1024).toFixed(1)} MiB`;
  print(`${circuitIds.length} circuits, ${days} days without the server, read every ${pollMs / 1000} s`);
  print(`waiting: ${count.toLocaleString("en")} samples, ${mebibytes(bytes)} of pages`);
  print(`file on the disk: ${mebibytes(statSync(join(folder, "data.mdb")).size)}`);
  print(`memory of the process: ${mebibytes(process.memoryUsage.rss())}, mapped file included`);

  server.isAway = false;
  const backMs = clock.monotonicMs();
  const cpuBefore = process.cpuUsage();
  while (store.outbox.size().count > 0) {
    await clock.advance(1000);
    await settled();
  }
  const minutes = (clock.monotonicMs() - backMs) / 60_000;
  const cpu = process.cpuUsage(cpuBefore);
  print(
    `caught up in ${minutes.toFixed(1)} min with ${server.batches} batches, at most 500 samples a second;` +
      ` ${((cpu.user + cpu.system) / server.taken).toFixed(0)} µs CPU a sample, server's part included`,
  );
  print(`out of order: ${server.outOfOrder}, quarters missing: ${server.gaps}`);
  process.exitCode = server.outOfOrder + server.gaps === 0 && server.taken === count ? 0 : 1;
} finally {
  await sender.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}
