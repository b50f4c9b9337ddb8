import { ALARM_KINDS } from "@hallmeter/meter-model";
import { clearAlarm, raiseAlarm } from "../alarms/alarms.ts";
import type { Deps } from "../deps.ts";

/** What can be wrong with a payment so that a person has to look, and what that person does. */
export const PAYMENT_PROBLEMS = {
  "amount-differs":
    "Paid, but not what was ordered: nothing was credited. Pay it back at the provider, or adjust.",
  "not-credited": "Paid, but the ledger refused the credit. Pay it back at the provider.",
  "paid-back": "The provider has paid it back: decide on the adjustment of the household's account.",
  disputed: "The payer's bank has taken it back: decide on the adjustment, and answer the provider.",
  "order-unknown": "A payment of which no order is known. Look it up at the provider.",
} as const satisfies Record<string, string>;
export type PaymentProblem = keyof typeof PAYMENT_PROBLEMS;

type AlarmDeps = Pick<Deps, "connection" | "changes">;

const keyOf = (paymentId: string, problem: PaymentProblem) => `payment-doubtful:${problem}:${paymentId}`;

/** `id`: of the top-up, or of the stray payment. */
export async function raisePaymentAlarm(
  deps: AlarmDeps,
  problem: PaymentProblem,
  payment: { id: string; siteId: string; householdId?: string; at: Date },
  params: Record<string, string | number | boolean>,
): Promise<void> {
  const { id, siteId, householdId, at } = payment;
  await raiseAlarm(deps, {
    siteId,
    key: keyOf(id, problem),
    kind: "payment-doubtful",
    severity: ALARM_KINDS["payment-doubtful"].severity,
    at,
    subject: householdId === undefined ? {} : { householdId },
    params: { ...params, problem, advice: PAYMENT_PROBLEMS[problem] },
  });
}

/** A person has looked into it. */
export async function clearPaymentAlarms(
  deps: AlarmDeps,
  payment: { id: string; siteId: string; at: Date },
): Promise<void> {
  for (const problem of Object.keys(PAYMENT_PROBLEMS) as PaymentProblem[])
    await clearAlarm(deps, { siteId: payment.siteId, key: keyOf(payment.id, problem), at: payment.at });
}
