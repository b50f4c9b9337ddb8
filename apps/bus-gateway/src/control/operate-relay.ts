import {
  blocksOf,
  type IntendedState,
  type MeterAccess,
  type Profile,
  type ProfileVariant,
  type RelayState,
  relayWrite,
  type UnitId,
} from "@hallmeter/meter-model";
import type { Bus, Lane, SampleReply } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import { type GatewayErrorCode, isGatewayError } from "../errors.ts";
import { READ_BACK_PAUSE_MS, READ_BACK_WITHIN_MS } from "./safety/relay-check.ts";

/** Where a circuit hangs and how it is spoken to. */
export interface CircuitWire {
  circuitId: string;
  bus: Bus;
  unitId: UnitId;
  profile: Profile;
  variant: ProfileVariant;
  /** Which circuit of the unit; default 1. */
  loop?: number | undefined;
  access?: MeterAccess | undefined;
  /** The site's: a meter's own clock shows its wall clock. */
  timeZone: string;
}

export type OperationOutcome =
  | { type: "confirmed" }
  /** Read back, and not what was commanded. */
  | { type: "mismatch" }
  /** It may have happened: nothing could be read back in time. */
  | { type: "unanswered"; code: GatewayErrorCode }
  /** Nothing went out. */
  | { type: "not-sent"; code: GatewayErrorCode }
  /** The unit said no. */
  | { type: "refused"; code: GatewayErrorCode };

/** Nothing reached the wire. */
export const NOT_SENT: ReadonlySet<GatewayErrorCode> = new Set<GatewayErrorCode>([
  "bus-down",
  "bus-closed",
  "bus-jammed",
  "expired",
  "superseded",
  "queue-full",
]);
/** The unit answered with an exception, or an error word. */
export const REFUSED: ReadonlySet<GatewayErrorCode> = new Set<GatewayErrorCode>([
  "function-refused",
  "address-refused",
  "value-refused",
  "unit-failed",
  "unit-busy",
  "exception-unknown",
  "purchase-count-refused",
  "purchase-limit-refused",
  "purchase-repeated",
  "password-refused",
  "speed-refused",
  "tariff-refused",
]);

function codeOf(error: unknown): GatewayErrorCode {
  if (isGatewayError(error)) return error.code;
  throw error;
}

interface Operation {
  relay: IntendedState;
  lane: Lane;
  expiresAtMs: number;
  clock: Clock;
  /** Takes the reply in as a sample like any other, and says what its relay shows. */
  take: (reply: SampleReply) => RelayState;
}

/** Reads every block of a sample once. */
export async function readSample(wire: CircuitWire, lane: Lane, expiresAtMs: number): Promise<SampleReply> {
  const { bus, unitId, profile, variant, loop } = wire;
  const replies = await Promise.all(
    blocksOf(variant, loop).map((block) => bus.read({ lane, unitId, block, profile, expiresAtMs })),
  );
  return { replies, at: Math.max(...replies.map(({ at }) => at)) };
}

/**
 * Commands a relay once and reads it back (S1). Whatever came of the write, the relay's own word decides; the command is
 * never sent a second time here.
 */
export async function operateRelay(wire: CircuitWire, operation: Operation): Promise<OperationOutcome> {
  const { variant, loop, access, timeZone } = wire;
  const write = relayWrite(variant, operation.relay, {
    expiresAtMs: operation.expiresAtMs,
    timeZone,
    ...(loop === undefined ? {} : { loop }),
    ...(access === undefined ? {} : { access }),
  });
  try {
    await wire.bus.write({
      lane: operation.lane,
      unitId: wire.unitId,
      write,
      profile: wire.profile,
      expiresAtMs: operation.expiresAtMs,
      supersedeKey: `relay ${wire.circuitId}`,
    });
  } catch (error) {
    const code = codeOf(error);
    if (NOT_SENT.has(code)) return { type: "not-sent", code };
    if (REFUSED.has(code)) return { type: "refused", code };
  }
  return readBack(wire, operation);
}

async function readBack(wire: CircuitWire, operation: Operation): Promise<OperationOutcome> {
  const { clock, lane, relay } = operation;
  const untilMs = clock.monotonicMs() + READ_BACK_WITHIN_MS;
  let outcome: OperationOutcome = { type: "unanswered", code: "reply-timeout" };
  for (;;) {
    const leftMs = untilMs - clock.monotonicMs();
    try {
      const reply = await readSample(wire, lane, clock.nowMs() + Math.max(0, leftMs));
      if (operation.take(reply) === relay) return { type: "confirmed" };
      outcome = { type: "mismatch" };
    } catch (error) {
      const code = codeOf(error);
      if (outcome.type === "unanswered" && code !== "expired") outcome = { type: "unanswered", code };
      if (code === "bus-closed") return outcome;
    }
    if (clock.monotonicMs() + READ_BACK_PAUSE_MS >= untilMs) return outcome;
    await new Promise<void>((resolve) => clock.setTimer(resolve, READ_BACK_PAUSE_MS));
  }
}
