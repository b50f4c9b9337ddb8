import type { LongestTask } from "./main-thread.ts";

export const tell = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** One line: what was measured, its goal, whether it is reached, and what it stands beside. */
export function tellMs(what: string, measuredMs: number, goalMs: number, beside = ""): void {
  const mark = measuredMs <= goalMs ? "ok  " : "MISS";
  const line = `${mark} ${what.padEnd(52)} ${measuredMs.toFixed(0).padStart(6)} ms   goal ${String(goalMs).padEnd(5)}`;
  tell(`${line} ${beside}`.trimEnd());
}

export function tellTask(what: string, { wallMs, ownMs }: LongestTask, goalMs: number, beside = ""): void {
  tellMs(what, wallMs, goalMs, `of which it ran ${ownMs.toFixed(0)} ms${beside && `; ${beside}`}`);
}
