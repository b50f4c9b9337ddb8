import { LANES, type Lane, type LaneBudget } from "./bus.ts";

const WINDOW_MS = 60_000;
/** Turns kept before old ones are dropped: at 115200 baud about three minutes of them. */
const MOST_TURNS = 16_384;

interface FinishedTurn {
  lane: Lane;
  succeeded: boolean;
  /** Monotonic. */
  startedMs: number;
  endMs: number;
  latenessMs: number;
}

/** What the bus has done: since it was opened by lane, and within the last minute. Monotonic time is passed in. */
export class BusUse {
  readonly #openedMs: number;
  readonly #counts = new Map<Lane, { done: number; failed: number }>();
  #turns: FinishedTurn[] = [];

  constructor(nowMs: number) {
    this.#openedMs = nowMs;
  }

  note(turn: FinishedTurn): void {
    const counts = this.#counts.get(turn.lane) ?? { done: 0, failed: 0 };
    if (turn.succeeded) counts.done += 1;
    else counts.failed += 1;
    this.#counts.set(turn.lane, counts);
    this.#turns.push(turn);
    if (this.#turns.length > MOST_TURNS) this.#turns = this.#within(turn.endMs);
  }

  lanes(
    nowMs: number,
    known: (lane: Lane) => Pick<LaneBudget, "waiting" | "plannedMilli">,
  ): Record<Lane, LaneBudget> {
    const turns = this.#within(nowMs);
    const budgetOf = (lane: Lane): LaneBudget => {
      const lateness = turns.filter((turn) => turn.lane === lane).map(({ latenessMs }) => latenessMs);
      return {
        ...known(lane),
        ...(this.#counts.get(lane) ?? { done: 0, failed: 0 }),
        latenessMs: Math.round(lateness.reduce((worst, ms) => Math.max(worst, ms), 0)),
      };
    };
    return Object.fromEntries(LANES.map((lane) => [lane, budgetOf(lane)])) as Record<Lane, LaneBudget>;
  }

  lastMinute(nowMs: number): { usedMilli: number; ratePerSecondMilli: number } {
    const turns = this.#within(nowMs);
    const windowMs = Math.max(1, Math.min(WINDOW_MS, nowMs - this.#openedMs));
    const busyMs = turns.reduce((sum, { startedMs, endMs }) => sum + endMs - startedMs, 0);
    return {
      usedMilli: Math.min(1000, Math.round((busyMs * 1000) / windowMs)),
      ratePerSecondMilli: Math.round((turns.length * 1_000_000) / windowMs),
    };
  }

  #within(nowMs: number): FinishedTurn[] {
    return this.#turns.filter((turn) => turn.endMs > nowMs - WINDOW_MS);
  }
}
