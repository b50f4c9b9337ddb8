import type { Sample } from "@hallmeter/meter-model";
import type { Accrual } from "../accrual.ts";
import type { MeteringContext } from "../metering-context.ts";
import { type MeteringNotice, nextStep } from "../next-step.ts";
import { mergeMarks, type ProfileMark } from "../profile-marks.ts";

/** The steps of one circuit run on plain values: what `chargeSamples` does with the store, without one. */
export interface InMemoryMetering {
  accruals: Map<string, Accrual>;
  posted: Accrual[];
  marks: Map<number, ProfileMark>;
  notices: MeteringNotice[];
  /** Returns false when it was stopped after `mostSteps`, as by a crash. */
  deliver(
    samples: readonly Sample[],
    context: MeteringContext,
    nowMs: number,
    options?: { mostSteps?: number; closeBeforeMs?: number },
  ): boolean;
}

export function inMemoryMetering(): InMemoryMetering {
  const accruals = new Map<string, Accrual>();
  const marks = new Map<number, ProfileMark>();
  const posted: Accrual[] = [];
  const notices: MeteringNotice[] = [];

  const living = () => [...accruals.values()].filter((accrual) => accrual.state !== "done");
  return {
    accruals,
    posted,
    marks,
    notices,
    deliver(samples, context, nowMs, { mostSteps = 10_000, closeBeforeMs } = {}) {
      let pending = [...samples].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
      for (let steps = 0; steps < mostSteps; steps += 1) {
        const alive = living();
        for (const older of alive.slice(0, -1)) accruals.set(older._id, { ...older, state: "done" });
        const head = alive.at(-1) ?? null;
        const step = nextStep({ head, pending, context, nowMs, closeBeforeMs });
        if (!step) return true;
        for (const mark of step.marks) {
          const known = marks.get(mark.interval);
          const [merged = mark] = mergeMarks(known ? [known, mark] : [mark]);
          marks.set(mark.interval, merged);
        }
        notices.push(...step.notices);
        if (step.kind === "insert" || step.kind === "change") accruals.set(step.after._id, step.after);
        if (step.kind === "post") {
          posted.push(step.before);
          accruals.set(step.before._id, { ...step.before, state: "posted" });
        }
        pending = [...step.rest];
      }
      return false;
    },
  };
}
