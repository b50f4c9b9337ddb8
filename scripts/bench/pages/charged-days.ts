import type { Sample } from "@hallmeter/meter-model";
import type { Accrual } from "../../../apps/vending-api/src/rating/accrual.ts";
import type { MeteringContext } from "../../../apps/vending-api/src/rating/metering-context.ts";
import { nextStep } from "../../../apps/vending-api/src/rating/next-step.ts";

/**
 * The accruals that charging these samples leaves behind, oldest first; the last is the one that goes on. By the API's own
 * steps, without a round trip of the store for each. Throws when a sample is not believed.
 */
export function chargedDays(context: MeteringContext, samples: readonly Sample[], nowMs: number): Accrual[] {
  const over: Accrual[] = [];
  let head: Accrual | null = null;
  let pending = samples;
  for (;;) {
    const step = nextStep({ head, pending, context, nowMs });
    if (step === undefined) return head === null ? over : [...over, head];
    const doubt = step.notices.find(({ kind }) => kind === "suspect" || kind === "held");
    if (doubt) throw new Error(`the made-up past of ${context.circuitId} is ${doubt.kind} at ${doubt.at}`);
    pending = step.rest;
    if (step.kind === "insert") {
      if (head !== null) over.push({ ...head, state: "done" });
      head = step.after;
    } else if (step.kind === "change") {
      head = { ...step.after, revision: step.before.revision + 1 };
    } else if (step.kind === "post") {
      head = { ...step.before, state: "posted", revision: step.before.revision + 1 };
    }
  }
}
