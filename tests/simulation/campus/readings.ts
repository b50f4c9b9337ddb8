import type { SampleFlag } from "@hallmeter/meter-model";
import { z } from "zod";
import type { Campus } from "./campus.ts";
import { type Sent, wireSample } from "./room-meter.ts";
import { DAY_MS, MINUTE_MS } from "./wall-clock.ts";

const MOST_ITEMS = 900;
const WITNESS_EVERY_MS = 3 * MINUTE_MS;
const reply = z.object({ acceptedSequence: z.int(), rejected: z.array(z.unknown()) });

/** Time goes on: everybody uses energy, and every circuit is read at its own second of each poll. */
export function liveUntil(campus: Campus, untilMs: number): void {
  const { server, meters, random, options } = campus;
  const pollMs = options.pollMinutes * MINUTE_MS;
  for (let pollAt = Math.ceil((server.nowMs + 1) / pollMs) * pollMs; pollAt <= untilMs; pollAt += pollMs)
    for (const meter of meters) {
      const atMs = pollAt - random.integer(0, 59_999);
      if (atMs <= server.nowMs) continue;
      meter.waiting.push(meter.read(atMs, drawFlags(campus)));
    }
  server.advance(untilMs - server.nowMs);
  for (const meter of meters) meter.runTo(untilMs);
}

function drawFlags({ random }: Campus): SampleFlag[] {
  if (random.chance(0.003)) return ["suspect"];
  return random.chance(0.002) ? ["clock-unsure"] : [];
}

/** What waits at the gateway, as a bad line brings it: late, doubled, out of order, and some of it never. */
export async function bringReadings(campus: Campus): Promise<void> {
  const { random, meters } = campus;
  const batch: Sent[] = [];
  for (const meter of meters) {
    const { waiting } = meter;
    const kept = random.chance(0.15) ? waiting.splice(random.integer(0, waiting.length)) : [];
    const late = waiting.filter(() => random.chance(0.03));
    const lost = new Set(waiting.filter(() => random.chance(0.04)));
    batch.push(...waiting.filter((reading) => !late.includes(reading) && !lost.has(reading)));
    meter.waiting = [...late, ...kept];
  }
  batch.push(...batch.filter(() => random.chance(0.05)));
  if (random.chance(0.05) && meters[0] !== undefined)
    batch.push({ ...meters[0].read(campus.server.nowMs, []), atMs: campus.server.nowMs + DAY_MS });
  await bring(campus, shuffled(campus, batch));
}

/** Everything, at last. */
export async function bringEverything(campus: Campus): Promise<void> {
  const all = campus.meters.flatMap((meter) => meter.waiting.splice(0));
  await bring(campus, all);
}

/** As the gateway reads a circuit when it is told to. */
export async function readNow(campus: Campus, circuitIds: readonly string[]): Promise<void> {
  const own = campus.meters.filter(({ circuitId }) => circuitIds.includes(circuitId));
  await bring(
    campus,
    own.map((meter) => meter.read(campus.server.nowMs, [])),
  );
}

/** Reads these circuits until their registers are believed. */
export async function calm(campus: Campus, circuitIds: readonly string[]): Promise<void> {
  const isDoubted = () => circuitIds.some((id) => campus.books.circuit(id).isDoubted);
  await readNow(campus, circuitIds);
  while (isDoubted()) {
    campus.server.advance(WITNESS_EVERY_MS);
    await readNow(campus, circuitIds);
  }
}

/** One batch after the other; each may come twice at the same moment. */
async function bring(campus: Campus, readings: readonly Sent[]): Promise<void> {
  for (let from = 0; from < readings.length; from += MOST_ITEMS)
    await bringBatch(campus, readings.slice(from, from + MOST_ITEMS));
}

async function bringBatch(campus: Campus, readings: readonly Sent[]): Promise<void> {
  const { server, books, random } = campus;
  const nowMs = server.nowMs;
  const items = readings.map((reading) => ({ type: "sample", sample: wireSample(reading) }));
  const sequences = Array.from({ length: random.chance(0.1) ? 2 : 1 }, () => (campus.sequence += 1));
  const sentAt = new Date(nowMs).toISOString();
  await Promise.all(
    sequences.map((sequence) =>
      server.need(reply, { method: "POST", path: "/gateway/batches", body: { sequence, sentAt, items } }),
    ),
  );
  campus.count("batches");
  const byCircuit = new Map<string, Sent[]>();
  for (const reading of readings)
    byCircuit.set(reading.circuitId, [...(byCircuit.get(reading.circuitId) ?? []), reading]);
  for (const [circuitId, own] of byCircuit)
    books.circuit(circuitId).take(own, books.payerOf(circuitId), nowMs);
}

function shuffled<T>({ random }: Campus, values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, place: random.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value);
}
