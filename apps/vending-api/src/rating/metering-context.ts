import type { TariffCalendar, TariffScheme } from "@hallmeter/meter-model";

/** One version of a tariff; it holds from `effectiveFrom` until the next one's. */
export interface TariffVersion {
  /** 1, 2, … within its tariff, never given twice. */
  number: number;
  effectiveFrom: Date;
  tariff: TariffScheme;
}

/** Everything that turns the samples of one circuit into money. */
export interface MeteringContext {
  readonly circuitId: string;
  readonly siteId: string;
  readonly timeZone: string;
  readonly calendar: TariffCalendar;
  /** Null: metered, but charged to nobody. */
  readonly household: {
    readonly id: string;
    readonly tariffId: string;
    /** Oldest first, at least one; the first also holds before its own date. */
    readonly tariffVersions: readonly TariffVersion[];
  } | null;
  readonly currency: string;
  /** 10⁻⁹ of the major unit in one minor unit: 10⁷ for CNY. */
  readonly nanoPerMinor: number;
  /** What the switch can carry at nominal voltage, all phases. */
  readonly ratingW: number;
  /** The smallest step of the energy register after ratios: 10 Wh for a meter that counts 0.01 kWh. */
  readonly registerStepWh: number;
  readonly energyModulusWh: number;
}
