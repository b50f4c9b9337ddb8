export const tell = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** One line: what was measured, its goal, and whether it is reached. */
export function tellMs(what: string, measuredMs: number, goalMs: number): void {
  const mark = measuredMs <= goalMs ? "ok  " : "MISS";
  tell(`${mark} ${what.padEnd(52)} ${measuredMs.toFixed(0).padStart(6)} ms   goal ${goalMs}`);
}
