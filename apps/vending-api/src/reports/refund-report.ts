import type { MovementFacts } from "../documents/kinds/account-movements.ts";
import type { RefundStatementFacts } from "../documents/kinds/refund-statement.ts";
import { FREE_ENERGY } from "../ledger/entry-kinds.ts";
import type { RefundStatement } from "../refunds/statement.ts";

/** A household that has left, as its statement tells it. Throws RangeError while its account is open. */
export function refundStatementFacts(statement: RefundStatement): RefundStatementFacts {
  const { closedAt, rooms, use } = statement;
  if (closedAt === null) throw new RangeError(`household ${statement.householdId} is not closed`);
  const rateNames = [...new Set(use.flatMap(({ rates }) => rates.map(({ name }) => name)))];
  const signed = (role: RefundStatement["signatures"][number]["role"]) =>
    statement.signatures.find((signature) => signature.role === role)?.name ?? null;
  return {
    siteName: statement.siteName,
    timeZone: statement.timeZone,
    currency: statement.currency,
    currencyDigits: statement.currencyDigits,
    householdName: statement.householdName,
    residents: statement.residents,
    unitName: rooms.at(-1)?.name ?? "",
    earlierRooms: rooms
      .slice(0, -1)
      .map(({ name, until }) => ({ name, until: (until ?? closedAt).toISOString() })),
    openedAt: statement.openedAt.toISOString(),
    closedAt: closedAt.toISOString(),
    reason: statement.reason,
    requestedBy: signed("proposed") ?? "",
    approvedBy: signed("approved"),
    readings: statement.readings.map(({ circuitName, at, registerWh, typedBy }) => ({
      circuitName,
      at: at?.toISOString() ?? null,
      registerWh,
      isTyped: typedBy !== null,
    })),
    movements: movementsOf(statement, closedAt),
    rateNames,
    months: use.map(({ month, rates, freeWh, amountMinor }) => ({
      month,
      whByRate: rateNames.map((name) => rates.find((rate) => rate.name === name)?.wh ?? 0),
      freeWh,
      chargedMinor: amountMinor,
    })),
    refundMinor: statement.refundMinor,
    keptInMeterMinor: statement.keptInMeterMinor,
    remainderNano: statement.remainderNano,
    debtMinor: statement.debtMinor,
  };
}

/** By time; what happened at one instant in the order of an account's life. */
function movementsOf(statement: RefundStatement, closedAt: Date): MovementFacts[] {
  const { openedAt, openingMinor, refundMinor, totals } = statement;
  const move = (at: Date, kind: string, change: Partial<MovementFacts>): MovementFacts => ({
    at: at.toISOString(),
    kind,
    number: "",
    method: "",
    note: "",
    amountMinor: 0,
    freeWh: 0,
    ...change,
  });
  const atTheEnd = [
    ...(refundMinor === 0 ? [] : [move(closedAt, "refund", { amountMinor: -refundMinor })]),
    ...(totals.closingMinor === 0 ? [] : [move(closedAt, "closing", { amountMinor: totals.closingMinor })]),
  ];
  const inLife = [
    ...statement.purchases.map(({ at, amountMinor, receiptNumber: number, method }) =>
      move(at, "purchase", { amountMinor, number, method }),
    ),
    ...statement.voids.map(({ at, amountMinor }) => move(at, "void", { amountMinor })),
    ...statement.grants.map(({ at, kind, commodity, amount }) =>
      move(at, kind, commodity === FREE_ENERGY ? { freeWh: amount } : { amountMinor: amount }),
    ),
    ...statement.others.map(({ at, kind, note, amountMinor }) => move(at, kind, { note, amountMinor })),
  ].sort((a, b) => (a.at === b.at ? 0 : a.at < b.at ? -1 : 1));
  return [
    ...(openingMinor === 0 ? [] : [move(openedAt, "opening", { amountMinor: openingMinor })]),
    ...inLife.filter(({ amountMinor, freeWh }) => amountMinor !== 0 || freeWh !== 0),
    ...atTheEnd,
  ];
}
