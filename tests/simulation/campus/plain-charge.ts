import type { PlainAccount } from "./plain-account.ts";
import type { PlainCircuit, PlainUse, PlainVersion } from "./plain-circuit.ts";

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

/** A copy of the account behind all use of the household that has no entry yet, day by day. */
export function settledNow(
  settled: PlainAccount,
  householdId: string,
  circuits: Iterable<PlainCircuit>,
): PlainAccount {
  const account = settled.copy();
  const open = [...circuits].flatMap((circuit) => {
    const groups = new Map<string, PlainUse[]>();
    for (const use of circuit.open) {
      if (use.householdId !== householdId) continue;
      const group = groups.get(groupOf(use)) ?? [];
      groups.set(groupOf(use), group);
      group.push(use);
    }
    return [...groups.values()].map((uses) => ({ circuitId: circuit.id, uses }));
  });
  const placeOf = ({ circuitId, uses: [first] }: (typeof open)[number]) => `${first?.day} ${circuitId}`;
  for (const { uses } of open.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))) {
    const [start] = uses;
    const charge = chargeOf(uses);
    if (start?.version == null || (charge.wh === 0n && charge.fixedNano === 0n)) continue;
    const startsAt = new Date(start.fromMs).toISOString();
    account.use({ ...charge, startsAt, ...termsOf(start.version, start.day) });
  }
  return account;
}
