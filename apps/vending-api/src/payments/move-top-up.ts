import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import type { PaymentDeps } from "./payment-books.ts";
import type { TakenReport, TopUp } from "./top-up.model.ts";
import { stateOf } from "./top-up-facts.ts";

type Moved = Partial<Omit<TopUp, "state" | "revision" | "reports">> & { report?: TakenReport };

/**
 * Writes what `next` makes of the top-up as it stands, however many others write: who comes second looks again. `next` answers
 * undefined where nothing changes. Returns the top-up as it stands then.
 */
export async function moveTopUp(
  { books, changes }: Pick<PaymentDeps, "books" | "changes">,
  topUp: TopUp,
  next: (known: TopUp) => Moved | undefined,
): Promise<TopUp> {
  for (let known = topUp; ; ) {
    const moved = next(known);
    if (moved === undefined) return known;
    const { report, ...set } = moved;
    const { facts, entryId } = { ...known, ...set };
    const written = await books.write(known, { ...set, state: stateOf(facts, entryId !== null) }, report);
    if (written) {
      publishTopUp({ changes }, written);
      return written;
    }
    const fresh = await books.find(topUp._id);
    if (!fresh) throw new ApiError("internal", `top-up ${topUp._id} is missing`);
    known = fresh;
  }
}

export function publishTopUp(
  { changes }: Pick<Deps, "changes">,
  { _id: id, siteId, householdId }: TopUp,
): void {
  changes.publish({ resource: "top-ups", id, siteId, householdId });
}
