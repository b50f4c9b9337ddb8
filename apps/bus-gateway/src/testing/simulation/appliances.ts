import type { Random } from "./random.ts";
import type { Load } from "./simulated-circuit.ts";

interface ApplianceKind extends Load {
  /** How long it runs, on average. */
  meanMs: number;
  /** How often it is chosen, of 100. */
  weight: number;
}

const MINUTE_MS = 60_000;

/** What people plug in. Only heaters draw nothing reactive. */
const KINDS: readonly [ApplianceKind, ...ApplianceKind[]] = [
  { activeW: 60, reactiveVar: -20, meanMs: 90 * MINUTE_MS, weight: 38 },
  { activeW: 200, reactiveVar: 90, meanMs: 60 * MINUTE_MS, weight: 28 },
  { activeW: 900, reactiveVar: 430, meanMs: 45 * MINUTE_MS, weight: 20 },
  { activeW: 1950, reactiveVar: 330, meanMs: 8 * MINUTE_MS, weight: 5 },
  { activeW: 2000, reactiveVar: 0, meanMs: 4 * MINUTE_MS, weight: 6 },
  { activeW: 3300, reactiveVar: 700, meanMs: 6 * MINUTE_MS, weight: 3 },
];

export interface Plugged extends Load {
  isHeater: boolean;
  forMs: number;
}

export function nextAppliance(random: Random): Plugged {
  let left = random.next() * KINDS.reduce((sum, { weight }) => sum + weight, 0);
  const kind = KINDS.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  const { activeW, reactiveVar, meanMs } = kind ?? KINDS[0];
  const share = 0.9 + random.next() * 0.2;
  return {
    activeW: Math.round(activeW * share),
    reactiveVar: Math.round(reactiveVar * share),
    isHeater: reactiveVar === 0,
    forMs: MINUTE_MS / 2 + random.pauseMs(meanMs),
  };
}
