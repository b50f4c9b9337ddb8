import type { Connection } from "mongoose";
import { accrualModel } from "./accrual.model.ts";
import type { Accrual } from "./accrual.ts";
import { type ChargeResult, chargeSamples } from "./charge-samples.ts";
import type { MeteringContext } from "./metering-context.ts";

/**
 * A day closes with the first sample of the next one. Where none comes, it is closed without: after 6 hours, because a
 * gateway that was cut off brings its samples later and they should still find their day open. Range 1–24 h.
 */
const CLOSE_WITHOUT_SAMPLE_AFTER_MS = 6 * 3_600_000;
/** Circuits that are moved together. Range 50–1000. */
const CIRCUITS_PER_TURN = 200;

/** Closes days that are over and finishes what a crash left between two steps. Safe to run at any time, by several processes. */
export async function closeDays(
  connection: Connection,
  contextsOf: (circuitIds: string[]) => Promise<MeteringContext[]>,
  now: Date,
): Promise<ChargeResult> {
  const closeBeforeMs = now.getTime() - CLOSE_WITHOUT_SAMPLE_AFTER_MS;
  const due = await accrualModel(connection)
    .find(
      { $or: [{ state: "closed" }, { state: "open", endsAt: { $lte: new Date(closeBeforeMs) } }] },
      { circuitId: 1 },
    )
    .lean<Pick<Accrual, "circuitId">[]>();
  const circuitIds = [...new Set(due.map((row) => row.circuitId))];
  const total: ChargeResult = { notices: [], postedHouseholdIds: new Set() };
  for (let from = 0; from < circuitIds.length; from += CIRCUITS_PER_TURN) {
    const contexts = await contextsOf(circuitIds.slice(from, from + CIRCUITS_PER_TURN));
    const work = contexts.map((context) => ({ context, samples: [] }));
    const result = await chargeSamples(connection, work, now, { closeBeforeMs });
    total.notices.push(...result.notices);
    for (const id of result.postedHouseholdIds) total.postedHouseholdIds.add(id);
  }
  return total;
}
