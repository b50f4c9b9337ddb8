import type { Connection } from "mongoose";
import { isDuplicateKey } from "../db/model.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import { type Ledger, ledgerOf } from "../ledger/ledger.ts";
import { readEntriesOf } from "./shift-entries.ts";
import type { ShiftTotals } from "./shift-totals.ts";
import {
  type ShiftCount,
  type ShiftMovement,
  type ShiftPosting,
  type TillShift,
  tillShiftModel,
} from "./till-shift.model.ts";

/** Which shift a posting goes into: the seller's open one, or the one that a purchase was made in. */
export type ShiftChoice = { siteId: string; personId: string } | { shiftId: string };

/** What tills need of the store; each operation is one, on one shift. */
export interface TillBooks extends Pick<Ledger, "post"> {
  find(id: string): Promise<TillShift | null>;
  findByKey(siteId: string, openingKey: string): Promise<TillShift | null>;
  /** Open or being closed, of the person or on the till. */
  openOf(where: { siteId: string; tillId: string; personId: string }): Promise<TillShift[]>;
  /** Of the till's newest shift; 0 before its first. */
  lastNumber(till: { siteId: string; tillId: string }): Promise<number>;
  /** False when till, person, number or key has one already. */
  insert(shift: TillShift): Promise<boolean>;
  /** Null where the shift is open no more, or has a movement under this key. */
  addMovement(id: string, movement: ShiftMovement): Promise<TillShift | null>;
  /** Names a posting in the open shift; null where there is none. */
  name(choice: ShiftChoice, posting: ShiftPosting): Promise<TillShift | null>;
  unname(id: string, ref: string): Promise<void>;
  /** From open to closing; null where it is open no more. */
  count(id: string, count: ShiftCount): Promise<TillShift | null>;
  /** From closing to closed; null where somebody else did it. */
  close(id: string, totals: ShiftTotals): Promise<TillShift | null>;
  closing(): Promise<TillShift[]>;
  /** Sales and voids of the shift, oldest first. */
  entriesOf(shift: TillShift): Promise<LedgerEntry[]>;
}

export function storedTills(connection: Connection): TillBooks {
  const shifts = tillShiftModel(connection);
  const after = { returnDocument: "after" } as const;
  return {
    post: (request) => ledgerOf(connection).post(request),
    find: (id) => shifts.findById(id).lean<TillShift | null>(),
    findByKey: (siteId, openingKey) => shifts.findOne({ siteId, openingKey }).lean<TillShift | null>(),
    openOf: ({ siteId, tillId, personId }) =>
      shifts.find({ siteId, isOpen: true, $or: [{ "person.id": personId }, { tillId }] }).lean<TillShift[]>(),
    async lastNumber({ siteId, tillId }) {
      const last = await shifts.findOne({ siteId, tillId }).sort({ number: -1 }).lean<TillShift | null>();
      return last?.number ?? 0;
    },
    async insert(shift) {
      try {
        await shifts.create(shift);
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    addMovement: (id, movement) =>
      shifts
        .findOneAndUpdate(
          { _id: id, state: "open", "movements.key": { $ne: movement.key } },
          { $push: { movements: movement } },
          after,
        )
        .lean<TillShift | null>(),
    name: (choice, posting) =>
      shifts
        .findOneAndUpdate(
          "shiftId" in choice
            ? { _id: choice.shiftId, state: "open" }
            : { siteId: choice.siteId, "person.id": choice.personId, state: "open" },
          { $addToSet: { pending: posting } },
        )
        .lean<TillShift | null>(),
    async unname(id, ref) {
      await shifts.updateOne({ _id: id }, { $pull: { pending: { ref } } });
    },
    count: (id, count) =>
      shifts
        .findOneAndUpdate({ _id: id, state: "open" }, { $set: { state: "closing", count } }, after)
        .lean<TillShift | null>(),
    close: (id, totals) =>
      shifts
        .findOneAndUpdate(
          { _id: id, state: "closing" },
          { $set: { state: "closed", isOpen: false, totals, pending: [] } },
          after,
        )
        .lean<TillShift | null>(),
    closing: () => shifts.find({ state: "closing" }).lean<TillShift[]>(),
    entriesOf: (shift) => readEntriesOf(connection, shift),
  };
}
