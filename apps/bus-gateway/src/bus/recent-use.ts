import { LANES, type Lane } from "./bus.ts";

const WINDOW_MS = 60_000;

interface Turn {
  endMs: number;
  busyMs: number;
  lane: Lane;
  latenessMs: number;
}

/** What the bus did within the last minute. Monotonic time is passed in. */
export class RecentUse {
  readonly #startMs: number;
  #turns: Turn[] = [];

  constructor(nowMs: number) {
    this.#startMs = nowMs;
  }

  note(turn: Turn): void {
    this.#turns.push(turn);
    // Amortised: dropping on every turn would copy thousands of turns at 115200 baud.
    if (this.#turns.length > 16_384) this.#turns = this.#within(turn.endMs);
  }

  summary(nowMs: number) {
    const turns = this.#within(nowMs);
    const windowMs = Math.max(1, Math.min(WINDOW_MS, nowMs - this.#startMs));
    const busyMs = turns.reduce((sum, turn) => sum + turn.busyMs, 0);
    const latenessMs = new Map<Lane, number>(LANES.map((lane) => [lane, 0]));
    for (const turn of turns) {
      latenessMs.set(turn.lane, Math.max(latenessMs.get(turn.lane) ?? 0, turn.latenessMs));
    }
    return {
      usedMilli: Math.min(1000, Math.round((busyMs * 1000) / windowMs)),
      ratePerSecondMilli: Math.round((turns.length * 1_000_000) / windowMs),
      latenessMs,
    };
  }

  #within(nowMs: number): Turn[] {
    return this.#turns.filter((turn) => turn.endMs > nowMs - WINDOW_MS);
  }
}
