import type { CircuitRules, CreditPosition, RelayState } from "@hallmeter/meter-model";

/** A circuit that can reach its cut value within this is watched. Range 1–30 min. */
const CUT_HORIZON_MS = 5 * 60_000;
/** A kettle may be plugged in at any moment. */
const EXPECTED_LOAD_W = 2000;
const MS_PER_HOUR = 3_600_000;

interface WatchView {
  relay: RelayState;
  rules: CircuitRules;
  activePowerW: number;
  /** Estimate and position of its household; null without. */
  credit: { balanceMicro: number; position: CreditPosition } | null;
}

/** 10⁻⁶ per kWh */
function dearestPrice({ tariff, laterTariffs = [] }: CreditPosition): number {
  let dearest = 0;
  for (const { rates } of [tariff, ...laterTariffs.map((later) => later.tariff)])
    for (const { priceMicroPerKWh } of rates) dearest = Math.max(dearest, priceMicroPerKWh);
  return dearest;
}

/** What the horizon would cost at the present load, at least the expected one, at the dearest rate; 10⁻⁶. */
function costOfHorizonMicro(position: CreditPosition, activePowerW: number): number {
  const dearest = dearestPrice(position);
  const energyWh = (Math.max(activePowerW, EXPECTED_LOAD_W) * CUT_HORIZON_MS) / MS_PER_HOUR;
  return (energyWh * dearest) / 1000;
}

/** Load-control rules judge steps of seconds, and a cut should come near its value. An open circuit shows neither. */
export function isWatched({ relay, rules, activePowerW, credit }: WatchView): boolean {
  if (relay === "open") return false;
  if (rules.overload !== undefined) return true;
  if (rules.viciousLoad !== undefined && rules.viciousLoad.mode !== "off") return true;
  if (credit === null || credit.balanceMicro <= credit.position.cutMicro) return false;
  return credit.balanceMicro - credit.position.cutMicro < costOfHorizonMicro(credit.position, activePowerW);
}
