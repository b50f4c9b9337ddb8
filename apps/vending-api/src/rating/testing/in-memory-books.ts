import type { Ledger } from "../../ledger/ledger.ts";
import { type Accrual, LIVING_STATES } from "../accrual.ts";
import type { MeteringBooks } from "../metering-books.ts";
import { postUsage } from "../post-usage.ts";
import { mergeMarks, type ProfileMark } from "../profile-marks.ts";

/** Accruals and profiles on plain values; `pause` stands before each operation, where others may come in between. */
export function inMemoryMeteringBooks(pause: () => Promise<void>): {
  accruals: Map<string, Accrual>;
  /** Merged. */
  marksOf(circuitId: string): ProfileMark[];
  /** As one process writes them, with its own ledger. */
  through(ledger: Ledger): MeteringBooks;
} {
  const accruals = new Map<string, Accrual>();
  const marks = new Map<string, ProfileMark[]>();
  const isLiving = ({ state }: Accrual) => LIVING_STATES.some((living) => living === state);
  const through = (ledger: Ledger): MeteringBooks => ({
    async living(circuitIds) {
      await pause();
      return [...accruals.values()]
        .filter((accrual) => circuitIds.includes(accrual.circuitId) && isLiving(accrual))
        .sort(byAge);
    },
    async write(writes) {
      await pause();
      let isWhole = true;
      for (const write of writes) {
        const id = write.kind === "hand-over" ? write.id : write.accrual._id;
        const known = accruals.get(id);
        if (write.kind === "hand-over") {
          if (known?.state === "posted") accruals.set(id, { ...known, state: "done" });
          else isWhole = false;
        } else if (write.kind === "insert" ? known === undefined : known?.revision === write.fromRevision)
          accruals.set(id, write.accrual);
        else isWhole = false;
      }
      return isWhole;
    },
    async storeMarks(perCircuit) {
      await pause();
      for (const { circuitId, marks: more } of perCircuit)
        marks.set(circuitId, mergeMarks([...(marks.get(circuitId) ?? []), ...more]));
    },
    post: (accrual, now) => postUsage(ledger, accrual, now),
  });
  return { accruals, marksOf: (circuitId) => marks.get(circuitId) ?? [], through };
}

function byAge(a: Accrual, b: Accrual): number {
  return (
    a.lastAt.getTime() - b.lastAt.getTime() || a.fromAt.getTime() - b.fromAt.getTime() || a.part - b.part
  );
}
