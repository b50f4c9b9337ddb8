import type { Settlement } from "./rows.ts";

export const FREE_ENERGY = "Wh";

/** From the books to what is paid out, line by line: each amount is what its line adds. */
export interface SettlementLine {
  line: "ledger" | "accrued" | "grants" | "inMeter" | "rounding";
  amountMinor: number;
}

/** The lines add up to the refund, or to the debt below zero. */
export function settlementLines(settlement: Settlement, currency: string): SettlementLine[] {
  const { ledgerMinor, accruedMinor, keptInMeterMinor, refundMinor, debtMinor } = settlement;
  const grantedMinor = grantedLeft(settlement, currency);
  const lines: SettlementLine[] = [
    { line: "ledger", amountMinor: ledgerMinor },
    { line: "accrued", amountMinor: 0 - accruedMinor },
    { line: "grants", amountMinor: 0 - grantedMinor },
    { line: "inMeter", amountMinor: 0 - keptInMeterMinor },
  ];
  const sum = lines.reduce((before, { amountMinor }) => before + amountMinor, 0);
  lines.push({ line: "rounding", amountMinor: refundMinor - debtMinor - sum });
  return lines.filter(
    ({ line, amountMinor }) => line === "ledger" || line === "accrued" || amountMinor !== 0,
  );
}

/** What is left of grants in a commodity. */
export const grantedLeft = ({ grants }: Pick<Settlement, "grants">, commodity: string): number =>
  grants.reduce((sum, grant) => (grant.commodity === commodity ? sum + grant.amount : sum), 0);
