import {
  blocksOf,
  isModbusBlock,
  type ModbusReadBlock,
  type Profile,
  type ReadBlock,
  type UnitId,
} from "@hallmeter/meter-model";
import type { Clock } from "../../clock.ts";
import type { Heard, Probe } from "./probe.ts";

/** A shipped or own profile whose whole sample block the unit answers. */
export interface FittingProfile {
  profile: string;
  variant: string;
}

export interface FoundUnit {
  unitId: UnitId;
  /** `unclear`: something speaks at this address, and not in good frames: mostly two units with the same one. */
  state: "answered" | "unclear";
  /** Several: the registers alone do not tell which meter it is. None: a meter no profile is for. */
  fits: FittingProfile[];
}

export interface ScanOptions {
  probe: Probe;
  unitIds: readonly number[];
  profiles: readonly Profile[];
  clock: Clock;
  /** How long the first units are waited for. */
  firstAllowanceMs: number;
  /** Looked at before each question. */
  isStopped: () => boolean;
  onAsked: (unitId: number) => void;
  onFound: (unit: FoundUnit) => void;
}

/** Any unit answers this, if only to refuse it (Modbus Application Protocol V1.1b3, 6.3). */
const ASK_BLOCK: ModbusReadBlock = { name: "scan", function: 3, address: 0, count: 1 };
/** Real meters answer in 5–200 ms (gateway.md); range 20–500 ms. */
const SHORTEST_ALLOWANCE_MS = 40;
/** Three times the slowest answer so far leaves room for a unit on a slower firmware. */
const ALLOWANCE_FACTOR = 3;
/** For who is known to be there, and for who has answered late. Range 300–2000 ms. */
export const PATIENT_ALLOWANCE_MS = 1000;

/**
 * Asks every unit id once and the doubtful ones again. The time-out follows the slowest answer; a unit that answers after
 * it is heard while the next is asked, and both are asked again with patience.
 * @throws GatewayError when the line is gone
 */
export async function scanUnits(options: ScanOptions): Promise<FoundUnit[]> {
  const { probe, unitIds, clock, isStopped, onAsked, onFound } = options;
  const found: FoundUnit[] = [];
  const again = new Set<number>();
  let allowanceMs = options.firstAllowanceMs;

  const take = async (unitId: number, state: FoundUnit["state"]) => {
    const fits = state === "answered" ? await fittingProfiles(options, unitId) : [];
    const unit = { unitId, state, fits };
    found.push(unit);
    onFound(unit);
  };
  const ask = async (unitId: number, waitMs: number) => {
    const askedMs = clock.monotonicMs();
    const reply = await probe.read(unitId, ASK_BLOCK, { gapMs: 0, allowanceMs: waitMs });
    const isThere = reply.kind === "answered" || reply.kind === "refused";
    if (isThere) noteSlowest(clock.monotonicMs() - askedMs);
    return isThere ? "answered" : reply.kind;
  };
  let slowestMs = 0;
  const noteSlowest = (elapsedMs: number) => {
    slowestMs = Math.max(slowestMs, elapsedMs);
    allowanceMs = Math.min(
      PATIENT_ALLOWANCE_MS,
      Math.max(SHORTEST_ALLOWANCE_MS, ALLOWANCE_FACTOR * slowestMs),
    );
  };

  for (const [index, unitId] of unitIds.entries()) {
    if (isStopped()) return found;
    // Nobody is asked after the last one who could meet its late answer.
    const state = await ask(unitId, index === unitIds.length - 1 ? PATIENT_ALLOWANCE_MS : allowanceMs);
    const late = probe.takeLate();
    for (const speaker of late) again.add(speaker);
    if (state === "unclear" || (late.length > 0 && state === "silent")) again.add(unitId);
    if (late.length > 0) noteSlowest(allowanceMs);
    if (state === "answered") await take(unitId, state);
    onAsked(unitId);
  }
  for (const unitId of again) {
    if (isStopped()) return found;
    if (!unitIds.includes(unitId) || found.some((unit) => unit.unitId === unitId)) continue;
    const state = await ask(unitId, PATIENT_ALLOWANCE_MS);
    if (state !== "silent") await take(unitId, state);
  }
  return found;
}

/** All profiles of its protocol whose whole sample the unit answers. */
export async function fittingProfiles(
  { probe, profiles }: Pick<ScanOptions, "probe" | "profiles">,
  unitId: UnitId,
): Promise<FittingProfile[]> {
  const known = new Map<string, boolean>();
  const answers = async (block: ReadBlock, gapMs: number): Promise<boolean> => {
    const key = isModbusBlock(block)
      ? `${block.function} ${block.address} ${block.count}`
      : `${block.dataId} ${block.bytes}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const timing = { gapMs, allowanceMs: PATIENT_ALLOWANCE_MS };
    let reply: Heard<number[]> = await probe.read(unitId, block, timing);
    // It is there: what it did not answer was spoilt, mostly by somebody's late answer.
    if (reply.kind === "silent" || reply.kind === "unclear") reply = await probe.read(unitId, block, timing);
    known.set(key, reply.kind === "answered");
    return reply.kind === "answered";
  };
  const fits: FittingProfile[] = [];
  for (const { id: profile, protocol, minimumGapMs, variants } of profiles) {
    if ((protocol === "modbus") !== (typeof unitId === "number")) continue;
    for (const [name, variant] of Object.entries(variants)) {
      let isFitting = true;
      for (const block of blocksOf(variant)) isFitting &&= await answers(block, minimumGapMs);
      if (isFitting) fits.push({ profile, variant: name });
    }
  }
  return fits;
}
