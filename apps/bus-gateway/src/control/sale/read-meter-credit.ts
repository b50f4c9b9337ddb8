import { creditBlocks, type MeterCreditReading, readCredit } from "@hallmeter/meter-model";
import type { Lane } from "../../bus/bus.ts";
import type { CircuitWire } from "../operate-relay.ts";

/**
 * What the meter says of the credit that it holds.
 * @throws GatewayError when it does not answer; MeterModelError "no-credit", "unreadable-value"
 */
export async function readMeterCredit(
  { bus, unitId, profile, variant, loop }: CircuitWire,
  lane: Lane,
  expiresAtMs: number,
): Promise<MeterCreditReading> {
  const replies: number[][] = [];
  for (const block of creditBlocks(variant, { loop })) {
    const { words } = await bus.read({ lane, unitId, block, profile, expiresAtMs });
    replies.push(words);
  }
  return readCredit(variant, replies, { loop });
}
