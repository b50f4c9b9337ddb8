import {
  type BlockValues,
  clockBlocks,
  clockInstantMs,
  decodeBlock,
  type MeterClock,
  type MeterEventReading,
  meterEventBlocks,
  type ReadBlock,
  readMeterEvents,
  readSerial,
  registersFor,
  serialBlocks,
} from "@hallmeter/meter-model";
import type { Lane } from "../../bus/bus.ts";
import type { Clock } from "../../clock.ts";
import { isGatewayError } from "../../errors.ts";
import { type CircuitWire, REFUSED } from "../operate-relay.ts";

/** A clock so far off was read across midnight, date before and time after; it is read once more. */
const ACROSS_MIDNIGHT_MS = 3_600_000;
/** A clock shows the second that has begun: half of one is its mean age. */
const HALF_SECOND_MS = 500;

async function readBlock(wire: CircuitWire, block: ReadBlock, lane: Lane) {
  const { bus, unitId, profile } = wire;
  return bus.read({ lane, unitId, block, profile });
}

/** Undefined when the unit answers that it has no such thing. */
async function readOwned(wire: CircuitWire, block: ReadBlock, lane: Lane): Promise<number[] | undefined> {
  try {
    return (await readBlock(wire, block, lane)).words;
  } catch (error) {
    if (isGatewayError(error) && REFUSED.has(error.code)) return undefined;
    throw error;
  }
}

/**
 * The meter's serial number; null when it tells none.
 * @throws GatewayError when it does not answer
 */
export async function readMeterSerial(wire: CircuitWire, lane: Lane): Promise<string | null> {
  const replies: number[][] = [];
  for (const block of serialBlocks(wire.variant)) {
    const words = await readOwned(wire, block, lane);
    if (words === undefined) return null;
    replies.push(words);
  }
  return readSerial(wire.variant, replies);
}

/**
 * How far the meter's clock is ahead; null when it shows no time.
 * @throws GatewayError when it does not answer
 */
export async function readClockOffsetMs(
  wire: CircuitWire,
  meterClock: MeterClock,
  { lane, clock }: { lane: Lane; clock: Clock },
): Promise<number | null> {
  const once = async () => {
    const replies: number[][] = [];
    for (const block of clockBlocks(meterClock)) replies.push((await readBlock(wire, block, lane)).words);
    const nowMs = clock.nowMs();
    const shownMs = clockInstantMs(meterClock, replies, wire.timeZone, nowMs);
    return shownMs === null ? null : shownMs + HALF_SECOND_MS - nowMs;
  };
  const offsetMs = await once();
  return offsetMs !== null && Math.abs(offsetMs) < ACROSS_MIDNIGHT_MS ? offsetMs : once();
}

/**
 * What the meter reports of itself; without what it does not have.
 * @throws GatewayError when it does not answer
 */
export async function readEvents(wire: CircuitWire, lane: Lane): Promise<MeterEventReading[]> {
  const { variant, loop } = wire;
  const values: BlockValues = {};
  for (const block of meterEventBlocks(variant, loop)) {
    const words = await readOwned(wire, block, lane);
    if (words !== undefined) Object.assign(values, decodeBlock(registersFor(variant, loop), block, words));
  }
  return readMeterEvents(variant, values);
}
