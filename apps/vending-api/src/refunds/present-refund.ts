import { idSchema, instantSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { ERROR_CODE_NAMES } from "../errors.ts";
import { roleSchema } from "../http/access.ts";
import { FINAL_READING_STATES, type FinalReading } from "../readings/final-readings.ts";
import type { WithdrawalPreview } from "./preview-withdrawal.ts";
import { REFUND_STATES, type Refund } from "./refund.model.ts";
import type { RefundStatement } from "./statement.ts";
import { WITHDRAWAL_PHASES, type Withdrawal } from "./withdrawal.model.ts";

const actor = z.object({ id: idSchema, name: z.string(), role: roleSchema });
const minor = z.int();

const previewAnswer = z.object({
  householdId: idSchema,
  householdName: z.string(),
  unitId: idSchema,
  ledgerMinor: minor,
  accruedMinor: minor.meta({ description: "Used, and not in the ledger yet; rounded up." }),
  grants: z
    .array(
      z.object({
        grantId: idSchema,
        commodity: z.string(),
        amount: z.int(),
        expiresAt: instantSchema.nullable(),
      }),
    )
    .meta({ description: "What would expire: grants are never paid out." }),
  refundMinor: minor,
  keptInMeterMinor: minor.meta({ description: "Credit that stays in the meter and is not paid out." }),
  debtMinor: minor,
  readings: z.array(
    z.object({
      circuitId: idSchema,
      circuitName: z.string(),
      at: instantSchema.nullable(),
      registerWh: z.int().nullable(),
    }),
  ),
  problems: z.array(z.object({ code: z.enum(ERROR_CODE_NAMES), detail: z.string() })),
});

export const refundPreviewAnswer = z
  .object({
    currency: z.string(),
    totalMinor: minor,
    needsSecondPerson: z.boolean(),
    households: z.array(previewAnswer),
  })
  .meta({ id: "RefundPreview" });

const resultAnswer = z.object({
  refundMinor: minor,
  keptInMeterMinor: minor,
  remainderNano: z
    .int()
    .meta({ description: "What rounding down to a minor unit took; 10⁻⁹ of the major unit." }),
  forgivenNano: z.int(),
  debtMinor: minor.meta({ description: "Written off." }),
  expired: z.array(z.object({ commodity: z.string(), amount: z.int() })),
  refundEntryId: idSchema.nullable(),
  closingEntryId: idSchema,
});

export const withdrawalAnswer = z
  .object({
    householdId: idSchema,
    phase: z.enum(WITHDRAWAL_PHASES),
    readings: z.array(
      z.object({
        circuitId: idSchema,
        circuitName: z.string(),
        state: z.enum(FINAL_READING_STATES),
        at: instantSchema.nullable(),
        registerWh: z.int().nullable(),
        typedBy: z.string().nullable(),
      }),
    ),
    closedAt: instantSchema.nullable(),
    result: resultAnswer.nullable(),
  })
  .meta({ id: "Withdrawal" });

export const refundAnswer = z
  .object({
    id: idSchema,
    siteId: idSchema,
    currency: z.string(),
    reason: z.string(),
    state: z.enum(REFUND_STATES),
    householdIds: z.array(idSchema),
    totalMinor: minor.meta({ description: "As it was shown for approval." }),
    needsSecondPerson: z.boolean(),
    proposedBy: actor,
    proposedAt: instantSchema,
    decidedBy: actor.nullable(),
    decidedAt: instantSchema.nullable(),
    decisionReason: z.string(),
    debtsAcceptedBy: actor.nullable(),
    debtsAcceptedAt: instantSchema.nullable(),
    jobId: idSchema.nullable(),
  })
  .meta({ id: "Refund" });

export const refundDetailAnswer = refundAnswer
  .extend({ preview: z.array(previewAnswer), withdrawals: z.array(withdrawalAnswer) })
  .meta({ id: "RefundDetail" });

const line = { at: instantSchema, amountMinor: minor };
export const statementAnswer = z
  .object({
    number: z.string().nullable().meta({ description: "Null before the account is closed." }),
    siteName: z.string(),
    currency: z.string(),
    currencyDigits: z.int(),
    timeZone: z.string(),
    householdId: idSchema,
    householdName: z.string(),
    residents: z.array(z.string()),
    rooms: z.array(z.object({ name: z.string(), from: instantSchema, until: instantSchema.nullable() })),
    openedAt: instantSchema,
    closedAt: instantSchema.nullable(),
    reason: z.string(),
    openingMinor: minor,
    purchases: z.array(
      z.object({ ...line, receiptNumber: z.string(), method: z.string(), isVoided: z.boolean() }),
    ),
    voids: z.array(z.object(line)),
    grants: z.array(
      z.object({
        at: instantSchema,
        kind: z.enum(["grant", "grant-expiry"]),
        commodity: z.string(),
        amount: z.int(),
      }),
    ),
    others: z.array(z.object({ ...line, kind: z.string(), note: z.string() })),
    use: z.array(
      z.object({
        month: z.string(),
        rates: z.array(z.object({ name: z.string(), wh: z.int() })),
        wh: z.int(),
        freeWh: z.int(),
        amountMinor: minor,
        standingMinor: minor,
      }),
    ),
    readings: z.array(
      z.object({
        circuitName: z.string(),
        at: instantSchema.nullable(),
        registerWh: z.int().nullable(),
        typedBy: z.string().nullable(),
      }),
    ),
    refundMinor: minor,
    keptInMeterMinor: minor,
    remainderNano: z.int(),
    forgivenNano: z.int(),
    debtMinor: minor,
    totals: z.object({
      purchasedMinor: minor,
      voidedMinor: minor,
      grantedMinor: minor,
      expiredMinor: minor,
      usedMinor: minor,
      othersMinor: minor,
      closingMinor: minor,
    }),
    signatures: z.array(
      z.object({
        role: z.enum(["proposed", "approved", "debt-accepted"]),
        name: z.string(),
        at: instantSchema.nullable(),
      }),
    ),
  })
  .meta({ id: "RefundStatement" });

const instant = (at: Date | null): string | null => at?.toISOString() ?? null;

export function presentPreview({
  grants,
  readings,
  ...row
}: WithdrawalPreview): z.input<typeof previewAnswer> {
  return {
    ...row,
    grants: grants.map(({ remaining: amount, ...grant }) => ({ ...grant, amount })),
    readings: readings.map((reading) => ({ ...reading, at: instant(reading.at) })),
  };
}

export function presentRefund(refund: Refund): z.input<typeof refundAnswer> {
  const { _id: id, proposedAt, decidedAt, debtsAcceptedAt, ...row } = refund;
  return {
    ...row,
    id,
    proposedAt: proposedAt.toISOString(),
    decidedAt: instant(decidedAt),
    debtsAcceptedAt: instant(debtsAcceptedAt),
  };
}

export function presentWithdrawal(row: Withdrawal): z.input<typeof withdrawalAnswer> {
  const { householdId, phase, readings, closedAt, result } = row;
  return { householdId, phase, closedAt: instant(closedAt), result, readings: readings.map(presentReading) };
}

export function presentReading({ typed, at, ...reading }: FinalReading) {
  return { ...reading, at: instant(at), typedBy: typed?.by.name ?? null };
}

export function presentStatement(statement: RefundStatement): z.input<typeof statementAnswer> {
  const dated = <Row extends { at: Date }>(rows: readonly Row[]) =>
    rows.map((row) => ({ ...row, at: row.at.toISOString() }));
  const known = <Row extends { at: Date | null }>(rows: readonly Row[]) =>
    rows.map((row) => ({ ...row, at: instant(row.at) }));
  return {
    ...statement,
    openedAt: statement.openedAt.toISOString(),
    closedAt: instant(statement.closedAt),
    rooms: statement.rooms.map(({ name, from, until }) => ({
      name,
      from: from.toISOString(),
      until: instant(until),
    })),
    purchases: dated(statement.purchases),
    voids: dated(statement.voids),
    grants: dated(statement.grants),
    others: dated(statement.others),
    readings: known(statement.readings),
    signatures: known(statement.signatures),
  };
}
