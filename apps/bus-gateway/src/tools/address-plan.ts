import type { LineConfig } from "@hallmeter/meter-model";
import { readTransactionMs } from "../protocol/modbus/wire-time.ts";

/** Unit ids a cabinet takes, by the size of its frame (ADF400L manual V1.2, 9.3: cabinets step by their frame). */
export const CABINET_FRAMES = [36, 24, 12] as const;
export type CabinetFrame = (typeof CABINET_FRAMES)[number];

export const CIRCUIT_KINDS = ["three-phase", "single-phase"] as const;
export type CircuitKind = (typeof CIRCUIT_KINDS)[number];

/** Unit ids one circuit takes (same clause). */
const UNIT_IDS: Record<CircuitKind, number> = { "three-phase": 3, "single-phase": 1 };

/** Modbus over Serial Line V1.02, 2.2. */
const LAST_UNIT_ID = 247;

export interface CabinetContent {
  threePhase: number;
  singlePhase: number;
}

export interface AddressPlanRequest {
  /** In the order in which they hang on the buses. */
  cabinets: readonly CabinetContent[];
  frame: CabinetFrame;
  line: LineConfig;
  /** What a meter needs before it begins its answer. */
  turnaroundMs: number;
  /** How often every circuit shall be read. */
  pollIntervalMs: number;
  /** Registers of the reads that make one sample, by kind of circuit. */
  sampleRegisters: Record<CircuitKind, readonly number[]>;
  /** Share of the wire the polls may take, in thousandths; the rest is for people, switching and repeats. */
  limitMilli: number;
}

export interface PlannedCircuit {
  unitId: number;
  kind: CircuitKind;
}

export interface PlannedCabinet {
  firstUnitId: number;
  circuits: PlannedCircuit[];
}

export interface PlannedBus {
  cabinets: PlannedCabinet[];
  /** Time on the wire to read every circuit once. */
  cycleMs: number;
  /** Share of the wire that the polls take at the asked interval, in thousandths. */
  plannedMilli: number;
  /** Every circuit could be read this often within the limit. */
  shortestIntervalMs: number;
  fits: boolean;
}

export type AddressPlanMistake =
  | { code: "cabinet-too-full"; cabinet: number; unitIds: number; frame: CabinetFrame }
  | { code: "cabinet-empty"; cabinet: number };

/**
 * Unit ids for the circuits of multi-circuit cabinets, and the buses they need: a cabinet goes on the bus before it while its
 * ids end by 247 and the polls keep within the limit. A cabinet that exceeds the limit alone gets a bus that does not `fit`.
 */
export function planAddresses(
  request: AddressPlanRequest,
): { ok: true; buses: PlannedBus[] } | { ok: false; mistakes: AddressPlanMistake[] } {
  const mistakes = request.cabinets.flatMap((cabinet, index) => mistakesOf(cabinet, index, request.frame));
  if (mistakes.length > 0) return { ok: false, mistakes };
  const buses: CabinetContent[][] = [];
  for (const cabinet of request.cabinets) {
    const last = buses.at(-1);
    const joined = last && [...last, cabinet];
    const fits =
      joined &&
      joined.length * request.frame <= LAST_UNIT_ID &&
      plannedMilli(cycleMs(joined, request), request) <= request.limitMilli;
    if (fits) buses[buses.length - 1] = joined;
    else buses.push([cabinet]);
  }
  return { ok: true, buses: buses.map((cabinets) => planBus(cabinets, request)) };
}

/** As few cabinets as hold the circuits, three-phase ones spread over them first. */
export function spreadOverCabinets(
  { threePhase, singlePhase }: CabinetContent,
  frame: CabinetFrame,
): CabinetContent[] {
  const perCabinet = Math.floor(frame / UNIT_IDS["three-phase"]);
  const unitIds = threePhase * UNIT_IDS["three-phase"] + singlePhase;
  const count = Math.max(Math.ceil(unitIds / frame), Math.ceil(threePhase / perCabinet));
  const threePhaseOf = (index: number) =>
    Math.floor(((index + 1) * threePhase) / count) - Math.floor((index * threePhase) / count);
  let rest = singlePhase;
  return Array.from({ length: count }, (_, index) => {
    const room = frame - threePhaseOf(index) * UNIT_IDS["three-phase"];
    const here = Math.min(rest, room);
    rest -= here;
    return { threePhase: threePhaseOf(index), singlePhase: here };
  });
}

function mistakesOf(cabinet: CabinetContent, index: number, frame: CabinetFrame): AddressPlanMistake[] {
  const unitIds = unitIdsOf(cabinet);
  if (unitIds === 0) return [{ code: "cabinet-empty", cabinet: index }];
  return unitIds > frame ? [{ code: "cabinet-too-full", cabinet: index, unitIds, frame }] : [];
}

function planBus(cabinets: readonly CabinetContent[], request: AddressPlanRequest): PlannedBus {
  const wholeMs = cycleMs(cabinets, request);
  const milli = plannedMilli(wholeMs, request);
  return {
    cabinets: cabinets.map((cabinet, index) => planCabinet(cabinet, 1 + index * request.frame)),
    cycleMs: Math.ceil(wholeMs),
    plannedMilli: milli,
    shortestIntervalMs: Math.ceil((wholeMs * 1000) / request.limitMilli),
    fits: milli <= request.limitMilli,
  };
}

/** Three-phase circuits come first in a frame, as the manual's example has them. */
function planCabinet({ threePhase, singlePhase }: CabinetContent, firstUnitId: number): PlannedCabinet {
  const kinds: CircuitKind[] = [
    ...Array.from({ length: threePhase }, () => "three-phase" as const),
    ...Array.from({ length: singlePhase }, () => "single-phase" as const),
  ];
  let next = firstUnitId;
  const circuits = kinds.map((kind) => {
    const unitId = next;
    next += UNIT_IDS[kind];
    return { unitId, kind };
  });
  return { firstUnitId, circuits };
}

function cycleMs(cabinets: readonly CabinetContent[], request: AddressPlanRequest): number {
  const { line, turnaroundMs, sampleRegisters } = request;
  const sampleMs = (kind: CircuitKind) =>
    sampleRegisters[kind].reduce((sum, count) => sum + readTransactionMs(line, count, turnaroundMs), 0);
  const total = (count: (cabinet: CabinetContent) => number) =>
    cabinets.reduce((sum, cabinet) => sum + count(cabinet), 0);
  return (
    total((cabinet) => cabinet.threePhase) * sampleMs("three-phase") +
    total((cabinet) => cabinet.singlePhase) * sampleMs("single-phase")
  );
}

function plannedMilli(wholeMs: number, { pollIntervalMs }: AddressPlanRequest): number {
  return Math.ceil((wholeMs * 1000) / pollIntervalMs);
}

function unitIdsOf({ threePhase, singlePhase }: CabinetContent): number {
  return threePhase * UNIT_IDS["three-phase"] + singlePhase * UNIT_IDS["single-phase"];
}
