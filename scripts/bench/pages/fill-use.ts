import type { Hold } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { ledgerOf } from "../../../apps/vending-api/src/ledger/ledger.ts";
import {
  type CircuitMirror,
  circuitMirrorModel,
} from "../../../apps/vending-api/src/network/circuit-mirror.model.ts";
import { meteringContextsById } from "../../../apps/vending-api/src/network/metering-contexts.ts";
import { loadProfiles } from "../../../apps/vending-api/src/network/profiles.ts";
import { accrualModel } from "../../../apps/vending-api/src/rating/accrual.model.ts";
import type { Accrual } from "../../../apps/vending-api/src/rating/accrual.ts";
import { loadProfileModel, packedDaysOf } from "../../../apps/vending-api/src/rating/load-profile.model.ts";
import { postUsage } from "../../../apps/vending-api/src/rating/post-usage.ts";
import { INTERVAL_MS } from "../../../apps/vending-api/src/rating/profile-marks.ts";
import { DEMO_UTC_OFFSET_MINUTES } from "../../start/demo-site.ts";
import { DAY_MS, instantOf, localDayOf, MINUTE_MS } from "../../start/history/local-day.ts";
import { chargedDays } from "./charged-days.ts";
import { inParts, type LargeCircuit, type LargePlaces, sampleOf } from "./large-site.ts";
import { type RegisterPast, readingAtWh, registerPast } from "./register-past.ts";

/** The first circuit has a year of quarters, the others have them since the site was opened. */
const YEAR_MS = 365 * DAY_MS;
const PER_INSERT = 5000;
const OFFLINE_EVERY = 50;
const OFF_EVERY = 19;
const OVERLOAD = {
  kind: "overload",
  reason: "power-above-limit",
  params: { powerW: 2600, limitW: 2000 },
  origin: { type: "rule", id: "power-limit", name: "Power limit" },
} as const satisfies Partial<Hold>;

/** Charges every circuit's use of the days since `openedMs` and shows where it stands now. */
export async function addUse(connection: Connection, site: LargePlaces, openedMs: number): Promise<void> {
  const nowMs = Date.now();
  const toMs = Math.floor(nowMs / INTERVAL_MS) * INTERVAL_MS;
  const pasts = site.circuits.map((circuit, index) =>
    registerPast(index, {
      fromMs: index === 0 ? toMs - YEAR_MS : openedMs,
      toMs,
      firstWh: circuit.wh,
      localOffsetMs: DEMO_UTC_OFFSET_MINUTES * MINUTE_MS,
    }),
  );
  await addProfiles(connection, site, pasts);
  const samplesAtMs = [openedMs, ...midnightsBetween(openedMs, toMs), toMs];
  const contexts = await meteringContextsById(
    { connection, profiles: loadProfiles(undefined) },
    site.circuits.map(({ circuitId }) => circuitId),
  );
  const contextOf = new Map(contexts.map((context) => [context.circuitId, context]));
  const accruals: Accrual[] = [];
  const mirrors: CircuitMirror[] = [];
  for (const [index, circuit] of site.circuits.entries()) {
    const past = pasts[index];
    const context = contextOf.get(circuit.circuitId);
    if (past === undefined || context === undefined) continue;
    const samples = samplesAtMs.map((atMs) => {
      circuit.wh = readingAtWh(past, atMs);
      return sampleOf(circuit, atMs, 40 + ((index * 53) % 400));
    });
    accruals.push(...chargedDays(context, samples, nowMs));
    const sample = samples.at(-1);
    if (sample) mirrors.push(mirrorOf(site.siteId, circuit, index, sample));
  }
  for (const part of inParts(accruals, PER_INSERT))
    await accrualModel(connection).insertMany(part, { lean: true });
  await circuitMirrorModel(connection).insertMany(mirrors, { lean: true });
  await postUses(connection, accruals);
}

const midnightsBetween = (fromMs: number, toMs: number): number[] =>
  Array.from({ length: localDayOf(toMs) - localDayOf(fromMs) }, (_, day) =>
    instantOf(localDayOf(fromMs) + 1 + day),
  ).filter((atMs) => atMs < toMs);

async function addProfiles(
  connection: Connection,
  { siteId, circuits }: LargePlaces,
  pasts: readonly RegisterPast[],
): Promise<void> {
  const days = circuits.flatMap(({ circuitId }, index) => {
    const { first = 0, firstWh = 0, readingsWh = [] } = pasts[index] ?? {};
    const marks = [firstWh, ...readingsWh].map((readingWh, at) => ({
      interval: first - 1 + at,
      readingWh,
      flag: 0 as const,
    }));
    return packedDaysOf({ circuitId, siteId, marks });
  });
  for (const part of inParts(days, PER_INSERT))
    await loadProfileModel(connection).insertMany(part, { lean: true });
}

/** Day by day, as the nights would have posted them. */
async function postUses(connection: Connection, accruals: readonly Accrual[]): Promise<void> {
  const ledger = ledgerOf(connection);
  const closed = accruals.filter(({ state }) => state !== "open");
  for (const day of [...new Set(closed.map((accrual) => accrual.day))].sort())
    await Promise.all(
      closed
        .filter((accrual) => accrual.day === day)
        .map((accrual) => postUsage(ledger, accrual, new Date(accrual.endsAt.getTime() + MINUTE_MS))),
    );
  await ledger.idle();
}

/** Most rooms have power; some wait for a person, some are silent. */
function mirrorOf(
  siteId: string,
  { circuitId }: LargeCircuit,
  index: number,
  sample: NonNullable<CircuitMirror["sample"]>,
): CircuitMirror {
  const at = new Date(sample.at);
  const isOff = index % OFF_EVERY === OFF_EVERY - 1;
  const relay = isOff ? "open" : "closed";
  return {
    _id: circuitId,
    siteId,
    sample: { ...sample, relay, ...(isOff && { activePowerW: 0, currentCa: 0 }) },
    sampleAt: at,
    revision: 1,
    stateAt: at,
    relay,
    intended: relay,
    presence: index % OFFLINE_EVERY === OFFLINE_EVERY - 1 ? "offline" : "online",
    keepPower: false,
    holds: isOff ? [{ ...OVERLOAD, since: sample.at }] : [],
  };
}
