import { blockWordCount, isModbusBlock, type ReadBlock, type UnitId } from "@hallmeter/meter-model";
import type { WireCosts } from "../protocol/protocol.ts";
import { covers, placeOf } from "./blocks.ts";
import type { PollEntry } from "./bus.ts";
import { isWatching } from "./poll-schedule.ts";
import { blockAt, longestJoinedMs, planReads, type RegisterSpan } from "./read-plan.ts";

export { lineCosts } from "../protocol/line-costs.ts";

/** Assumed until a unit has answered. Real meters need 5–200 ms; 40 ms is typical of a three-phase meter. */
export const ASSUMED_TURNAROUND_MS = 40;

/** What is known of the units of a plan. */
export interface KnownUnits {
  /** Learned; null before the first answer. */
  turnaroundMs(unitId: UnitId): number | null;
  /** What a unit has refused to give in one read, by function; none by default. */
  splits?(unitId: UnitId): readonly (RegisterSpan & { function: 3 | 4 })[];
}

/** What one sample costs, its part of the transactions that it shares. Milliseconds. */
interface ReadCost {
  /** Bytes on the wire, and the silences that belong to every transaction. */
  wireMs: number;
  /** Until the unit begins its answers. */
  turnaroundMs: number;
  /** Further pauses that the profile asks for. */
  gapMs: number;
}

export interface EntryCost extends ReadCost {
  key: string;
  unitId: UnitId;
  lane: PollEntry["lane"];
  intervalMs: number;
  /** Share of the bus, in thousandths, rounded up. */
  plannedMilli: number;
}

export interface PlanBudget {
  /** Share of the bus that the plan needs, in thousandths; above 1000 it cannot be kept. */
  plannedMilli: number;
  overcommitted: boolean;
  lanes: Record<PollEntry["lane"], number>;
  entries: EntryCost[];
}

/** Costs of samples that are read at the same time, by those samples: most plans that are tried differ in their intervals alone. */
export type KnownCosts = Map<string, readonly ReadCost[]>;

/**
 * What a plan will cost, before it is applied: samples of one unit share reads as the scheduler lets them.
 * @param known of plans with the same entries, watched or not as here, at other intervals
 */
export function budgetOf(
  plan: readonly PollEntry[],
  costs: WireCosts,
  units: KnownUnits,
  known: KnownCosts = new Map(),
): PlanBudget {
  const isTripNear = isWatching(plan);
  const byUnit = new Map<UnitId, PollEntry[]>();
  for (const entry of plan) {
    const ofUnit = byUnit.get(entry.unitId);
    if (ofUnit) ofUnit.push(entry);
    else byUnit.set(entry.unitId, [entry]);
  }
  const costOf = new Map<PollEntry, EntryCost>();
  for (const entries of byUnit.values()) {
    for (const intervalMs of new Set(entries.map((entry) => entry.intervalMs))) {
      // What is read oftener comes along; that it has been paid for already makes this the upper bound.
      const together = entries.filter((entry) => entry.intervalMs <= intervalMs);
      const place = together.map(({ key }) => key).join("\n");
      const readCosts = known.get(place) ?? readCostsOf(together, costs, units, isTripNear);
      known.set(place, readCosts);
      for (const [index, entry] of together.entries()) {
        const readCost = readCosts[index];
        if (readCost !== undefined && entry.intervalMs === intervalMs)
          costOf.set(entry, entryCost(entry, readCost));
      }
    }
  }
  const entries = plan.flatMap((entry) => costOf.get(entry) ?? []);
  const plannedMilli = sharesOf(entries);
  return {
    plannedMilli,
    overcommitted: plannedMilli > 1000,
    lanes: {
      watch: sharesOf(entries.filter(({ lane }) => lane === "watch")),
      poll: sharesOf(entries.filter(({ lane }) => lane === "poll")),
    },
    entries,
  };
}

function entryCost({ key, unitId, lane, intervalMs }: PollEntry, readCost: ReadCost): EntryCost {
  const plannedMilli = wholeMilli(shareMilli({ ...readCost, intervalMs }));
  return { key, unitId, lane, intervalMs, ...readCost, plannedMilli };
}

function sharesOf(costs: readonly EntryCost[]): number {
  return wholeMilli(costs.reduce((sum, cost) => sum + shareMilli(cost), 0));
}

/** Rounded up, but not for what summing floating point numbers adds. */
function wholeMilli(milli: number): number {
  return milli === 0 ? 0 : Math.ceil(milli - 1e-6);
}

/** Costs of samples of one unit that are read at the same time, in the order of the entries. */
function readCostsOf(
  entries: readonly PollEntry[],
  costs: WireCosts,
  units: KnownUnits,
  isTripNear: boolean,
): ReadCost[] {
  const { unitId } = entries[0] as PollEntry;
  const turnaroundMs = units.turnaroundMs(unitId) ?? ASSUMED_TURNAROUND_MS;
  const readMs = (block: ReadBlock) => costs.readMs(block, turnaroundMs);
  const reads = readsOf(entries, readMs, units, isTripNear).map((read) => ({
    read,
    wanted: entries.flatMap(({ blocks }) => blocks).filter((block) => covers(read, block)),
  }));
  return entries.map((entry) => {
    const cost: ReadCost = { wireMs: 0, turnaroundMs: 0, gapMs: 0 };
    for (const block of entry.blocks) {
      const shared = reads.find(({ read }) => covers(read, block));
      if (!shared) continue;
      const words = shared.wanted.reduce((sum, wanted) => sum + blockWordCount(wanted), 0);
      const part = blockWordCount(block) / words;
      const wireMs = costs.readMs(shared.read, 0);
      cost.wireMs += part * wireMs;
      cost.turnaroundMs += part * (costs.readMs(shared.read, turnaroundMs) - wireMs);
      cost.gapMs += part * Math.max(0, entry.profile.minimumGapMs - costs.silenceMs);
    }
    return cost;
  });
}

/** The reads that serve all the entries. */
function readsOf(
  entries: readonly PollEntry[],
  readMs: (block: ReadBlock) => number,
  units: KnownUnits,
  isTripNear: boolean,
): ReadBlock[] {
  const blocks = entries.flatMap((entry) => entry.blocks);
  const holes = entries.flatMap((entry) => entry.holes);
  const splits = units.splits?.(entries[0]?.unitId ?? 0) ?? [];
  const modbus = ([3, 4] as const).flatMap((code) => {
    const ranges = blocks.filter(isModbusBlock).filter((block) => block.function === code);
    const registersMs = (count: number) => readMs(blockAt(code, { address: 0, count }));
    const setting = {
      readMs: registersMs,
      holes,
      longestJoinedMs: longestJoinedMs(registersMs, isTripNear),
      splits: splits.filter((split) => split.function === code),
    };
    return planReads(ranges, setting).map((range) => blockAt(code, range));
  });
  const others = new Map(
    blocks.filter((block) => !isModbusBlock(block)).map((block) => [placeOf(block), block]),
  );
  return [...modbus, ...others.values()];
}

function shareMilli({ wireMs, turnaroundMs, gapMs, intervalMs }: ReadCost & { intervalMs: number }): number {
  return ((wireMs + turnaroundMs + gapMs) * 1000) / intervalMs;
}
