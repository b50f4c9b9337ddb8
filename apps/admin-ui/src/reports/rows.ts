/** What every report says of itself. Days are the site's, both included; a report of now has none. */
export interface Report<Row, Totals> {
  siteId: string;
  from?: string;
  to?: string;
  asOf: string;
  currency: string;
  currencyDigits: number;
  rows: Row[];
  totals: Totals;
}

interface SaleSums {
  sales: number;
  salesMinor: number;
  voids: number;
  voidsMinor: number;
  netMinor: number;
}
export interface SalesRow extends SaleSums {
  day?: string;
  method?: string;
  cashierId?: string;
  cashier?: string;
}
export type SalesReport = Report<SalesRow, SaleSums>;

export interface TillRow {
  shiftId: string;
  till: string;
  number: number;
  person: string;
  state: string;
  openedAt: string;
  closedAt: string | null;
  floatMinor: number;
  sales: number;
  salesMinor: number;
  voids: number;
  voidsMinor: number;
  expectedCashMinor: number;
  countedCashMinor: number | null;
  differenceCashMinor: number | null;
}
export type TillsReport = Report<
  TillRow,
  { shifts: number; sales: number; salesMinor: number; differenceMinor: number }
>;

interface UseSums {
  wh: number;
  freeWh: number;
  costMinor: number;
}
export interface UseRow extends UseSums {
  day?: string;
  buildingId?: string;
  building?: string;
}
export type UseReport = Report<UseRow, UseSums>;

export interface BalanceRow {
  householdId: string;
  household: string;
  unit: string;
  building: string;
  balanceMinor: number;
  freeWh: number;
  negativeSince: string | null;
  negativeDays: number | null;
}
export interface Aging {
  /** Null: longer than every other. */
  upToDays: number | null;
  households: number;
  debtMinor: number;
}
export type BalancesReport = Report<
  BalanceRow,
  {
    households: number;
    balanceMinor: number;
    creditMinor: number;
    debtMinor: number;
    negative: number;
    aging: Aging[];
  }
>;

interface SubsidySums {
  commodity: string;
  given: number;
  used: number;
  expired: number;
  reversed: number;
}
export interface SubsidyRow extends SubsidySums {
  policyId: string;
  policy: string;
  month: string;
}
export type SubsidyReport = Report<SubsidyRow, { byCommodity: SubsidySums[] }>;

interface LossSums {
  masterWh: number;
  circuitsWh: number;
  lossWh: number;
  /** Null where the master meter counted nothing. */
  lossPermille: number | null;
}
export interface LossRow extends LossSums {
  masterId: string;
  master: string;
  circuits: number;
  isComplete: boolean;
}
export type LossesReport = Report<LossRow, LossSums>;

export interface RoomRow {
  rank: number;
  unitId: string;
  unit: string;
  building: string;
  householdId: string | null;
  household: string | null;
  circuitIds: string[];
  wh: number;
  sharePermille: number;
}
export type RoomsReport = Report<RoomRow, { rooms: number; wh: number }>;
