import { type CreditPosition, creditEstimateMicro, type Sample } from "@hallmeter/meter-model";
import type { UsePoint } from "../store/records.ts";
import { isReplaceable, type SwitchedCircuit, usePointOf, withoutBreaks } from "./use-points.ts";

/** Beyond so many points the older ones are rolled up into the balance, so that a long outage does not slow the polls. */
const MOST_LOOSE_POINTS = 48;
/** Points left loose after rolling up. */
const LOOSE_POINTS_KEPT = 4;

export interface PointChanges {
  added: UsePoint | null;
  /** Instants of points that are no longer needed. */
  removedAtMs: number[];
}

/** What a household can still use by now: the server's position less the rated use of its circuits since. */
export class HouseholdCredit {
  readonly #timeZone: string;
  readonly #points = new Map<string, UsePoint[]>();
  #position: CreditPosition | null = null;
  /** The position moved forward to newer registers; what is not yet in it is loose. */
  #rolled: CreditPosition | null = null;
  #balanceMicro = 0;

  constructor(timeZone: string) {
    this.#timeZone = timeZone;
  }

  get position(): CreditPosition | null {
    return this.#position;
  }

  /** 10⁻⁶ of the major unit; null without a position. */
  get balanceMicro(): number | null {
    return this.#position === null ? null : this.#balanceMicro;
  }

  /** Points kept from before a restart, oldest first. */
  restorePoints(circuitId: string, points: readonly UsePoint[]): void {
    this.#points.set(circuitId, [...points]);
    this.#startFromPosition();
  }

  /** The circuit belongs to the household no longer. */
  forgetCircuit(circuitId: string): void {
    this.#points.delete(circuitId);
    this.#startFromPosition();
  }

  /**
   * The newer revision wins; the same one again does too, for it may have been read later.
   * @returns instants of points per circuit that the position has charged, or null when it is older than the one known
   */
  setPosition(position: CreditPosition): Map<string, number[]> | null {
    if (this.#position !== null && position.revision < this.#position.revision) return null;
    this.#position = position;
    const removed = new Map<string, number[]>();
    for (const { circuitId, at } of position.registers) {
      const points = this.#points.get(circuitId) ?? [];
      // One point at or before the register stays: the next sample is judged against it.
      const keptFrom = Math.max(
        0,
        points.findLastIndex((point) => point.atMs <= Date.parse(at)),
      );
      removed.set(
        circuitId,
        points.slice(0, keptFrom).map(({ atMs }) => atMs),
      );
      this.#points.set(circuitId, points.slice(keptFrom));
    }
    this.#startFromPosition();
    return removed;
  }

  /** Doubtful samples are no use: the next good one carries their energy. */
  addSample(circuitId: string, circuit: SwitchedCircuit, sample: Sample): PointChanges {
    const points = this.#points.get(circuitId) ?? [];
    const last = points.at(-1);
    if (sample.flags.includes("suspect") || (last !== undefined && Date.parse(sample.at) <= last.atMs))
      return { added: null, removedAtMs: [] };
    const added = usePointOf(circuit, sample, last);
    const goes = last !== undefined && isReplaceable(points.at(-2), last, added) ? [last] : [];
    this.#points.set(circuitId, [...points.slice(0, points.length - goes.length), added]);
    this.#estimate();
    return { added, removedAtMs: goes.map(({ atMs }) => atMs) };
  }

  #startFromPosition(): void {
    this.#rolled = this.#position;
    this.#estimate();
  }

  #estimate(): void {
    if (this.#position === null || this.#rolled === null) return;
    this.#balanceMicro = this.#estimateFrom(this.#rolled, 0);
    const loose = Math.max(0, ...this.#series(this.#rolled).map(({ points }) => points.length));
    if (loose > MOST_LOOSE_POINTS) this.#rollUp(this.#rolled);
  }

  /** Loses less than one micro-unit each time. */
  #rollUp(from: CreditPosition): void {
    const balanceMicro = this.#estimateFrom(from, LOOSE_POINTS_KEPT);
    const series = this.#series(from);
    const registers = series.map(({ circuitId, base, points }) => {
      const rolledToMs = points.at(-1 - LOOSE_POINTS_KEPT)?.atMs;
      // The meter's own register at that instant: counting goes on from what it shows.
      const raw = this.#points.get(circuitId)?.find(({ atMs }) => atMs === rolledToMs) ?? base;
      return { circuitId, at: new Date(raw.atMs).toISOString(), energyWh: raw.energyWh };
    });
    this.#rolled = { ...from, balanceMicro, registers };
  }

  #estimateFrom(position: CreditPosition, leaveOut: number): number {
    const uses = this.#series(position).map(({ circuitId, points }) => ({
      circuitId,
      points: points.slice(0, points.length - leaveOut),
    }));
    return creditEstimateMicro(position, uses, this.#timeZone);
  }

  #series(position: CreditPosition) {
    return [...this.#points].flatMap(([circuitId, points]) => {
      const register = position.registers.find((row) => row.circuitId === circuitId);
      const first = points[0];
      const base =
        register === undefined
          ? first && { atMs: first.atMs, energyWh: first.energyWh }
          : { atMs: Date.parse(register.at), energyWh: register.energyWh };
      return base === undefined ? [] : [{ circuitId, base, points: withoutBreaks(base, points) }];
    });
  }
}
