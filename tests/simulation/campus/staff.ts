import { z } from "zod";
import type { Campus } from "./campus.ts";
import { addVersion, anyHousehold, anyTariff } from "./campus.ts";
import { drawScheme } from "./campus-scheme.ts";
import { expectStanding } from "./judge.ts";
import { IMPOSSIBLE_WH } from "./plain-circuit.ts";
import { bringEverything } from "./readings.ts";
import { JUMPS_WH, MODULUS_WH, type RoomMeter } from "./room-meter.ts";
import { DAY_MS } from "./wall-clock.ts";

const ALREADY_DONE = 409;
const changeRow = z.object({ id: z.string(), circuitId: z.string(), at: z.string() });
const heldPage = z.array(
  z.object({
    id: z.string(),
    circuitId: z.string(),
    fromAt: z.string(),
    toAt: z.string(),
    wh: z.int(),
  }),
);

/** From now on, from one of the next days, or from an odd minute of one. */
export async function planPrices(campus: Campus): Promise<void> {
  const { server, random, wall } = campus;
  const tariff = anyTariff(campus);
  const draw = random.next();
  let fromMs = server.nowMs;
  if (draw > 0.3) fromMs = wall.nextDayMs(server.nowMs + random.integer(0, 9) * DAY_MS);
  if (draw > 0.7) fromMs = server.nowMs + random.integer(1, 10 * 24 * 60) * 60_000;
  if (tariff.versions.some((version) => version.fromMs === fromMs)) return;
  const scheme = drawScheme(random);
  const answer = await server.ask({
    method: "POST",
    path: `/tariffs/${tariff.id}/versions`,
    body: {
      tariff: scheme,
      effectiveFrom: new Date(fromMs).toISOString(),
      expectedRevision: tariff.revision,
    },
  });
  // Asked again after a death, the first time may have done it.
  if (answer.status !== 201 && answer.status !== ALREADY_DONE) {
    campus.find(`a version of prices: ${answer.status} ${JSON.stringify(answer.body)}`);
    return;
  }
  const versions = z.object({ versions: z.array(z.object({ number: z.int(), effectiveFrom: z.string() })) });
  const shown = await server.need(versions, { method: "GET", path: `/tariffs/${tariff.id}` });
  const added = shown.versions.find(({ number }) => number === tariff.versions.length + 1);
  if (added === undefined) {
    campus.find(`tariff ${tariff.id} has lost its new version`);
    return;
  }
  addVersion(campus, tariff.id, Date.parse(added.effectiveFrom), scheme);
  campus.count("tariff versions");
}

export async function changeTariff(campus: Campus): Promise<void> {
  const { server, books } = campus;
  const householdId = anyHousehold(campus);
  const { id: tariffId, versions } = anyTariff(campus);
  // Days that are over are charged as they were.
  expectStanding(campus);
  await server.need(z.unknown(), { method: "PATCH", path: `/households/${householdId}`, body: { tariffId } });
  const book = books.household(householdId);
  book.payer = { householdId, tariffId, versions };
  campus.count("changes of tariff");
}

/** Another meter for a household: every circuit of it has another register from now on. */
export async function swapMeter(campus: Campus): Promise<void> {
  const { server, random, books, meters } = campus;
  await bringEverything(campus);
  const one = meters[random.integer(0, meters.length - 1)];
  const own = meters.filter(({ meterId }) => meterId === one?.meterId);
  for (const meter of own) meter.runTo(server.nowMs);
  if (one === undefined || own.some((meter) => !isReadable(campus, meter))) return;
  const asked = own.map((meter) => {
    const lastRegisterWh = Number(meter.registerWh * meter.ratio);
    const totalWh = meter.totalWh;
    meter.swap(server.nowMs);
    const firstRegisterWh = Number(meter.registerWh * meter.ratio);
    return { meter, totalWh, body: { circuitId: meter.circuitId, lastRegisterWh, firstRegisterWh } };
  });
  const at = new Date(server.nowMs).toISOString();
  const circuits = asked.map(({ body }) => body);
  await server.need(z.array(changeRow), {
    method: "POST",
    path: `/meters/${one.meterId}/swap`,
    key: server.newKey(),
    body: { serial: `S${server.nowMs}`, at, reason: "broken display", circuits },
  });
  for (const { meter, totalWh } of asked)
    books.circuit(meter.circuitId).closeRegister(Date.parse(at) - 1, totalWh, books.payerOf(meter.circuitId));
  campus.count("meter swaps");
}

/** Other transformers: proposed by one, approved by another. */
export async function changeRatio(campus: Campus): Promise<void> {
  const { server, random, books, meters } = campus;
  await bringEverything(campus);
  const meter = meters[random.integer(0, meters.length - 1)];
  meter?.runTo(server.nowMs);
  if (meter === undefined || !isReadable(campus, meter)) return;
  const ratio = random.integer(1, 3);
  const { id } = await server.need(changeRow, {
    method: "POST",
    path: `/circuits/${meter.circuitId}/ratio-changes`,
    key: server.newKey(),
    who: "second-clerk",
    body: { ctRatio: ratio, ptRatio: 1, meterRegisterWh: Number(meter.registerWh), reason: "transformers" },
  });
  const { at } = await server.need(changeRow, {
    method: "POST",
    path: `/register-changes/${id}/approve`,
    key: server.newKey(),
  });
  const circuit = books.circuit(meter.circuitId);
  circuit.closeRegister(Date.parse(at) - 1, meter.totalWh, books.payerOf(meter.circuitId));
  meter.changeRatio(BigInt(ratio), Date.parse(at));
  circuit.ratio = BigInt(ratio);
  campus.count("ratio changes");
}

/** Read at least once, and its register has not begun anew since: a typed value could not be told from a mistake. */
function isReadable({ books }: Campus, { circuitId, totalWh, registerWh, ratio }: RoomMeter): boolean {
  const { last, isDoubted } = books.circuit(circuitId);
  if (last === null || isDoubted || totalWh - last.totalWh > IMPOSSIBLE_WH * ratio) return false;
  return totalWh - last.totalWh <= registerWh * ratio && registerWh < MODULUS_WH;
}

export async function decideHeldUse(campus: Campus, share = 0.6): Promise<void> {
  const { server, random, books, siteId } = campus;
  const filter = encodeURIComponent(JSON.stringify({ siteId, state: "held" }));
  const range = encodeURIComponent(JSON.stringify([0, 99]));
  const held = await server.need(heldPage, {
    method: "GET",
    path: `/intervals?filter=${filter}&range=${range}`,
  });
  const picked = held.filter(() => random.chance(share));
  const released = picked.filter(() => random.chance(0.5));
  const rejected = picked.filter((row) => !released.includes(row));
  for (const [decision, rows] of [
    ["release", released],
    ["reject", rejected],
  ] as const) {
    if (rows.length === 0) continue;
    if (decision === "release") for (const { id, wh } of rows) if (wh > 0) books.released.add(id);
    const { done } = await server.need(z.object({ done: heldPage }), {
      method: "POST",
      path: `/intervals/${decision}`,
      key: server.newKey(),
      body: { ids: rows.map(({ id }) => id), reason: "looked at it" },
    });
    if (done.length !== rows.length) campus.find(`${decision}: ${done.length} of ${rows.length} decided`);
    if (decision === "reject") for (const row of done) reject(campus, row);
    campus.count(decision);
  }
}

function reject(
  { books, find }: Campus,
  { id, circuitId, fromAt, toAt, wh }: z.output<typeof heldPage>[number],
): void {
  const own = books.circuit(circuitId).decide(Date.parse(fromAt), Date.parse(toAt), "rejected");
  const sum = own.reduce((wh, use) => wh + use.wh, 0n);
  if (sum !== BigInt(wh)) find(`${id}: ${wh} Wh were rejected, plain reckoning has ${sum}`);
}

export async function toggleRelay({ random, meters, count }: Campus): Promise<void> {
  const meter = meters[random.integer(0, meters.length - 1)];
  if (meter === undefined) return;
  meter.turnRelay();
  count("relay moves");
}

/** A register shows more than ever went through its circuit, and goes on from there. */
export async function jumpRegister({ random, meters, count }: Campus): Promise<void> {
  const meter = meters[random.integer(0, meters.length - 1)];
  if (meter === undefined || meter.registerWh + JUMPS_WH.most >= MODULUS_WH) return;
  meter.jump();
  count("jumps of a register");
}

/** Some month's grants are taken back, for good. */
export async function reverseGrants(campus: Campus): Promise<void> {
  const { server, random, books, siteId } = campus;
  const filter = encodeURIComponent(JSON.stringify({ siteId }));
  const runs = z.array(z.object({ id: z.string(), reversal: z.unknown().nullable() }));
  const open = (await server.need(runs, { method: "GET", path: `/grant-runs?filter=${filter}` })).filter(
    ({ reversal }) => reversal === null,
  );
  const run = open[random.integer(0, open.length - 1)];
  if (run === undefined) return;
  books.reversed.add(run.id);
  await server.need(z.unknown(), {
    method: "POST",
    path: `/grant-runs/${run.id}/reverse`,
    key: server.newKey(),
    body: { reason: "wrong list" },
  });
  campus.count("reversed grant runs");
}
