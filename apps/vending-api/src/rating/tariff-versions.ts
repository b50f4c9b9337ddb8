import type { TariffScheme } from "@hallmeter/meter-model";
import type { SettlementTerms } from "../ledger/settle-use.ts";
import type { TariffVersion } from "./metering-context.ts";

/** The version in force; the first one also before its own date. */
export function versionAt(versions: readonly TariffVersion[], atMs: number): TariffVersion {
  const inForce = versions.findLast((version) => version.effectiveFrom.getTime() <= atMs) ?? versions[0];
  if (inForce === undefined) throw new RangeError("a tariff has at least one version");
  return inForce;
}

/** When the version in force at `atMs` ends; null while none is planned after it. */
export function nextVersionMs(versions: readonly TariffVersion[], atMs: number): number | null {
  const next = versions.slice(1).find((version) => version.effectiveFrom.getTime() > atMs);
  return next === undefined ? null : next.effectiveFrom.getTime();
}

/** What an accrual keeps of its version. */
export function termsOf({ blocks, taxPpm }: TariffScheme): SettlementTerms {
  return { blocks, taxPpm };
}
