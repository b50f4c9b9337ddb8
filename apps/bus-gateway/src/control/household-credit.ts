import {
  addUses,
  type CreditPosition,
  type EnergyPoint,
  estimateCredit,
  instantMs,
  NOTHING_USED,
  type Sample,
  type TariffCalendar,
  type UseSince,
  useSince,
} from "@hallmeter/meter-model";
import type { UsePoint } from "../store/records.ts";
import { breakPointOf, goesOnFrom, isReplaceable, type SwitchedCircuit, usePointOf } from "./use-points.ts";

export interface PointChanges {
  added: UsePoint | null;
  /** Instants of points that are no longer needed. */
  removedAtMs: number[];
}

/** One circuit's registers since the server's, and the use between them at its prices. */
interface CircuitUse {
  points: UsePoint[];
  /** Up to the point before the last. */
  settled: UseSince;
  /** From there to the last point, which a newer one may replace. */
  last: UseSince;
  /** The register has started anew since the server's, and its values say nothing about that one's. */
  hasBreak: boolean;
  /** The last sample, by the clock of its moment, and when it came by the one that never jumps. */
  seen?: { point: UsePoint; monotonicMs: number };
  /** The next sample is another meter's. */
  isMeterChanged?: boolean;
}

/** Between two samples across a restart and a step of the clock, nobody knows how long. Range 1–60 min. */
const UNKNOWN_PAUSE_MS = 15 * 60_000;

/** Since a point that was kept from before a restart: only the wall clock tells, where it can be believed. */
function sinceRestored({ atMs }: UsePoint, sample: Sample): number {
  const elapsedMs = instantMs(sample.at) - atMs;
  const isSure = elapsedMs > 0 && !sample.flags.includes("clock-unsure");
  return isSure ? elapsedMs : Math.max(elapsedMs, UNKNOWN_PAUSE_MS);
}

/** What a household can still use by now: the server's position less the rated use of its circuits since. */
export class HouseholdCredit {
  readonly #calendar: TariffCalendar;
  readonly #uses = new Map<string, CircuitUse>();
  #position: CreditPosition | null = null;
  /** The position's registers by circuit. */
  #charged: ReadonlyMap<string, EnergyPoint> = new Map();
  #balanceMicro = 0;

  constructor(calendar: TariffCalendar) {
    this.#calendar = calendar;
  }

  get position(): CreditPosition | null {
    return this.#position;
  }

  /** What can be used, in 10⁻⁶ of the major unit, free energy beyond the limits of the rules; null without a position. */
  get balanceMicro(): number | null {
    return this.#position === null ? null : this.#balanceMicro;
  }

  /** Points kept from before a restart, oldest first. */
  restorePoints(circuitId: string, points: readonly UsePoint[]): void {
    this.#uses.set(circuitId, {
      points: [...points],
      settled: NOTHING_USED,
      last: NOTHING_USED,
      hasBreak: false,
    });
    this.#recount();
  }

  /** The circuit belongs to the household no longer. */
  forgetCircuit(circuitId: string): void {
    this.#uses.delete(circuitId);
    this.#recount();
  }

  /**
   * The newer revision wins; the same one again does too, for it may have been read later.
   * @returns instants of points per circuit that the position has charged, or null when it is older than the one known
   */
  setPosition(position: CreditPosition): Map<string, number[]> | null {
    if (this.#position !== null && position.revision < this.#position.revision) return null;
    this.#position = position;
    this.#charged = new Map(
      position.registers.map(({ circuitId, at, energyWh }) => [
        circuitId,
        { atMs: Date.parse(at), energyWh },
      ]),
    );
    const removed = new Map<string, number[]>();
    for (const [circuitId, { atMs: chargedAtMs }] of this.#charged) {
      const use = this.#useOf(circuitId);
      // One point at or before the register stays: the next sample is judged against it.
      const keptFrom = Math.max(
        0,
        use.points.findLastIndex(({ atMs }) => atMs <= chargedAtMs),
      );
      removed.set(
        circuitId,
        use.points.slice(0, keptFrom).map(({ atMs }) => atMs),
      );
      use.points = use.points.slice(keptFrom);
    }
    this.#recount();
    return removed;
  }

  /** The next register is another meter's: what lies between the two is nobody's use. */
  meterChanged(circuitId: string): void {
    this.#useOf(circuitId).isMeterChanged = true;
  }

  /**
   * Doubtful samples are no use: the next good one carries their energy.
   * @param monotonicMs when it came, by the clock that never jumps
   */
  addSample(circuitId: string, circuit: SwitchedCircuit, sample: Sample, monotonicMs: number): PointChanges {
    if (sample.flags.includes("suspect")) return { added: null, removedAtMs: [] };
    const use = this.#useOf(circuitId);
    const { points } = use;
    const last = points.at(-1);
    const point = this.#pointOf(use, circuit, sample, monotonicMs);
    use.isMeterChanged = false;
    use.seen = { point, monotonicMs };
    // After the clock was set back, points follow the newest one closely until it has passed it again.
    const added = { ...point, atMs: Math.max(point.atMs, (last?.atMs ?? 0) + 1) };
    const isReplaced = last !== undefined && isReplaceable(points.at(-2), last, added);
    if (isReplaced) points.pop();
    else use.settled = addUses(use.settled, use.last);
    use.last = this.#useSince(use, circuitId, points.at(-1), added);
    points.push(added);
    this.#estimate();
    return { added, removedAtMs: isReplaced ? [last.atMs] : [] };
  }

  #pointOf(use: CircuitUse, circuit: SwitchedCircuit, sample: Sample, monotonicMs: number): UsePoint {
    const { seen, points } = use;
    if (use.isMeterChanged === true) return breakPointOf(circuit, sample);
    if (seen !== undefined) return usePointOf(circuit, sample, seen.point, monotonicMs - seen.monotonicMs);
    const restored = points.at(-1);
    if (restored === undefined) return { atMs: instantMs(sample.at), energyWh: sample.energyWh };
    return usePointOf(circuit, sample, restored, sinceRestored(restored, sample));
  }

  #useOf(circuitId: string): CircuitUse {
    const known = this.#uses.get(circuitId) ?? {
      points: [],
      settled: NOTHING_USED,
      last: NOTHING_USED,
      hasBreak: false,
    };
    this.#uses.set(circuitId, known);
    return known;
  }

  #recount(): void {
    for (const [circuitId, use] of this.#uses) {
      use.settled = NOTHING_USED;
      use.last = NOTHING_USED;
      use.hasBreak = false;
      let before: UsePoint | undefined;
      for (const point of use.points) {
        use.settled = addUses(use.settled, use.last);
        use.last = this.#useSince(use, circuitId, before, point);
        before = point;
      }
    }
    this.#estimate();
  }

  /**
   * The use up to the point: since the one before, or since the server's register where that is newer. A circuit that
   * the position does not know starts at its first point.
   */
  #useSince(use: CircuitUse, circuitId: string, before: UsePoint | undefined, point: UsePoint): UseSince {
    const position = this.#position;
    if (position === null) return NOTHING_USED;
    const base = this.#charged.get(circuitId);
    const from = base !== undefined && (before === undefined || before.atMs <= base.atMs) ? base : before;
    if (from === undefined || point.atMs <= from.atMs) return NOTHING_USED;
    if (point.isBreak === true && (from !== base || !goesOnFrom(from, point))) {
      use.hasBreak = true;
      return NOTHING_USED;
    }
    // What the server has charged already is below its register, whatever the clock said when it was read.
    const chargedWh = use.hasBreak ? 0 : (base?.energyWh ?? 0);
    const usedWh = point.energyWh - Math.max(from.energyWh, chargedWh);
    if (usedWh <= 0) return NOTHING_USED;
    const timed = { fromMs: from.atMs, toMs: point.atMs, wh: usedWh };
    return useSince(position, this.#calendar, timed);
  }

  #estimate(): void {
    if (this.#position === null) return;
    let since = NOTHING_USED;
    for (const { settled, last } of this.#uses.values()) since = addUses(addUses(since, settled), last);
    this.#balanceMicro = estimateCredit(this.#position, since).usableMicro;
  }
}
