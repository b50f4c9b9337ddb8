import { MeterModelError } from "../errors.ts";
import type { IntendedState } from "../sample.ts";
import { dlt645ControlWrite } from "./dlt645-write.ts";
import { loopShift } from "./loops.ts";
import type { ProfileVariant } from "./profile.ts";
import { isModbusWrite, type MeterAccess, type RegisterWrite } from "./relay-control.ts";

export interface RelayWriteContext {
  /** Which circuit of the unit, 1…count; default 1. */
  loop?: number;
  /** DL/T 645 meters obey nobody without it. */
  access?: MeterAccess;
  /** Milliseconds since the epoch; a DL/T 645 meter refuses the command afterwards. */
  expiresAtMs: number;
  /** The meter's clock shows this zone's wall clock. */
  timeZone: string;
}

/**
 * What is sent, in one transaction, to bring the relay into the state.
 * @throws MeterModelError "no-relay", "access-missing", "unknown-loop", "unknown-time-zone"
 */
export function relayWrite(
  variant: ProfileVariant,
  state: IntendedState,
  context: RelayWriteContext,
): RegisterWrite {
  if (variant.relay === undefined) throw new MeterModelError("no-relay", "this meter only measures");
  const { command } = variant.relay;
  const template = state === "open" ? command.open : command.close;
  if (isModbusWrite(template))
    return { ...template, address: template.address + loopShift(variant, context.loop ?? 1) };
  const { access } = context;
  if (access === undefined)
    throw new MeterModelError("access-missing", "this meter is switched with a password, and none is set");
  return dlt645ControlWrite(template.data, { ...context, access });
}
