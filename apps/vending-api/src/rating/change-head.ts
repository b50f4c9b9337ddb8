import type { Connection } from "mongoose";
import { ApiError } from "../errors.ts";
import { accrualModel, readLivingAccruals } from "./accrual.model.ts";
import { type Accrual, accrualFault } from "./accrual.ts";

/** Samples of the same circuit write the same document; each try loses to one of them. */
const MOST_TRIES = 50;

/** The accrual that the circuit's next sample goes to; null before its first. */
export async function readHead(connection: Connection, circuitId: string): Promise<Accrual | null> {
  const living = await readLivingAccruals(connection, { circuitId: { $in: [circuitId] } });
  return living.at(-1) ?? null;
}

/**
 * Changes the head of a circuit by a function of what stands there, however many samples come in between; the same value back
 * writes nothing. Null without a head. Throws what the function throws.
 */
export async function changeHead(
  connection: Connection,
  circuitId: string,
  change: (head: Accrual) => Accrual,
): Promise<{ before: Accrual; after: Accrual } | null> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const before = await readHead(connection, circuitId);
    if (!before) return null;
    const after = change(before);
    if (after === before) return { before, after };
    const fault = accrualFault(after);
    if (fault) throw new ApiError("ledger-broken", `accrual ${after._id}: ${fault}`);
    const { _id, revision } = before;
    const { _id: _, ...fields } = { ...after, revision: revision + 1 };
    const written = await accrualModel(connection).updateOne({ _id, revision }, { $set: fields });
    if (written.modifiedCount === 1) return { before, after: { ...after, revision: revision + 1 } };
  }
  throw new ApiError("store-unavailable", "The accrual kept changing; try again");
}
