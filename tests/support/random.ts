/** Draws from HALLMETER_TEST_SEED, which a run without that setting has from scripts/check/seed.ts. */
export function seededRandom(): { random: () => number; seed: number } {
  const seed = Number(process.env.HALLMETER_TEST_SEED);
  let state = seed >>> 0;
  // mulberry32: small, good enough to choose victims, the same on every machine.
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  return { random, seed };
}
