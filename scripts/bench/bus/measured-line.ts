import type { LineConfig } from "@hallmeter/meter-model";
import pino from "pino";
import type { Bus, PollEntry } from "../../../apps/bus-gateway/src/bus/bus.ts";
import { openBus } from "../../../apps/bus-gateway/src/bus/open-bus.ts";
import { systemClock } from "../../../apps/bus-gateway/src/clock.ts";

/** What the paced slave's meters say of themselves in a profile. */
export const PACED_PROFILE = { minimumGapMs: 0, longestLatencyMs: 1000 };

/** Eleven bits a character. */
export function elevenBitLine(baud: number): LineConfig {
  return { baud, parity: "even", stopBits: 1 };
}

/** Our bus on a real port. */
export function openMeasuredBus(path: string, baud: number): Bus {
  return openBus({
    id: "bench",
    pipe: { kind: "serial", path },
    line: elevenBitLine(baud),
    clock: systemClock,
    log: pino({ level: "silent" }),
    random: Math.random,
  });
}

/** A poll of one block. An interval far below what the wire can carry keeps the bus busy without a pause. */
export function pollOf(
  key: string,
  unitId: number,
  { address, count }: { address: number; count: number },
  intervalMs: number,
  lane: PollEntry["lane"] = "poll",
): PollEntry {
  const block = { name: key, function: 3, address, count } as const;
  return { key, unitId, blocks: [block], holes: [], profile: PACED_PROFILE, intervalMs, lane };
}
