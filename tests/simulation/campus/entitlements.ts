import type { HouseholdBook } from "./household-book.ts";
import { isGranted, monthAfter, type PlainPolicy, startOfDayMs } from "./plain-grants.ts";
import { MINUTE_MS, type WallClock } from "./wall-clock.ts";

/** The program looks for grants that are due a quarter to and a quarter past each hour. */
const LOOKS_EVERY_MS = 30 * MINUTE_MS;
const LOOKS_AT_MS = 15 * MINUTE_MS;
const lookBefore = (nowMs: number) =>
  Math.floor((nowMs - LOOKS_AT_MS) / LOOKS_EVERY_MS) * LOOKS_EVERY_MS + LOOKS_AT_MS;

/** Who has to get which grant: each household that lives there when its month's day has come, once, and nobody else. */
export class Entitlements {
  readonly policies = new Map<string, PlainPolicy>();
  readonly #wall: WallClock;
  readonly #run = new Set<string>();
  /** By the grant's reference; `sure` false for those who are leaving meanwhile. */
  readonly #due = new Map<string, { sure: boolean }>();
  #lookedMs = Number.POSITIVE_INFINITY;

  constructor(wall: WallClock) {
    this.#wall = wall;
  }

  /** Before the program sweeps: what it has to find. */
  expect(householdIds: readonly string[], bookOf: (id: string) => HouseholdBook, nowMs: number): void {
    if (lookBefore(nowMs) <= this.#lookedMs) return;
    for (const policy of this.policies.values())
      for (const month of this.#monthsOf(policy, nowMs)) {
        const run = `${policy.id}.${month}`;
        if (this.#run.has(run)) continue;
        this.#run.add(run);
        const monthEndsMs = startOfDayMs(this.#wall, `${monthAfter(month, 1)}-01`);
        for (const id of householdIds) {
          const book = bookOf(id);
          if (isMeant(policy, id, book) && book.openedMs < monthEndsMs)
            this.#due.set(`${run}.${id}`, { sure: book.isLeaving !== true });
        }
      }
  }

  /** The program has swept, without a death. */
  swept(nowMs: number): void {
    this.#lookedMs = lookBefore(nowMs);
  }

  /** False where nobody is entitled to it. */
  take(ref: string): boolean {
    return this.#due.delete(ref);
  }

  /** What should have been given by now; told once. */
  missing(): string[] {
    const missing = [...this.#due].flatMap(([ref, { sure }]) => (sure ? [ref] : []));
    this.#due.clear();
    return missing;
  }

  /** Since the policy is there; a day that had begun before is not made up for. */
  #monthsOf(policy: PlainPolicy, nowMs: number): string[] {
    const months: string[] = [];
    const last = this.#wall.dayAt(nowMs).slice(0, 7);
    for (
      let month = this.#wall.dayAt(policy.sinceMs).slice(0, 7);
      month <= last;
      month = monthAfter(month, 1)
    )
      if (
        isGranted(policy, this.#wall, month, nowMs) &&
        !isGranted(policy, this.#wall, month, policy.sinceMs)
      )
        months.push(month);
    return months;
  }
}

function isMeant({ audience, per }: PlainPolicy, id: string, { residents, tags }: HouseholdBook): boolean {
  if (per === "resident" && residents === 0) return false;
  if (audience.kind === "tags") return tags.some((tag) => audience.tags.includes(tag));
  return audience.kind === "everyone" || audience.householdIds.includes(id);
}
