import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { type TakenReport, type TopUp, topUpModel } from "./top-up.model.ts";
import { stateOf } from "./top-up-facts.ts";

type Moved = Partial<Omit<TopUp, "state" | "revision" | "reports">> & { report?: TakenReport };

/**
 * Writes what `next` makes of the top-up as it stands, however many others write: who comes second looks again. `next` answers
 * undefined where nothing changes. Returns the top-up as it stands then.
 */
export async function moveTopUp(
  deps: Pick<Deps, "connection" | "changes">,
  topUp: TopUp,
  next: (known: TopUp) => Moved | undefined,
): Promise<TopUp> {
  const topUps = topUpModel(deps.connection);
  const { _id } = topUp;
  for (let known = topUp; ; ) {
    const moved = next(known);
    if (moved === undefined) return known;
    const { report, ...set } = moved;
    const { facts, entryId } = { ...known, ...set };
    const written = await topUps
      .findOneAndUpdate(
        { _id, revision: known.revision },
        {
          $set: { ...set, state: stateOf(facts, entryId !== null) },
          $inc: { revision: 1 },
          ...(report === undefined ? {} : { $push: { reports: report } }),
        },
        { returnDocument: "after" },
      )
      .lean<TopUp | null>();
    if (written) {
      publishTopUp(deps, written);
      return written;
    }
    const fresh = await topUps.findById(_id).lean<TopUp | null>();
    if (!fresh) throw new ApiError("internal", `top-up ${_id} is missing`);
    known = fresh;
  }
}

export function publishTopUp(
  { changes }: Pick<Deps, "changes">,
  { _id: id, siteId, householdId }: TopUp,
): void {
  changes.publish({ resource: "top-ups", id, siteId, householdId });
}
