import { holdReasonText } from "@hallmeter/meter-model";
import type { CircuitControl } from "../../control/circuit-control.ts";
import type { GatewayControl } from "../../control/gateway-control.ts";
import { WAIT_REASONS } from "../../control/safety/decide-operation.ts";

/** One row of the list. */
export function circuitRow(circuit: CircuitControl) {
  const { id, config, lastSample } = circuit;
  const { relay, intended, presence, keepPower } = circuit.visible();
  const { name, busId, unitId, loop = 1 } = config;
  return {
    ...{ id, name, busId, unitId, loop, relay, intended, presence, keepPower },
    activePowerW: lastSample?.activePowerW ?? null,
    lastSampleAt: lastSample?.at ?? null,
  };
}
export type CircuitRow = ReturnType<typeof circuitRow>;

/** All that is known of one circuit without asking its meter. */
export function circuitView(circuit: CircuitControl, control: GatewayControl) {
  const { config, lastSample, switching } = circuit;
  const decision = control.config === null ? null : circuit.decide(control.config.safety);
  return {
    ...circuitRow(circuit),
    profile: config.profile,
    variant: config.variant,
    ctRatio: config.ctRatio,
    ptRatio: config.ptRatio,
    commissionedAt: config.commissionedAt,
    holds: circuit.visible().holds.map((hold) => ({ ...hold, text: holdReasonText(hold) })),
    /** Why the relay is not as intended, if it is not. */
    waitsFor: decision?.type === "wait" ? { why: decision.why, text: WAIT_REASONS[decision.why] } : null,
    isFaulty: switching.isFaulty,
    meter: meterView(circuit),
    lastSample,
  };
}

/** Which meter hangs there, and how its clock goes. */
function meterView({ meter }: CircuitControl) {
  const { identity, clock } = meter.record;
  return {
    serial: identity.change?.toSerial || identity.serial,
    standing: meter.standing,
    clock: clock && {
      offsetMs: clock.offsetMs,
      comparedAt: new Date(clock.comparedAtMs).toISOString(),
      correctedAt: clock.steppedAtMs === null ? null : new Date(clock.steppedAtMs).toISOString(),
    },
  };
}
export type CircuitView = ReturnType<typeof circuitView>;
