import type { LedgerEntry } from "../../ledger/entry.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import type { InMemoryJournal } from "../../ledger/testing/in-memory-journal.ts";
import type { TillBooks } from "../till-books.ts";
import type { TillShift } from "../till-shift.model.ts";

export interface InMemoryTills extends TillBooks {
  all(): Promise<TillShift[]>;
}

/** Tills on plain values, with the unique indexes of the stored ones. */
export function inMemoryTills(ledger: Ledger, journal: InMemoryJournal): InMemoryTills {
  const shifts = new Map<string, TillShift>();
  const all = () => [...shifts.values()];
  const change = (shift: TillShift | undefined, set: Partial<TillShift>): TillShift | null => {
    if (shift === undefined) return null;
    const after = { ...shift, ...set };
    shifts.set(after._id, after);
    return after;
  };
  /** The one in this state; undefined where it has gone on. */
  const inState = (id: string, state: TillShift["state"]) => {
    const shift = shifts.get(id);
    return shift?.state === state ? shift : undefined;
  };
  const isTaken = ({ siteId, tillId, number, person, openingKey }: TillShift) =>
    all().some(
      (known) =>
        known.siteId === siteId &&
        (known.openingKey === openingKey ||
          (known.tillId === tillId && known.number === number) ||
          (known.isOpen && (known.tillId === tillId || known.person.id === person.id))),
    );
  return {
    all: async () => all(),
    post: ledger.post,
    find: async (id) => shifts.get(id) ?? null,
    findByKey: async (siteId, key) =>
      all().find((shift) => shift.siteId === siteId && shift.openingKey === key) ?? null,
    openOf: async ({ siteId, tillId, personId }) =>
      all().filter(
        (shift) =>
          shift.siteId === siteId &&
          shift.isOpen &&
          (shift.person.id === personId || shift.tillId === tillId),
      ),
    lastNumber: async ({ siteId, tillId }) =>
      all()
        .filter((shift) => shift.siteId === siteId && shift.tillId === tillId)
        .reduce((last, { number }) => Math.max(last, number), 0),
    async insert(shift) {
      if (isTaken(shift)) return false;
      shifts.set(shift._id, shift);
      return true;
    },
    async addMovement(id, movement) {
      const shift = inState(id, "open");
      if (shift?.movements.some(({ key }) => key === movement.key)) return null;
      return change(shift, { movements: [...(shift?.movements ?? []), movement] });
    },
    async name(choice, posting) {
      const shift = all().find(
        ({ _id, siteId, person, state }) =>
          state === "open" &&
          ("shiftId" in choice
            ? _id === choice.shiftId
            : siteId === choice.siteId && person.id === choice.personId),
      );
      const isNamed = shift?.pending.some(({ ref }) => ref === posting.ref);
      return isNamed ? (shift ?? null) : change(shift, { pending: [...(shift?.pending ?? []), posting] });
    },
    async unname(id, ref) {
      const shift = shifts.get(id);
      change(shift, { pending: (shift?.pending ?? []).filter((posting) => posting.ref !== ref) });
    },
    count: async (id, count) => change(inState(id, "open"), { state: "closing", count }),
    close: async (id, totals) =>
      change(inState(id, "closing"), { state: "closed", isOpen: false, totals, pending: [] }),
    closing: async () => all().filter(({ state }) => state === "closing"),
    entriesOf: async ({ _id }) =>
      journal
        .rows()
        .filter(
          (row): row is LedgerEntry =>
            (row.kind === "purchase" || row.kind === "void") && row.details.shiftId === _id,
        ),
  };
}
