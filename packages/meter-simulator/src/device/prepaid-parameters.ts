import type { ForcedState } from "../circuit/circuit-view.ts";
import type { MeterClock } from "../circuit/meter-clock.ts";
import type { MeterRules } from "../circuit/meter-rules.ts";
import { isRestDay, isTimeOff, nextMinuteMs } from "../circuit/own-controls.ts";
import type { SwitchedCircuit } from "../circuit/switched-circuit.ts";
import { EXCEPTION, type ExceptionCode } from "../modbus/register-bank.ts";
import type { ParameterStore } from "./parameter-store.ts";
import type { ParameterName } from "./register-rows.ts";

export interface PrepaidParameterOptions {
  parameters: ParameterStore;
  meterClock: MeterClock;
  elapsedMs: () => number;
  forced: () => ForcedState;
  isPrepaidOn: () => boolean;
}

/** The rules of meters that keep them in registers: prepaid, load and time control of the Acrel family. */
export function rulesOfParameters(options: PrepaidParameterOptions): MeterRules {
  const { parameters, meterClock, elapsedMs, forced, isPrepaidOn } = options;
  const value = (name: ParameterName) => parameters.value(name);
  const localMsAt = (atMs: number) => meterClock.localMs() - (elapsedMs() - atMs);
  return {
    forced,
    credit: () => ({
      isOn: isPrepaidOn(),
      priceMilliPerKWh: 1000 * value("priceMinorPerKWh"),
      alarm1Minor: value("alarm1Minor"),
      alarm2Minor: value("alarm2Minor"),
      overdraftMinor: value("overdraftMinor"),
      basicMinor: value("basicMinor"),
    }),
    purchaseCount: () => value("purchaseCount"),
    loadControl: () => ({
      isOn: value("loadSwitch") === 1,
      maxPowerW: value("maxPowerW"),
      tripCount: value("loadTripCount"),
      allowedTrips: value("loadAllowedTrips"),
      recoveryMs: value("loadRecovery10S") * 10_000,
    }),
    countTrip: (tripCount) => parameters.set("loadTripCount", tripCount),
    isTimeOff: (atMs) => {
      if (value("timeSwitch") !== 1) return false;
      const localMs = localMsAt(atMs);
      const table = isRestDay(value("restDayWord"), localMs) ? "restDayTable" : "workdayTable";
      return isTimeOff(parameters.table(table), localMs);
    },
    nextLookMs: (atMs) =>
      value("timeSwitch") === 1 ? nextMinuteMs(localMsAt(atMs), atMs) : Number.POSITIVE_INFINITY,
  };
}

/** The meter's own idempotency key: only the purchase next in turn is credited, and never beyond what it may hoard. */
export function judgePurchase(
  circuit: SwitchedCircuit,
  storedCount: number,
  count: number,
  amountMinor: number,
  hoardingLimitMinor: number,
): ExceptionCode | undefined {
  if (count !== storedCount + 1) return EXCEPTION.purchaseCountWrong;
  return circuit.remainingMinor + amountMinor > hoardingLimitMinor ? EXCEPTION.overHoardingLimit : undefined;
}
