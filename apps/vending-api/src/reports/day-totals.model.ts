import { type Connection, Schema } from "mongoose";
import { boundModel } from "../db/model.ts";
import type { PurchaseMethod } from "../ledger/entry-kinds.ts";

export interface SalesOfDay {
  method: PurchaseMethod;
  cashierId: string;
  cashier: string;
  sales: number;
  salesMinor: number;
  voids: number;
  voidsMinor: number;
}

/** What one circuit's use came to, by the local day on which it was used. */
export interface UseOfDay {
  day: string;
  householdId: string;
  /** Empty where a charge is not one circuit's: standing charges. */
  circuitId: string;
  wh: number;
  freeWh: number;
  costMinor: number;
}

/** What became of the grants of one policy and month. Amounts in minor units, or Wh of free energy. */
export interface SubsidyOfDay {
  /** Empty for grants that no policy gave. */
  policyId: string;
  month: string;
  commodity: string;
  given: number;
  used: number;
  expired: number;
  reversed: number;
}

export interface DayFigures {
  sales: SalesOfDay[];
  uses: UseOfDay[];
  subsidies: SubsidyOfDay[];
}

/** A local day of a site's journal, by when it was booked. Derived: made again when the journal has another number of rows. */
export interface DayTotals extends DayFigures {
  /** `site:day`. */
  _id: string;
  siteId: string;
  day: string;
  /** Rows of the journal that it was folded from; the journal only grows. */
  rows: number;
}

const dayTotalsSchema = new Schema<DayTotals>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    day: { type: String, required: true },
    rows: { type: Number, required: true },
    sales: { type: Schema.Types.Mixed, required: true },
    uses: { type: Schema.Types.Mixed, required: true },
    subsidies: { type: Schema.Types.Mixed, required: true },
  },
  { collection: "report-days", versionKey: false, minimize: false, strict: "throw" },
);
dayTotalsSchema.index({ siteId: 1, day: 1 });

export const dayTotalsModel = (connection: Connection) =>
  boundModel<DayTotals>(connection, "ReportDay", dayTotalsSchema);
