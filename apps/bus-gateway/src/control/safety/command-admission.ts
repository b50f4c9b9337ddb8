import type { Command } from "@hallmeter/meter-model";
import type { JournalEntry } from "../../store/records.ts";

export type Admission =
  /** Carry it out now. */
  | { type: "now" }
  /** Its not-before lies ahead. */
  | { type: "later"; atMs: number }
  /** It was taken up before: answer again what is known, execute nothing. */
  | { type: "known"; entry: JournalEntry }
  | { type: "late" };

/** S2: at most once, not before its time, never late. */
export function admitCommand(command: Command, known: JournalEntry | undefined, nowMs: number): Admission {
  if (known !== undefined && known.state !== "waiting") return { type: "known", entry: known };
  if (nowMs > Date.parse(command.expiresAt)) return { type: "late" };
  const notBeforeMs = command.notBefore === undefined ? 0 : Date.parse(command.notBefore);
  return notBeforeMs > nowMs ? { type: "later", atMs: notBeforeMs } : { type: "now" };
}
