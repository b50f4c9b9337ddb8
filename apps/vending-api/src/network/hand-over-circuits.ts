import type { Deps } from "../deps.ts";
import { readLivingAccruals } from "../rating/accrual.model.ts";
import { chargeSamples } from "../rating/charge-samples.ts";
import { headsOf } from "../rating/live-balance.ts";
import { announceConfig } from "./announce.ts";
import { type Circuit, circuitModel } from "./circuit.model.ts";
import { meteringContexts } from "./metering-contexts.ts";

/** A circuit that goes from one household to another, or to nobody. */
export interface HandOver {
  circuitId: string;
  fromHouseholdId: string | null;
  toHouseholdId: string | null;
  /** The room that it feeds. */
  unitId: string;
}

/** No accrual ends later. */
const END_OF_TIME_MS = Number.POSITIVE_INFINITY;

/**
 * Gives the circuits to their next households and settles what was used until then: the accruals of the ones before are closed
 * where they stand and posted. A circuit that somebody else has meanwhile given away stays where it is. Done again, it changes
 * nothing more. Rejects as `chargeSamples` does.
 */
export async function handOverCircuits(deps: Deps, handOvers: readonly HandOver[], now: Date): Promise<void> {
  const { connection } = deps;
  if (handOvers.length === 0) return;
  // First the circuits and then the accruals: whoever still charges the one before finds out behind the accrual it opens.
  await circuitModel(connection).bulkWrite(
    handOvers.map(({ circuitId, fromHouseholdId, toHouseholdId, unitId }) => ({
      updateOne: {
        filter: { _id: circuitId, householdId: fromHouseholdId },
        update: { $set: { householdId: toHouseholdId, unitId } },
      },
    })),
  );
  const circuitIds = handOvers.map(({ circuitId }) => circuitId);
  const circuits = await circuitModel(connection)
    .find({ _id: { $in: circuitIds } })
    .lean<Circuit[]>();
  await settleFormerHouseholds(deps, circuits, now);
  await announceConfig(
    deps,
    circuits.map(({ gatewayId }) => gatewayId),
  );
  for (const { _id: id, siteId, householdId } of circuits)
    deps.changes.publish({
      resource: "circuits",
      id,
      siteId,
      ...(householdId === null ? {} : { householdId }),
    });
}

async function settleFormerHouseholds(deps: Deps, circuits: readonly Circuit[], now: Date): Promise<void> {
  const { connection } = deps;
  const living = await readLivingAccruals(connection, { circuitId: { $in: circuits.map(({ _id }) => _id) } });
  const householdOf = new Map(headsOf(living).map((head) => [head.circuitId, head.householdId]));
  const contexts = await meteringContexts(
    deps,
    circuits.filter(({ _id, householdId }) => householdOf.has(_id) && householdOf.get(_id) !== householdId),
  );
  const work = contexts.map((context) => ({ context, samples: [] }));
  await chargeSamples(connection, work, now, { closeBeforeMs: END_OF_TIME_MS });
}
