import type { AnyBulkWriteOperation, Connection } from "mongoose";
import { isDuplicateKey } from "../db/model.ts";
import { ledgerOf } from "../ledger/ledger.ts";
import { accrualModel, readLivingAccruals } from "./accrual.model.ts";
import type { Accrual } from "./accrual.ts";
import { type CircuitMarks, storeMarks } from "./load-profile.model.ts";
import { postUsage } from "./post-usage.ts";

/** One document's move; valid only where it still stands as it was read. */
export type AccrualWrite =
  | { kind: "insert"; accrual: Accrual }
  | { kind: "change"; accrual: Accrual; fromRevision: number }
  | { kind: "hand-over"; id: string };

/** What charging needs of the store. */
export interface MeteringBooks {
  /** Accruals of these circuits that are not done, oldest first within a circuit. */
  living(circuitIds: readonly string[]): Promise<Accrual[]>;
  /** False when another writer was faster at one of them; the others are written all the same. */
  write(writes: readonly AccrualWrite[]): Promise<boolean>;
  storeMarks(perCircuit: readonly CircuitMarks[]): Promise<void>;
  /** The usage entry of a closed accrual, once for ever. */
  post(accrual: Accrual, now: Date): Promise<void>;
}

export function storedMetering(connection: Connection): MeteringBooks {
  return {
    living: (circuitIds) => readLivingAccruals(connection, { circuitId: { $in: [...circuitIds] } }),
    async write(writes) {
      const inserts = writes.filter(({ kind }) => kind === "insert").length;
      try {
        const written = await accrualModel(connection).bulkWrite(writes.map(operationOf), { ordered: false });
        return written.matchedCount === writes.length - inserts;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    storeMarks: (perCircuit) => storeMarks(connection, perCircuit),
    post: (accrual, now) => postUsage(ledgerOf(connection), accrual, now),
  };
}

function operationOf(write: AccrualWrite): AnyBulkWriteOperation<Accrual> {
  switch (write.kind) {
    case "insert":
      return { insertOne: { document: write.accrual } };
    case "hand-over":
      return {
        updateOne: { filter: { _id: write.id, state: "posted" }, update: { $set: { state: "done" } } },
      };
    case "change": {
      const { _id, ...fields } = write.accrual;
      return {
        updateOne: { filter: { _id, revision: write.fromRevision }, update: { $set: fields } },
      };
    }
  }
}
