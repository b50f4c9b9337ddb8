import type { SafetyPolicy, SchemeDifference, TariffScheme } from "@hallmeter/meter-model";
import type { Site, TariffRow } from "../api/rows.ts";

export interface TariffVersionRow {
  number: number;
  effectiveFrom: string;
  tariff: TariffScheme;
  reason?: string;
  by?: { id: string; name: string; role: string };
}

export interface Tariff extends TariffRow {
  revision: number;
  /** Number of the version in force. */
  version: number;
  /** Oldest first, coming ones included. */
  versions: TariffVersionRow[];
  withdrawn: TariffVersionRow[];
}

export interface TariffCost {
  rates: { rateId: string; name: string; wh: number; costNano: number }[];
  netNano: number;
  taxNano: number;
  totalNano: number;
  total: { amountMinor: number; currency: string };
}

export interface TariffPreview {
  intervals: { good: number; estimated: number; missing: number; suspect: number };
  inForce: { version: number; cost: TariffCost };
  proposed: { cost: TariffCost };
  differences: SchemeDifference[];
  hoursOfWeek: { weekday: number; hour: number; wh: number; inForceNano: number; proposedNano: number }[];
}

/** A site with what its calendar and safety policy say. */
export interface SiteTerms extends Site {
  /** Kind of day by local date. */
  namedDays: Record<string, string>;
  safety: SafetyPolicy;
}
