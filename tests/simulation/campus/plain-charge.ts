import type { PlainUse, PlainVersion } from "./plain-circuit.ts";

/** What several uses come to. */
export interface Charge {
  wh: bigint;
  energyNano: bigint;
  fixedNano: bigint;
  whByRate: ReadonlyMap<string, bigint>;
  registerWh: bigint;
}

export function chargeOf(uses: readonly PlainUse[]): Charge {
  const whByRate = new Map<string, bigint>();
  const charge: Charge = { wh: 0n, energyNano: 0n, fixedNano: 0n, whByRate, registerWh: 0n };
  for (const use of uses) {
    charge.registerWh += use.wh;
    if (use.state !== "charged") continue;
    charge.wh += use.wh;
    charge.energyNano += use.energyNano;
    charge.fixedNano += use.demandNano;
    for (const [rate, wh] of use.whByRate) whByRate.set(rate, (whByRate.get(rate) ?? 0n) + wh);
  }
  return charge;
}

/** One entry has one day, one household and one version of one tariff. */
export const groupOf = ({ day, householdId, tariffId, version }: PlainUse) =>
  `${day} ${householdId} ${tariffId} ${version?.number}`;

export function termsOf({ scheme }: PlainVersion, day: string) {
  const { blocks } = scheme;
  return { scheme, period: blocks && day.slice(0, blocks.by === "month" ? 7 : 4) };
}
