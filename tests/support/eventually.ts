/** Between two looks; range 10–1000 ms. Short enough to see a three-second promise kept, long enough to leave the machine alone. */
const LOOK_EVERY_MS = 100;

/** Looks until `look` answers something truthy; says what it last saw when `withinMs` have passed. */
export async function eventually<T>(
  what: string,
  withinMs: number,
  look: () => Promise<T | undefined | false | null>,
): Promise<T> {
  const startedAt = performance.now();
  let lastFailure: unknown;
  for (;;) {
    try {
      const seen = await look();
      if (seen) return seen;
      lastFailure = undefined;
    } catch (error) {
      lastFailure = error;
    }
    if (performance.now() - startedAt > withinMs)
      throw new Error(`not within ${withinMs} ms: ${what}${lastFailure ? ` (${String(lastFailure)})` : ""}`);
    await new Promise((next) => setTimeout(next, LOOK_EVERY_MS));
  }
}
